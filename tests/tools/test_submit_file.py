"""What the calling agent hears when it hands in a file."""

import pytest
from driversmith.engine.models.findings import Finding, ValidationReport
from driversmith.engine.models.session import GenerateRequest, HostRequest, SessionRecord, SupervisedResult
from driversmith.engine.supervision.handing_in import HandedIn
from driversmith.tools.submit_file import answered

WANTED = HostRequest(
    path="README.md",
    role="generate",
    attempt=1,
    try_number=1,
    instruction="Task: generate ...",
    context=("long rules",),
    step="attempt/1/generate/README.md/1#0",
    wanted_at=1.0,
)


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


def test_the_next_request_comes_without_what_the_first_one_held() -> None:
    record = a_session("waiting_for_host", host_request=WANTED)
    told = answered(HandedIn(report=ValidationReport(ok=True), record=record))
    assert told.next_request.path == "README.md"
    assert told.next_request.context == ()
    assert "README.md" in told.session and "submit_file" in told.session


def test_findings_come_with_the_request_to_mend_them() -> None:
    finding = Finding(code="F821", severity="P0", file="client.py", message="no name x")
    wanted = WANTED.model_copy(update={"path": "client.py", "role": "repair", "try_number": 2})
    record = a_session("waiting_for_host", host_request=wanted)
    told = answered(HandedIn(report=ValidationReport.of([finding]), record=record))
    assert not told.ok
    assert told.findings == (finding,)
    assert told.next_request.try_number == 2


@pytest.mark.parametrize("status", ["running", "queued"])
def test_a_session_that_is_still_at_work_says_how_to_go_on(status) -> None:
    told = answered(HandedIn(report=None, record=a_session(status)))
    assert told.next_request is None and told.result is None
    assert "get_session" in told.session


def test_the_last_file_brings_the_result() -> None:
    record = a_session("succeeded", success=True, output_path="/drivers/pets_driver")
    told = answered(HandedIn(report=ValidationReport(ok=True), record=record))
    assert told.result.success
    assert "Succeeded" in told.session
