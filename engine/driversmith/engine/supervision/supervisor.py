"""One session's run: attempts until there is a driver, or an honest failure."""

import logging
import random
import shutil
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import count
from pathlib import Path

import anyio
import anyio.to_thread

from ..errors import InvalidArgumentError, JournalError, SessionNotFoundError
from ..journal.clean import Clean
from ..journal.log import SessionLog
from ..journal.port import Journal
from ..journal.step_names import decision_step, report_step
from ..journal.steps import Steps
from ..models.session import ErrorInfo, FixApplied, SessionRecord, SupervisedResult
from ..tracing import Span, failed, span
from .activities import Activities
from .asks.host import Suspended
from .asks.opening import Asks
from .attempt import Attempt
from .context import SessionContext
from .facts_round import Objected
from .healing.attempt_history import AttemptRecord
from .healing.decision import Decision, HealingPolicy, decide
from .healing.failure import Failure, expected_error, located, own_fault
from .plan import Plan
from .result import closing_words, conclude
from .state import AtWork, RunState

logger = logging.getLogger(__name__)

CLOSING_SECONDS = 60.0
"""What the templates may take to finish a driver when the session's own time is over."""


class Supervisor:
    """Runs sessions that somebody else claimed; stateless between runs."""

    def __init__(
        self,
        *,
        journal: Journal,
        activities: Activities,
        scratch: Path,
        asks: Asks | None = None,
        policy: HealingPolicy | None = None,
        redact: Callable[[str], str] = str,
        clean: Clean = lambda value: value,
    ) -> None:
        self._journal = journal
        self._activities = activities
        self._scratch = scratch
        self._asks = asks or Asks()
        self._policy = policy or HealingPolicy()
        self.redact = redact
        """Takes secrets out of what is logged."""
        self._clean = clean

    async def run(self, record: SessionRecord, epoch: int, log: SessionLog) -> SupervisedResult:
        """The result of a session, `succeeded` or `failed`; its steps, events, attempts and diagnoses are journalled.

        Raises:
            JournalError: the journal cannot be written, or the session was lost to another process.
            Suspended: the calling agent is to hand in a file.
        """
        steps = Steps(journal=self._journal, session_id=record.session_id, epoch=epoch, log=log, clean=self._clean)
        worked = await steps.start_clock()
        session = SessionContext(
            record=record,
            epoch=epoch,
            journal=self._journal,
            steps=steps,
            log=log,
            activities=self._activities,
            scratch=self._scratch / record.session_id,
        )
        state = RunState()
        await self._sweep()
        try:
            with anyio.move_on_after(max(0.0, record.request.time_limit_seconds - worked)) as limit:
                await self._guarded_attempts(session, state)
            if limit.cancelled_caught:
                await self._out_of_time(session, state)
            with anyio.move_on_after(CLOSING_SECONDS):
                await self._close(session, state)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(lambda: shutil.rmtree(session.scratch, ignore_errors=True))
        usage = await self._journal.usage(record.session_id)
        result = conclude(session, state, usage, self._activities.summarise)
        await log.write(
            "session.succeeded" if result.success else "session.failed",
            closing_words(result),
            level="info" if result.success else "error",
            progress=1.0,
        )
        return result

    async def _guarded_attempts(self, session: SessionContext, state: RunState) -> None:
        try:
            await self._attempts(session, state)
        except (JournalError, Suspended):
            raise
        except Exception as error:  # edge: a fault of the supervision itself ends in a diagnosis like any other
            failure = await self._caught(error, session)
            state.error = ErrorInfo(code=failure.code, message=failure.message, next_action=failure.next_action)
            state.diagnoses += 1
            await self._journal.add_diagnosis(
                session.session_id,
                own_fault(failure),
                api_name=session.request.api_name,
                attempt=state.attempts,
                fingerprint="internal",
            )

    async def _attempts(self, session: SessionContext, state: RunState) -> None:
        """Make attempts until one succeeds, leaving no `state.error`, or no further one makes sense."""
        request = session.request
        missing = 'No model is set up for the engine "model".'
        try:
            state.ask = self._asks.open(session)
        except InvalidArgumentError as error:  # what somebody set up for a model cannot be used
            missing = self.redact(f"The model cannot be used as it is set up: {error.message}")
            state.notes += [] if request.engine == "model" else [missing]
        if request.engine == "model" and state.ask is None:
            state.error = ErrorInfo(
                code="engine_not_available",
                message=missing,
                next_action='Set ANTHROPIC_API_KEY for the server, or use engine="host" or engine="template":'
                " they need no key.",
            )
            return
        plan = Plan(mode="full" if state.ask else "template")
        most = request.max_supervisor_attempts
        for number in count(1):
            state.attempts = number
            stored = await session.steps.stored(decision_step(number))
            if stored is not None:
                decision = Decision.model_validate(stored)
            else:
                try:
                    decision = await self._attempt(number, plan, session, state)
                except Objected:
                    decision = await self._begun_anew(number, plan, session)
                if decision is None:
                    state.error = None
                    return
            most += decision.objected
            state.last = decision
            state.diagnoses += decision.diagnosis_id is not None
            state.contract_runs += decision.contract_runs
            state.error = decision.error
            state.notes += [decision.note] if decision.note else []
            if state.fixes and decision.cured is not None:
                state.fixes[-1] = state.fixes[-1].model_copy(update={"helped": decision.cured})
            if decision.plan is None or number == most:
                return
            if stored is None:
                await self._announce(number, decision, decision.plan, session, state)
            plan = decision.plan
            if decision.strategy is not None:
                state.fixes.append(
                    FixApplied(
                        attempt=number + 1,
                        strategy=decision.strategy,
                        files=plan.files,
                        description=decision.description,
                    )
                )

    async def _begun_anew(self, number: int, plan: Plan, session: SessionContext) -> Decision:
        """What follows where a host's objection changed the facts: the next attempt, from those; it counts for nothing."""
        why = "The facts were corrected by what was handed in; what was written from the old ones is begun anew."
        decision = Decision(
            plan=plan.model_copy(update={"accepted": {}}),
            error=ErrorInfo(code="contract_failed", message=why),
            diagnosis_id=None,
            fingerprint="",
            strategy=None,
            description=why,
            objected=True,
        )
        await session.steps.store(decision_step(number), decision.model_dump(mode="json"))
        await session.log.write("plan.made", f"Attempt {number + 1}: {why}", data={"attempt": number + 1})
        return decision

    async def _attempt(self, number: int, plan: Plan, session: SessionContext, state: RunState) -> Decision | None:
        """Make one attempt; what follows where it failed."""
        attempt, failure = await self._try(number, plan, session, state)
        if failure is None:
            state.contract_runs += attempt.contract_runs
            if plan.strategy == "fallback" and state.error is not None:
                state.notes.insert(0, _given_way(state.error))
            if state.last is not None and state.last.diagnosis_id is not None and state.last.strategy is not None:
                await self._journal.set_helped(state.last.diagnosis_id, True)
                state.fixes[-1] = state.fixes[-1].model_copy(update={"helped": True})
            return None
        decision = await decide(session, failure, attempt, policy=self._policy, last=state.last, ask=state.ask)
        await session.steps.store(decision_step(number), decision.model_dump(mode="json"))
        return decision

    async def _try(
        self, number: int, plan: Plan, session: SessionContext, state: RunState
    ) -> tuple[AttemptRecord, Failure | None]:
        """Run one attempt and record how it went; how it failed, if it did."""
        await session.log.write("attempt.started", f"Attempt {number}.", progress=0.02, data={"attempt": number})
        attempt = Attempt(number, plan, session, state)
        at_work = state.at_work = attempt.record, time.monotonic()
        failure: Failure | None = None
        with _attempt_span(number, plan, session) as current:
            try:
                await attempt.run()
            except (JournalError, Suspended, Objected):
                raise
            except Exception as error:  # edge: one broken session must not take the server, or the other sessions, down
                failure = located(await self._caught(error, session), error, attempt.record())
                failed(current, failure.code)
        record = await self._record(at_work, failure, session, state)
        if failure is None:
            await session.log.write("attempt.succeeded", f"Attempt {number} succeeded.", progress=0.99)
        return record, failure

    async def _out_of_time(self, session: SessionContext, state: RunState) -> None:
        limit = session.request.time_limit_seconds
        failure = Failure(
            "time_limit",
            f"The driver was not finished within {limit:g} seconds.",
            "Give a larger time_limit_seconds, or name only the objects that you want (objects).",
        )
        state.error = ErrorInfo(code=failure.code, message=failure.message, next_action=failure.next_action)
        if state.at_work is not None:
            attempt = await self._record(state.at_work, failure, session, state)
            state.contract_runs += attempt.contract_runs
            state.last = await decide(session, failure, attempt, policy=self._policy, last=state.last, ask=state.ask)
            state.diagnoses += 1

    async def _close(self, session: SessionContext, state: RunState) -> None:
        """Where a model did not get the driver right, the templates finish it, so that the session ends with one."""
        error, last = state.error, state.attempt
        if error is None or state.ask is None or not self._policy.fallback:
            return
        if last is not None and (last.plan.mode == "template" or last.profile is None):
            return
        aborted = state.last is not None and state.last.strategy == "abort" and error.code != "time_limit"
        if aborted and session.request.engine != "auto":
            return
        plan = Plan(mode="template", strategy="fallback")
        attempt = Attempt(state.attempts, plan, session, state)
        try:
            with _attempt_span(state.attempts, plan, session):
                await attempt.run()
        except JournalError:
            raise
        except Exception as broken:  # edge: the honest failure before counts, not what became of mending it
            failure = await self._caught(broken, session)
            state.notes.append(f"The templates could not finish the driver either: {failure.message}")
            return
        state.attempt, state.error = attempt.record(), None
        state.contract_runs += state.attempt.contract_runs
        state.notes.insert(0, _given_way(error))
        state.fixes.append(
            FixApplied(
                attempt=state.attempts,
                strategy="fallback",
                description="The templates wrote the whole driver.",
                helped=True,
            )
        )
        await session.log.write("driver.kept", f"The driver is the templates': {error.message}", level="warning")

    async def _announce(
        self, number: int, decision: Decision, plan: Plan, session: SessionContext, state: RunState
    ) -> None:
        """Say what the next attempt does otherwise; where it is the same again, wait for the fault to pass."""
        if decision.strategy is None:
            if state.profile is None:
                await self._wait_for_next(number, session.log)
            return
        await session.log.write(
            "plan.made",
            f"Attempt {number + 1}: {decision.strategy}. {decision.description}",
            data={"attempt": number + 1, **plan.model_dump(mode="json", exclude={"accepted"})},
        )

    async def _record(
        self, at_work: AtWork, failure: Failure | None, session: SessionContext, state: RunState
    ) -> AttemptRecord:
        """Record an attempt that has ended."""
        tell, began = at_work
        attempt = state.attempt = tell()
        state.at_work = None
        await self._journal.record_attempt(
            session.session_id,
            session.epoch,
            attempt.number,
            engine=attempt.author,
            outcome="failed" if failure else "succeeded",
            elapsed_seconds=round(time.monotonic() - began, 3),
            data={
                "mode": attempt.plan.mode,
                "strategy": attempt.plan.strategy,
                "tries": attempt.tries_by_file,
                "findings": attempt.findings_by_code,
                "contract_runs": attempt.contract_runs,
                "behaviours": {
                    "passed": attempt.contract.passed if attempt.contract else 0,
                    "failed": attempt.contract.failed if attempt.contract else 0,
                },
                "error": {"code": failure.code, "message": failure.message} if failure else None,
            },
        )
        if failure is not None:
            await _keep_reports(attempt, session.steps)
            await session.log.write(
                "attempt.failed",
                f"Attempt {attempt.number} failed: {failure.message}",
                level="error",
                data={"code": failure.code},
            )
        return attempt

    async def _caught(self, error: Exception, session: SessionContext) -> Failure:
        expected = expected_error(error)
        if isinstance(expected, JournalError):
            raise expected
        if expected is not None:
            return Failure(expected.code, self.redact(expected.message), self.redact(expected.next_action))
        logger.exception("session %s: unhandled exception", session.session_id)
        await self._journal.count("unhandled_exceptions", principal=session.record.principal)
        message = self.redact(f"A fault of driversmith: {type(error).__name__}: {error}")
        await session.log.write("exception.caught", message, level="error")
        return Failure(
            "internal", message, "Please report it, with the description; the log of the server has details."
        )

    async def _sweep(self) -> None:
        """Remove scratch folders of sessions that nobody works on: a killed process leaves its own behind."""
        for folder in await anyio.to_thread.run_sync(_folders, self._scratch):
            try:
                in_use = (await self._journal.session(folder.name)).status == "running"
            except SessionNotFoundError:
                in_use = False
            if not in_use:
                await anyio.to_thread.run_sync(lambda folder=folder: shutil.rmtree(folder, ignore_errors=True))

    async def _wait_for_next(self, number: int, log: SessionLog) -> None:
        seconds = random.uniform(0.5, 1.0) * 2 ** (number - 1)  # noqa: S311  jitter, no secret
        await log.write("retry.waiting", f"Trying again in {seconds:.1f} seconds.")
        await self._policy.pause(seconds)


def _attempt_span(number: int, plan: Plan, session: SessionContext) -> AbstractContextManager[Span]:
    return span("attempt", session_id=session.session_id, attempt=number, mode=plan.mode, strategy=plan.strategy)


async def _keep_reports(attempt: AttemptRecord, steps: Steps) -> None:
    """The last reports of a failed attempt, for a diagnosis that is asked for later."""
    for name, report in (("validate", attempt.validation), ("contract", attempt.contract)):
        if report is not None:
            await steps.store(report_step(attempt.number, name), report.model_dump(mode="json"))


def _folders(scratch: Path) -> list[Path]:
    return [path for path in scratch.iterdir() if path.is_dir()] if scratch.is_dir() else []


def _given_way(error: ErrorInfo) -> str:
    said = f"The model's driver was not finished: {error.message} {error.next_action}".strip()
    return f"{said} The driver is the templates'."
