"""Records that stand elsewhere than the description says."""

import re
from typing import Any, cast

from ...models.facts import Correction
from ..answer import at, members
from ..catalogue import address
from .case import Case

MOST = 3
"""Places that are proposed."""
_USUAL = re.compile(
    r"(data|items?|results?|records?|rows?|values?|entries|entities|objects?|content|elements|list|hits|features|member|hydra:member|_embedded|response|payload|docs?|documents?|nodes|collection)\Z",
    re.IGNORECASE,
)
_NEVER = re.compile(
    r"(errors?|warnings?|_?links?|messages|notices|included|facets|filters|columns|fields)\Z", re.IGNORECASE
)


def records_elsewhere(case: Case) -> list[Correction]:
    """The places of the first answer where records could stand, where they do not stand as the facts say."""
    answer = case.first
    if answer is None or answer.body is None or _stand(case, answer.body):
        return []
    places = _places(answer.body, case.name)
    if not places and _is_record(case, answer.body):
        places = [((), "record")]
    return [_correction(case, path, shape) for path, shape in places[:MOST]]


def _stand(case: Case, body: Any) -> bool:
    """Whether records stand where the facts say, in the shape that they say."""
    described = case.described
    path = described.record_path
    around = at(body, path[:-1])
    if path and not (isinstance(around, dict) and path[-1] in around):
        return False
    there = at(body, path)
    if described.shape == "list":
        return isinstance(there, list) and not (not there and not path and isinstance(body, dict))
    if described.shape == "map":
        return isinstance(there, dict) and _is_map(cast("dict[str, Any]", there))
    return isinstance(there, dict) and not _is_envelope(cast("dict[str, Any]", there))


def _places(body: Any, name: str) -> list[tuple[tuple[str, ...], str]]:
    """Paths and shapes, the likeliest first."""
    if isinstance(body, list):
        return [((), "list")]
    ranked: list[tuple[tuple[int, ...], tuple[str, ...], str]] = []
    for order, (keys, value) in enumerate(members(body)):
        if any(_NEVER.match(key) for key in keys):
            continue
        usual = 0 if _is_name(keys[-1], name) or _USUAL.match(keys[-1]) else 1
        if isinstance(value, list) and _holds_records(cast("list[Any]", value)):
            ranked.append(((0 if value else 2, usual, len(keys), order), keys, "list"))
        elif isinstance(value, dict) and _is_map(cast("dict[str, Any]", value)):
            ranked.append(((1, usual, len(keys), order), keys, "map"))
    places = [(keys, shape) for _, keys, shape in sorted(ranked)]
    if isinstance(body, dict) and _is_map(cast("dict[str, Any]", body)):
        places.insert(0, ((), "map"))
    return places


def _is_record(case: Case, body: Any) -> bool:
    """Whether the answer is one record: it has at least half of the fields that are described, and is no error."""
    fields = set(case.described.fields)
    return (
        isinstance(body, dict) and bool(fields) and len(fields & set(cast("dict[str, Any]", body))) * 2 >= len(fields)
    )


def _holds_records(items: list[Any]) -> bool:
    return all(isinstance(item, dict) for item in items)


def _is_map(value: dict[str, Any]) -> bool:
    """Whether every member is a record like the others: at least two, and half of their fields in common."""
    records = [cast("dict[str, Any]", member) for member in value.values() if isinstance(member, dict)]
    if len(records) < 2 or len(records) != len(value):
        return False
    common = set(records[0]).intersection(*records[1:])
    return len(common) * 2 >= max(map(len, records)) and bool(common)


def _is_envelope(value: dict[str, Any]) -> bool:
    """Whether an object is what stands around a list of records, rather than one record."""
    lists = [k for k, v in value.items() if isinstance(v, list) and v and _holds_records(cast("list[Any]", v))]
    return len(lists) == 1 and bool(_USUAL.match(lists[0])) and len(value) <= 8


def _is_name(key: str, name: str) -> bool:
    """Whether a key is the object's own name, in one number or the other."""
    one, other = re.sub(r"[^a-z0-9]", "", key.lower()), re.sub(r"[^a-z0-9]", "", name.lower())
    return one == other or one + "s" == other or one == other + "s" or other.endswith(one)


def _correction(case: Case, path: tuple[str, ...], shape: str) -> Correction:
    where = f"under {'.'.join(path)}" if path else "in the answer itself"
    what = {"list": "a list", "map": "a map of records", "record": "one record"}[shape]
    return Correction(
        fact=address("objects", case.name, "records"),
        value={"record_path": list(path), "shape": shape},
        because=f"The answer of {case.operation.signature} has {what} {where}.",
    )
