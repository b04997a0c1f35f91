"""Records that stand elsewhere than the description says."""

import re
from typing import Any, cast

from ...models.facts import Correction
from ..answer import at, members
from ..catalogue import address
from ..keys import is_word
from .case import Case
from .columns import are_features, column_blocks
from .disguised import error_path
from .tables import columns_of, tables

MOST = 3
"""Places that are proposed."""
_WORDS = {
    "list": "a list",
    "map": "a map of records",
    "record": "one record",
    "table": "columns and rows",
    "columns": "columns side by side",
    "features": "GeoJSON features",
}
Place = tuple[tuple[str, ...], str]
"""Keys into the body, and the shape of what stands there."""

_USUAL = re.compile(
    r"(data|items?|results?|records?|rows?|values?|entries|entry|entities|objects?|content|elements|list|hits|features|members?|"
    r"hydra:member|_embedded|response|payload|docs?|documents?|nodes|edges|collection|resources?|output|body|d)\Z",
    re.IGNORECASE,
)
_NEVER = re.compile(
    r"(errors?|warnings?|_?links?|messages?|notices?|included|facets?|filters?|columns|fields|aggregations|schema|headers|"
    r"pagination|paging|meta(data)?|breadcrumbs|sort|debug|suggestions|(@|odata\.).*)\Z",
    re.IGNORECASE,
)

_OF_RECORDS = re.compile(
    r"(tags|labels|scopes|permissions|roles|keywords|categories|allow(ed)?|supported)\Z", re.IGNORECASE
)
"""Lists of plain values that describe something, where they are not the object's own."""


def records_elsewhere(case: Case) -> list[Correction]:
    """The places of the first answer where records could stand, where they do not stand as the facts say."""
    answer = case.first
    if answer is None or answer.body is None or records_stand(case, answer.body):
        return []
    if error_path(answer, case.described.record_path):
        return []
    if found := tables(answer.body):
        return [_correction(case, rows, "table", columns_path=list(columns)) for rows, columns in found[:MOST]]
    if blocks := column_blocks(answer.body):
        return [_correction(case, blocks[0], "columns")]
    places = _places(answer.body, case.name)
    if not any(at(answer.body, keys) for keys, _ in places):  # none, or lists without anything in them
        places = [*_one_record(case, answer.body), *_plain_values(case, answer.body), *places]
    return [_correction(case, path, shape) for path, shape in places[:MOST]]


def records_stand(case: Case, body: Any) -> bool:
    """Whether records stand where the facts say, in the shape that they say."""
    described = case.described
    path = described.record_path
    around = at(body, path[:-1])
    if path and not (isinstance(around, dict) and path[-1] in around):
        return False
    there = at(body, path)
    if described.shape == "list":
        if not isinstance(there, list):
            return False
        empty = not there and isinstance(body, dict) and bool(_filled(body, path))
        return (
            not empty
            and not are_features(cast("list[Any]", there))
            and not (isinstance(around, dict) and columns_of(cast("list[Any]", there), cast("dict[str, Any]", around)))
        )
    if not isinstance(there, dict):
        return described.shape not in ("map", "record", "columns")
    inside = cast("dict[str, Any]", there)
    if described.shape == "record":
        return not _is_envelope(inside, case.name) and not column_blocks(inside)
    return described.shape != "map" or _is_map(inside)


def _filled(body: Any, path: tuple[str, ...]) -> list[Place]:
    """Lists of records elsewhere, where the one at `path` is empty: an empty `errors` is no list of records."""
    return [place for place in _places(body, "") if place[0] != path] if path and _NEVER.match(path[-1]) else []


