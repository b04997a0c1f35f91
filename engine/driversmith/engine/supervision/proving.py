"""From files to a driver on disk: validate, run against a mock server, have mended, read live, publish."""

import shutil
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread

from ..errors import GenerationError, JournalError, SandboxError, SandboxLimitError, SandboxUnavailableError
from ..journal.port import Journal
from ..models.driver import DriverBundle, DriverFile, Verification, VerificationLevel
from ..models.findings import Finding, ValidationReport
from ..models.profile import ApiProfile
from ..models.report import BehaviourResult, ContractReport, LiveReport
from ..models.session import GenerateRequest
from ..research.omission import without_operations
from .leaving_out import LeftOut, not_proven, search, what_failed
from .log import SessionLog
from .publishing import MANIFEST, Publication, check_path, publish
from .stage import Stage
from .workshop import Tell, Workshop, Writer

if TYPE_CHECKING:
    from ..generation.model_engine import FaultsOfFile

_RANKS: dict[VerificationLevel, int] = {"static_only": 0, "mock": 1, "live": 2}
_OURS = "This is a fault of driversmith or an odd description: get_session(view='diagnostics') tells more."
_THEIRS = "get_session(view='diagnostics') tells what was tried; engine=\"template\" needs no model."


MOST_TURNS = 6
"""Runs of the template's driver, each without what broke the run before."""


@dataclass(frozen=True)
class Sound:
    """The template's driver for as much of the API as it is proven for."""

    profile: ApiProfile
    bundle: DriverBundle
    validation: ValidationReport
    contract: ContractReport


@dataclass(frozen=True)
class Made:
    """A driver that is verified and published."""

    live: LiveReport
    verification: Verification
    publication: Publication


