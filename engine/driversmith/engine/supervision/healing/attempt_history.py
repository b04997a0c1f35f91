"""What a failed attempt left in the journal: for a diagnosis that is asked for after the session."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from anyio import to_thread

from ...journal.port import Journal
from ...journal.step_names import RESEARCH, report_step, tried_step
from ...models.findings import Finding, ValidationReport
from ...models.profile import ApiProfile
from ...models.report import ContractReport
from ...models.session import SessionEvent
from ...models.tries import Tried

TOLD = frozenset({"file.rejected", "repair.started", "exception.caught"})
"""Kinds of events that say something about the driver. They are the same when a session is resumed: what a request
quotes of the log must not change by that."""
_PAGE = 500


@dataclass(frozen=True)
class EarlierAttempt:
    """One attempt of a session that is over."""

    number: int
    profile: ApiProfile | None = None
    validation: ValidationReport | None = None
    contract: ContractReport | None = None
    tried: tuple[Tried, ...] = ()
    path: str | None = None
    """The file at fault."""
    text: str | None = None
    """That file as it stood last."""
    project: str = ""
    """Name of the project folder and of the package in it."""
    client: str = ""
    """The text of the client module, as it was stored last."""


async def read_leavings(journal: Journal, session_id: str, number: int) -> EarlierAttempt:
    """What attempt `number` (1, 2, ...) of a session left."""
    validation = await journal.step_result(session_id, report_step(number, "validate"))
    contract = await journal.step_result(session_id, report_step(number, "contract"))
    profile = await journal.step_result(session_id, RESEARCH)
    tried: list[Tried] = []
    answered: dict[str, str] = {}
    async for event in events_of(journal, session_id, number):
        data = event.data
        if event.kind in {"file.rejected", "file.accepted"} and "try" in data:
            stored = await journal.step_result(session_id, tried_step(number, data["path"], data["try"]))
            if stored is not None:
                tried.append(Tried.model_validate(stored))
        elif event.kind in {"model.answered", "file.wanted"} and "fault" not in data and data.get("path"):
            answered[data["path"]] = data["step"]
    report = ValidationReport.model_validate(validation) if validation else None
    run = ContractReport.model_validate(contract) if contract else None
    client = await _client(journal, session_id)
    path = _at_fault(tried, report, run, client)
    return EarlierAttempt(
        number=number,
        profile=ApiProfile.model_validate(profile) if profile else None,
        validation=report,
        contract=run,
        tried=tuple(tried),
        path=path,
        text=await _text(journal, session_id, path, answered) if path else None,
        project=client.partition("/")[0],
        client=await journal.file_text(session_id, client) or "",
    )


async def log_lines(journal: Journal, session_id: str, number: int) -> tuple[str, ...]:
    """What the log of one attempt says about the driver, oldest first, nothing twice."""
    lines = [event.message async for event in events_of(journal, session_id, number) if event.kind in TOLD]
    return tuple(dict.fromkeys(lines))


async def events_of(journal: Journal, session_id: str, number: int) -> AsyncGenerator[SessionEvent]:
    """The events since an attempt began for the first time."""
    after, begun = 0, False
    while events := await journal.events(session_id, after=after, limit=_PAGE):
        after = events[-1].seq
        for event in events:
            begun = begun or (event.kind == "attempt.started" and event.data.get("attempt") == number)
            if begun:
                yield event


async def _client(journal: Journal, session_id: str) -> str:
    """The path of the client module; "" where no file was ever stored."""
    paths = [record.path for record in await journal.files(session_id)]
    return next((path for path in paths if path.count("/") == 1 and path.endswith("/client.py")), "")


def _at_fault(
    tried: list[Tried], validation: ValidationReport | None, contract: ContractReport | None, client: str
) -> str | None:
    """The file that came right in none of its tries, that of the worst finding, or, where a run failed, the client."""
    last = {t.path: t.outcome for t in tried}
    if rejected := [path for path, outcome in last.items() if outcome != "accepted"]:
        return rejected[-1]
    if validation is not None and not validation.ok:
        return validation.findings[0].file
    return client or None if contract is not None and not contract.ok else None


async def _text(journal: Journal, session_id: str, path: str, answered: dict[str, str]) -> str | None:
    """The file in the last answer for it, else as it was stored."""
    entry = await journal.step_result(session_id, answered[path]) if path in answered else None
    if isinstance(entry, dict) and isinstance(answer := entry.get("answer"), dict):
        from ...guards.files.extraction import extract_file

        found = await to_thread.run_sync(
            lambda: extract_file(str(answer["text"]), path=path, stop_reason=str(answer["stop_reason"]))
        )
        if not isinstance(found, Finding):
            return found.text
    return await journal.file_text(session_id, path)
