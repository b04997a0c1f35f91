"""One session's run: attempts until there is a driver, or an honest failure."""

import logging
import random
import shutil
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread

from ..errors import InvalidArgumentError, JournalError, SessionNotFoundError
from ..journal.log import SessionLog
from ..journal.port import Journal
from ..journal.step_names import decision_step, report_step
from ..journal.steps import Steps
from ..llm.port import Ask
from ..models.profile import ProfileSummary
from ..models.session import ErrorInfo, FixApplied, SessionRecord, SupervisedResult
from .activities import Activities
from .asks.budgeted import BudgetedAsk
from .asks.host import HostAsk, Suspended
from .asks.journalled import JournalledAsk
from .attempt import Attempt, Ground
from .healing.decision import Deciding, Decision, Diagnose, HealingPolicy
from .healing.diagnose import record_diagnosis
from .healing.failure import Failure, expected_error, located, own_fault
from .plan import Plan
from .result import Course, closing_words, conclude

if TYPE_CHECKING:
    from ..llm.patience import PatientModel

logger = logging.getLogger(__name__)

CLOSING_SECONDS = 60.0
"""What the templates may take to finish a driver when the session's own time is over."""


@dataclass
class _Run:
    """One worker's turn at a session."""

    record: SessionRecord
    epoch: int
    log: SessionLog
    steps: Steps
    scratch: Path
    ask: Ask | None = None
    """None where no model is to be asked."""
    ground: Ground = field(default_factory=Ground)
    began: float = 0.0
    """When the current attempt began, on the monotonic clock."""
    at_work: Attempt | None = None
    """The current attempt, until it is recorded."""
    last: Decision | None = None