class Proving:
    """Proves one attempt's driver; what it came to stands in its attributes, also when it fails half way."""

    def __init__(
        self,
        profile: ApiProfile,
        request: GenerateRequest,
        project: Path,
        *,
        place: str,
        known: Sequence[Finding] = (),
        standing: Made | None,
        session_id: str,
        epoch: int,
        journal: Journal,
        workshop: Workshop,
        stage: Stage,
        log: SessionLog,
        scratch: Path,
    ) -> None:
        """`place` begins the names of its steps; `known` are findings in files that nobody is to mend; `standing` is a
        driver that must not be replaced by a worse one."""
        self.bundle: DriverBundle | None = None
        """The files as they stood last."""
        self.validation: ValidationReport | None = None
        self.contract: ContractReport | None = None
        self.contract_runs = 0
        self.faults: FaultsOfFile | None = None
        """What a writer was last asked to mend."""
        self._profile: ApiProfile = profile
        self._request = request
        self._project = project
        self.place = place
        self._known = known
        self._standing = standing
        self._session_id = session_id
        self._epoch = epoch
        self._journal = journal
        self._workshop = workshop
        self._stage = stage
        self._log = log
        self._scratch = scratch

    async def prove(self, bundle: DriverBundle, writer: Writer) -> Made:
        """The driver verified, mended where that is needed, and published.

        Raises:
            GenerationError: it did not pass validation or contract run, or another one stands that is verified better.
            FileGenerationError: a file could not be mended.
        """
        bundle, contract = await self._verified(bundle, writer)
        return await self._finished(bundle, contract)

    async def finish(self, sound: Sound) -> Made:
        """The template's driver, read live and published."""
        self.bundle, self.validation, self.contract = sound.bundle, sound.validation, sound.contract
        return await self._finished(sound.bundle, sound.contract)

    async def sound(self, bundle: DriverBundle) -> Sound:
        """The template's driver as far as it keeps the contract: operations that do not are left out, and what is left is
        run anew. Findings in the template's own files stop nothing.

        Raises:
            GenerationError: nothing is left, or the fault is in no single operation.
            SandboxError: the package does not import, whatever is left out.
        """
        whole, left = self._profile, LeftOut()
        for turn in range(MOST_TURNS):
            if turn:
                self._profile = without_operations(self._profile, left.operations)
                bundle = await self._workshop.write(self._profile)
            self.bundle = bundle
            checked, ran = await self._checked_and_ran(bundle, turn, partial(self._tell, left, whole))
            self.validation = checked
            if isinstance(ran, SandboxError):
                self.contract = None
                left = await self._searched((), ran.message, turn)
                if not left.operations:
                    raise ran
                continue
            self.contract = ran
            if self.contract.ok:
                return Sound(self._profile, bundle, checked, self.contract)
            left = await self._at_fault(self.contract, turn)
            if not left.operations or len(left.operations) == len(self._profile.operations):
                break
        self._profile = whole
        raise _broken(self.contract, _OURS)

    async def _checked_and_ran(
        self, bundle: DriverBundle, turn: int, tell: Callable[[ValidationReport], Awaitable[None]]
    ) -> tuple[ValidationReport, ContractReport | SandboxError]:
        """Both at the same time, since a run of what the templates wrote does not hang on the checks; a SandboxError says
        that the package does not import. The run, which has to wait more than it works, is let begin first."""
        checked: list[ValidationReport] = []
        ran: list[ContractReport | SandboxError] = []
        begun = anyio.Event()

        async def hear(message: str, fraction: float | None = None) -> None:
            begun.set()
            await self._stage.tell(message, fraction)

        async def check() -> None:
            await begun.wait()
            is_new = await self._stage.is_new(f"{self.place}validate{_turn(turn)}")
            checked.append(await self._validated(bundle, turn, until=None))
            if is_new:
                await tell(checked[0])

        async def run() -> None:
            try:
                ran.append(await self._ran(bundle, turn, hear))
            except (SandboxUnavailableError, SandboxLimitError):
                raise
            except SandboxError as error:
                ran.append(error)
            begun.set()

        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(check)
                tasks.start_soon(run)
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
        return checked[0], ran[0]

    async def _at_fault(self, contract: ContractReport, turn: int) -> LeftOut:
        """The operations that a run of the template's driver says are broken; where it names none, a search does."""
        left = not_proven(contract, self._profile)
        if left.operations or not contract.broken:
            return left
        return await self._searched({b.name for b in contract.broken}, what_failed(contract.broken[0]), turn)

    async def _searched(self, behaviours: Collection[str], why: str, turn: int) -> LeftOut:
        """The operations without which these behaviours hold (none: the package imports)."""

        async def works(profile: ApiProfile) -> bool:
            try:
                bundle = await self._workshop.write(profile)
                folder = await self._laid_out(bundle, "search")
                report = await self._workshop.run_contract(folder, bundle, profile, _silent, behaviours)
            except (JournalError, SandboxUnavailableError):
                raise
            except Exception:  # edge: whatever goes wrong with these operations is what is looked for
                return False
            return not report.broken

        return await self._stage.step(
            f"{self.place}search{_turn(turn)}",
            "Looking for what the driver cannot take",
            LeftOut,
            lambda: search(self._profile, works, why),
            until=0.8,
        )

    async def _tell(self, left: LeftOut, whole: ApiProfile, report: ValidationReport) -> None:
        """Log what was left out for this turn, and what the checks say of the templates' own files."""
        if left.operations:
            first = [f"{whole.operations[name].signature} ({why})" for name, why in left.operations.items()][:3]
            more = len(left.operations) - len(first)
            await self._log.write(
                "operations.left_out",
                f"Left out, since the driver did not prove them: {'; '.join(first)}"
                + (f"; {more} more." if more else "."),
                level="warning",
                data={"operations": left.operations},
            )
        if not report.ok:
            worst = report.findings[0]
            await self._log.write(
                "findings.own",
                f"A file of the templates has a finding, {worst.file} line {worst.line}: {worst.message}"
                " The run decides.",
                level="warning",
                data={"findings": [f.code for f in report.findings if f.is_serious]},
            )

    async def _finished(self, bundle: DriverBundle, contract: ContractReport) -> Made:
        folder = await self._laid_out(bundle, "proven")
        live = await self._stage.step(
            f"{self.place}live",
            "Reading from the real API",
            LiveReport,
            lambda: self._workshop.read_live(folder, bundle, self._profile, self._request, self._stage.tell),
            until=0.9,
        )
        verification = Verification(
            level="live" if live.ok else "mock",
            passed=contract.passed,
            failed=contract.failed,
            isolation=contract.isolation,
        )
        self._compare(verification)
        return Made(live=live, verification=verification, publication=await self._publish(bundle, verification))

    async def _verified(self, bundle: DriverBundle, writer: Writer) -> tuple[DriverBundle, ContractReport]:
        """The bundle that passed validation and contract run, and its report."""
        repairs = max(1, self._request.max_retries)
        turn = 0
        while True:
            self.bundle = bundle
            self.contract = None
            report = await self._validated(bundle, turn)
            self.validation = ValidationReport.of([f for f in report.findings if f not in self._known])
            if self.validation.ok:
                self.contract = await self._ran(bundle, turn, self._stage.tell)
                if self.contract.ok:
                    return bundle, self.contract
            if turn == repairs or (self.validation.ok and not (self.contract and self.contract.broken)):
                break
            bundle = await self._mended(bundle, writer)
            turn += 1
        raise _invalid(self.validation) if not self.validation.ok else _broken(self.contract, _THEIRS)

    async def _validated(self, bundle: DriverBundle, turn: int, *, until: float | None = 0.65) -> ValidationReport:
        return await self._stage.step(
            f"{self.place}validate{_turn(turn)}",
            "Checking the files",
            ValidationReport,
            lambda: self._workshop.validate(bundle, self._profile),
            until=until,
        )

    async def _ran(self, bundle: DriverBundle, turn: int, tell: Tell) -> ContractReport:
        folder = await self._laid_out(bundle, str(turn))
        report = await self._stage.step(
            f"{self.place}contract{_turn(turn)}",
            "Running the driver against a mock server",
            ContractReport,
            lambda: self._run(bundle, folder, tell),
            until=0.8,
        )
        self.contract_runs += 1
        return report

    async def _laid_out(self, bundle: DriverBundle, name: str) -> Path:
        """The folder that holds the files for a child to run."""
        folder = self._scratch / name / bundle.project
        await anyio.to_thread.run_sync(_lay_out, bundle.files, folder)
        return folder

    async def _run(self, bundle: DriverBundle, folder: Path, tell: Tell) -> ContractReport:
        try:
            return await self._workshop.run_contract(folder, bundle, self._profile, tell)
        except SandboxLimitError as error:
            if all(file.author == "template" for file in bundle.files):
                raise
            killed = BehaviourResult(
                name="stays-within-limits", passed=False, received=error.message, expected="calls that come to an end"
            )
            return ContractReport(behaviours=(killed,))

    async def _mended(self, bundle: DriverBundle, writer: Writer) -> DriverBundle:
        faults = self.faults = self._worst_faults(bundle)
        await self._log.write(
            "repair.started",
            f"Having {faults.path} mended: {len(faults.findings)} finding(s), {len(faults.behaviours)} broken behaviour(s).",
            data={
                "path": faults.path,
                "findings": [f.code for f in faults.findings],
                "behaviours": [b.name for b in faults.behaviours],
            },
        )
        return await writer.repair(bundle, faults)

    def _worst_faults(self, bundle: DriverBundle) -> "FaultsOfFile":
        """The faults of one file: that of the worst finding, or the client, which is at fault for what a run shows."""
        from ..generation.model_engine import FaultsOfFile

        client = f"{bundle.project}/client.py"
        if self.validation is not None and not self.validation.ok:
            written = {file.path for file in bundle.files if file.author != "template"}
            blamed = [(f.file if f.file in written else client, f) for f in self.validation.findings if f.is_serious]
            path = blamed[0][0]
            return FaultsOfFile(path=path, findings=tuple(f for at, f in blamed if at == path))
        return FaultsOfFile(path=client, behaviours=self.contract.broken if self.contract else ())

    def _compare(self, verification: Verification) -> None:
        """Refuse to replace a standing driver that is verified better."""
        standing = self._standing
        if standing is not None and _RANKS[verification.level] < _RANKS[standing.verification.level]:
            raise GenerationError(
                f"The model's driver is verified less well ({verification.level}) than the template's"
                f" ({standing.verification.level}), which therefore stands.",
                code="contract_failed",
            )

    async def _publish(self, bundle: DriverBundle, verification: Verification) -> Publication:
        text = await self._workshop.manifest(self._profile, bundle, verification)
        manifest = DriverFile(path=MANIFEST, text=text)
        files = [*bundle.files, manifest]

        async def work() -> Publication:
            publication = await anyio.to_thread.run_sync(publish, files, self._project)
            await self._journal.store_files(self._session_id, self._epoch, files)
            return publication

        published = await self._stage.step(
            f"{self.place}publish", f"Writing to {self._project}", Publication, work, until=0.98
        )
        if published.kept_files:
            await self._log.write(
                "files.kept",
                f"{len(published.kept_files)} edited file(s) were left alone.",
                data={"files": list(published.kept_files)},
            )
        return published


