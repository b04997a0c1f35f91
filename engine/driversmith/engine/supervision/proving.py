"""From files to a driver on disk: validate, run against a mock server, have mended, read live, publish."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import anyio.to_thread

from ..errors import GenerationError, SandboxLimitError
from ..journal.port import Journal
from ..models.driver import DriverBundle, DriverFile, Verification, VerificationLevel
from ..models.findings import ValidationReport
from ..models.profile import ApiProfile
from ..models.report import BehaviourResult, ContractReport, LiveReport
from ..models.session import GenerateRequest
from .log import SessionLog
from .publishing import MANIFEST, Publication, check_path, publish
from .stage import Stage
from .workshop import Workshop, Writer

if TYPE_CHECKING:
    from ..generation.model_engine import FaultsOfFile

_RANKS: dict[VerificationLevel, int] = {"static_only": 0, "mock": 1, "live": 2}
_OURS = "This is a fault of driversmith or an odd description: get_session(view='diagnostics') tells more."
_THEIRS = "get_session(view='diagnostics') tells what was tried; engine=\"template\" needs no model."


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
        standing: Made | None,
        session_id: str,
        epoch: int,
        journal: Journal,
        workshop: Workshop,
        stage: Stage,
        log: SessionLog,
        scratch: Path,
    ) -> None:
        """`place` begins the names of its steps; `standing` is a driver that must not be replaced by a worse one."""
        self.bundle: DriverBundle | None = None
        """The files as they stood last."""
        self.validation: ValidationReport | None = None
        self.contract: ContractReport | None = None
        self.contract_runs = 0
        self.faults: FaultsOfFile | None = None
        """What a writer was last asked to mend."""
        self._profile = profile
        self._request = request
        self._project = project
        self.place = place
        self._standing = standing
        self._session_id = session_id
        self._epoch = epoch
        self._journal = journal
        self._workshop = workshop
        self._stage = stage
        self._log = log
        self._scratch = scratch

    async def prove(self, bundle: DriverBundle, writer: Writer | None) -> Made:
        """The driver verified, mended where that is needed and there is a writer, and published.

        Raises:
            GenerationError: it did not pass validation or contract run, or another one stands that is verified better.
            FileGenerationError: a file could not be mended.
        """
        bundle, contract, folder = await self._verified(bundle, writer)
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

    async def _verified(self, bundle: DriverBundle, writer: Writer | None) -> tuple[DriverBundle, ContractReport, Path]:
        """The bundle that passed validation and contract run, its report, and the folder in which it ran."""
        repairs = max(1, self._request.max_retries) if writer else 0
        for number in range(repairs + 1):
            turn = f"/{number + 1}" if number else ""
            self.bundle, current = bundle, bundle
            self.contract = None
            self.validation = await self._stage.step(
                f"{self.place}validate{turn}",
                "Checking the files",
                ValidationReport,
                lambda current=current: self._workshop.validate(current, self._profile),
                until=0.65,
            )
            if self.validation.ok:
                folder = self._scratch / str(number) / bundle.project
                await anyio.to_thread.run_sync(_lay_out, bundle.files, folder)
                self.contract = await self._stage.step(
                    f"{self.place}contract{turn}",
                    "Running the driver against a mock server",
                    ContractReport,
                    lambda current=current, folder=folder: self._run(current, folder),
                    until=0.8,
                )
                self.contract_runs += 1
                if self.contract.ok:
                    return bundle, self.contract, folder
            if (
                writer is None
                or number == repairs
                or (self.validation.ok and not (self.contract and self.contract.broken))
            ):
                break
            bundle = await self._mended(bundle, writer)
        raise (
            _invalid(self.validation, writer)
            if self.validation and not self.validation.ok
            else _broken(self.contract, writer)
        )

    async def _run(self, bundle: DriverBundle, folder: Path) -> ContractReport:
        try:
            return await self._workshop.run_contract(folder, bundle, self._profile, self._stage.tell)
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


def _lay_out(files: Sequence[DriverFile], folder: Path) -> None:
    """Write the files for the child to run."""
    for file in files:
        check_path(file.path)
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, encoding="utf-8", newline="")


def _invalid(report: ValidationReport, writer: Writer | None) -> GenerationError:
    worst = report.findings[0]
    return GenerationError(
        f"The files do not pass validation: {len(report.findings)} finding(s), the first in {worst.file} line"
        f" {worst.line}: {worst.message}",
        code="validation_failed",
        next_action=_THEIRS if writer else _OURS,
    )


def _broken(report: ContractReport | None, writer: Writer | None) -> GenerationError:
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
        next_action=_THEIRS if writer else _OURS,
    )
