"""Some fields of records."""

from typing import Any

import pytest
from driversmith.tools.answers.record_fields import check_fields, picked
from mcp.server.mcpserver.exceptions import ToolError

REX: dict[str, Any] = {
    "id": 1,
    "name": "Rex",
    "owner": {"name": "Ada", "home": {"city": "Ulm", "zip": "1"}},
    "tags": [{"name": "a", "n": 1}, {"name": "b"}, "odd"],
    "a.b": 7,
    "gone": None,
}


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        (["name", "id"], {"id": 1, "name": "Rex"}),
        (["owner.name"], {"owner": {"name": "Ada"}}),
        (["owner.home.city", "owner.name"], {"owner": {"home": {"city": "Ulm"}, "name": "Ada"}}),
        (["owner", "owner.name"], {"owner": REX["owner"]}),
        (["owner.name", "owner"], {"owner": REX["owner"]}),
        (["tags.name"], {"tags": [{"name": "a"}, {"name": "b"}]}),
        (["tags.n"], {"tags": [{"n": 1}, {}]}),
        (["tags", "tags.name"], {"tags": REX["tags"]}),
        (["a.b"], {"a.b": 7}),
        (["gone", "missing"], {"gone": None}),
        (["gone.name", "name.first"], {}),
    ],
)
def test_fields_are_taken_by_name_and_by_path(fields: list[str], found: dict[str, Any]) -> None:
    before = repr(REX)
    assert picked(REX, fields) == found
    assert repr(REX) == before, "the record stays as it is"


def refusal(fields: list[str], records: list[dict[str, Any]], described: tuple[str, ...] = ()) -> str:
    with pytest.raises(ToolError) as refused:
        check_fields(fields, records, described)
    return str(refused.value)


def test_an_unknown_field_is_refused_with_those_that_are_known() -> None:
    text = refusal(["id", "nmae"], [REX], ("id", "born"))
    assert text == ("fields: there is no 'nmae'. Did you mean name? Known: id, born, name, owner, tags, a.b, gone.")


def test_an_unknown_field_inside_is_refused_with_those_that_are_known_there() -> None:
    assert refusal(["owner.nmae"], [REX]) == (
        "fields: there is no 'owner.nmae' in owner. Did you mean name? Known in owner: name, home."
    )
    assert "Known in owner.home: city, zip." in refusal(["owner.home.street"], [REX])
    assert "Known in tags: name, n." in refusal(["tags.label"], [REX])
    assert refusal(["name.first"], [REX]) == "fields: name holds no fields, so 'name.first' leads nowhere."


def test_what_the_description_knows_is_no_mistake_where_records_lack_it() -> None:
    check_fields(["born", "owner.name", "id"], [{"id": 1}], ("id", "born", "owner"))
    check_fields(["owner.name"], [{"owner": None}, {"owner": {}}], ())
    check_fields(["tags.name"], [{"tags": []}], ())


def test_what_some_records_have_is_no_mistake() -> None:
    check_fields(["owner.name", "tags.n", "a.b"], [{"id": 1}, REX], ())


def test_nothing_is_refused_where_nothing_is_known() -> None:
    check_fields(["anything"], [], ())