def _turn(number: int) -> str:
    return f"/{number + 1}" if number else ""


async def _silent(message: str, fraction: float | None = None) -> None:
    """Nobody hears how far one run of a search has come."""


def _lay_out(files: Sequence[DriverFile], folder: Path) -> None:
    """Write the files, and nothing else."""
    shutil.rmtree(folder, ignore_errors=True)
    for file in files:
        check_path(file.path)
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, encoding="utf-8", newline="")


def _invalid(report: ValidationReport) -> GenerationError:
    worst = report.findings[0]
    return GenerationError(
        f"The files do not pass validation: {len(report.findings)} finding(s), the first in {worst.file} line"
        f" {worst.line}: {worst.message}",
        code="validation_failed",
        next_action=_THEIRS,
    )


def _broken(report: ContractReport | None, next_action: str) -> GenerationError:
    if report is None or not report.broken:
        return GenerationError(
            "Nothing of the driver could be tried out against a mock server.",
            code="contract_failed",
            next_action="Give a description that defines operations with GET, or name other objects.",
        )
    first = report.broken[0]
    return GenerationError(
        f"The driver broke {report.failed} of {len(report.behaviours)} behaviours, the first {first.name}"
        f" ({first.subject or 'driver'}): expected {first.expected}; received {first.received}",
        code="contract_failed",
        next_action=next_action,
    )
