"""From files to a driver on disk: what the proof of any driver is made of."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import anyio.to_thread

from ..drivers.publish import MANIFEST, Publication, lay_out, publish
from ..drivers.receipt import RECEIPT, receipt
from ..errors import GenerationError, SandboxLimitError
from ..journal.step_names import turn_step
from ..models.driver import DriverBundle, DriverFile, ObjectVerification, Verification, VerificationLevel
from ..models.findings import ValidationReport
from ..models.profile import ApiProfile
from ..models.report import BehaviourResult, ContractReport, FaultsOfFile, LiveRead, LiveReport
from .context import SessionContext
from .live.live_budget import LiveBudget
from .progress import AttemptProgress, Tell

MOST_NAMED = 8
"""Broken behaviours that a sentence names."""
_RANKS: dict[VerificationLevel, int] = {"static_only": 0, "mock": 1, "live": 2}


@dataclass(frozen=True)
class VerifiedDriver:
    """A driver that is verified and published."""

    live: LiveReport
    verification: Verification
    publication: Publication


class Verifier:
    """Proves one driver; what it came to stands in its attributes, also when it fails half way. The steps that every driver
    goes through; in which order, and what follows from them, say `TemplateVerifier` and `WrittenVerifier`."""

    def __init__(
        self,
        session: SessionContext,
        progress: AttemptProgress,
        *,
        place: str,
        profile: ApiProfile,
        standing: VerifiedDriver | None,
    ) -> None:
        """`place` begins the names of its steps; `standing` is a driver that must not be replaced by a worse one."""
        self.bundle: DriverBundle | None = None
        """The files as they stood last."""
        self.validation: ValidationReport | None = None
        self.contract: ContractReport | None = None
        self.contract_runs = 0
        self.faults: FaultsOfFile | None = None
        """What a writer was last asked to mend."""
        self.place = place
        self._session = session
        self._progress = progress
        self._profile: ApiProfile = profile
        self._standing = standing
        self._kept: tuple[str, ContractReport] | None = None
        """The last run in which all was kept, by what it depends on."""
        self._live_reads = 0
        self._scratch = session.scratch / place.strip("/").replace("/", "-")

    async def _read_live(self, bundle: DriverBundle) -> LiveReport:
        turn, self._live_reads = self._live_reads, self._live_reads + 1
        folder = await self._laid_out(bundle, "proven")
        return await self._progress.step(
            turn_step(self.place, "live", turn),
            "Reading from the real API",
            LiveReport,
            lambda: self._live_read(folder, bundle),
            until=0.9,
        )

    async def _live_read(self, folder: Path, bundle: DriverBundle) -> LiveReport:
        budget = await LiveBudget(self._session.request, self._session.steps).take_up()
        return await self._session.activities.read_live(
            folder, bundle, self._profile, self._session.request, budget=budget
        )

    async def _finished(
        self, bundle: DriverBundle, contract: ContractReport, live: LiveReport, *, beside: Sequence[DriverFile] = ()
    ) -> VerifiedDriver:
        """The driver that passed, published.

        Raises:
            GenerationError: another one stands that is verified better.
        """
        verification = Verification(
            level="live" if live.ok else "mock",
            passed=contract.passed,
            failed=contract.failed,
            isolation=contract.isolation,
            layers=contract.layers,
            objects=verified_objects(live, self._profile),
        )
        self._compare(verification)
        return VerifiedDriver(
            live=live,
            verification=verification,
            publication=await self._publish(bundle, verification, live, beside),
        )

    async def _validated(self, bundle: DriverBundle, turn: int, *, until: float | None = 0.65) -> ValidationReport:
        return await self._progress.step(
            turn_step(self.place, "validate", turn),
            "Checking the files",
            ValidationReport,
            lambda: self._session.activities.validate(bundle, self._profile),
            until=until,
        )

    async def _ran(self, bundle: DriverBundle, turn: int, tell: Tell) -> ContractReport:
        """The report of the run; where only README or examples changed since all was kept, that is still true."""
        runs = _what_runs(bundle)
        if self._kept is not None and self._kept[0] == runs:
            return self._kept[1]
        folder = await self._laid_out(bundle, str(turn))
        report = await self._progress.step(
            turn_step(self.place, "contract", turn),
            "Running the driver against a mock server",
            ContractReport,
            lambda: self._run(bundle, folder, tell),
            until=0.8,
        )
        self.contract_runs += 1
        if report.ok:
            self._kept = runs, report
        return report

    async def _laid_out(self, bundle: DriverBundle, name: str) -> Path:
        """The folder that holds the files for a child to run."""
        folder = self._scratch / name / bundle.project
        await anyio.to_thread.run_sync(lay_out, bundle.files, folder)
        return folder

    async def _run(self, bundle: DriverBundle, folder: Path, tell: Tell) -> ContractReport:
        try:
            report = await self._session.activities.run_contract(folder, bundle, self._profile, tell)
        except SandboxLimitError as error:
            if all(file.author == "template" for file in bundle.files):
                raise
            killed = BehaviourResult(
                name="stays-within-limits", passed=False, received=error.message, expected="calls that come to an end"
            )
            report = ContractReport(behaviours=(killed,))
        await self._session.log.write(
            "driver.ran",
            _what_was_seen(report),
            level="info" if report.ok else "warning",
            data={"passed": report.passed, "broken": [b.name for b in report.broken]},
        )
        return report

    def _compare(self, verification: Verification) -> None:
        """Refuse to replace a standing driver that is verified better."""
        standing = self._standing
        if standing is not None and _RANKS[verification.level] < _RANKS[standing.verification.level]:
            raise GenerationError(
                f"The model's driver is verified less well ({verification.level}) than the template's"
                f" ({standing.verification.level}), which therefore stands.",
                code="contract_failed",
            )

    async def _publish(
        self, bundle: DriverBundle, verification: Verification, live: LiveReport, beside: Sequence[DriverFile]
    ) -> Publication:
        text = await self._session.activities.manifest(self._profile, bundle, verification)
        manifest = DriverFile(path=MANIFEST, text=text)
        files = [*bundle.files, manifest]

        async def work() -> Publication:
            proof = await anyio.to_thread.run_sync(receipt, live, self._profile)
            shown = [DriverFile(path=RECEIPT, text=proof), *beside]
            publication = await anyio.to_thread.run_sync(
                lambda: publish(files, self._session.project, unlisted=shown, keeps_base=True)
            )
            await self._session.journal.store_files(self._session.session_id, self._session.epoch, [*files, *shown])
            return publication

        published = await self._progress.step(
            f"{self.place}publish", f"Writing to {self._session.project}", Publication, work, until=0.98
        )
        if published.kept_files:
            await self._session.log.write(
                "files.kept",
                f"{len(published.kept_files)} edited file(s) were left alone.",
                data={"files": list(published.kept_files)},
            )
        return published


def verified_objects(live: LiveReport, profile: ApiProfile) -> dict[str, ObjectVerification]:
    """How far each object was verified, and why no further."""
    reads = {read.object_name: read for read in live.reads}
    return {name: _verified(reads.get(name), live.untried.get(name, "")) for name in profile.objects}


def _verified(read: LiveRead | None, untried: str) -> ObjectVerification:
    if read is None:
        return ObjectVerification(note=untried)
    empty = "The API answered without a record." if read.ok and not read.records else ""
    return ObjectVerification(
        level="live" if read.is_proven else "mock",
        records=read.count,
        pages=read.pages,
        complete=read.complete,
        note=read.error or empty,
    )


def not_kept(report: ContractReport | None, next_action: str) -> GenerationError:
    """That a driver did not keep the contract."""
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


def _what_runs(bundle: DriverBundle) -> str:
    """A digest of the files on which a contract run depends."""
    shown = {"README.md"}
    parts = [f"{f.path} {f.sha256}" for f in bundle.files if f.path not in shown and not f.path.startswith("examples/")]
    return hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()


def _what_was_seen(report: ContractReport) -> str:
    """What a contract run came to, in a sentence."""
    run = "in a run against a server that plays the API"
    if not report.broken:
        return f"The driver keeps {report.passed} behaviours {run}."
    names = Counter(b.name for b in report.broken)
    told = ", ".join(f"{name} ({count} times)" if count > 1 else name for name, count in names.most_common(MOST_NAMED))
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"The driver breaks {report.failed} of {len(report.behaviours)} behaviours {run}: {told}{more}."
