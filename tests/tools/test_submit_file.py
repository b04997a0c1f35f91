"""What the calling agent hears when it hands in a file."""

from typing import Any

import pytest
from driversmith.engine.models.findings import Finding, ValidationReport
from driversmith.engine.models.session import GenerateRequest, HostRequest, SessionRecord, SupervisedResult
from driversmith.engine.sessions.submissions import Submission
from driversmith.tools.submit_file import answered

WANTED = HostRequest(
    path="README.md",
    role="generate",
    attempt=1,
    try_number=1,
    instruction="Task: generate ...",
    context=("The template's README.",),
    told_before=True,
    step="attempt/1/generate/README.md/1#0",
    wanted_at=1.0,
)
AGAIN = WANTED.model_copy(update={"path": "client.py", "role": "repair", "try_number": 2, "instruction": "Mend F821."})
FINDING = Finding(code="F821", severity="P0", file="client.py", message="no name x")
KEPT = "The driver keeps 57 behaviours in a run against a server that plays the API."
BROKEN = "The driver breaks 2 of 57 behaviours in a run against a server that plays the API: read-every-page."


def a_session(status, **result) -> SessionRecord:
    return SessionRecord(
        session_id="s1",
        key="k",
        request=GenerateRequest(api_name="Pets", api_url="https://pets.example", output_dir="/drivers"),
        status=status,
        project_path="/drivers/pets_driver",
        created_at="2026-11-22T00:00:00Z",
        updated_at="2026-11-22T00:00:00Z",
        result=SupervisedResult(session_id="s1", status=status, **result),
    )


def handed(record: SessionRecord, *findings: Finding, **values: Any) -> Submission:
    """A client that was handed in and checked."""
    return Submission("client.py", ValidationReport.of(list(findings)), record, **{"accepted": not findings, **values})


def test_a_file_that_passes_brings_the_next_request_with_what_is_new_in_it() -> None:
    record = a_session("waiting_for_host", host_request=WANTED)
    told, text = answered(handed(record, happened=(KEPT,)))
    assert told.ok
    assert text.startswith(f"client.py passes its own checks. {KEPT}\nSession s1 waits for README.md")
    assert told.session.startswith(f"client.py passes its own checks. {KEPT}")
    assert told.next_request is not None
    assert told.next_request.context == ("The template's README.",)
    assert 'submit_file(session_id="s1", path="README.md"' in text and "The template's README." in text


def test_findings_are_told_once_with_the_request_to_mend_them() -> None:
    record = a_session("waiting_for_host", host_request=AGAIN)
    told, text = answered(handed(record, FINDING))
    assert not told.ok
    assert told.findings == (FINDING,)
    assert text.startswith("client.py does not pass: 1 finding.\nSession s1 waits for client.py")
    assert text.count("F821") == 1


def test_a_file_that_passes_alone_is_not_called_ok_where_the_driver_fails_with_it() -> None:
    run = Finding(code="contract-run-read-every-page", severity="P1", file="client.py", message="3 of 7 records")
    record = a_session("waiting_for_host", host_request=AGAIN)
    told, text = answered(handed(record, run, accepted=True, happened=(BROKEN,)))
    assert not told.ok
    assert text.startswith(f"client.py passes its own checks. {BROKEN}\n")
    assert "ok: no findings" not in text and "ok: no findings" not in told.session


def test_findings_are_told_where_the_next_request_is_another_one() -> None:
    another = WANTED.model_copy(update={"path": "client.py", "attempt": 2})
    record = a_session("waiting_for_host", host_request=another)
    failed = "Attempt 1 failed: The model did not get client.py right."
    _, text = answered(handed(record, FINDING, happened=(failed,)))
    assert failed in text
    assert "P0 client.py:1:1 F821: no name x" in text


@pytest.mark.parametrize("status", ["running", "queued"])
def test_a_session_that_is_still_at_work_says_how_to_go_on(status) -> None:
    told, text = answered(Submission("client.py", None, a_session(status)))
    assert told.next_request is None and told.result is None
    assert "client.py is being checked" in text and "get_session" in text


def test_the_last_file_brings_the_result() -> None:
    record = a_session("succeeded", success=True, output_path="/drivers/pets_driver")
    told, text = answered(handed(record))
    assert told.result is not None
    assert told.result.success
    assert "Succeeded" in told.session and "Succeeded" in text


def test_a_failure_with_very_many_and_long_findings_fits_a_chat() -> None:
    many = [FINDING.model_copy(update={"line": n, "message": "x" * 900, "hint": "y" * 400}) for n in range(300)]
    told, text = answered(handed(a_session("failed"), *many))
    assert len(text) < 40_000 and len(told.model_dump_json()) < 60_000
