"""How a session's result is told."""

import json

import pytest
from driversmith.engine.models.choices import Choice
from driversmith.engine.models.driver import ObjectVerification, Verification
from driversmith.engine.models.facts import Contradiction
from driversmith.engine.models.profile import SkippedOperation
from driversmith.engine.models.session import ErrorInfo, PublishedFile, SessionStatus, SupervisedResult
from driversmith.engine.views.weights import weight
from driversmith.tools.answers.supervised import supervised_answer, told, trim

SUCCEEDED = SupervisedResult(
    session_id="s1", status="succeeded", success=True, driver_name="shop_driver", output_path="/home/me/shop_driver"
)


def test_a_result_of_a_very_large_api_fits_a_chat() -> None:
    result = SUCCEEDED.model_copy(
        update={
            "skipped": [SkippedOperation(operation=f"GET /{n}", reason="other_server") for n in range(900)],
            "files": [PublishedFile(path=f"f{n}.py", sha256="0" * 64, author="template") for n in range(300)],
            "preview": {f"object_{n}": [{"text": "x" * 4000}] * 3 for n in range(200)},
        }
    )
    answer = supervised_answer(result)
    assert len(json.dumps(answer.structured_content)) < 60_000
    notes = " ".join(answer.structured_content["notes"])
    for said in ("more skipped operations", "more files", "more objects have a preview", 'cursor="result-1"'):
        assert said in notes
    SupervisedResult.model_validate(answer.structured_content)


def test_a_small_result_is_left_as_it_is() -> None:
    result = SUCCEEDED.model_copy(update={"preview": {"pets": [{"id": 1, "name": "Rex"}]}})
    assert trim(result) == result.model_copy(update={"links": {"log": "driversmith://sessions/s1/log"}})


def test_a_preview_that_is_cut_says_how_to_read_the_rest() -> None:
    for preview in (
        {"pets": [{"text": "x" * 4000}]},
        {"pets": [{"rows": ["x" * 200] * 20}]},
        {f"object_{n}": [{"text": "x" * 200}] * 3 for n in range(30)},
    ):
        text = told(trim(SUCCEEDED.model_copy(update={"preview": preview})))
        assert "read_records" in text and len(text) < 12_000
    whole = told(trim(SUCCEEDED.model_copy(update={"preview": {"pets": [{"id": 1, "name": "Rex"}]}})))
    assert "read_records" not in whole and '"Rex"' in whole


def test_skipped_operations_are_told_with_a_way_to_them() -> None:
    skipped = [SkippedOperation(operation="GET /x", reason="other_server")]
    text = told(SUCCEEDED.model_copy(update={"skipped": skipped}))
    assert 'get_session(session_id="s1", view="profile")' in text


def test_a_failure_says_what_to_do_next() -> None:
    error = ErrorInfo(code="unreachable", message="The host does not answer.", next_action="Check the URL.")
    text = told(SupervisedResult(session_id="s1", status="failed", error=error))
    assert text == "Failed [unreachable]: The host does not answer. Check the URL. (session s1)"


@pytest.mark.parametrize("status", ["queued", "running", "interrupted", "waiting_for_host"])
def test_an_unfinished_session_says_how_to_go_on(status: SessionStatus) -> None:
    text = told(SupervisedResult(session_id="s1", status=status))
    assert "s1" in text and "get_session" in text


def test_research_alone_says_that_nothing_was_written() -> None:
    assert "no file was written" in told(
        SupervisedResult(session_id="s1", status="succeeded", success=True, driver_name="x_driver")
    )


def test_no_result_is_longer_than_an_answer_may_be_and_the_rest_of_each_is_named() -> None:
    long = "a long story " * 400
    result = SUCCEEDED.model_copy(
        update={
            "notes": [long] * 30,
            "error": ErrorInfo(code="contract_failed", message=long, next_action=long),
            "skipped": [SkippedOperation(operation=f"GET /{n}", reason="other_server", detail=long) for n in range(90)],
            "contradictions": [Contradiction(fact=f"/{n}", described=1, observed=2, because=long) for n in range(90)],
            "choices": [Choice(argument="server", question=long, options=(long,) * 12, taken=long)] * 2,
            "kept_files": [long] * 90,
            "verification": Verification(objects={f"o{n}": ObjectVerification(note=long) for n in range(900)}),
            "preview": {f"object_{n}": [{str(m): long for m in range(40)}] * 3 for n in range(200)},
        }
    )
    for status in ("succeeded", "failed"):
        answer = supervised_answer(result.model_copy(update={"status": status, "success": status == "succeeded"}))
        size = weight(answer.structured_content) + sum(weight(part.model_dump(mode="json")) for part in answer.content)
        assert size < 60_000
        assert answer.structured_content is not None and answer.structured_content["error"]["message"] != long
        assert any('cursor="result-1"' in note for note in answer.structured_content["notes"])
