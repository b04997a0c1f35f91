"""What an answer holds: a collection, and where its records stand, or one record."""

import contextlib
import re
from dataclasses import dataclass
from typing import Any, cast

from ...facts.answer import Answer, at, members
from ...facts.detectors.disguised import error_path
from ...facts.detectors.onward import is_next_url
from ...facts.detectors.records import records_elsewhere, records_stand
from ...facts.keys import is_word
from ...facts.record_shapes import RecordsMissingError, records_of
from ...facts.totals import told_total
from ...models.profile import Evidence, ObjectProfile, RecordShape
from ..documents.nodes import is_list, is_object
from ..names import bare, singular
from .stub import case_of

_WRAPPERS = re.compile(
    r"(data|items?|results?|records?|rows?|values?|entries|entry|entities|objects?|content|elements|list|hits|features|members?|"
    r"hydra:member|_embedded|response|payload|docs?|documents?|nodes|edges|collection|resources?|output|body|d)\Z",
    re.IGNORECASE,
)
_PAGED = re.compile(
    r"(next|prev|previous|count|total\w*|page\w*|paging|pagination|offset|limit|per_?page|has_?more|meta|_?links)\Z",
    re.I,
)


@dataclass(frozen=True)
class Shape:
    """Where records stand in an answer."""

    path: tuple[str, ...] = ()
    shape: RecordShape = "list"
    columns: tuple[str, ...] = ()

    def records(self, body: Any) -> list[Any]:
        """The records of an answer, rows as objects; of a map, its values."""
        there = at(body, self.path)
        if self.shape == "map" and is_object(there):
            return list(there.values())
        if self.shape == "record":
            return [there]
        if self.shape in ("columns", "features"):
            described = ObjectProfile(name="", operations={}, evidence=Evidence(pointer=""), shape=self.shape)
            with contextlib.suppress(RecordsMissingError):
                return list(records_of(described, there))
            return []
        rows = there if is_list(there) else []
        names = at(body, self.columns) if self.shape == "table" else None
        if is_list(names):
            spelled = [str(name["name"] if is_object(name) else name) for name in names]
            return [dict(zip(spelled, row, strict=False)) for row in rows if is_list(row)]
        return rows


def collection_in(answer: Answer, name: str, base_url: str) -> Shape | None:
    """Where the records of a collection called `name` stand; None where the answer holds none, is an error or no JSON.

    A list inside one record is none: beside it stands what identifies the record, and it is called otherwise.
    """
    body = answer.body
    if not answer.is_good or not isinstance(body, dict | list) or error_path(answer, ()):
        return None
    case = case_of(answer, name=name or "records", base_url=base_url)
    if records_stand(case, body):
        return Shape()
    for correction in records_elsewhere(case):
        value = cast("dict[str, Any]", correction.value)
        shape = Shape(tuple(value["record_path"]), value["shape"], tuple(value.get("columns_path", ())))
        if all(map(is_word, shape.path)) and not _is_within_record(body, shape, name):
            return shape
    return None


def is_paged(answer: Answer, shape: Shape) -> bool:
    """Whether an answer says that it is a page: by a link to the next, or a number of all records."""
    if answer.next_link or told_total(answer, _described(answer, shape)):
        return True
    return any(
        is_next_url(keys, value) or (keys[-1] in ("next", "next_page") and value is None)
        for keys, value in members(answer.body)
    )


def _described(answer: Answer, shape: Shape) -> Any:
    case = case_of(answer, name="records", base_url="")
    return case.described.model_copy(update={"record_path": shape.path})


def _is_within_record(body: Any, shape: Shape, name: str) -> bool:
    """Whether what looks like a collection is a part of one record."""
    if not is_object(body):
        return False
    if not shape.path:  # a map at the top
        return False
    key = shape.path[0]
    if _WRAPPERS.match(key) or _is_called(key, name) or any(_is_called(key, name) for key in shape.path):
        return False
    scalars = [k for k, v in body.items() if not isinstance(v, dict | list) and k != key]
    identified = any(bare(k) in ("id", "uuid", "name", "title", "slug", "key") for k in scalars)
    return identified and not any(_PAGED.match(k) for k in body)


def _is_called(key: str, name: str) -> bool:
    return bool(bare(key)) and singular(key) == singular(name)