def _places(body: Any, name: str) -> list[Place]:
    """Paths and shapes, the likeliest first."""
    if isinstance(body, list):
        return [((), "list")]
    ranked: list[tuple[tuple[int, ...], tuple[str, ...], str]] = []
    maps: list[tuple[str, ...]] = []
    for order, (keys, value) in enumerate(members(body)):
        inside = any(keys[: len(above)] == above for above in maps)
        if inside or any(_NEVER.match(key) or not is_word(key) for key in keys):
            continue
        usual = 0 if _is_name(keys[-1], name) or _USUAL.match(keys[-1]) else 1
        if isinstance(value, list) and _holds_records(cast("list[Any]", value)):
            shape = "features" if are_features(cast("list[Any]", value)) else "list"
            ranked.append(((0 if value else 2, usual, len(keys), order), keys, shape))
        elif isinstance(value, dict) and _is_map(cast("dict[str, Any]", value)):
            maps.append(keys)
            ranked.append(((1, usual, len(keys), order), keys, "map"))
    places = [(keys, shape) for _, keys, shape in sorted(ranked)]
    if isinstance(body, dict) and _is_map(cast("dict[str, Any]", body)):
        places.insert(0, ((), "map"))
    return places


def _one_record(case: Case, body: Any) -> list[Place]:
    """One record in place of a list: the answer itself, or what stands under a usual key or the object's own name.

    A map with one entry looks the same, and its key is a value: no other key is gone through.
    """
    if _is_record(case, body):
        return [((), "record")]
    found: list[Place] = []
    for keys, value in members(body):
        known = all((_USUAL.match(key) or _is_name(key, case.name)) and is_word(key) for key in keys)
        if known and _is_record(case, value):
            found.append((keys, "record"))
        elif known and isinstance(value, dict) and len(value) == 1 and _is_record(case, next(iter(value.values()))):  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]
            found.append((keys, "map"))
    if not found and isinstance(body, dict) and len(cast("dict[str, Any]", body)) == 1:
        ((key, only),) = cast("dict[str, Any]", body).items()
        if _is_record(case, only) and not _USUAL.match(key):
            found.append(((), "map"))
    return found


def _plain_values(case: Case, body: Any) -> list[Place]:
    """Lists of texts or numbers: under a usual key or the object's own name, or the only one where no fields are described.

    Beside records such lists say something of them, and where records have fields they are seldom these.
    """
    usual: list[Place] = []
    others: list[Place] = []
    for keys, value in members(body):
        if not isinstance(value, list) or any(_NEVER.match(key) or not is_word(key) for key in keys):
            continue
        own = _is_name(keys[-1], case.name)
        if _are_plain(cast("list[Any]", value)) and (own or not _OF_RECORDS.match(keys[-1])):
            (usual if own or _USUAL.match(keys[-1]) else others).append((keys, "list"))
    return usual or (others if len(others) == 1 and not case.described.fields else [])


def _are_plain(items: list[Any]) -> bool:
    return bool(items) and any(all(type(item) is kind for item in items) for kind in (str, int, float))


def _is_record(case: Case, body: Any) -> bool:
    """Whether this is one record: it has at least half of the fields that are described, and is no error."""
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


def _is_envelope(value: dict[str, Any], name: str) -> bool:
    """Whether an object is what stands around the list of an object's records, rather than one record."""
    lists = [k for k, v in value.items() if isinstance(v, list) and v and _holds_records(cast("list[Any]", v))]
    return len(lists) == 1 and len(value) <= 8 and (bool(_USUAL.match(lists[0])) or _is_name(lists[0], name))


def _is_name(key: str, name: str) -> bool:
    """Whether a key is the object's own name, in one number or the other."""
    one, other = re.sub(r"[^a-z0-9]", "", key.lower()), re.sub(r"[^a-z0-9]", "", name.lower())
    return bool(one) and (one == other or one + "s" == other or one == other + "s" or other.endswith(one))


def _correction(case: Case, path: tuple[str, ...], shape: str, **more: Any) -> Correction:
    where = f"under {'.'.join(path)}" if path else "in the answer itself"
    what = _WORDS[shape]
    return Correction(
        fact=address("objects", case.name, "records"),
        value={"record_path": list(path), "shape": shape, **more},
        because=f"The answer of {case.operation.signature} has {what} {where}.",
    )
