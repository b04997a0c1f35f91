"""One turn of the supervisor: research, write by the plan, prove."""

from typing import TypeVar

import anyio.to_thread

from ..authoring.assignment import Assignment
from ..drivers.archive import UNRUN
from ..errors import DriversmithError, GenerationError, JournalError, OutputError, ResearchError
from ..facts.catalogue import apply_all
from ..facts.fields import with_observed_fields
from ..journal.step_names import (
    GENERATE,
    PROSE,
    RESEARCH,
    TEMPLATE,
    TEMPLATE_ATTEMPT,
    TEMPLATE_CORRECTED,
    TEMPLATE_FACTS_ALONE,
    TEMPLATE_LEFT,
    attempt_place,
    facts_place,
    tried_step,
)
from ..models.base import Value
from ..models.driver import Author, DriverBundle, DriverFile
from ..models.profile import ApiProfile
from ..models.report import LiveProof, LiveReport
from ..models.tries import Tried
from ..research.omission import without_operations
from ..sandbox.port import HOW_TO_RUN
from ..testing.own_methods import own_methods
from .context import SessionContext
from .description_round import DescriptionRound
from .facts_round import FactsRound
from .healing.attempt_history import AttemptRecord
from .healing.live_faults import keep_diagnoses, remembered, what_to_correct
from .leaving_out import LeftOut, not_read_rightly, search
from .live.live_budget import LiveBudget
from .plan import Plan
from .progress import AttemptProgress
from .state import RunState
from .template_verifier import SoundTemplate, TemplateVerifier
from .verify import VerifiedDriver, Verifier
from .written_verifier import WrittenVerifier

V = TypeVar("V", bound=Verifier)
CLIENT = "client.py"


class _Written(Value):
    """A bundle whose texts are in the journal's files."""

    project: str
    class_name: str
    paths: tuple[str, ...]
    left_out: dict[str, str] = {}
    """Operations that could not be written."""


