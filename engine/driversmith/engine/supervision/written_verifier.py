"""The driver of an author, a model or a host: checked, run, mended by its author, read live, published."""

from collections.abc import Sequence

from ..errors import GenerationError
from ..journal.step_names import turn_step
from ..models.driver import DriverBundle
from ..models.findings import Finding
from ..models.report import BehaviourResult, ContractReport, FaultsOfFile, LiveReport
from ..proof.inherited import reads_as_the_templates_do, with_proven
from .activities import Writer
from .verify import VerifiedDriver, Verifier, not_kept

_THEIRS = "get_session(view='diagnostics') tells what was tried; engine=\"template\" needs no model."


class WrittenVerifier(Verifier):
    """Proves what an author wrote among the templates' files."""

    _is_whole = False
    """Whether the files are there that only show what the client does."""
    _repaired = 0
    _turn = 0
    """How often the package was checked."""

    async def prove(
        self,
        bundle: DriverBundle,
        writer: Writer,
        *,
        template: DriverBundle,
        own: Sequence[Finding] = (),
        proven: LiveReport | None = None,
    ) -> VerifiedDriver:
        """The driver verified, mended where that is needed, and published; `own` was found in the template's driver, too, and
        `proven` is what was read through that: it holds here as far as reading is left to the templates' code.

        Raises:
            GenerationError: it did not pass validation or contract run, or another one stands that is verified better.
            FileGenerationError: a file could not be mended.
        """
        while True:
            bundle, contract = await self._verified(bundle, writer, own)
            live = await self._read_live(bundle)
            if not live.wrong:
                if proven is not None and reads_as_the_templates_do(bundle, template):
                    live = with_proven(live, proven)
                return await self._finished(bundle, contract, live)
            faults = _read_wrongly(bundle, live)
            if self._repaired == self._repairs:
                self.faults = faults
                raise GenerationError(
                    f"The driver reads something else than the API gives: {live.wrong[0].object_name}: {live.wrong[0].error}",
                    code="read_wrongly",
                    next_action=_THEIRS,
                )
            bundle = await self._mended(bundle, faults, writer)

    async def _verified(
        self, bundle: DriverBundle, writer: Writer, own: Sequence[Finding]
    ) -> tuple[DriverBundle, ContractReport]:
        """The bundle that passed validation and contract run, and its report.

        What can be run is run before the writer is asked for the rest, which only shows it: a client that breaks
        behaviours is mended first.
        """
        while True:
            self.bundle, self.contract = bundle, None
            self.validation = await self._validated(bundle, self._turn)
            faults = self._found(bundle, own, only_client=not self._is_whole)
            if faults is None:
                self.contract = await self._ran(bundle, self._turn, self._progress.tell)
                if self.contract.ok:
                    if self._is_whole:
                        return bundle, self.contract
                    bundle, self._is_whole = await writer.complete(bundle), True
                    self._turn += 1
                    continue
                faults = self._broken(bundle)
            if faults is None or self._repaired == self._repairs:
                raise _invalid(faults) if faults and faults.findings else not_kept(self.contract, _THEIRS)
            bundle = await self._mended(bundle, faults, writer)

    @property
    def _repairs(self) -> int:
        return max(1, self._session.request.max_retries)

    async def _mended(self, bundle: DriverBundle, faults: FaultsOfFile, writer: Writer) -> DriverBundle:
        self.faults = faults
        step = turn_step(self.place, "faults", self._repaired)
        self._repaired, self._turn = self._repaired + 1, self._turn + 1
        await self._progress.keep(step, faults)
        await self._session.log.write(
            "repair.started",
            f"Having {faults.path} mended: {len(faults.findings)} finding(s), {len(faults.behaviours)} broken behaviour(s).",
            data={
                "path": faults.path,
                "step": step,
                "findings": [f.code for f in faults.findings],
                "behaviours": [b.name for b in faults.behaviours],
            },
        )
        return await writer.repair(bundle, faults)

    def _found(self, bundle: DriverBundle, own: Sequence[Finding], *, only_client: bool) -> FaultsOfFile | None:
        """What the last checks found in one file, that of the worst finding; `only_client`: the others wait."""
        from ..validation.blame import to_mend

        client = f"{bundle.project}/client.py"
        findings = to_mend(
            self.validation.findings if self.validation else (),
            written={file.path for file in bundle.files if file.author != "template"},
            client=client,
            own=own,
        )
        path = client if only_client else findings[0][0] if findings else ""
        blamed = tuple(finding for at, finding in findings if at == path)
        return FaultsOfFile(path=path, findings=blamed) if blamed else None

    def _broken(self, bundle: DriverBundle) -> FaultsOfFile | None:
        """What the last run showed, for which the client is at fault."""
        broken = self.contract.broken if self.contract else ()
        return FaultsOfFile(path=f"{bundle.project}/client.py", behaviours=broken) if broken else None


def _read_wrongly(bundle: DriverBundle, live: LiveReport) -> FaultsOfFile:
    """What the real API showed, as behaviours that the client breaks."""
    broken = tuple(
        BehaviourResult(
            name="reads-what-the-api-gives",
            subject=read.object_name,
            passed=False,
            sent=f"read({read.object_name!r}) to the real API",
            received=read.error,
            expected="the records that the API gives, as the base class reads them",
        )
        for read in live.wrong
    )
    return FaultsOfFile(path=f"{bundle.project}/client.py", behaviours=broken)


def _invalid(faults: FaultsOfFile) -> GenerationError:
    worst = faults.findings[0]
    return GenerationError(
        f"The files do not pass validation: {len(faults.findings)} finding(s), the first in {worst.file} line"
        f" {worst.line}: {worst.message}",
        code="validation_failed",
        next_action=_THEIRS,
    )