class Supervisor:
    """Runs sessions that somebody else claimed; stateless between runs. `model` gives the model that is set up, if any."""

    def __init__(
        self,
        *,
        journal: Journal,
        activities: Activities,
        scratch: Path,
        model: "Callable[[], PatientModel | None]" = lambda: None,
        healing: HealingPolicy | None = None,
        session_tokens: int = 2_000_000,
        host_wait_seconds: float = 3600.0,
        redact: Callable[[str], str] = str,
        pause: Callable[[float], Awaitable[None]] = anyio.sleep,
        diagnose: Diagnose = record_diagnosis,
    ) -> None:
        self._journal = journal
        self._activities = activities
        self._scratch = scratch
        self._model = model
        self._healing = healing or HealingPolicy()
        self._session_tokens = session_tokens
        self._host_wait_seconds = host_wait_seconds
        self._redact = redact
        self._pause = pause
        self._deciding = Deciding(journal=journal, healing=self._healing, diagnose=diagnose)

    async def run(self, record: SessionRecord, epoch: int, log: SessionLog) -> SupervisedResult:
        """The result of a session, `succeeded` or `failed`; its steps, events, attempts and diagnoses are journalled.

        Raises:
            JournalError: the journal cannot be written, or the session was lost to another process.
            Suspended: the calling agent is to hand in a file.
        """
        steps = Steps(journal=self._journal, session_id=record.session_id, epoch=epoch, log=log)
        worked = await steps.start_clock()
        scratch = self._scratch / record.session_id
        run = _Run(record, epoch, log, steps, scratch)
        course = Course()
        await self._sweep()
        try:
            with anyio.move_on_after(max(0.0, record.request.time_limit_seconds - worked)) as limit:
                await self._guarded_attempts(run, course)
            if limit.cancelled_caught:
                await self._out_of_time(run, course)
            with anyio.move_on_after(CLOSING_SECONDS):
                await self._close(run, course)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(lambda: shutil.rmtree(scratch, ignore_errors=True))
        usage = await self._journal.usage(record.session_id)
        result = conclude(record, course, steps.elapsed, usage, self._summary)
        await log.write(
            "session.succeeded" if result.success else "session.failed",
            closing_words(result),
            level="info" if result.success else "error",
            progress=1.0,
        )
        return result

    def _ask(self, run: "_Run") -> Ask | None:
        request = run.record.request
        if request.engine == "template":
            return None
        if request.engine == "host":
            source = HostAsk(steps=run.steps, log=run.log, patience_seconds=self._host_wait_seconds)
            return JournalledAsk(source, steps=run.steps)
        model = self._model()
        if model is None:
            return None
        source = BudgetedAsk(
            model,
            request=request,
            session_tokens=self._session_tokens,
            session_id=run.record.session_id,
            epoch=run.epoch,
            journal=self._journal,
            steps=run.steps,
            log=run.log,
        )
        return JournalledAsk(source, steps=run.steps)

    async def _guarded_attempts(self, run: "_Run", course: Course) -> None:
        try:
            await self._attempts(run, course)
        except (JournalError, Suspended):
            raise
        except Exception as error:  # edge: a fault of the supervision itself ends in a diagnosis like any other
            failure = await self._caught(error, run)
            course.error = ErrorInfo(code=failure.code, message=failure.message, next_action=failure.next_action)
            course.diagnoses += 1
            await self._journal.add_diagnosis(
                run.record.session_id,
                own_fault(failure),
                api_name=run.record.request.api_name,
                attempt=course.attempts,
                fingerprint="internal",
            )

    async def _attempts(self, run: "_Run", course: Course) -> None:
        """Make attempts until one succeeds, leaving `course.attempt`, or no further one makes sense: `course.error`."""
        request = run.record.request
        missing = 'No model is set up for the engine "model".'
        try:
            run.ask = self._ask(run)
        except InvalidArgumentError as error:  # what somebody set up for a model cannot be used
            missing = self._redact(f"The model cannot be used as it is set up: {error.message}")
            course.notes += [] if request.engine == "model" else [missing]
        if request.engine == "model" and run.ask is None:
            course.error = ErrorInfo(
                code="engine_not_available",
                message=missing,
                next_action='Set ANTHROPIC_API_KEY for the server, or use engine="host" or engine="template":'
                " they need no key.",
            )
            return
        plan = Plan(mode="full" if run.ask else "template")
        for number in range(1, request.max_supervisor_attempts + 1):
            course.attempts = number
            stored = await run.steps.stored(decision_step(number))
            if stored is not None:
                decision = Decision.model_validate(stored)
            else:
                decision = await self._attempt(number, plan, run, course)
                if decision is None:
                    course.error = None
                    return
            run.last = decision
            course.diagnoses += decision.diagnosis_id is not None
            course.contract_runs += decision.contract_runs
            course.error = decision.error
            course.notes += [decision.note] if decision.note else []
            if course.fixes and decision.cured is not None:
                course.fixes[-1] = course.fixes[-1].model_copy(update={"helped": decision.cured})
            if decision.plan is None or number == request.max_supervisor_attempts:
                return
            if stored is None:
                await self._announce(number, decision, decision.plan, run)
            plan = decision.plan
            if decision.strategy is not None:
                course.fixes.append(
                    FixApplied(
                        attempt=number + 1,
                        strategy=decision.strategy,
                        files=plan.files,
                        description=decision.description,
                    )
                )

    async def _attempt(self, number: int, plan: Plan, run: "_Run", course: Course) -> Decision | None:
        """Make one attempt; what follows where it failed."""
        attempt = course.attempt = self._new_attempt(number, plan, run)
        failure = await self._try(attempt, run)
        if failure is None:
            course.contract_runs += attempt.contract_runs
            if plan.strategy == "fallback" and course.error is not None:
                course.notes.insert(0, _given_way(course.error))
            if run.last is not None and run.last.diagnosis_id is not None and run.last.strategy is not None:
                await self._journal.set_helped(run.last.diagnosis_id, True)
                course.fixes[-1] = course.fixes[-1].model_copy(update={"helped": True})
            return None
        decision = await self._deciding.decide(
            failure, attempt, last=run.last, record=run.record, ask=run.ask, log=run.log
        )
        await run.steps.store(decision_step(number), decision.model_dump(mode="json"))
        return decision

    def _new_attempt(self, number: int, plan: Plan, run: "_Run") -> Attempt:
        return Attempt(
            number,
            run.record.request,
            Path(run.record.project_path),
            plan=plan,
            ground=run.ground,
            ask=run.ask,
            session_id=run.record.session_id,
            epoch=run.epoch,
            journal=self._journal,
            activities=self._activities,
            steps=run.steps,
            log=run.log,
            scratch=run.scratch / str(number),
        )

    async def _try(self, attempt: Attempt, run: "_Run") -> Failure | None:
        """Run one attempt and record how it went; how it failed, if it did."""
        number = attempt.number
        await run.log.write("attempt.started", f"Attempt {number}.", progress=0.02, data={"attempt": number})
        run.began, run.at_work = time.monotonic(), attempt
        failure: Failure | None = None
        try:
            await attempt.run()
        except (JournalError, Suspended):
            raise
        except Exception as error:  # edge: one broken session must not take the server, or the other sessions, down
            failure = located(await self._caught(error, run), error, attempt)
        await self._record(attempt, failure, run)
        if failure is None:
            await run.log.write("attempt.succeeded", f"Attempt {number} succeeded.", progress=0.99)
        return failure

    async def _out_of_time(self, run: "_Run", course: Course) -> None:
        limit = run.record.request.time_limit_seconds
        failure = Failure(
            "time_limit",
            f"The driver was not finished within {limit:g} seconds.",
            "Give a larger time_limit_seconds, or name only the objects that you want (objects).",
        )
        course.error = ErrorInfo(code=failure.code, message=failure.message, next_action=failure.next_action)
        if (attempt := run.at_work) is not None:
            course.contract_runs += attempt.contract_runs
            await self._record(attempt, failure, run)
            run.last = await self._deciding.decide(
                failure, attempt, last=run.last, record=run.record, ask=run.ask, log=run.log
            )
            course.diagnoses += 1

    async def _close(self, run: "_Run", course: Course) -> None:
        """Where a model did not get the driver right, the templates finish it, so that the session ends with one."""
        error, last = course.error, course.attempt
        if error is None or run.ask is None or not self._healing.fallback:
            return
        if last is not None and (last.plan.mode == "template" or last.profile is None):
            return
        aborted = run.last is not None and run.last.strategy == "abort" and error.code != "time_limit"
        if aborted and run.record.request.engine != "auto":
            return
        attempt = self._new_attempt(course.attempts, Plan(mode="template", strategy="fallback"), run)
        try:
            await attempt.run()
        except JournalError:
            raise
        except Exception as broken:  # edge: the honest failure before counts, not what became of mending it
            failure = await self._caught(broken, run)
            course.notes.append(f"The templates could not finish the driver either: {failure.message}")
            return
        course.contract_runs += attempt.contract_runs
        course.attempt, course.error = attempt, None
        course.notes.insert(0, _given_way(error))
        course.fixes.append(
            FixApplied(
                attempt=course.attempts,
                strategy="fallback",
                description="The templates wrote the whole driver.",
                helped=True,
            )
        )
        await run.log.write("driver.kept", f"The driver is the templates': {error.message}", level="warning")

    async def _announce(self, number: int, decision: Decision, plan: Plan, run: "_Run") -> None:
        """Say what the next attempt does otherwise; where it is the same again, wait for the fault to pass."""
        if decision.strategy is None:
            if run.ground.profile is None:
                await self._wait_for_next(number, run.log)
            return
        await run.log.write(
            "plan.made",
            f"Attempt {number + 1}: {decision.strategy}. {decision.description}",
            data={"attempt": number + 1, **plan.model_dump(mode="json", exclude={"accepted"})},
        )

    async def _record(self, attempt: Attempt, failure: Failure | None, run: "_Run") -> None:
        await self._journal.record_attempt(
            run.record.session_id,
            run.epoch,
            attempt.number,
            engine=attempt.author,
            outcome="failed" if failure else "succeeded",
            elapsed_seconds=round(time.monotonic() - run.began, 3),
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
        run.at_work = None
        if failure is not None:
            await self._keep_reports(attempt, run)
            await run.log.write(
                "attempt.failed",
                f"Attempt {attempt.number} failed: {failure.message}",
                level="error",
                data={"code": failure.code},
            )

    async def _keep_reports(self, attempt: Attempt, run: "_Run") -> None:
        """The last reports of a failed attempt, for a diagnosis that is asked for later."""
        for name, report in (("validate", attempt.validation), ("contract", attempt.contract)):
            if report is not None:
                await run.steps.store(report_step(attempt.number, name), report.model_dump(mode="json"))

    async def _caught(self, error: Exception, run: "_Run") -> Failure:
        expected = expected_error(error)
        if isinstance(expected, JournalError):
            raise expected
        if expected is not None:
            return Failure(expected.code, self._redact(expected.message), self._redact(expected.next_action))
        logger.exception("session %s: unhandled exception", run.record.session_id)
        await self._journal.count("unhandled_exceptions")
        message = self._redact(f"A fault of driversmith: {type(error).__name__}: {error}")
        await run.log.write("exception.caught", message, level="error")
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

    def _summary(self, attempt: Attempt) -> ProfileSummary | None:
        return self._activities.summarise(attempt.profile) if attempt.profile else None

    async def _wait_for_next(self, number: int, log: SessionLog) -> None:
        seconds = random.uniform(0.5, 1.0) * 2 ** (number - 1)  # noqa: S311  jitter, no secret
        await log.write("retry.waiting", f"Trying again in {seconds:.1f} seconds.")
        await self._pause(seconds)


def _folders(scratch: Path) -> list[Path]:
    return [path for path in scratch.iterdir() if path.is_dir()] if scratch.is_dir() else []


def _given_way(error: ErrorInfo) -> str:
    said = f"The model's driver was not finished: {error.message} {error.next_action}".strip()
    return f"{said} The driver is the templates'."
