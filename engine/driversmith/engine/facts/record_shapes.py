"""Records inside the body of an answer, found here apart from any driver."""

from collections.abc import Callable
from typing import Any, cast

from ..models.profile import ObjectProfile, RecordShape
from .answer import at


class RecordsMissingError(Exception):
    """The body lacks the key under which records should stand, or the names of a table's columns."""


def records_of(described: ObjectProfile, body: Any, *, single: bool = False) -> list[dict[str, Any]]:
    """What `read` must give for this body; `single` where it answers for one record by its own path.

    Raises:
        RecordsMissingError: a key of the path is not there.
    """
    if body is None:
        return []
    if isinstance(body, list) and described.shape == "columns" and not single:  # of several places
        items = cast("list[Any]", body)
        return [{**_values(item), **record} for item in items for record in records_of(described, item)]
    whole: Any = cast("object", body)
    for key in described.item_path if single else _path_in(described, body):
        if not isinstance(body, dict) or key not in body:
            raise RecordsMissingError(f"There is no {key!r}")
        body = cast("dict[str, Any]", body)[key]
    return _RECORDS[described.shape if not single or described.shape == "features" else "record"](
        described, body, whole
    )


def _plain(_described: ObjectProfile, body: Any, _whole: Any) -> list[dict[str, Any]]:
    """A list of records, or one; nothing where there is null."""
    if isinstance(body, list):
        return [_record(item) for item in cast("list[Any]", body)]
    return [] if body is None else [_record(body)]


def _from_map(described: ObjectProfile, body: Any, whole: Any) -> list[dict[str, Any]]:
    if not isinstance(body, dict):
        return _plain(described, body, whole)
    name = described.key_field
    pairs = cast("dict[str, Any]", body).items()
    return [{name: key, **item} if isinstance(item, dict) else {name: key, "value": item} for key, item in pairs]


def _from_rows(described: ObjectProfile, body: Any, whole: Any) -> list[dict[str, Any]]:
    if not isinstance(body, list):
        return _plain(described, body, whole)
    return _rows(cast("list[Any]", body), at(whole, described.columns_path))


def _from_columns(described: ObjectProfile, body: Any, whole: Any) -> list[dict[str, Any]]:
    """An object without lists is one record."""
    columns = cast("dict[str, Any]", body) if isinstance(body, dict) else {}
    lists = {name: cast("list[Any]", values) for name, values in columns.items() if isinstance(values, list)}
    if (columns and not lists) or not isinstance(body, dict):
        return _plain(described, body, whole)
    if len({len(values) for values in lists.values()}) > 1:
        raise RecordsMissingError("There are columns of different lengths")
    return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]


def _values(item: Any) -> dict[str, Any]:
    """What stands beside columns, and is the same for all records in them."""
    held = cast("dict[str, Any]", item) if isinstance(item, dict) else {}
    return {key: value for key, value in held.items() if not isinstance(value, dict | list)}


def _from_features(_described: ObjectProfile, body: Any, _whole: Any) -> list[dict[str, Any]]:
    items = cast("list[Any]", body) if isinstance(body, list) else [] if body is None else [body]
    return [_feature(item) for item in items]


def _rows(rows: list[Any], columns: Any) -> list[dict[str, Any]]:
    named = cast("list[Any]", columns) if isinstance(columns, list) else []
    names = [str(cast("dict[str, Any]", c).get("name") if isinstance(c, dict) else c) for c in named]
    if not all(isinstance(row, list) and len(cast("list[Any]", row)) == len(names) for row in rows):
        raise RecordsMissingError("There are no columns that go with the rows")
    return [dict(zip(names, row, strict=True)) for row in rows]


def _path_in(described: ObjectProfile, body: Any) -> tuple[str, ...]:
    """The path of the records, its last key the one that was asked for."""
    around = at(body, described.record_path[:-1]) if described.other_keys else None
    if not isinstance(around, dict):
        return described.record_path
    there = [key for key in (described.record_path[-1], *described.other_keys) if key in around]
    if len(there) > 1:
        raise RecordsMissingError(f"There are {', '.join(there)}: one of them is to be asked for")
    return (*described.record_path[:-1], there[0]) if there else described.record_path


def _feature(item: Any) -> dict[str, Any]:
    feature = _record(item)
    inside = feature.get("properties")
    if not isinstance(inside, dict):
        return feature
    own = {key: value for key, value in feature.items() if key not in ("type", "properties")}
    held = cast("dict[str, Any]", inside)
    return {**{f"feature_{key}" if key in held else key: value for key, value in own.items()}, **held}


def _record(item: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", item) if isinstance(item, dict) else {"value": item}


_RECORDS: dict[RecordShape, Callable[[ObjectProfile, Any, Any], list[dict[str, Any]]]] = {
    "list": _plain,
    "record": _plain,
    "map": _from_map,
    "table": _from_rows,
    "columns": _from_columns,
    "features": _from_features,
}
"""Shape -> records from what stands at their path; the last argument is the whole body."""
