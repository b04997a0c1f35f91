"""One session's run: attempts until there is a driver, or an honest failure."""

import logging
import random
import shutil
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import anyio
import anyio.to_thread

from ..errors import DriversmithError, JournalError, SessionNotFoundError
from ..journal.port import Journal
from ..models.base import Value
from ..models.diagnosis import Diagnosis, FaultKind, FixStrategy
from ..models.profile import ProfileSummary
from ..models.session import ErrorInfo, FixApplied, SessionRecord, SupervisedResult
from .attempt import Attempt
from .diagnosing import Failure, diagnose
from .log import SessionLog
from .outcome import Course, closing_words, conclude
from .steps import Steps
from .workshop import Workshop

logger = logging.getLogger(__name__)

PASSING_FAULTS: frozenset[FaultKind] = frozenset({"network", "timeout", "rate_limited", "server_fault"})
"""Faults at research that may be gone a moment later."""


class Decision(Value):
    """What follows from a failed attempt; stored, so that a resumed session neither diagnoses nor decides twice."""

    again: bool
    error: ErrorInfo
    diagnosis_id: int
    strategy: FixStrategy
    description: str
    note: str = ""
    contract_runs: int = 0


@dataclass
class _Run:
    """One worker's turn at a session."""

    record: SessionRecord
    epoch: int
    log: SessionLog
    steps: Steps
    began: float = 0.0
    """When the current attempt began, on the monotonic clock."""
    at_work: Attempt | None = None
    """The current attempt, until it is recorded."""


