"""Facts of an object: the operation that lists it, what identifies a record, where records stand."""

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field, JsonValue

from ...models.base import Value
from ...models.profile import ApiProfile, Evidence, PaginationProfile
from ..refused import RefusedError, shown
from .pagination import placed
from .unit import Keys, Names, Unit, as_members, listed, merged, object_of, operation_of, with_object


class RecordsFact(Value):
    """Where the records of an object stand (models.profile.ObjectProfile)."""

    record_path: Keys = Field(
        description="an array of keys into the answer of read to the records (table: to the rows), [] for the root"
    )
    shape: Literal["list", "record", "map", "table", "columns", "features"] = Field(
        description="one of list, record (one alone), map (key -> record), table (rows of values, columns beside them), columns "
        "(name -> the values of all records), features (GeoJSON)"
    )
    key_field: str = Field(
        min_length=1, max_length=200, description="map: the name under which a record has its key; a text"
    )
    columns_path: Keys = Field(
        description="table: an array of keys to the names of the columns; [] for columns, beside the rows"
    )
    item_path: Keys = Field(description="an array of keys into the answer for one record, [] for the root")


def _operation(profile: ApiProfile, names: Names) -> str | None:
    return object_of(profile, names[0]).operations.get("read")


def _put_operation(profile: ApiProfile, names: Names, value: JsonValue) -> ApiProfile:
    """Parameters of paging that the operation does not have are added to it."""
    described = object_of(profile, names[0])
    if not isinstance(value, str):
        raise RefusedError(f"The name of an operation is wanted; operations are: {listed(profile.operations)}.")
    operation = operation_of(profile, value)
    if operation.method not in ("GET", "POST"):
        raise RefusedError(f"{value} is {operation.method}: one that lists is GET, or POST for a search.")
    if operation.response.kind not in ("json", None) and not operation.response.form:
        raise RefusedError(f"{value} answers {operation.response.media_type}, which holds no records.")
    changed = described.model_copy(update={"operations": {"read": value, **_without_read(described.operations)}})
    return placed(with_object(profile, changed), changed.name)


def _without_read(operations: dict[Any, str]) -> dict[Any, str]:
    return {verb: name for verb, name in operations.items() if verb != "read"}


def _operation_evidence(profile: ApiProfile, names: Names) -> Evidence | None:
    name = _operation(profile, names)
    return operation_of(profile, name).evidence if name else None


def _identifier(profile: ApiProfile, names: Names) -> str | None:
    return object_of(profile, names[0]).identifier


def _put_identifier(profile: ApiProfile, names: Names, value: JsonValue) -> ApiProfile:
    described = object_of(profile, names[0])
    if value is not None and not (isinstance(value, str) and 0 < len(value) <= 200):
        raise RefusedError(f"The name of a field is wanted, or null; fields are: {listed(described.fields)}.")
    if value is not None and described.fields and value not in described.fields:
        raise RefusedError(f"{described.name} has no field {shown(value)}; fields are: {listed(described.fields)}.")
    return with_object(profile, described.model_copy(update={"identifier": value}))


def _records(profile: ApiProfile, names: Names) -> dict[str, JsonValue]:
    """Without the members that are of another shape."""
    described = object_of(profile, names[0])
    others = {"key_field": "map", "columns_path": "table"}
    now = as_members(RecordsFact, described)
    return {name: value for name, value in now.items() if others.get(name, described.shape) == described.shape}


def _put_records(profile: ApiProfile, names: Names, value: JsonValue) -> ApiProfile:
    """One record alone has no pages: its paging goes."""
    described = object_of(profile, names[0])
    fact = merged(RecordsFact, as_members(RecordsFact, described), value)
    given = value if isinstance(value, dict) else {}
    if "read" not in described.operations and given.keys() - {"item_path"}:
        raise RefusedError(f"Object {described.name!r} has no list: correct /objects/<object>/operation first.")
    if fact.shape != "map" and given.get("key_field", "key") != "key":
        raise RefusedError(f"key_field is for shape map; the shape is {fact.shape}.")
    if fact.shape != "table" and given.get("columns_path"):
        raise RefusedError(f"columns_path is for shape table; the shape is {fact.shape}.")
    changes: dict[str, Any] = {**fact.__dict__, "key_field": fact.key_field if fact.shape == "map" else "key"}
    if fact.shape == "table" and not fact.record_path:
        raise RefusedError("shape table needs record_path: the rows stand under a key, with the columns beside them.")
    beside = (*fact.record_path[:-1], "columns")
    columns = fact.columns_path or beside if fact.shape == "table" else ()
    if fact.shape == "table" and fact.record_path[: len(columns)] == columns[: len(fact.record_path)]:
        raise RefusedError("columns_path: columns and rows cannot stand at the same place, or one inside the other.")
    changes["columns_path"] = columns
    error_path = profile.error_path
    if error_path and fact.record_path[: len(error_path)] == error_path:
        raise RefusedError(f"By /error_path an error stands at {shown([*error_path])}, so that records cannot.")
    if fact.shape != "columns" or fact.record_path != described.record_path:
        changes["other_keys"] = ()
    if fact.shape == "record":
        changes["pagination"] = PaginationProfile()
    return with_object(profile, described.model_copy(update=changes))


def _evidence(profile: ApiProfile, names: Names) -> Evidence:
    described = object_of(profile, names[0])
    return described.records_evidence or described.evidence


def _objects(profile: ApiProfile) -> Iterator[Names]:
    return ((name,) for name in profile.objects)


UNITS = (
    Unit(
        ("objects", "<object>", "operation"),
        "the name of the operation that lists the object",
        _objects,
        _operation,
        _put_operation,
        _operation_evidence,
    ),
    Unit(
        ("objects", "<object>", "identifier"),
        "the field whose value identifies a record in update and delete, or null",
        _objects,
        _identifier,
        _put_identifier,
        _evidence,
    ),
    Unit(("objects", "<object>", "records"), RecordsFact, _objects, _records, _put_records, _evidence),
)