class Attempt:
    """What one attempt has come to; `record` tells it at any time, also when it failed half way."""

    def __init__(self, number: int, plan: Plan, session: SessionContext, state: RunState) -> None:
        self._number = number
        self._plan = plan
        self._session = session
        self._state = state
        self._progress = AttemptProgress(steps=session.steps, log=session.log)
        self._tried: list[Tried] = []
        self._verifiers: list[Verifier] = []
        self._verified: VerifiedDriver | None = None
        self._template_is_ours = False
        self._unrun = False
        """Whether what an author wrote may not be run here."""

    def record(self) -> AttemptRecord:
        """The attempt as it stands."""
        last = self._last
        return AttemptRecord(
            number=self._number,
            plan=self._plan,
            author=self._author,
            profile=self._state.profile,
            validation=last.validation if last else None,
            contract=last.contract if last else None,
            contract_runs=self._contract_runs,
            tried=tuple(self._tried),
            files=last.bundle.files if last and last.bundle else (),
            faults=last.faults if last else None,
            verified=self._verified,
        )

    async def run(self) -> None:
        """Make, verify and publish the driver, or stop after research where the request says so.

        Raises:
            DriversmithError: the attempt failed; its code says at what.
            Suspended: the calling agent is to write a file.
        """
        await self._research()
        if self._session.request.stop_after == "research":
            return
        await self._draft()
        if self._plan.mode == "template":
            await self._settle_facts(ask=False)
            await self._template_sound()
            await self._keep_to_what_is_read()
            self._verified = self._state.standing = self._state.standing or await self._template_published()
            await self._publish_corrected()
            return
        await self._stand()
        await self._settle_facts(ask=True)
        await self._keep_to_what_is_read()
        await self._publish_corrected()
        if self._state.ask is None:
            raise GenerationError("No model is set up.", code="engine_not_available")
        profile = await self._research()
        work = Assignment(
            profile=profile,
            template=await self._draft(),
            ask=self._state.ask,
            attempt=self._number,
            mode=self._plan.mode,
            author="host" if self._session.request.engine == "host" else "model",
            max_retries=self._session.request.max_retries,
            adjustments=self._plan.adjustments,
            accepted=self._plan.accepted,
            on_try=self._on_try,
        )
        writer = self._session.activities.writer(work)
        self._progress.head_for(0.6)
        written = await writer.write()
        if why := await self._session.activities.why_unrun(written):
            self._verified = self._state.standing = await self._handed_over(written, why)
            return
        # Filled slots change the facts that the driver keeps to, and by which it is to be judged.
        kept_to = await _profile_of(written) if self._plan.mode == "simplify" else profile
        own = self._state.sound.validation.findings if self._state.sound else ()
        verifier = self._verifier(WrittenVerifier, attempt_place(self._number), kept_to)
        proven = self._state.proof.report if self._state.proof else None
        self._verified = await verifier.prove(written, writer, template=work.template, own=own, proven=proven)

    async def _research(self) -> ApiProfile:
        """The facts; once the template's driver is proven, of as much of the API as it is proven for."""
        if self._state.profile is None:
            self._state.profile = await self._progress.step(
                RESEARCH,
                "Reading the API's description",
                ApiProfile,
                self._researched,
                until=0.3,
            )
        return self._state.profile

    async def _researched(self) -> ApiProfile:
        """The facts; the prose that they were read from is kept beside them, for quotes."""
        session = self._session
        author = DescriptionRound(session, self._progress, self._state, self._number)
        if await author.has_begun():
            profile, prose = await author.settle()
        else:
            budget = await LiveBudget(session.request, session.steps).take_up()
            try:
                profile, prose = await session.activities.research(
                    session.request, self._progress.tell, budget=budget, pages=author.pages
                )
            except ResearchError as missing:
                if not author.may_help(missing):
                    raise
                profile, prose = await author.settle(missing)
            else:
                if author.may_complete(profile):
                    profile, prose = await author.settle()
        await self._progress.keep(PROSE, prose)
        if profile.choices:
            told = " ".join(choice.told for choice in profile.choices)
            open_ones = [choice.model_dump(mode="json") for choice in profile.choices]
            await session.log.write("choice.open", told, data={"choices": open_ones})
        return profile

    async def _draft(self) -> DriverBundle:
        """The template's driver: the whole of it, or the plumbing for what a model writes."""
        if self._state.draft is None:
            profile = await self._research()
            made: list[DriverBundle] = []

            async def work() -> _Written:
                bundle, left = await self._written(profile)
                made.append(bundle)
                await self._session.journal.store_files(
                    self._session.session_id, self._session.epoch, list(bundle.files)
                )
                paths = tuple(f.path for f in bundle.files)
                return _Written(
                    project=bundle.project, class_name=bundle.class_name, paths=paths, left_out=left.operations
                )

            written = await self._progress.step(GENERATE, "Writing the driver", _Written, work, until=0.4)
            if written.left_out:
                profile = self._state.profile = without_operations(profile, written.left_out)
            self._state.draft = made[0] if made else await self._stored_draft(written, profile)
        return self._state.draft

    async def _written(self, profile: ApiProfile) -> tuple[DriverBundle, LeftOut]:
        """The template's files, without the operations that the templates cannot write."""
        try:
            return await self._session.activities.write(profile), LeftOut()
        except DriversmithError:
            raise
        except Exception as error:  # edge: a detail of the description that a template does not take
            left = await search(profile, self._can_write, f"cannot be written: {type(error).__name__}: {error}")
            if not left.operations:
                raise
            return await self._session.activities.write(without_operations(profile, left.operations)), left

    async def _can_write(self, profile: ApiProfile) -> bool:
        try:
            await self._session.activities.write(profile)
        except Exception:  # edge: as above
            return False
        return True

    async def _stored_draft(self, written: _Written, profile: ApiProfile) -> DriverBundle:
        authors = {record.path: record.author for record in await self._session.journal.files(self._session.session_id)}
        files: list[DriverFile] = []
        for path in written.paths:
            text = await self._session.journal.file_text(self._session.session_id, path)
            if text is None:
                raise JournalError(
                    f"The stored text of {path} is gone.", next_action="Start the session anew with fresh."
                )
            if authors[path] != "template":  # a model's driver was published over it
                return await self._session.activities.write(profile)
            files.append(DriverFile(path=path, text=text))
        return DriverBundle(project=written.project, class_name=written.class_name, files=tuple(files))

    async def _stand(self) -> None:
        """Prove the template's driver before a model is asked, so that nobody mends what the templates wrote; with `auto`
        publish it, so that there is one whatever becomes of the model's."""
        try:
            if self._session.request.engine != "auto":
                await self._template_sound()
                return
            if self._state.standing is not None:
                return
            self._state.standing = await self._template_published()
        except (JournalError, OutputError):  # what cannot be written now is not worth asking a model for
            raise
        except DriversmithError as error:
            await self._session.log.write(
                "driver.kept", f"The template's driver does not stand: {error.message}", level="warning"
            )
        else:
            level = self._state.standing.verification.level
            await self._session.log.write(
                "driver.kept",
                f"The template's driver stands in {self._session.project} (verified: {level}); now the model writes its own.",
            )

    async def _template_published(self) -> VerifiedDriver:
        sound, live = await self._read_rightly()
        return await self._verifier(TemplateVerifier, TEMPLATE, sound.profile).finish(sound, live)

    async def _handed_over(self, written: DriverBundle, why: str) -> VerifiedDriver:
        """The templates' driver, verified and published, and beside it what an author wrote and nobody may run here."""
        sound, live = await self._read_rightly()
        client = next(f for f in written.files if f.path == f"{written.project}/{CLIENT}")
        beside = DriverFile(path=f"{UNRUN}/{CLIENT}", text=client.text, author=client.author)
        names = await anyio.to_thread.run_sync(own_methods, client.text, written.class_name)
        own = ", ".join(method.name for method in names) or "none"
        self._state.notes.append(
            f"{why} The driver is the templates', verified; what was written for it lies beside it, unrun, in"
            f" {beside.path} (own methods: {own}). {HOW_TO_RUN}"
        )
        await self._session.log.write("driver.kept", why, level="warning", data={"unrun": beside.path})
        self._unrun = True
        verifier = self._verifier(TemplateVerifier, f"{attempt_place(self._number)}handed-over/", sound.profile)
        return await verifier.finish(sound, live, beside=[beside])

    async def _keep_to_what_is_read(self) -> None:
        """Have all that follows know only objects that are not read wrongly."""
        if self._state.sound is None:
            return
        sound, live = await self._read_rightly()
        self._state.sound, self._state.profile, self._state.draft = sound, sound.profile, sound.bundle
        if self._state.proof is not None:
            self._state.proof = self._state.proof.model_copy(update={"report": live})

    async def _publish_corrected(self) -> None:
        """Have the driver that stands be the one of the facts that an author corrected since it was published."""
        state = self._state
        if state.standing is None or state.sound is None or not state.corrected_as:
            return
        verifier = self._verifier(TemplateVerifier, facts_place(f"{state.corrected_as}/standing"), state.sound.profile)
        try:
            state.standing = await verifier.finish(state.sound, state.proof.report if state.proof else LiveReport())
        except GenerationError as error:
            await self._session.log.write("driver.kept", f"The driver published before stands: {error.message}")
        if self._plan.mode == "template":
            self._verified = state.standing

    async def _read_rightly(self) -> tuple[SoundTemplate, LiveReport]:
        """The template's driver and its reads, without the objects that are still read wrongly when all is tried."""
        sound = await self._template_sound()
        live = self._state.proof.report if self._state.proof else LiveReport()
        left = not_read_rightly(live, sound.profile)
        if not left.operations:
            return sound, live
        profile = without_operations(sound.profile, left.operations)
        if not profile.operations:
            raise GenerationError(
                f"Nothing of the API is read as it gives it: {next(iter(left.operations.values()))}",
                code="read_wrongly",
                next_action=f"{what_to_correct(live.wrong[0].object_name, sound.profile)} (engine=host or model.) With"
                " live=false the driver is made as the description says.",
            )
        bundle = await self._session.activities.write(profile)
        corrected = self._state.corrected_as
        place = facts_place(f"{corrected}/left") if corrected else TEMPLATE_LEFT
        verifier = self._verifier(TemplateVerifier, place, profile)
        await verifier.tell_left_out(left, sound.profile)
        reads = tuple(read for read in live.reads if not read.wrong)
        self._state.left_out = tuple(
            f"{r.object_name}: {r.error} {what_to_correct(r.object_name, sound.profile)}" for r in live.wrong
        )
        return await verifier.sound(bundle), live.model_copy(update={"reads": reads})

    async def _template_sound(self) -> SoundTemplate:
        """The template's driver as it was proved by the first attempt that needed it, of which alone its run is one:
        a resumed session goes through it again without running anything."""
        if self._state.sound is None:
            first = await self._session.steps.stored(TEMPLATE_ATTEMPT)
            if first is None:
                await self._session.steps.store(TEMPLATE_ATTEMPT, self._number)
            self._template_is_ours = first in (None, self._number)
            verifier = self._verifier(TemplateVerifier, TEMPLATE, await self._research())
            sound = await verifier.sound(await self._draft())
            described = sound.profile
            known = await remembered(self._session.journal, described, self._session.record.principal)
            proof = await verifier.proof(sound, known, for_authors=self._state.ask is not None)
            if proof.corrections or proof.fields:
                sound, proof = await self._corrected(sound, proof)
            self._state.diagnoses += await keep_diagnoses(self._session, described, proof)
            self._state.sound, self._state.profile, self._state.draft = sound, sound.profile, sound.bundle
            self._state.proof = proof
        return self._state.sound

    async def _settle_facts(self, *, ask: bool) -> None:
        """The author's corrections of facts, before anything else is asked; everything is built from them anew."""
        facts = FactsRound(self._session, self._progress, self._state, self._number, self._verifier)
        if await facts.is_due(ask=ask):
            await self._template_sound()
            await facts.settle(writes=ask)

    async def _corrected(self, sound: SoundTemplate, proof: LiveProof) -> tuple[SoundTemplate, LiveProof]:
        """The template's driver made anew from the facts, and the fields, as the API showed them; where that one does not
        stand, from the facts alone; where neither does, as it was."""
        profile = apply_all(sound.profile, proof.corrections, known_by="observed")
        tries = [(TEMPLATE_CORRECTED, with_observed_fields(profile, proof.fields), proof)]
        if proof.fields:
            tries.append((TEMPLATE_FACTS_ALONE, profile, proof.without_fields()))
        for place, candidate, seen in tries:
            if candidate == sound.profile:
                return sound, seen
            try:
                bundle = await self._session.activities.write(candidate)
                return await self._verifier(TemplateVerifier, place, candidate).sound(bundle), seen
            except GenerationError as error:
                why = f"The driver from the corrected facts does not stand: {error.message}"
                await self._session.log.write("driver.kept", why, level="warning")
        return sound, LiveProof(tried=proof.tried)

    @property
    def _author(self) -> Author:
        if self._plan.mode == "template" or self._unrun:
            return "template"
        if self._plan.mode == "simplify":
            return "simplified"
        return "host" if self._session.request.engine == "host" else "model"

    @property
    def _contract_runs(self) -> int:
        ours = (v for v in self._verifiers if not v.place.startswith(TEMPLATE) or self._template_is_ours)
        return sum(verifier.contract_runs for verifier in ours)

    @property
    def _last(self) -> Verifier | None:
        """That of the driver that this attempt is about: not of the template's that was published before it."""
        return next(
            (v for v in reversed(self._verifiers) if not v.place.startswith(TEMPLATE) or self._plan.mode == "template"),
            None,
        )

    def _verifier(self, kind: type[V], place: str, profile: ApiProfile) -> V:
        verifier = kind(self._session, self._progress, place=place, profile=profile, standing=self._state.standing)
        self._verifiers.append(verifier)
        return verifier

    async def _on_try(self, tried: Tried) -> None:
        """Journal one try of a file; a resumed session, which goes through them again, tells each once."""
        self._tried.append(tried)
        name = tried_step(tried.attempt, tried.path, tried.try_number)
        if await self._session.steps.stored(name) is not None:
            return
        await self._session.steps.store(name, tried.model_dump(mode="json"))
        accepted = tried.outcome == "accepted"
        worst = f": {tried.findings[0].message}" if tried.findings and not accepted else ""
        await self._session.log.write(
            "file.accepted" if accepted else "file.rejected",
            f"{tried.path}, try {tried.try_number}: {tried.outcome}{worst}",
            level="info" if accepted else "warning",
            data={
                "path": tried.path,
                "attempt": tried.attempt,
                "try": tried.try_number,
                "role": tried.role,
                "outcome": tried.outcome,
                "findings": [f.code for f in tried.findings],
                "fixes": [fix.fixer for fix in tried.fixes],
                "how": list(tried.how),
            },
        )
        if accepted:
            await self._progress.tell_part(f"{tried.path} is written.", 0.3)


async def _profile_of(bundle: DriverBundle) -> ApiProfile:
    return await anyio.to_thread.run_sync(ApiProfile.model_validate_json, bundle["profile.json"].text)
