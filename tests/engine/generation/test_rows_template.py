"""How a driver reads records that are written as text: CSV, TSV and lines of JSON, and what it says of broken ones."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from driversmith.engine.facts.answer import text_of
from driversmith.engine.facts.record_shapes import RecordsMissingError, records_of
from driversmith.engine.facts.rows import BrokenRowsError, rows_of
from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.models.profile import ApiProfile, FieldProfile, RecordForm, ResponseProfile, form_of

from .conftest import Rig
from .profiles import operation, parameter, profile, thing

Make = Callable[[ApiProfile], Rig]
FIELDS = {
    "tonnes": FieldProfile(type="integer"),
    "afloat": FieldProfile(type="boolean"),
    "name": FieldProfile(type="string"),
}


def ships(media_type: str) -> ApiProfile:
    response = ResponseProfile(media_type=media_type, kind="text", type="string")
    read = operation("list_ships", "GET /ships", response=response)
    return profile("Harbour", [read], [thing("ships", {"read": "list_ships"}, fields=FIELDS)])


def read(rig: Make, media_type: str, content: bytes, answered: str = "") -> Any:
    """What a driver reads, and what is read apart from it: the same."""
    found = rig(ships(media_type))
    headers = {"Content-Type": answered or f"{media_type}; charset=utf-8"}
    records = found.open(lambda _: httpx2.Response(200, content=content, headers=headers)).read("ships")
    form: RecordForm = form_of(media_type) or "csv"
    text = text_of(content, {"content-type": headers["Content-Type"]})
    own = rows_of(text, form, FIELDS) if content else []
    assert records == [row if isinstance(row, dict) else {"value": row} for row in own]
    return records


@pytest.mark.parametrize(
    ("media_type", "content", "records"),
    [
        ("text/csv", b"name,tonnes\r\nAda,7\r\n", [{"name": "Ada", "tonnes": 7}]),
        ("text/csv", b'\xef\xbb\xbf"name","note"\n"A ""b"", c","two\nlines"\n', [{"name": 'A "b", c', "note": "two\nlines"}]),
        ("text/csv", b"name;tonnes;afloat\nAda;;TRUE\nBo;many;\n", [
            {"name": "Ada", "tonnes": None, "afloat": True},
            {"name": "Bo", "tonnes": "many", "afloat": None},
        ]),
        ("text/csv", b"name,,name\n1,2,3\n", [{"name": "1", "column_2": "2", "name_3": "3"}]),
        ("text/csv", b"name,tonnes\n", []),
        ("text/csv", b"", []),
        ("text/csv; charset=iso-8859-1", "name\nJörg\n".encode("latin-1"), [{"name": "Jörg"}]),
        ("text/tab-separated-values", b"name\ttonnes\nA, b\t7\n", [{"name": "A, b", "tonnes": 7}]),
        ("application/x-ndjson", b'{"a": 1}\n\n[2]\n{"a": 3}', [{"a": 1}, {"value": [2]}, {"a": 3}]),
        ("application/json-seq", b'\x1e{"a": 1}\n\x1e{"a": 2}\n', [{"a": 1}, {"a": 2}]),
    ],
)  # fmt: skip
def test_text_becomes_records(rig: Make, media_type: str, content: bytes, records: Any) -> None:
    assert read(rig, media_type, content, media_type if "charset" in media_type else "") == records


@pytest.mark.parametrize(
    ("media_type", "content", "answered", "said"),
    [
        ("application/x-ndjson", b'{"a": 1}\n{"a": ', "", "broken"),
        ("text/csv", b'name,tonnes\nAda,"7', "", "unexpected end"),
        ("text/csv", b"name,tonnes\nAda\n", "", "line 2 has 1 values for 2 columns"),
        ("text/csv", b"name,tonnes\nAda,7,8\n", "", "line 2 has 3 values for 2 columns"),
        ("text/csv", b"," * 1_000_000 + b"\n", "", "1000001 columns"),
        ("text/csv", b"name\n" + b"x" * (17 << 20), "", "field limit"),
        ("text/csv", b"<!doctype html><html>Sign in", "text/html", "HTML"),
        ("text/csv", b'{"error": "no"}', "application/json", "no csv"),
        ("application/x-ndjson", b"\x00\x01", "application/octet-stream", "no lines"),
    ],
)
def test_what_is_broken_or_something_else_is_told(
    rig: Make, media_type: str, content: bytes, answered: str, said: str
) -> None:
    found = rig(ships(media_type))
    answer = httpx2.Response(200, content=content, headers={"Content-Type": answered or media_type})
    with pytest.raises(found.package.exceptions.UnexpectedResponseError, match=said) as raised:
        found.open(lambda _: answer).read("ships")
    assert len(str(raised.value)) < 500
    if answered != "application/json":
        with pytest.raises(BrokenRowsError):
            rows_of(content.decode("utf-8"), form_of(media_type) or "csv", FIELDS)


def tides(shape: str, path: str, *others: str) -> ApiProfile:
    read = operation("get_tides", "GET /tides")
    more = {"shape": shape, "record_path": (path,), "other_keys": others}
    return profile("Harbour", [read], [thing("tides", {"read": "get_tides"}, **more)])


HOURS = {"time": ["a", "b"], "tide": [1.5, None]}
POINT = {"type": "Point", "coordinates": [1, 2]}


@pytest.mark.parametrize(
    ("described", "body", "records"),
    [
        (("columns", "hourly"), {"hourly": HOURS}, [{"time": "a", "tide": 1.5}, {"time": "b", "tide": None}]),
        (("columns", "hourly", "daily"), {"lat": 1, "daily": {"time": ["c"]}}, [{"time": "c"}]),
        (("columns", "hourly", "current"), {"current": {"time": "c", "tide": 2}}, [{"time": "c", "tide": 2}]),
        (("columns", "hourly"), {"hourly": {}}, []),
        (("columns", "hourly"), {"hourly": None}, []),
        (
            ("columns", "hourly"),
            [{"lat": 1, "u": {}, "hourly": {"time": ["a"]}}, {"lat": 2, "hourly": {"time": ["b"]}}],
            [{"lat": 1, "time": "a"}, {"lat": 2, "time": "b"}],
        ),
        (
            ("features", "features"),
            {"features": [{"type": "Feature", "id": 7, "geometry": POINT, "properties": {"id": "x", "depth": 2}}]},
            [{"feature_id": 7, "geometry": POINT, "id": "x", "depth": 2}],
        ),
        (
            ("features", "features"),
            {"features": [{"type": "Feature", "geometry": None, "properties": None}]},
            [{"type": "Feature", "geometry": None, "properties": None}],
        ),
        (("columns", "hourly"), {"hourly": {"time": ["a", "b"], "tide": [1]}}, "different lengths"),
        (("columns", "hourly", "daily"), {"hourly": HOURS, "daily": HOURS}, "ask for one of them"),
        (("columns", "hourly"), {"error": True}, "has no 'hourly'"),
        (("features", "features"), {"type": "FeatureCollection"}, "has no 'features'"),
    ],
)
def test_columns_and_features_become_records(rig: Make, described: Any, body: Any, records: Any) -> None:
    shaped = tides(*described)
    found = rig(shaped)
    driver = found.open(lambda _: httpx2.Response(200, json=body))
    if not isinstance(records, str):
        assert driver.read("tides") == records
        assert records_of(shaped.objects["tides"], body) == records
        return
    with pytest.raises(found.package.exceptions.UnexpectedResponseError, match=records):
        driver.read("tides")
    with pytest.raises(RecordsMissingError):
        records_of(shaped.objects["tides"], body)


def test_an_example_asks_for_the_columns_that_it_reads() -> None:
    asking = operation("get_tides", "GET /tides", parameter("hourly", type="array", example=["tide"]))
    shaped = tides("columns", "hourly").model_copy(update={"operations": {"get_tides": asking}})
    texts = {file.path: file.text for file in write_driver(shaped).files}
    assert 'hourly=["tide"]' in texts["README.md"]


def test_a_driver_reads_text_and_rows_below_columns_alike(rig: Make) -> None:
    text = ResponseProfile(media_type="text/csv", kind="text", type="string")
    reads = [operation("list_ships", "GET /ships", response=text), operation("list_tides", "GET /tides")]
    tides = thing("tides", {"read": "list_tides"}, shape="table", record_path=("rows",), columns_path=("columns",))
    found = rig(profile("Harbour", reads, [thing("ships", {"read": "list_ships"}), tides]))
    csv = httpx2.Response(200, text="name\nAda\n", headers={"Content-Type": "text/csv"})
    driver = found.open([csv, httpx2.Response(200, json={"columns": ["at"], "rows": [[1]]})])
    assert (driver.read("ships"), driver.read("tides")) == ([{"name": "Ada"}], [{"at": 1}])
