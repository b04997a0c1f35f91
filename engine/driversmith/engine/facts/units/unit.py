"""What a unit of the catalogue is made of: its address, its members, and how they are read and changed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar, cast

from pydantic import BeforeValidator, Field, JsonValue, TypeAdapter, ValidationError

from ...models.base import Value
from ...models.profile import ApiProfile, Evidence, ObjectProfile, OperationProfile
from ..refused import RefusedError, shown

MAX_KEYS = 12
"""Keys of one path."""
MAX_NAMES = 30
"""Names that a refusal lists."""
FOLLOWS = {
    "evidence": "evidence follows from who says so",
    "known_by": "evidence follows from who says so",
    "credentials": "credentials follow from the scheme, and their values are never given here",
    "fields": "fields and their types change by observation only",
    "base_url": "no fact changes the origin: correct /base_path",
    "servers": "no fact changes the origin: correct /base_path",
}
"""What is no fact, and why."""

Names = tuple[str, ...]
"""The names in an address, in order."""


@dataclass(frozen=True)
class Unit:
    """Members that are corrected together. `get` and `put` raise RefusedError where a name leads nowhere."""

    pattern: tuple[str, ...]
    """Segments of the address; `<...>` stands for a name."""
    allowed: str | type[Value]
    """What may be given, in words; or the value whose members may be given."""
    names: Callable[[ApiProfile], Iterable[Names]]
    """The names for which a profile has the fact."""
    get: Callable[[ApiProfile, Names], JsonValue]
    put: Callable[[ApiProfile, Names, JsonValue], ApiProfile]
    evidence: Callable[[ApiProfile, Names], Evidence | None] = lambda _profile, _names: None
    """Of the fact as it was researched; None: a rule's default."""

    @property
    def spelled(self) -> str:
        """`/objects/<object>/records`."""
        return "/" + "/".join(self.pattern)

    def told(self) -> JsonValue:
        """What may be given: words, or words by member."""
        return self.allowed if isinstance(self.allowed, str) else dict(members(self.allowed))

    def names_in(self, segments: list[str]) -> Names | None:
        """The names in an address of this unit; None where it is none."""
        if len(segments) != len(self.pattern):
            return None
        pairs = list(zip(self.pattern, segments, strict=True))
        fits = all(fixed == given or (fixed[0] == "<" and given) for fixed, given in pairs)
        return tuple(given for fixed, given in pairs if fixed[0] == "<") if fits else None


def members(kind: type[Value]) -> dict[str, str]:
    """The members of a unit, and what each may be."""
    return {name: field.description or "" for name, field in kind.model_fields.items()}


def _keys(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        keys = [key for key in value.removeprefix("$").split(".") if key]
        raise ValueError(f"an array of keys is wanted, {shown(keys)} perhaps, not {shown(value)}")
    if not isinstance(value, list | tuple) or len(cast("list[Any]", value)) > MAX_KEYS:
        raise ValueError(f"an array of at most {MAX_KEYS} keys is wanted, [] for the root")
    for key in cast("list[Any]", value):
        if not isinstance(key, str) or not key or len(key) > 200 or key == "$" or key.startswith("$."):
            raise ValueError(f"{shown(key)} is no key of an object")
    return tuple(cast("list[str]", value))


def _tuple(value: Any) -> Any:
    return tuple(cast("list[Any]", value)) if isinstance(value, list) else value


Keys = Annotated[tuple[str, ...], BeforeValidator(_keys)]
"""A path: keys into an answer, () the root."""
HeaderName = Annotated[str, Field(max_length=100, pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")]
Listed = BeforeValidator(_tuple)
"""Takes an array where a tuple is wanted."""

V = TypeVar("V", bound=Value)


def merged(kind: type[V], now: Mapping[str, Any], value: JsonValue) -> V:
    """The current members with those that are given, checked together.

    Raises:
        RefusedError: a member is unknown or cannot have this value, or they do not go together.
    """
    known = members(kind)
    given = some_of(known, value)
    try:
        return TypeAdapter(kind).validate_python({**now, **given}, strict=True)
    except ValidationError as error:
        first = error.errors()[0]
    said = first["msg"].removeprefix("Value error, ")
    if not first["loc"]:
        raise RefusedError(f"{said}.")
    name = str(first["loc"][0])
    if first["type"] == "value_error":
        raise RefusedError(f"{name}: {said}.")
    raise RefusedError(f"{name}: {known[name]}; not {shown(given.get(name))}.")


def some_of(known: Iterable[str], value: JsonValue) -> dict[str, JsonValue]:
    """A value that is an object of some of these members.

    Raises:
        RefusedError: it is none, or has another member.
    """
    if not isinstance(value, dict) or not value:
        raise RefusedError(f"An object with some of these members is wanted: {', '.join(known)}; not {shown(value)}.")
    for name in value:
        if name not in known:
            raise no_member(name, known)
    return value


def no_member(name: str, known: Iterable[str]) -> RefusedError:
    """That there is no such member, why, and which there are."""
    why = f": {FOLLOWS[name]}" if name in FOLLOWS else ""
    return RefusedError(f"There is no member {shown(name)} here{why}. What may be given: {', '.join(known)}.")


def object_of(profile: ApiProfile, name: str) -> ObjectProfile:
    """An object by name.

    Raises:
        RefusedError: there is none.
    """
    if name not in profile.objects:
        raise RefusedError(f"There is no object {shown(name)}. Objects are: {listed(profile.objects)}.")
    return profile.objects[name]


def operation_of(profile: ApiProfile, name: str) -> OperationProfile:
    """An operation by name.

    Raises:
        RefusedError: there is none.
    """
    if name not in profile.operations:
        raise RefusedError(f"There is no operation {shown(name)}. Operations are: {listed(profile.operations)}.")
    return profile.operations[name]


def listed(names: Iterable[str]) -> str:
    """The first names, and how many more there are."""
    known = list(names)
    more = f" and {len(known) - MAX_NAMES} more" if len(known) > MAX_NAMES else ""
    return ", ".join(known[:MAX_NAMES]) + more if known else "none"


def with_object(profile: ApiProfile, described: ObjectProfile) -> ApiProfile:
    """The profile with this object in the place of that of its name."""
    return profile.model_copy(update={"objects": {**profile.objects, described.name: described}})


def with_operation(profile: ApiProfile, operation: OperationProfile) -> ApiProfile:
    """The profile with this operation in the place of that of its name."""
    return profile.model_copy(update={"operations": {**profile.operations, operation.name: operation}})


def as_members(kind: type[Value], value: Value) -> dict[str, JsonValue]:
    """The members of a unit as a part of the profile has them."""
    return cast("dict[str, JsonValue]", value.model_dump(mode="json", include=set(kind.model_fields)))
