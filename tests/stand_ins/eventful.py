"""Sessions in which much happened: tries, runs, a diagnosis, a plan, a corrected fact, costs; over several days."""

from typing import Any

from driversmith.engine.journal.ownership import this_process
from driversmith.engine.journal.port import Journal
from driversmith.engine.models.diagnosis import Diagnosis
from driversmith.engine.models.driver import ObjectVerification, Verification
from driversmith.engine.models.facts import Contradiction
from driversmith.engine.models.principal import LOCAL, Principal
from driversmith.engine.models.profile import SkippedOperation
from driversmith.engine.models.session import ErrorInfo, FixApplied, GenerateRequest, SupervisedResult

HOSTILE = (
    "</script><script>document.title='owned'</script><img src=x onerror=document.title='owned'>"
    "{{library}} \u202egpj.exe\u2028 &lt;b&gt; $& `${alert(1)}`"
)
"""Markup, an end of script, a place in the template, marks that turn writing around, patterns of replacements."""
DAY = 86_400.0


class Clock:
    """Unix seconds, as a test moves them."""

    def __init__(self) -> None:
        self.seconds = 1_795_900_000.0

    def __call__(self) -> float:
        return self.seconds


async def eventful(
    journal: Journal, clock: Clock | None = None, *, principal: Principal = LOCAL, words: str = "", days: int = 3
) -> list[str]:
    """A session a day, oldest first: right at once, healed in its second attempt, failed, and so on; their ids. `words` stand
    in every text that strangers write."""
    return [await _session(journal, clock or Clock(), principal, words, number) for number in range(days)]


async def _session(journal: Journal, clock: Clock, principal: Principal, words: str, number: int) -> str:
    clock.seconds += DAY
    name = ("Ferries", "Ships", "Museum")[number % 3] + words
    kind = ("first_try", "healed", "failed")[number % 3]
    folder = f"/drivers/{('ferries', 'ships', 'museum')[number % 3]}_driver"
    request = GenerateRequest(api_name=name, api_url=f"https://example.test/{words}", output_dir="/drivers")
    record, _ = await journal.create_session(request, key=f"{number}", project_path=folder, principal=principal)
    session = record.session_id
    epoch = await journal.claim(session, this_process(), lease_seconds=1e9)
    assert epoch is not None

    async def told(kind: str, message: str, level: Any = "info", **data: Any) -> None:
        clock.seconds += 1.5
        await journal.append_event(session, epoch, kind, f"{message}{words}", level=level, data=data)

    async def attempt(attempt: int, outcome: str, strategy: str | None, tries: int) -> None:
        data = {
            "strategy": strategy, "mode": "full", "tries": {f"ships_driver/client.py{words}": tries},
            "findings": {f"swallowed-error{words}": tries - 1} if tries > 1 else {}, "contract_runs": tries,
            "error": {"code": "contract_failed", "message": f"It stops early.{words}"} if outcome == "failed" else None,
        }  # fmt: skip
        await journal.record_attempt(
            session, epoch, attempt, engine="model", outcome=outcome, elapsed_seconds=4.2, data=data
        )

    contradiction = Contradiction(
        fact=f"/objects/ships/records{words}",
        described={"record_path": [], "shape": "list"},
        observed={"record_path": [f"ships{words}"], "shape": "list"},
        because=f"The answer has a list under ships.{words}",
    )
    await told("session.started", "Making a driver.")
    await told("step.started", "Looking for a description.", step="research")
    await told("attempt.started", "Attempt 1.", attempt=1)
    await _paid(journal, session, epoch)
    if kind == "first_try":
        await told("file.accepted", "client.py, try 1: accepted", path="client.py", attempt=1, outcome="accepted")
        await told("driver.ran", "The driver keeps 54 behaviours.", passed=54, broken=[])
        await attempt(1, "succeeded", None, 1)
    else:
        await told("file.rejected", "client.py, try 1: rejected", "warning", attempt=1, findings=[f"F821{words}"])
        await told("driver.ran", "The driver breaks 1 of 54 behaviours.", "warning", passed=53, broken=["pages"])
        await told("attempt.failed", "Attempt 1 failed.", "error", code="contract_failed")
        await attempt(1, "failed", None, 2)
        diagnosis = Diagnosis(
            error_type="logic", fault_kind="pagination_stops_early", root_cause=f"It reads one page.{words}",
            can_fix=True, fix_strategy="prompt_adjustment", fix_description=f"Read on.{words}",
            prompt_modification=f"Follow next.{words}", confidence=0.8, evidence=(f"100 of 130{words}",),
        )  # fmt: skip
        diagnosis_id = await journal.add_diagnosis(session, diagnosis, attempt=1, fingerprint="f", api_name=name)
        await told(
            "diagnosis.made",
            "Diagnosis: it reads one page.",
            diagnosis_id=diagnosis_id,
            fix_strategy="prompt_adjustment",
        )
        await told("plan.made", "Attempt 2: prompt_adjustment.", attempt=2, strategy="prompt_adjustment")
        await told(
            "fact.corrected",
            contradiction.because,
            "warning",
            **contradiction.model_dump(mode="json", exclude={"because"}),
        )
        await attempt(2, "succeeded" if kind == "healed" else "failed", "prompt_adjustment", 1)
        await journal.set_helped(diagnosis_id, kind == "healed")
    success = kind != "failed"
    await told("session.succeeded" if success else "session.failed", "The end.", "info" if success else "error")
    objects = {
        f"ships{words}": ObjectVerification(level="live", records=130, pages=2, complete=True),
        f"piers{words}": ObjectVerification(level="mock", note=f"Not asked.{words}"),
    }
    result = SupervisedResult(
        session_id=session,
        status="succeeded" if success else "failed",
        success=success,
        supervisor_attempts=1 if kind == "first_try" else 2,
        contradictions=[] if kind == "first_try" else [contradiction],
        verification=Verification(level="live", passed=54, isolation="bubblewrap", objects=objects if success else {}),
        fixes_applied=[FixApplied(attempt=2, strategy="prompt_adjustment", helped=True)] if kind == "healed" else [],
        skipped=[SkippedOperation(operation=f"GET /odd{words}", reason="not_proven", detail=f"Odd.{words}")],
        notes=[f"The preview is not kept.{words}"],
        error=None if success else ErrorInfo(code="contract_failed", message=f"No.{words}", next_action=f"Ask.{words}"),
    )
    await journal.release(session, epoch, result.status, result)
    return session


async def _paid(journal: Journal, session: str, epoch: int) -> None:
    await journal.add_usage(
        session,
        epoch,
        role="generate",
        model="m",
        input_tokens=1000,
        cached_tokens=3000,
        output_tokens=500,
        cost_usd=0.02,
        latency_seconds=1.0,
        data={"path": "client.py", "outcome": "answered", "saved_usd": 0.01},
    )
