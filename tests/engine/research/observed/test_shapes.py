"""What an answer holds."""

from typing import Any

import pytest
from driversmith.engine.facts.answer import Answer
from driversmith.engine.research.observed.shapes import Shape, collection_in, is_paged

RECORDS = [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]


def shape(body: Any, name: str = "ships") -> Shape | None:
    return collection_in(Answer("/ships", 200, body=body), name, "https://api.test")


@pytest.mark.parametrize(
    ("body", "path", "kind"),
    [
        (RECORDS, (), "list"),
        ({"ships": RECORDS, "total": 2}, ("ships",), "list"),
        ({"status": "success", "data": {"result": RECORDS}}, ("data", "result"), "list"),
        ({"_embedded": {"sh:ships": RECORDS}, "_links": {}}, ("_embedded", "sh:ships"), "list"),
        ({"status": "success", "data": ["up", "down"]}, ("data",), "list"),
        ({"repositories": ["a", "b"]}, ("repositories",), "list"),
        ({"rows": [[1, "a"], [2, "b"]], "columns": ["id", "name"]}, ("rows",), "table"),
        ({"first": {"id": 1, "name": "a"}, "second": {"id": 2, "name": "b"}}, (), "map"),
        ({"items": []}, ("items",), "list"),
    ],
)
def test_a_collection_is_found_where_it_stands(body: Any, path: tuple[str, ...], kind: str) -> None:
    found = shape(body)
    assert found is not None
    assert (found.path, found.shape) == (path, kind)


@pytest.mark.parametrize(
    "body",
    [
        {"id": 7, "name": "Argo", "crew": [{"id": 1}, {"id": 2}]},
        {"error": "no", "errors": [{"message": "no"}]},
        {"version": "1"},
        "text",
        None,
    ],
)
def test_one_record_an_error_and_a_text_are_none(body: Any) -> None:
    assert shape(body) is None


def test_rows_are_records_with_the_names_of_their_columns() -> None:
    found = shape({"rows": [[1, "a"]], "columns": ["id", "name"]})
    assert found is not None
    assert found.records({"rows": [[1, "a"]], "columns": ["id", "name"]}) == [{"id": 1, "name": "a"}]


def test_a_page_says_that_it_is_one() -> None:
    assert is_paged(Answer("/", 200, body={"results": RECORDS, "next": None}), Shape(("results",)))
    assert is_paged(Answer("/", 200, body={"results": RECORDS, "total": 57}), Shape(("results",)))
    assert not is_paged(Answer("/", 200, body={"results": RECORDS}), Shape(("results",)))