class Supervisor:
    """Runs sessions that somebody else claimed; stateless between runs."""

    def __init__(
        self,
        *,
        journal: Journal,
        workshop: Workshop,
        scratch: Path,
        redact: Callable[[str], str] = str,
        pause: Callable[[float], Awaitable[None]] = anyio.sleep,
        diagnose: Callable[[Failure, Attempt], tuple[Diagnosis, str]] = diagnose,
    ) -> None:
        self._journal = journal
        self._workshop = workshop
        self._scratch = scratch
        self._redact = redact
        self._pause = pause
        self._diagnose = diagnose

    async def run(self, record: SessionRecord, epoch: int, log: SessionLog) -> SupervisedResult:
        """The result of a session, `succeeded` or `failed`; its steps, events, attempts and diagnoses are journalled.

        Raises:
            JournalError: the journal cannot be written, or the session was lost to another process.
        """
        steps = Steps(journal=self._journal, session_id=record.session_id, epoch=epoch, log=log)
        worked = await steps.start_clock()
        run = _Run(record, epoch, log, steps)
        course = Course()
        scratch = self._scratch / record.session_id
        await self._sweep()
        try:
            with anyio.move_on_after(max(0.0, record.request.time_limit_seconds - worked)) as limit:
                await self._attempts(run, scratch, course)
            if limit.cancelled_caught:
                await self._out_of_time(run, course)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(lambda: shutil.rmtree(scratch, ignore_errors=True))
        result = conclude(record, course, steps.elapsed, self._summary)
        await log.write(
            "session.succeeded" if result.success else "session.failed",
            closing_words(result),
            level="info" if result.success else "error",
            progress=1.0,
        )
        return result

    async def _attempts(self, run: "_Run", scratch: Path, course: Course) -> None:
        """Make attempts until one succeeds, leaving `course.attempt`, or no further one makes sense: `course.error`."""
        record = run.record
        if record.request.engine in {"model", "host"}:
            course.error = ErrorInfo(
                code="engine_not_available",
                message=f'The engine "{record.request.engine}" is not available yet.',
                next_action='Use engine="template": it needs no key and no model.',
            )
            return
        for number in range(1, record.request.max_supervisor_attempts + 1):
            course.attempts = number
            name = f"attempt/{number}/decision"
            stored = await run.steps.stored(name)
            if stored is not None:
                decision = Decision.model_validate(stored)
            else:
                course.attempt = Attempt(
                    number,
                    record.request,
                    Path(record.project_path),
                    session_id=record.session_id,
                    epoch=run.epoch,
                    journal=self._journal,
                    workshop=self._workshop,
                    steps=run.steps,
                    log=run.log,
                    scratch=scratch / str(number),
                )
                failure = await self._try(course.attempt, run, course)
                if failure is None:
                    course.error = None
                    return
                decision = await self._decide(failure, course.attempt, run)
                await run.steps.store(name, decision.model_dump(mode="json"))
            course.diagnoses += 1
            course.contract_runs += decision.contract_runs
            course.error = decision.error
            course.notes += [decision.note] if decision.note else []
            if not decision.again or number == record.request.max_supervisor_attempts:
                return
            if stored is None:
                await self._wait_for_next(number, run.log)
            course.pending.append(decision.diagnosis_id)
            course.fixes.append(
                FixApplied(attempt=number + 1, strategy=decision.strategy, description=decision.description)
            )

    async def _try(self, attempt: Attempt, run: "_Run", course: Course) -> Failure | None:
        """Run one attempt and record how it went; how it failed, if it did."""
        number = attempt.number
        await run.log.write("attempt.started", f"Attempt {number}.", progress=0.02, data={"attempt": number})
        run.began, run.at_work = time.monotonic(), attempt
        failure: Failure | None = None
        try:
            await attempt.run()
        except JournalError:
            raise
        except Exception as error:  # edge: one broken session must not take the server, or the other sessions, down
            failure = await self._caught(error, run)
        await self._judge_fixes(attempt, failure, course)
        await self._record(attempt, failure, run)
        if failure is None:
            course.contract_runs += attempt.contract is not None
            await run.log.write("attempt.succeeded", f"Attempt {number} succeeded.", progress=0.99)
        return failure

    async def _out_of_time(self, run: "_Run", course: Course) -> None:
        limit = run.record.request.time_limit_seconds
        failure = Failure(
            "time_limit",
            f"The driver was not finished within {limit:g} seconds.",
            "Give a larger time_limit_seconds, or fewer objects.",
        )
        course.error = ErrorInfo(code=failure.code, message=failure.message, next_action=failure.next_action)
        if (attempt := run.at_work) is not None:
            course.contract_runs += attempt.contract is not None
            await self._record(attempt, failure, run)
            await self._decide(failure, attempt, run)
            course.diagnoses += 1

    async def _record(self, attempt: Attempt, failure: Failure | None, run: "_Run") -> None:
        await self._journal.record_attempt(
            run.record.session_id,
            run.epoch,
            attempt.number,
            engine="template",
            outcome="failed" if failure else "succeeded",
            elapsed_seconds=round(time.monotonic() - run.began, 3),
            data={
                "findings": attempt.findings_by_code,
                "behaviours": {
                    "passed": attempt.contract.passed if attempt.contract else 0,
                    "failed": attempt.contract.failed if attempt.contract else 0,
                },
                "error": {"code": failure.code, "message": failure.message} if failure else None,
            },
        )
        run.at_work = None
        if failure is not None:
            await run.log.write(
                "attempt.failed",
                f"Attempt {attempt.number} failed: {failure.message}",
                level="error",
                data={"code": failure.code},
            )

    async def _caught(self, error: Exception, run: "_Run") -> Failure:
        expected = _expected(error)
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

    async def _judge_fixes(self, attempt: Attempt, failure: Failure | None, course: Course) -> None:
        """A retry helped when what had failed before, the research, came through."""
        if not course.pending:
            return
        helped = failure is None or attempt.profile is not None
        for diagnosis_id in course.pending:
            await self._journal.set_helped(diagnosis_id, helped)
        course.pending.clear()
        course.fixes[-1] = course.fixes[-1].model_copy(update={"helped": helped})

    async def _decide(self, failure: Failure, attempt: Attempt, run: "_Run") -> Decision:
        began = time.monotonic()
        diagnosis, fingerprint = self._diagnose(failure, attempt)
        diagnosis_id = await self._journal.add_diagnosis(
            run.record.session_id,
            diagnosis,
            api_name=run.record.request.api_name,
            attempt=attempt.number,
            fingerprint=fingerprint,
            latency_seconds=round(time.monotonic() - began, 6),
        )
        await run.log.write(
            "diagnosis.made",
            f"Diagnosis: {diagnosis.root_cause} ({diagnosis.fix_strategy}).",
            data={"diagnosis_id": diagnosis_id, "fault_kind": diagnosis.fault_kind, "error_type": diagnosis.error_type},
        )
        again, note = _next_attempt(diagnosis, attempt)
        return Decision(
            again=again,
            error=ErrorInfo(
                code=failure.code,
                message=failure.message,
                next_action=failure.next_action or diagnosis.fix_description,
            ),
            diagnosis_id=diagnosis_id,
            strategy=diagnosis.fix_strategy,
            description=diagnosis.fix_description,
            note=note,
            contract_runs=int(attempt.contract is not None),
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
        return self._workshop.summarise(attempt.profile) if attempt.profile else None

    async def _wait_for_next(self, number: int, log: SessionLog) -> None:
        seconds = random.uniform(0.5, 1.0) * 2 ** (number - 1)  # noqa: S311  jitter, no secret
        await log.write("retry.waiting", f"Trying again in {seconds:.1f} seconds.")
        await self._pause(seconds)


def _folders(scratch: Path) -> list[Path]:
    return [path for path in scratch.iterdir() if path.is_dir()] if scratch.is_dir() else []


def _next_attempt(diagnosis: Diagnosis, attempt: Attempt) -> tuple[bool, str]:
    """Whether another attempt would be a different one, and what to tell where it would not."""
    if diagnosis.fix_strategy == "abort":
        return False, ""
    if attempt.profile is None and diagnosis.fault_kind in PASSING_FAULTS:
        return True, ""
    return False, (
        "The template engine writes the same files from the same facts, so no further attempt was made:"
        " it would have failed in the same way."
    )


def _expected(error: Exception) -> DriversmithError | None:
    """The error raised on purpose, also where a task group wrapped it; None for any other exception."""
    if isinstance(error, DriversmithError):
        return error
    if isinstance(error, ExceptionGroup):
        leaves = [_expected(inner) for inner in cast("ExceptionGroup[Exception]", error).exceptions]
        if leaves and all(leaves):
            return leaves[0]
    return None
