"""The one sink before the journal: what is written there, by whomever, is written without secrets."""

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar, cast

import anyio.to_thread
from pydantic import BaseModel, JsonValue

from ..models.diagnosis import Diagnosis
from ..models.driver import DriverFile
from ..models.session import EventLevel, GenerateRequest, SessionEvent, SessionRecord, SessionStatus, SupervisedResult
from .port import Journal

V = TypeVar("V", bound=BaseModel)


class Clean(Protocol):
    """Takes the secrets out of a JSON value, in every text of it; the value itself where there is none."""

    def __call__(self, value: JsonValue) -> JsonValue: ...


def clean_value(value: V, clean: Clean) -> V:
    """A value of a model without secrets; the same one where it holds none."""
    dumped: JsonValue = value.model_dump(mode="json", exclude_defaults=True)
    cleaned = clean(dumped)
    return value if cleaned == dumped else type(value).model_validate(cleaned)


def clean_journal(journal: Journal, clean: Clean) -> Journal:
    """The journal behind the sink."""
    return cast("Journal", _CleanJournal(journal, clean))


class _CleanJournal:
    """Cleans what is written, and hands on the rest as it is."""

    def __init__(self, journal: Journal, clean: Clean) -> None:
        self._journal = journal
        self._clean = clean

    def __getattr__(self, name: str) -> Any:
        return getattr(self._journal, name)

    async def create_session(
        self, request: GenerateRequest, *, key: str, project_path: str, **known: Any
    ) -> tuple[SessionRecord, bool]:
        return await self._journal.create_session(
            clean_value(request, self._clean), key=key, project_path=self._text(project_path), **known
        )

    async def release(
        self, session_id: str, epoch: int, status: SessionStatus, result: SupervisedResult | None = None
    ) -> None:
        cleaned = None if result is None else await anyio.to_thread.run_sync(clean_value, result, self._clean)
        await self._journal.release(session_id, epoch, status, cleaned)

    async def append_event(
        self,
        session_id: str,
        epoch: int,
        kind: str,
        message: str,
        *,
        level: EventLevel = "info",
        progress: float | None = None,
        data: dict[str, Any] | None = None,
    ) -> SessionEvent:
        return await self._journal.append_event(
            session_id,
            epoch,
            kind,
            self._text(message),
            level=level,
            progress=progress,
            data=self._object(data) if data else data,
        )

    async def store_step(self, session_id: str, epoch: int, name: str, result: JsonValue) -> None:
        cleaned = await anyio.to_thread.run_sync(self._clean, result)  # a profile may have megabytes
        await self._journal.store_step(session_id, epoch, name, cleaned)

    async def hand_in(self, session_id: str, name: str, result: JsonValue) -> bool:
        return await self._journal.hand_in(session_id, name, self._clean(result))

    async def record_attempt(
        self,
        session_id: str,
        epoch: int,
        attempt: int,
        *,
        engine: str,
        outcome: str,
        elapsed_seconds: float,
        data: dict[str, Any],
    ) -> None:
        await self._journal.record_attempt(
            session_id,
            epoch,
            attempt,
            engine=engine,
            outcome=outcome,
            elapsed_seconds=elapsed_seconds,
            data=self._object(data),
        )

    async def add_diagnosis(
        self,
        session_id: str | None,
        diagnosis: Diagnosis,
        *,
        findings: Sequence[str] = (),
        **known: Any,
    ) -> int:
        return await self._journal.add_diagnosis(
            session_id, clean_value(diagnosis, self._clean), findings=tuple(map(self._text, findings)), **known
        )

    async def store_files(self, session_id: str, epoch: int, files: list[DriverFile]) -> None:
        cleaned = await anyio.to_thread.run_sync(lambda: [clean_value(file, self._clean) for file in files])
        await self._journal.store_files(session_id, epoch, cleaned)

    async def add_usage(self, session_id: str, epoch: int, *, data: dict[str, Any], **known: Any) -> None:
        await self._journal.add_usage(session_id, epoch, data=self._object(data), **known)

    def _text(self, text: str) -> str:
        return str(self._clean(text))

    def _object(self, data: dict[str, Any]) -> dict[str, Any]:
        return cast("dict[str, Any]", self._clean(cast(JsonValue, data)))
