"""What follows from a failed attempt: a diagnosis, and the plan of the next attempt."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import anyio

from ...errors import ErrorCode
from ...journal.log import SessionLog
from ...journal.port import Journal
from ...llm.port import Ask
from ...models.base import Value
from ...models.diagnosis import Diagnosis, FaultKind, FixStrategy
from ...models.session import ErrorInfo, SessionRecord
from ..context import SessionContext
from ..plan import Plan, next_plan
from .attempt_history import AttemptRecord
from .diagnose import Diagnosed, diagnosis_data, record_diagnosis
from .failure import Failure

PASSING_FAULTS: frozenset[FaultKind] = frozenset({"network", "rate_limited", "server_fault"})
"""Faults at research that may be gone a moment later. A time-out is none: it has been waited for long enough."""
GIVES_WAY: frozenset[ErrorCode] = frozenset({"model_unavailable", "budget_spent", "host_silent"})
"""No model answers any more, and it is nobody's fault in a file: the templates take over at once."""
SAME_AGAIN = (
    "The template engine writes the same files from the same facts, so no further attempt was made:"
    " it would have failed in the same way."
)


class Decision(Value):
    """What follows from a failed attempt; stored, so that a resumed session neither diagnoses nor decides twice."""

    plan: Plan | None
    """Of the next attempt; None where it would be no different one."""
    error: ErrorInfo
    diagnosis_id: int | None
    """None where the fault may pass: it is waited out first, and diagnosed if it stays."""
    fingerprint: str
    strategy: FixStrategy | None
    """What the next attempt does otherwise, or what ended the session; None where the next one is the same again."""
    description: str
    note: str = ""
    contract_runs: int = 0
    cured: bool | None = None
    """Whether the fault that this attempt was to mend is gone."""
    objected: bool = False
    """Whether the attempt did not fail: the facts that it rested on were corrected."""


class Diagnose(Protocol):
    """Finds the cause of a failed attempt."""

    async def __call__(
        self,
        journal: Journal,
        record: SessionRecord,
        failure: Failure,
        attempt: AttemptRecord,
        *,
        ask: Ask | None,
        passing: frozenset[FaultKind],
    ) -> Diagnosed:
        """The diagnosis, stored unless its kind is one of `passing`; `ask` is None where no model is to be asked."""
        ...


@dataclass(frozen=True)
class HealingPolicy:
    """Which layers are at work, and how; bench/healing takes some away to see what each of them is worth."""

    diagnosis: bool = True
    """Off: a failed attempt is made again as it was, without a word on why it failed."""
    fallback: bool = True
    """Off: when no attempt succeeds, there is no driver."""
    diagnose: Diagnose = record_diagnosis
    pause: Callable[[float], Awaitable[None]] = anyio.sleep
    """Waits some seconds before what may pass is tried again."""


async def decide(
    session: SessionContext,
    failure: Failure,
    attempt: AttemptRecord,
    *,
    policy: HealingPolicy,
    last: Decision | None,
    ask: Ask | None,
) -> Decision:
    """Diagnose a failed attempt, and say what follows; `last` is the decision that led to it.

    Whether the repair of `last` helped is stored with its diagnosis, where that can be told.
    """
    asked = None if session.request.engine == "host" else ask
    goes_on = attempt.number < session.request.max_supervisor_attempts
    passing = PASSING_FAULTS if goes_on and attempt.profile is None else frozenset[FaultKind]()
    found = await policy.diagnose(session.journal, session.record, failure, attempt, ask=asked, passing=passing)
    diagnosis = found.diagnosis
    if found.id is None:
        plan, note, cured = attempt.plan, "", None
    else:
        cured = _cured(last, found)
        if last is not None and last.diagnosis_id is not None and cured is not None:
            await session.journal.set_helped(last.diagnosis_id, cured)
        plan, note = _next(policy, failure, attempt, diagnosis, cured=bool(cured))
        await _tell(found, plan if goes_on else None, session.log)
    return Decision(
        plan=plan,
        error=ErrorInfo(
            code=failure.code,
            message=failure.message,
            next_action=failure.next_action or diagnosis.fix_description,
        ),
        diagnosis_id=found.id,
        fingerprint=found.fingerprint,
        strategy=plan.strategy if plan else diagnosis.fix_strategy,
        description=diagnosis.fix_description,
        note=note,
        contract_runs=attempt.contract_runs,
        cured=cured,
    )


def _next(
    policy: HealingPolicy, failure: Failure, attempt: AttemptRecord, diagnosis: Diagnosis, *, cured: bool
) -> tuple[Plan | None, str]:
    """What the next attempt does, and what to tell where there is none."""
    if attempt.plan.mode == "template" or attempt.profile is None:
        return None, "" if diagnosis.fix_strategy == "abort" else SAME_AGAIN
    if failure.code in GIVES_WAY and policy.fallback:
        return Plan(mode="template", strategy="fallback"), ""
    if not policy.diagnosis:
        return Plan(mode="full"), ""
    plan = next_plan(attempt.plan, diagnosis, path=failure.path, cured=cured, accepted=failure.accepted)
    if plan is not None and plan.mode == "template" and not policy.fallback:
        return Plan(mode="full"), ""
    return plan, ""


async def _tell(found: Diagnosed, plan: Plan | None, log: SessionLog) -> None:
    diagnosis = found.diagnosis
    ends = "abort" if diagnosis.fix_strategy == "abort" else "no further attempt"
    follows = ends if plan is None else plan.strategy or "the same again"
    await log.write(
        "diagnosis.made",
        f"Diagnosis: {diagnosis.root_cause} ({follows}).",
        data=diagnosis_data(diagnosis, found.id),
    )


def _cured(last: Decision | None, found: Diagnosed) -> bool | None:
    """Whether the repair of the attempt before helped: it did where the fault is another one of the driver now.

    What came in between, such as an endpoint that went down, says nothing of it: None. `simplify` and `fallback` change
    who writes; an attempt that fails all the same is their own failure.
    """
    from ...diagnosis.rules import OUTSIDE_THE_CODE

    if last is None or last.strategy is None:
        return None
    if last.strategy != "prompt_adjustment":
        return False
    return None if found.diagnosis.fault_kind in OUTSIDE_THE_CODE else last.fingerprint != found.fingerprint
