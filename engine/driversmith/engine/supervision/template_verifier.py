"""The templates' own driver: proven for as much of the API as it keeps the contract for, and what it does not is left out."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial

import anyio

from ..errors import JournalError, SandboxError, SandboxLimitError, SandboxUnavailableError
from ..journal.step_names import TEMPLATE_PROOF, turn_step
from ..models.driver import DriverBundle, DriverFile
from ..models.facts import Correction
from ..models.findings import ValidationReport
from ..models.profile import ApiProfile
from ..models.report import ContractReport, LiveProof, LiveReport
from ..research.omission import without_operations
from .leaving_out import LeftOut, not_proven, search, what_failed
from .live.live_budget import LiveBudget
from .verify import VerifiedDriver, Verifier, not_kept

MOST_TURNS = 6
"""Runs of the template's driver, each without what broke the run before."""
_OURS = "This is a fault of driversmith or an odd description: get_session(view='diagnostics') tells more."


@dataclass(frozen=True)
class SoundTemplate:
    """The template's driver for as much of the API as it is proven for."""

    profile: ApiProfile
    bundle: DriverBundle
    validation: ValidationReport
    contract: ContractReport


class TemplateVerifier(Verifier):
    """Proves what the templates wrote. Nobody is asked to mend it."""

    async def finish(
        self, sound: SoundTemplate, live: LiveReport, *, beside: Sequence[DriverFile] = ()
    ) -> VerifiedDriver:
        """The template's driver, published, with files that are no part of it `beside`."""
        self.bundle, self.validation, self.contract = sound.bundle, sound.validation, sound.contract
        return await self._finished(sound.bundle, sound.contract, live, beside=beside)

    async def proof(
        self,
        sound: SoundTemplate,
        remembered: Sequence[Correction] = (),
        *,
        for_authors: bool = False,
        place: str = TEMPLATE_PROOF,
        names: Sequence[str] | None = None,
    ) -> LiveProof:
        """What live reads show of the template's driver, and of its facts: of all objects, or of those of these `names`;
        `remembered` helped with the same API before, and some requests may be left `for_authors`. `place` names the step."""

        async def prove() -> LiveProof:
            folder = await self._laid_out(sound.bundle, "proven")
            budget = LiveBudget(self._session.request, self._session.steps, for_authors=for_authors)
            await budget.take_up()
            return await self._session.activities.prove(
                folder,
                sound.bundle,
                sound.profile,
                self._session.request,
                budget=budget,
                remembered=remembered,
                names=names,
                tell=self._progress.tell,
            )

        proof = await self._progress.step(place, "Reading from the real API", LiveProof, prove, until=0.9)
        for contradiction in proof.contradictions:
            await self._session.log.write(
                "fact.corrected",
                f"{contradiction.because} The description says otherwise; the driver keeps to what the API does.",
                level="warning",
                data={
                    "fact": contradiction.fact,
                    "described": contradiction.described,
                    "observed": contradiction.observed,
                },
            )
        return proof

    async def sound(self, bundle: DriverBundle) -> SoundTemplate:
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
                bundle = await self._session.activities.write(self._profile)
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
                return SoundTemplate(self._profile, bundle, checked, self.contract)
            left = await self._at_fault(self.contract, turn)
            if not left.operations or len(left.operations) == len(self._profile.operations):
                break
        self._profile = whole
        raise not_kept(self.contract, _OURS)

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
            await self._progress.tell(message, fraction)

        async def check() -> None:
            await begun.wait()
            is_new = await self._progress.is_new(turn_step(self.place, "validate", turn))
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
                bundle = await self._session.activities.write(profile)
                folder = await self._laid_out(bundle, "search")
                report = await self._session.activities.run_contract(folder, bundle, profile, _silent, behaviours)
            except (JournalError, SandboxUnavailableError):
                raise
            except Exception:  # edge: whatever goes wrong with these operations is what is looked for
                return False
            return not report.broken

        return await self._progress.step(
            turn_step(self.place, "search", turn),
            "Looking for what the driver cannot take",
            LeftOut,
            lambda: search(self._profile, works, why),
            until=0.8,
        )

    async def tell_left_out(self, left: LeftOut, whole: ApiProfile) -> None:
        """Log what is left out, once: a resumed session goes through it again."""
        if await self._progress.is_new(turn_step(self.place, "validate", 0)):
            await self._tell_left_out(left, whole)

    async def _tell_left_out(self, left: LeftOut, whole: ApiProfile) -> None:
        first = [f"{whole.operations[name].signature} ({why})" for name, why in left.operations.items()][:3]
        more = len(left.operations) - len(first)
        await self._session.log.write(
            "operations.left_out",
            f"Left out, since the driver did not prove them: {'; '.join(first)}" + (f"; {more} more." if more else "."),
            level="warning",
            data={"operations": left.operations},
        )

    async def _tell(self, left: LeftOut, whole: ApiProfile, report: ValidationReport) -> None:
        """Log what was left out for this turn, and what the checks say of the templates' own files."""
        if left.operations:
            await self._tell_left_out(left, whole)
        if not report.ok:
            worst = report.findings[0]
            await self._session.log.write(
                "findings.own",
                f"A file of the templates has a finding, {worst.file} line {worst.line}: {worst.message}"
                " The run decides.",
                level="warning",
                data={"findings": [f.code for f in report.findings if f.is_serious]},
            )


async def _silent(message: str, fraction: float | None = None) -> None:
    """Nobody hears how far one run of a search has come."""
