"""Random values of this run, by type, format and enum, that no driver could guess."""

import secrets
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID

from ...models.profile import FieldProfile, ParameterProfile

NONCE_FIELD = "served_by_mock"
MAX_FIELDS = 40
LETTERS = string.ascii_lowercase + string.digits
FALLBACK_FIELDS = {"id": FieldProfile(type="integer"), "name": FieldProfile(type="string")}


@dataclass(frozen=True)
class ValueKind:
    """What a value must look like."""

    type: str = "any"
    items: str | None = None
    format: str | None = None
    enum: tuple[Any, ...] = ()
    minimum: float | None = None
    maximum: float | None = None


class RecordMaker:
    """Makes values from a seed; without one, from the operating system's randomness."""

    def __init__(self, seed: int | None = None) -> None:
        self._random = Random(secrets.randbits(128) if seed is None else seed)  # noqa: S311 - test data, unguessable by seed

    def records(self, count: int, fields: Mapping[str, FieldProfile], identifier: str | None) -> list[dict[str, Any]]:
        """Different records, each with a nonce of its own."""
        return [self.record(fields, identifier) for _ in range(count)]

    def record(self, fields: Mapping[str, FieldProfile], identifier: str | None = None) -> dict[str, Any]:
        """One record with a value for each field."""
        chosen = dict(list(fields.items())[:MAX_FIELDS]) or FALLBACK_FIELDS
        if identifier and identifier in fields:
            chosen[identifier] = fields[identifier]
        record = {name: self._field(field, keep=name == identifier) for name, field in chosen.items()}
        if identifier and identifier in fields:
            unlimited = fields[identifier].model_copy(update={"enum": (), "format": None})
            record[identifier] = self.value(kind_of(unlimited))
        record[NONCE_FIELD] = self.word(16)
        return record

    def _field(self, field: FieldProfile, *, keep: bool) -> Any:
        if field.nullable and not keep and self._random.random() < 0.1:
            return None
        return self.value(kind_of(field))

    def value(self, kind: ValueKind) -> Any:
        """One value."""
        if choices := [c for c in kind.enum if c is not None]:
            return self._random.choice(choices)
        makers: dict[str, Callable[[ValueKind], Any]] = {
            "integer": self._integer,
            "number": self._number,
            "boolean": lambda _: self._random.random() < 0.5,
            "array": self._array,
            "object": lambda _: {"first": self.word(), "second": self._random.randint(1, 10**6)},
            "null": lambda _: None,
        }
        return makers.get(kind.type, self._text)(kind)

    def word(self, length: int = 12) -> str:
        """Lower-case letters and digits, a letter first."""
        return self._random.choice(string.ascii_lowercase) + "".join(self._random.choices(LETTERS, k=length - 1))

    def _text(self, kind: ValueKind) -> str:
        day = f"{self._random.randint(1990, 2035)}-{self._random.randint(1, 12):02}-{self._random.randint(1, 28):02}"
        formats: dict[str, Callable[[], str]] = {
            "date-time": lambda: f"{day}T{self._random.randint(0, 23):02}:{self._random.randint(0, 59):02}:07Z",
            "date": lambda: day,
            "uuid": lambda: str(UUID(int=self._random.getrandbits(128), version=4)),
            "email": lambda: f"{self.word()}@example.com",
            "uri": lambda: f"https://example.com/{self.word()}",
            "ipv4": lambda: ".".join(str(self._random.randint(1, 254)) for _ in range(4)),
        }
        return formats.get(kind.format or "", self.word)()

    def _integer(self, kind: ValueKind) -> int:
        low = 1 if kind.minimum is None else int(kind.minimum)
        if kind.minimum is None and kind.maximum is not None:
            low = min(low, int(kind.maximum))
        high = max(low, 2_000_000_000 if kind.maximum is None else int(kind.maximum))
        return self._random.randint(low, high)

    def _number(self, kind: ValueKind) -> float:
        low = 0.0 if kind.minimum is None else kind.minimum
        high = max(low, 100_000.0 if kind.maximum is None else kind.maximum)
        return round(low + (high - low) * self._random.random(), 3)

    def _array(self, kind: ValueKind) -> list[Any]:
        items = kind.items if kind.items not in {None, "array", "any"} else "string"
        return [self.value(ValueKind(type=items or "string", format=kind.format)) for _ in range(2)]


def kind_of(described: FieldProfile | ParameterProfile) -> ValueKind:
    """The kind of value that a field or parameter takes."""
    limits = {}
    if isinstance(described, ParameterProfile):
        limits = {"minimum": described.minimum, "maximum": described.maximum}
    return ValueKind(described.type, described.items, described.format, described.enum, **limits)
