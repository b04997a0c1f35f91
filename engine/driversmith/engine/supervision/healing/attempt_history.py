"""What an attempt came to: for what follows from it, and for a diagnosis that is asked for after the session."""

from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace

from anyio import to_thread

from ...journal.port import Journal
from ...journal.step_names import RESEARCH, report_step, tried_step
from ...models.driver import Author, DriverFile
from ...models.findings import Finding, ValidationReport
from ...models.profile import ApiProfile
from ...models.report import ContractReport, FaultsOfFile
from ...models.session import SessionEvent
from ...models.tries import Tried
from ..plan import Plan
from ..verify import VerifiedDriver

TOLD = frozenset({"file.rejected", "repair.started", "exception.caught"})
"""Kinds of events that say something about the driver. They are the same when a session is resumed: what a request
quotes of the log must not change by that."""
_PAGE = 500


@dataclass(frozen=True)
class AttemptRecord:
    """What one attempt came to, as far as it went: told by the attempt itself, or read from the journal."""

    number: int
    plan: Plan = field(default_factory=lambda: Plan(mode="full"))
    author: Author = "template"
    """Who writes what the plan leaves to judgement."""
    profile: ApiProfile | None = None
    validation: ValidationReport | None = None
    """The last checks of the whole package."""
    contract: ContractReport | None = None
    """The last run against a mock server."""
    contract_runs: int = 0
    tried: tuple[Tried, ...] = ()
    """The tries of files, in the order in which they ended."""
    files: tuple[DriverFile, ...] = ()
    """The files as they stood last; from the journal, the client and the file at fault."""
    faults: FaultsOfFile | None = None
    """What was last to be mended in one file."""
    verified: VerifiedDriver | None = None
    """The driver that came of it."""

    @property
    def at_fault(self) -> str | None:
        """The file that came right in none of its tries, that of the worst finding, or, where a run failed, the client."""
        last = {t.path: t.outcome for t in self.tried}
        if rejected := [path for path, outcome in last.items() if outcome != "accepted"]:
            return rejected[-1]
        if self.validation is not None and not self.validation.ok:
            return self.validation.findings[0].file
        return self.client or None if self.contract is not None and not self.contract.ok else None

    @property
    def client(self) -> str:
        """The path of the client module; "" where there is none."""
        return next((f.path for f in self.files if f.path.count("/") == 1 and f.path.endswith("/client.py")), "")

    @property
    def findings_by_code(self) -> dict[str, int]:
        """How often the validator found what: in the tries of files, and in the package at last."""
        in_tries = Counter(f.code for tried in self.tried for f in tried.findings)
        at_last = Counter(f.code for f in self.validation.findings) if self.validation else Counter[str]()
        return dict(in_tries + at_last)

    @property
    def tries_by_file(self) -> dict[str, int]:
        """How often a model was asked for which file."""
        return dict(Counter(tried.path for tried in self.tried))

    def text(self, path: str | None) -> str:
        """A file as it stood last; "" where it is not known."""
        return next((file.text for file in self.files if file.path == path), "")


async def read_attempt(journal: Journal, session_id: str, number: int) -> AttemptRecord:
    """Attempt `number` (1, 2, ...) of a session that is over, as far as the journal tells."""
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
    record = AttemptRecord(
        number=number,
        profile=ApiProfile.model_validate(profile) if profile else None,
        validation=ValidationReport.model_validate(validation) if validation else None,
        contract=ContractReport.model_validate(contract) if contract else None,
        tried=tuple(tried),
        files=await _client(journal, session_id),
    )
    path = record.at_fault
    text = await _text(journal, session_id, path, answered) if path else None
    if path is None or text is None:
        return record
    others = tuple(file for file in record.files if file.path != path)
    return replace(record, files=(DriverFile(path=path, text=text), *others))


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


async def _client(journal: Journal, session_id: str) -> tuple[DriverFile, ...]:
    """The client module as it was stored last; () where no file was ever stored."""
    paths = [record.path for record in await journal.files(session_id)]
    found = [path for path in paths if path.count("/") == 1 and path.endswith("/client.py")]
    return tuple([DriverFile(path=path, text=await journal.file_text(session_id, path) or "") for path in found[:1]])


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
