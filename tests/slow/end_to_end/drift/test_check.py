"""`check`: what changed about an API, and whether the driver is affected."""

import json
from typing import Any

from .conftest import Shelf


def kinds(report: dict[str, Any], impact: str) -> set[str]:
    return {change["kind"] for change in report["changes"] if change["impact"] == impact}


def test_nothing_changed(shelf: Shelf) -> None:
    code, report = shelf.check("--live")
    assert (code, report["description"], report["api"], report["changes"]) == (0, "unchanged", "read", []), report
    assert all(asked.startswith("GET ") for asked in shelf.library.asked)
    assert report["requests"] <= 6


def test_without_live_the_api_is_not_asked(shelf: Shelf) -> None:
    code, report = shelf.check()
    assert (code, report["api"]) == (0, "not_asked"), report
    assert shelf.library.asked == ["GET /openapi.json"]


def test_prose_and_values_that_changed_are_no_drift(shelf: Shelf) -> None:
    shelf.library.moves(prose="Now with many more words.", note=False)
    code, report = shelf.check("--live")
    assert (code, report["changes"], report["checked"]) == (0, [], True), report


def test_what_was_only_added_alarms_nobody(shelf: Shelf) -> None:
    shelf.library.moves(more=("shelf", "colour"))
    code, report = shelf.check("--live")
    assert code == 0, report
    assert kinds(report, "told") == {"field_added"}
    assert kinds(report, "breaking") == set()


def test_each_kind_of_change_is_named(shelf: Shelf) -> None:
    for changes, kind in (
        ({"title": "name"}, "field_removed"),
        ({"envelope": "items"}, "records_moved"),
        ({"path": "/v2/books"}, "operation_moved"),
        ({"needs": "region"}, "parameter_required"),
        ({"paging": "cursor"}, "pagination_changed"),
    ):
        shelf.library.moves(**vars(type(shelf.library.done)()))
        shelf.library.moves(**changes)
        code, report = shelf.check()
        assert code == 1 and kind in kinds(report, "breaking"), (changes, report)


def test_an_api_that_moves_on_without_a_word_is_found_by_its_answers(shelf: Shelf) -> None:
    told = shelf.library.described
    for changes, kind in (
        ({"title": "name"}, "field_removed"),
        ({"envelope": "items"}, "read_wrongly"),
        ({"path": "/v2/books"}, "read_fails"),
        ({"needs": "region"}, "read_fails"),
    ):
        shelf.library.moves(**vars(type(told)()))
        shelf.library.moves(**changes)
        shelf.library.described = told
        assert shelf.check()[0] == 0
        code, report = shelf.check("--live")
        assert code == 1 and kind in kinds(report, "breaking"), (changes, report)


def test_what_cannot_be_checked_is_never_called_unchanged(shelf: Shelf) -> None:
    shelf.library.is_up = False
    code, report = shelf.check("--live")
    assert (code, report["description"], report["api"]) == (2, "not_checked", "not_checked"), report
    assert len(report["not_checked"]) >= 2
    done = shelf.run("check", str(shelf.project))
    assert done.returncode == 2
    assert "Could not check" in done.stderr and "not affected" not in done.stdout + done.stderr


def test_sarif_holds_each_change_with_its_level(shelf: Shelf) -> None:
    shelf.library.moves(title="name")
    done = shelf.run("check", str(shelf.project), "--sarif")
    log = json.loads(done.stdout)
    assert (done.returncode, log["version"]) == (1, "2.1.0")
    (run,) = log["runs"]
    levels = {result["ruleId"]: result["level"] for result in run["results"]}
    assert levels == {"field_removed": "error", "field_added": "note"}
