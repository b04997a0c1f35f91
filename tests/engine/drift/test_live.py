"""What a read of today says of a driver: by structure, and never of an API that is only down."""

from pathlib import Path
from typing import Any

import pytest
from driversmith.engine.drift.live import NOTHING, Before, receipt_of, seen
from driversmith.engine.facts.answer import Answer, answer_of
from driversmith.engine.facts.structure import always_there, field_kinds, structure_hash
from driversmith.engine.models.profile import (
    ApiProfile,
    DescriptionSource,
    Evidence,
    FieldProfile,
    ObjectProfile,
)
from driversmith.engine.models.report import LiveRead
from driversmith.engine.proof.live_reads import Reading
from driversmith.engine.sandbox.port import Raised

BOOKS = ObjectProfile(
    name="books",
    operations={"read": "list_books"},
    fields={
        "id": FieldProfile(type="integer", required=True),
        "title": FieldProfile(type="string"),
        "note": FieldProfile(type="string"),
    },
    evidence=Evidence(pointer="#"),
)
PROFILE = ApiProfile(
    api_name="Library",
    source=DescriptionSource(location="x", format="OpenAPI 3.1.0", sha256="0", size=1),
    base_url="https://library.example",
    objects={"books": BOOKS},
)
FULL = [{"id": n, "title": f"t{n}", "note": "x"} for n in range(3)]


def before(records: list[dict[str, Any]]) -> Before:
    keys = always_there(field_kinds(records), len(records))
    return Before(True, len(records), structure_hash(records), frozenset(keys))


def told(records: list[dict[str, Any]], known: Before | None = None) -> set[tuple[str, str]]:
    live = LiveRead(object_name="books", ok=True, count=len(records), structure=structure_hash(records))
    found = seen(Reading(live, fields=field_kinds(records)), PROFILE, known or before(FULL), has_key=False)
    return {(change.kind, change.impact) for change in found.changes}


def failed(kind: str, *answers: Answer, known: Before | None = None, profile: ApiProfile = PROFILE) -> tuple[int, bool]:
    live = LiveRead(object_name="books", ok=False, error="It failed.")
    found = seen(
        Reading(live, answers, Raised(type=kind, message="It failed.")), profile, known or before(FULL), has_key=False
    )
    return len(found.changes), bool(found.not_checked)


def test_other_values_and_an_optional_field_that_is_absent_are_no_drift() -> None:
    assert told([{"id": 9, "title": "other", "note": "words"}]) == set()
    assert told([{"id": 9, "title": "other"}]) == set()
    assert told([{"id": 9, "title": None, "note": "x"}]) <= {("field_changed", "harmless")}


def test_a_field_that_all_had_and_that_another_took_the_place_of_was_renamed() -> None:
    renamed = [{"id": n, "name": "x", "note": "x"} for n in range(3)]
    assert told(renamed) == {("field_removed", "breaking"), ("field_added", "told")}
    assert told(renamed, NOTHING) == {("field_added", "told")}  # what earlier records had is not known


def test_a_required_field_that_is_gone_and_another_type_break_the_driver() -> None:
    assert told([{"title": "t", "note": "x"}]) == {("field_removed", "breaking")}
    assert told([{"id": "1", "title": "t", "note": "x"}]) == {("field_changed", "breaking")}


def test_keys_that_are_data_say_nothing() -> None:
    assert told([{"id": 1, "title": "t", "note": "x", "2024-05-01": 3, "9f86d081": 4}]) == set()


def test_an_api_that_is_down_busy_or_wants_a_key_is_not_checked() -> None:
    answer = answer_of("/books", 503, {}, b"")
    assert failed("ServerError", answer) == (0, True)
    assert failed("DriverConnectionError") == (0, True)
    assert failed("AuthenticationError", answer, known=NOTHING) == (0, True)


def test_an_api_that_refuses_what_it_once_answered_has_changed() -> None:
    answer = answer_of("/books", 404, {}, b"{}")
    for kind in ("ObjectNotFoundError", "InvalidRequestError", "AuthenticationError"):
        assert failed(kind, answer) == (1, False)


def test_no_record_tells_nothing() -> None:
    live = LiveRead(object_name="books", ok=True)
    assert seen(Reading(live), PROFILE, before(FULL), has_key=False).not_checked


@pytest.mark.parametrize("text", [None, "", "[]", '{"objects": 3}', '{"objects": {"a": 1}}', "\0", "[" * 100_000])
def test_a_receipt_that_cannot_be_read_is_none(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "proof.json").write_text(text)
    assert receipt_of(tmp_path) == {}
