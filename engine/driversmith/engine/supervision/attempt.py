"""One turn of the supervisor: research -> generate -> validate -> contract run -> live reads -> publish."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeVar

import anyio.to_thread
from pydantic import BaseModel

from ..errors import GenerationError, JournalError
from ..journal.port import Journal
from ..models.base import Value
from ..models.driver import Author, DriverBundle, DriverFile, Verification
from ..models.findings import ValidationReport
from ..models.profile import ApiProfile
from ..models.report import ContractReport, LiveReport
from ..models.session import GenerateRequest
from .log import SessionLog
from .publishing import MANIFEST, Publication, check_path, publish
from .steps import Steps
from .workshop import Workshop

V = TypeVar("V", bound=BaseModel)

LEAST_PROGRESS = 0.02
"""Smaller steps forward are not worth a line in the log."""


class _Written(Value):
    """A bundle whose texts are in the journal's files."""

    project: str
    class_name: str
    paths: tuple[str, ...]


class Attempt:
    """What one attempt has come to; whoever runs it reads what is there when it fails half way."""

    def __init__(
        self,
        number: int,
        request: GenerateRequest,
        project: Path,
        *,
        session_id: str,
        epoch: int,
        journal: Journal,
        workshop: Workshop,
        steps: Steps,
        log: SessionLog,
        scratch: Path,
    ) -> None:
        self.number = number
        self.request = request
        self.project = project
        self.profile: ApiProfile | None = None
        self.validation: ValidationReport | None = None
        self.contract: ContractReport | None = None
        self.live = LiveReport()
        self.verification = Verification()
        self.publication: Publication | None = None
        self._session_id = session_id
        self._epoch = epoch
        self._journal = journal
        self._workshop = workshop
        self._steps = steps
        self._log = log
        self._scratch = scratch
        self._span = (0.0, 0.02)
        """The session's progress at the beginning and at the end of the current step."""

    async def run(self) -> None:
        """Make, verify and publish the driver, or stop after research where the request says so.

        Raises:
            DriversmithError: the attempt failed; its code says at what.
        """
        profile = self.profile = await self._step(
            "research",
            "Reading the API's description",
            ApiProfile,
            lambda: self._workshop.research(self.request, self._tell),
            until=0.3,
        )
        if self.request.stop_after == "research":
            return
        bundle = await self._generate(profile)
        self.validation = await self._step(
            "validate",
            "Checking the files",
            ValidationReport,
            lambda: self._workshop.validate(bundle, profile),
            until=0.5,
        )
        if not self.validation.ok:
            raise _invalid(self.validation)
        folder = self._scratch / bundle.project
        await anyio.to_thread.run_sync(_lay_out, bundle.files, folder)
        self.contract = await self._step(
            "contract",
            "Running the driver against a mock server",
            ContractReport,
            lambda: self._workshop.run_contract(folder, bundle, profile, self._tell),
            until=0.8,
        )
        if not self.contract.ok:
            raise _broken(self.contract)
        self.live = await self._step(
            "live",
            "Reading from the real API",
            LiveReport,
            lambda: self._workshop.read_live(folder, bundle, profile, self.request, self._tell),
            until=0.9,
        )
        self.verification = Verification(
            level="live" if self.live.ok else "mock",
            passed=self.contract.passed,
            failed=self.contract.failed,
            isolation=self.contract.isolation,
        )
        await self._publish(profile, bundle)

    @property
    def findings_by_code(self) -> dict[str, int]:
        """How often the validator found what."""
        return dict(Counter(f.code for f in self.validation.findings)) if self.validation else {}

    async def _generate(self, profile: ApiProfile) -> DriverBundle:
        made: list[DriverBundle] = []

        async def work() -> _Written:
            bundle = await self._workshop.write(profile)
            made.append(bundle)
            await self._journal.store_files(self._session_id, self._epoch, list(bundle.files))
            return _Written(
                project=bundle.project, class_name=bundle.class_name, paths=tuple(f.path for f in bundle.files)
            )

        written = await self._step("generate", "Writing the driver", _Written, work, until=0.4)
        return made[0] if made else await self._stored_bundle(written)

    async def _stored_bundle(self, written: _Written) -> DriverBundle:
        authors: dict[str, Author] = {
            record.path: record.author for record in await self._journal.files(self._session_id)
        }
        files: list[DriverFile] = []
        for path in written.paths:
            text = await self._journal.file_text(self._session_id, path)
            if text is None:
                raise JournalError(
                    f"The stored text of {path} is gone.", next_action="Start the session anew with fresh."
                )
            files.append(DriverFile(path=path, text=text, author=authors[path]))
        return DriverBundle(project=written.project, class_name=written.class_name, files=tuple(files))

    async def _publish(self, profile: ApiProfile, bundle: DriverBundle) -> None:
        manifest = DriverFile(path=MANIFEST, text=self._workshop.manifest(profile, bundle, self.verification))
        files = [*bundle.files, manifest]

        async def work() -> Publication:
            publication = await anyio.to_thread.run_sync(publish, files, self.project)
            await self._journal.store_files(self._session_id, self._epoch, [manifest])
            return publication

        self.publication = await self._step("publish", f"Writing to {self.project}", Publication, work, until=0.98)
        if self.publication.kept_files:
            await self._log.write(
                "files.kept",
                f"{len(self.publication.kept_files)} edited file(s) were left alone.",
                data={"files": list(self.publication.kept_files)},
            )

    async def _tell(self, message: str, fraction: float | None = None) -> None:
        begin, end = self._span
        progress = None if fraction is None else begin + (end - begin) * min(max(fraction, 0.0), 1.0)
        if progress is None or progress >= self._log.progress + LEAST_PROGRESS:
            await self._log.write("step.progress", message, progress=progress)

    async def _step(
        self, name: str, title: str, model: type[V], work: Callable[[], Awaitable[V]], *, until: float
    ) -> V:
        self._span = (self._span[1], until)
        return await self._steps.run(f"attempt/{self.number}/{name}", title, model, work, until=until)


def _lay_out(files: Sequence[DriverFile], folder: Path) -> None:
    """Write the files for the child to run."""
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
        next_action="This is a fault of driversmith or an odd description: get_session(view='diagnostics') tells more.",
    )


def _broken(report: ContractReport) -> GenerationError:
    failed = [b for b in report.behaviours if not b.passed]
    if not failed:
        return GenerationError(
            "Nothing of the driver could be tried out against a mock server.",
            code="contract_failed",
            next_action="Give a description that defines operations with GET, or name other objects.",
        )
    first = failed[0]
    return GenerationError(
        f"The driver broke {len(failed)} of {len(report.behaviours)} behaviours, the first {first.name}"
        f" ({first.subject or 'driver'}): expected {first.expected}; received {first.received}",
        code="contract_failed",
        next_action="This is a fault of driversmith or an odd description: get_session(view='diagnostics') tells more.",
    )
