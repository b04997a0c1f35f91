"""Records inside the body of an answer, found here apart from any driver."""

from typing import Any, cast

from ..facts.answer import at
from ..models.profile import ObjectProfile


class RecordsMissingError(Exception):
    """The body lacks the key under which records should stand, or the names of a table's columns."""


def records_of(described: ObjectProfile, body: Any, *, single: bool = False) -> list[dict[str, Any]]:
    """What `read` must give for this body; `single` where it answers for one record by its own path.

    Raises:
        RecordsMissingError: a key of the path is not there.
    """
    if body is None:
        return []
    whole = body
    for key in described.item_path if single else described.record_path:
        if not isinstance(body, dict) or key not in body:
            raise RecordsMissingError(f"There is no {key!r}")
        body = cast("dict[str, Any]", body)[key]
    if isinstance(body, list) and described.shape == "table" and not single:
        return _rows(cast("list[Any]", body), at(whole, described.columns_path))
    if isinstance(body, list):
        inner = () if single else described.inner_path
        return [_record(_within(item, inner)) for item in cast("list[Any]", body)]
    if isinstance(body, dict) and described.shape == "map" and not single:
        pairs = cast("dict[str, Any]", body).items()
        name = described.key_field
        return [{name: key, **item} if isinstance(item, dict) else {name: key, "value": item} for key, item in pairs]
    return [] if body is None else [_record(body)]


def _rows(rows: list[Any], columns: Any) -> list[dict[str, Any]]:
    named = cast("list[Any]", columns) if isinstance(columns, list) else []
    names = [str(cast("dict[str, Any]", c).get("name") if isinstance(c, dict) else c) for c in named]
    if not all(isinstance(row, list) and len(cast("list[Any]", row)) == len(names) for row in rows):
        raise RecordsMissingError("There are no columns that go with the rows")
    return [dict(zip(names, row, strict=True)) for row in rows]


def _within(item: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        item = cast("dict[str, Any]", item).get(key, item) if isinstance(item, dict) else item
    return item


def _record(item: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", item) if isinstance(item, dict) else {"value": item}
