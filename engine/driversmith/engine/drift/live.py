"""The API as it answers today, read through the driver: GETs only, and of answers only structure is told."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from ..drivers.receipt import RECEIPT
from ..facts.fields import observed_fields
from ..facts.structure import FieldKinds, is_value_key
from ..models.drift import Change, ChangeKind
from ..models.profile import ApiProfile, FieldProfile, ObjectProfile
from ..proof.live_reads import Reading

MOST_RECEIPT_BYTES = 16 << 20
_NOT_ITS_FAULT = frozenset({"DriverConnectionError", "DriverTimeoutError", "RateLimitError", "ServerError"})
"""What an API raises that is down, slow or busy: it says nothing about the driver."""


@dataclass(frozen=True)
class Before:
    """What the receipt says of an object."""

    proven: bool = False
    records: int = 0
    structure: str = ""
    keys: frozenset[str] = frozenset()
    """Keys that all of its records had; none where an earlier version wrote the receipt."""


NOTHING = Before()


def receipt_of(project: Path) -> dict[str, Before]:
    """Object -> what `proof.json` says of it; nothing where there is none that can be read. Blocks."""
    try:
        with (project / RECEIPT).open("rb") as file:
            loaded: Any = json.loads(file.read(MOST_RECEIPT_BYTES))
        objects = cast("dict[str, dict[str, Any]]", loaded["objects"])
        return {
            str(name): Before(
                proven=told.get("known") == "proven",
                records=int(told.get("records") or 0),
                structure=str(told.get("structure") or ""),
                keys=frozenset(map(str, told.get("keys") or ())),
            )
            for name, told in objects.items()
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}


@dataclass(frozen=True)
class Seen:
    """What one read came to: changes, or why there is nothing to tell from it."""

    changes: tuple[Change, ...] = ()
    not_checked: str = ""


def seen(reading: Reading, profile: ApiProfile, before: Before, *, has_key: bool) -> Seen:
    """What the read of an object says about drift; `has_key` says that this machine holds credentials for the API."""
    live, name = reading.live, reading.live.object_name
    if live.wrong:
        return Seen((_of("read_wrongly", name, f"{name} are not read as the API gives them: {live.error}"),))
    if not live.ok:
        raised = reading.raised.type if reading.raised else ""
        answered = any(answer.status for answer in reading.answers)
        keyless = raised == "AuthenticationError" and not has_key and (bool(profile.auth) or not before.proven)
        if not answered or raised in _NOT_ITS_FAULT or keyless:
            return Seen(not_checked=f"{name} could not be read: {live.error}")
        return Seen((_of("read_fails", name, f"{name} cannot be read any more: {live.error}"),))
    if not live.count:
        return Seen(not_checked=f"{name} could not be compared: the API gave no record.")
    if before.structure and before.structure == live.structure:
        return Seen()
    return Seen(tuple(_fields(profile.objects[name], reading.fields, before)))


def _fields(described: ObjectProfile, kinds: Mapping[str, FieldKinds], before: Before) -> Iterator[Change]:
    """How the records that came differ from those that the driver knows. A field that need not be there may be absent; where
    all records had it before, none has it now, and another has come, it was renamed."""
    name = described.name
    known = {key: kind for key, kind in kinds.items() if not is_value_key(key)}
    most = max((kind.records for kind in known.values()), default=0)
    other = observed_fields(described, known)
    come = [key for key in other if key not in described.fields and key not in before.keys]
    for key, field in described.fields.items():
        if is_value_key(key):
            continue
        if key not in known:
            if field.required and not field.nullable:
                yield _of("field_removed", name, f"No record of {name} has the field {key} any more.")
            elif key in before.keys and come:
                yield _of("field_removed", name, f"No record of {name} has the field {key} any more{_perhaps(come)}.")
        elif key in other and most and (change := _otherwise(name, key, field, other[key])):
            yield change
    for key in sorted(before.keys - described.fields.keys() - known.keys()):
        yield _of("field_removed", name, f"No record of {name} has the field {key} any more{_perhaps(come)}.")
    for key in come:
        told = f"Records of {name} have a field {key} now."
        yield Change(kind="field_added", impact="told", subject=name, message=told, seen="api")


def _otherwise(name: str, key: str, field: FieldProfile, now: FieldProfile) -> Change | None:
    if field.type != now.type:
        return _of("field_changed", name, f"{key} of {name} is {now.type}, and was {field.type}.")
    if field.nullable != now.nullable:
        told = f"{key} of {name} may be null."
        return Change(kind="field_changed", impact="harmless", subject=name, message=told, seen="api")
    return None


def _perhaps(come: list[str]) -> str:
    return f" (new: {', '.join(come[:5])})" if come else ""


def _of(kind: ChangeKind, name: str, message: str) -> Change:
    return Change(kind=kind, impact="breaking", subject=name, message=message, seen="api")
