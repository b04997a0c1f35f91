"""Whatever is written to the journal behind the sink is written without secrets."""

from pathlib import Path

from driversmith.engine.journal.clean import clean_journal
from driversmith.engine.journal.ownership import this_process
from driversmith.engine.models.diagnosis import Diagnosis
from driversmith.engine.models.driver import DriverFile
from driversmith.engine.models.session import ErrorInfo, SupervisedResult
from driversmith.engine.network.redaction import REDACTED, Redactor

SECRET = "s3cret-Value-123456"


async def test_every_write_is_cleaned(journal, asked) -> None:
    clean = clean_journal(journal, Redactor([SECRET]).clean)
    record, _ = await clean.create_session(
        asked(api_name=f"Pets {SECRET}"), key="k", project_path="/drivers/pets_driver"
    )
    session = record.session_id
    epoch = await clean.claim(session, this_process(), lease_seconds=100)
    await clean.append_event(session, epoch, "step.progress", f"Asked with {SECRET}.", data={SECRET: [SECRET]})
    await clean.store_step(session, epoch, "a", {"deep": [{"text": f"?key={SECRET}"}], SECRET: 1})
    await clean.record_attempt(
        session, epoch, 1, engine="template", outcome="failed", elapsed_seconds=1, data={"x": SECRET}
    )
    await clean.store_files(session, epoch, [DriverFile(path="a.py", text=f"KEY = '{SECRET}'\n")])
    usage = {"input_tokens": 1, "cached_tokens": 0, "output_tokens": 1, "cost_usd": 0.0, "latency_seconds": 1.0}
    await clean.add_usage(session, epoch, role="repair", model="m", data={"x": SECRET}, **usage)
    diagnosis = Diagnosis(
        error_type="api",
        fault_kind="network",
        root_cause=f"refused {SECRET}",
        can_fix=False,
        fix_strategy="abort",
        fix_description="-",
        confidence=1,
    )
    await clean.add_diagnosis(session, diagnosis, fingerprint="f", findings=[f"found {SECRET}"])
    error = ErrorInfo(code="unreachable", message=f"no {SECRET}")
    result = SupervisedResult(session_id=session, status="failed", error=error, notes=[SECRET])
    await clean.release(session, epoch, "failed", result)
    assert [e.message for e in await journal.events(session)] == [f"Asked with {REDACTED}."]
    assert await journal.step_result(session, "a") == {"deep": [{"text": f"?key={REDACTED}"}], REDACTED: 1}
    assert await journal.file_text(session, "a.py") == f"KEY = '{REDACTED}'\n"
    kept = await journal.session(session)
    assert kept.result is not None and kept.result.notes == [REDACTED]
    found = [path.name for path in Path(journal.path).parent.iterdir() if SECRET.encode() in path.read_bytes()]
    assert found == []


async def test_what_holds_no_secret_is_written_as_it_is(journal, asked) -> None:
    clean = clean_journal(journal, Redactor([SECRET]).clean)
    record, new = await clean.create_session(asked(), key="k", project_path="/drivers/pets_driver")
    assert new and record.request == asked()
    assert await clean.session(record.session_id) == record
