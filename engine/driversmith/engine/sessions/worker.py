"""Works on one session under a claim: heartbeat beside the supervisor, and an honest status at the end."""

import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Literal

import anyio

from ..errors import JournalError, LeaseLostError
from ..journal.log import SessionLog, reached
from ..journal.port import Journal, Owner
from ..models.principal import Principal
from ..models.session import ErrorInfo, SessionRecord, SupervisedResult
from ..supervision.asks.host import Suspended
from ..supervision.supervisor import Supervisor
from ..tracing import failed, span, tell

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 1.0
CLOSING_SECONDS = 0.4

Stop = Literal["cancelled", "interrupted"]


class Worker:
    """Claims sessions and runs them; `changed` hears the id of a session after each change.

    `remind(session_id, principal, seconds)` has a session that waits for its host looked at again after a while.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        supervisor: Supervisor,
        owner: Owner,
        lease_seconds: float,
        changed: Callable[[str], None],
        remind: Callable[[str, Principal, float], None] = lambda _session_id, _principal, _seconds: None,
    ) -> None:
        self._journal = journal
        self._supervisor = supervisor
        self._owner = owner
        self._lease_seconds = lease_seconds
        self._changed = changed
        self._remind = remind

    async def work(self, session_id: str) -> None:
        """Run the session to its end, unless another process holds it or it is finished.

        Cancelling this call leaves the session `interrupted`; a request to cancel the session leaves it `cancelled`.

        Raises:
            JournalError: the journal cannot be written.
        """
        claimed = None
        with anyio.CancelScope(shield=True):  # what is claimed must be released
            claimed = await self._claim(session_id)
        if claimed is None:
            self._changed(session_id)
            return
        record, epoch, log = claimed
        try:
            with span(
                "session", session_id=session_id, engine=record.request.engine, resumed=record.resumed
            ) as current:
                result = await self._run(record, epoch, log)
                tell(current, status=result.status if result else "cancelled")
                if result is not None:
                    tell(current, attempts=result.supervisor_attempts, verified=result.verification.level)
                    if result.error is not None and not result.success:
                        failed(current, result.error.code)
            if result is None:
                await self._stopped(record, epoch, log, "cancelled")
            else:
                await self._journal.release(session_id, epoch, result.status, result)
        except anyio.get_cancelled_exc_class():
            with anyio.move_on_after(CLOSING_SECONDS, shield=True):
                await self._stopped(record, epoch, log, "interrupted")
            raise
        except Suspended as pause:
            await self._waiting(record, epoch, log, pause)
        except LeaseLostError:
            logger.warning("session %s was taken over by another process", session_id)
        except JournalError:
            with suppress(JournalError):
                await self._journal.release(session_id, epoch, "interrupted")
            raise
        except Exception as error:  # edge: whatever broke, the session must not look as if somebody worked on it
            logger.exception("session %s: unhandled exception", session_id)
            await self._broken(record, epoch, log, error)
        finally:
            self._changed(session_id)

    async def _waiting(self, record: SessionRecord, epoch: int, log: SessionLog, pause: Suspended) -> None:
        wanted = pause.wanted
        result = SupervisedResult(
            session_id=record.session_id,
            status="waiting_for_host",
            driver_name=Path(record.project_path).name,
            supervisor_attempts=wanted.attempt,
            host_request=wanted,
        )
        await log.write(
            "session.waiting",
            f"The session waits for {wanted.path} from the calling agent.",
            data={"path": wanted.path, "attempt": wanted.attempt, "try": wanted.try_number},
        )
        await self._journal.release(record.session_id, epoch, "waiting_for_host", result)
        self._remind(record.session_id, record.principal, pause.seconds_left)

    async def _claim(self, session_id: str) -> tuple[SessionRecord, int, SessionLog] | None:
        epoch = await self._journal.claim(session_id, self._owner, lease_seconds=self._lease_seconds)
        if epoch is None:
            return None
        log = SessionLog(
            journal=self._journal,
            session_id=session_id,
            epoch=epoch,
            redact=self._supervisor.redact,
            changed=self._changed,
            progress=await reached(self._journal, session_id),
        )
        return await self._journal.session(session_id), epoch, log

    async def _run(self, record: SessionRecord, epoch: int, log: SessionLog) -> SupervisedResult | None:
        """The result, or None where somebody asked to cancel."""
        again = record.resumed > 0
        await log.write(
            "session.resumed" if again else "session.started",
            f"{'Taking up' if again else 'Making'} a driver for {record.request.api_name}.",
            progress=0.01,
        )
        outcome: list[SupervisedResult] = []
        failure: list[Exception] = []
        async with anyio.create_task_group() as tasks:

            async def supervise() -> None:
                try:
                    outcome.append(await self._supervisor.run(record, epoch, log))
                except Exception as error:  # carried out of the group as it is
                    failure.append(error)
                tasks.cancel_scope.cancel()

            async def beat() -> None:
                try:
                    await self._until_cancelled(record.session_id, epoch)
                except Exception as error:  # carried out of the group as it is
                    failure.append(error)
                tasks.cancel_scope.cancel()

            tasks.start_soon(supervise)
            tasks.start_soon(beat)
        if outcome:
            return outcome[0]
        if failure:
            raise failure[0]
        return None

    async def _until_cancelled(self, session_id: str, epoch: int) -> None:
        """Renew the lease until somebody asks to cancel the session."""
        while True:
            await anyio.sleep(min(HEARTBEAT_SECONDS, self._lease_seconds / 3))
            try:
                if await self._journal.renew(session_id, epoch, lease_seconds=self._lease_seconds):
                    return
            except LeaseLostError:
                raise
            except JournalError as error:
                logger.warning("session %s: the lease could not be renewed: %s", session_id, error)

    async def _stopped(self, record: SessionRecord, epoch: int, log: SessionLog, how: Stop) -> None:
        cancelled = how == "cancelled"
        message = "It was cancelled, as asked." if cancelled else "The process that worked on it is leaving."
        result = SupervisedResult(
            session_id=record.session_id,
            status=how,
            driver_name=Path(record.project_path).name,
            error=ErrorInfo(
                code="cancelled",
                message=message,
                next_action="Call generate_driver_supervised again to make the driver.",
            ),
        )
        await log.write("session.cancelled" if cancelled else "session.interrupted", message, level="warning")
        await self._journal.release(record.session_id, epoch, how, result if cancelled else None)

    async def _broken(self, record: SessionRecord, epoch: int, log: SessionLog, error: Exception) -> None:
        message = self._supervisor.redact(f"A fault of driversmith: {type(error).__name__}: {error}")
        result = SupervisedResult(
            session_id=record.session_id,
            status="failed",
            driver_name=Path(record.project_path).name,
            error=ErrorInfo(code="internal", message=message, next_action="Please report it."),
        )
        await self._journal.count("unhandled_exceptions", principal=record.principal)
        await log.write("exception.caught", message, level="error")
        await self._journal.release(record.session_id, epoch, "failed", result)
