"""The driver of an author, a model or a host: checked, run, mended by its author, read live, published."""

from collections.abc import Sequence

from ..errors import GenerationError
from ..journal.step_names import turn_step
from ..models.driver import DriverBundle
from ..models.findings import Finding
from ..models.report import ContractReport, FaultsOfFile
from .activities import Writer
from .verify import VerifiedDriver, Verifier, not_kept

_THEIRS = "get_session(view='diagnostics') tells what was tried; engine=\"template\" needs no model."


class WrittenVerifier(Verifier):
    """Proves what an author wrote among the templates' files."""

    async def prove(self, bundle: DriverBundle, writer: Writer, *, own: Sequence[Finding] = ()) -> VerifiedDriver:
        """The driver verified, mended where that is needed, and published; `own` was found in the template's driver, too.

        Raises:
            GenerationError: it did not pass validation or contract run, or another one stands that is verified better.
            FileGenerationError: a file could not be mended.
        """
        verified, contract = await self._verified(bundle, writer, own)
        return await self._finished(verified, contract, await self._read_live(verified))

    async def _verified(
        self, bundle: DriverBundle, writer: Writer, own: Sequence[Finding]
    ) -> tuple[DriverBundle, ContractReport]:
        """The bundle that passed validation and contract run, and its report.

        What can be run is run before the writer is asked for the rest, which only shows it: a client that breaks
        behaviours is mended first.
        """
        repairs = max(1, self._session.request.max_retries)
        is_whole, repaired, turn = False, 0, 0
        while True:
            self.bundle, self.contract = bundle, None
            self.validation = await self._validated(bundle, turn)
            faults = self._found(bundle, own, only_client=not is_whole)
            if faults is None:
                self.contract = await self._ran(bundle, turn, self._progress.tell)
                if self.contract.ok:
                    if is_whole:
                        return bundle, self.contract
                    bundle, is_whole, turn = await writer.complete(bundle), True, turn + 1
                    continue
                faults = self._broken(bundle)
            if faults is None or repaired == repairs:
                raise _invalid(faults) if faults and faults.findings else not_kept(self.contract, _THEIRS)
            bundle = await self._mended(bundle, faults, repaired, writer)
            repaired, turn = repaired + 1, turn + 1

    async def _mended(self, bundle: DriverBundle, faults: FaultsOfFile, number: int, writer: Writer) -> DriverBundle:
        self.faults = faults
        step = turn_step(self.place, "faults", number)
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


def _invalid(faults: FaultsOfFile) -> GenerationError:
    worst = faults.findings[0]
    return GenerationError(
        f"The files do not pass validation: {len(faults.findings)} finding(s), the first in {worst.file} line"
        f" {worst.line}: {worst.message}",
        code="validation_failed",
        next_action=_THEIRS,
    )
