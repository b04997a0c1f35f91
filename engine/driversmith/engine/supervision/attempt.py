"""One turn of the supervisor: research, write by the plan, prove."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import anyio.to_thread

from ..authoring.assignment import Assignment
from ..errors import DriversmithError, GenerationError, JournalError, OutputError
from ..journal.log import SessionLog
from ..journal.port import Journal
from ..journal.step_names import GENERATE, RESEARCH, TEMPLATE, TEMPLATE_ATTEMPT, attempt_place, tried_step
from ..journal.steps import Steps
from ..llm.port import Ask
from ..models.base import Value
from ..models.driver import Author, DriverBundle, DriverFile
from ..models.findings import ValidationReport
from ..models.profile import ApiProfile
from ..models.report import ContractReport, FaultsOfFile
from ..models.session import GenerateRequest
from ..models.tries import Tried
from ..research.omission import without_operations
from .activities import Activities
from .leaving_out import LeftOut, search
from .plan import Plan
from .progress import AttemptProgress
from .template_verifier import Sound, TemplateVerifier
from .verify import VerifiedDriver, Verifier
from .written_verifier import WrittenVerifier

P = TypeVar("P", bound=Verifier)


class _Written(Value):
    """A bundle whose texts are in the journal's files."""

    project: str
    class_name: str
    paths: tuple[str, ...]
    left_out: dict[str, str] = {}
    """Operations that could not be written."""


@dataclass
class Ground:
    """What all attempts of a session build on, found out once."""

    profile: ApiProfile | None = None
    draft: DriverBundle | None = None
    """The template's driver."""
    sound: Sound | None = None
    """The template's driver as far as it is proven: what the two above are, from then on."""
    standing: VerifiedDriver | None = None
    """The template's driver where it is published already: engine `auto`, or a fallback."""


class Attempt:
    """What one attempt has come to; whoever runs it reads what is there when it fails half way."""

    def __init__(
        self,
        number: int,
        request: GenerateRequest,
        project: Path,
        *,
        plan: Plan,
        ground: Ground,
        ask: Ask | None,
        session_id: str,
        epoch: int,
        journal: Journal,
        activities: Activities,
        steps: Steps,
        log: SessionLog,
        scratch: Path,
    ) -> None:
        self.number = number
        self.request = request
        self.project = project
        self.plan = plan
        self.ground = ground
        self.tried: list[Tried] = []
        """The tries of files, in the order in which they ended."""
        self.made: VerifiedDriver | None = None
        self._ask = ask
        self._session_id = session_id
        self._epoch = epoch
        self._journal = journal
        self._activities = activities
        self._steps = steps
        self._log = log
        self._scratch = scratch
        self._stage = AttemptProgress(steps=steps, log=log)
        self._verifiers: list[Verifier] = []
        self._template_is_ours = False

    @property
    def profile(self) -> ApiProfile | None:
        """What was found out about the API."""
        return self.ground.profile

    @property
    def validation(self) -> ValidationReport | None:
        """The last checks of the whole package."""
        return self._last.validation if self._last else None

    @property
    def contract(self) -> ContractReport | None:
        """The last run against a mock server."""
        return self._last.contract if self._last else None

    @property
    def bundle(self) -> DriverBundle | None:
        """The files as they stood last."""
        return self._last.bundle if self._last else None

    @property
    def faults(self) -> FaultsOfFile | None:
        """What was last to be mended in one file."""
        return self._last.faults if self._last else None

    @property
    def contract_runs(self) -> int:
        """How often a driver was run."""
        ours = (p for p in self._verifiers if p.place != TEMPLATE or self._template_is_ours)
        return sum(verifier.contract_runs for verifier in ours)

    @property
    def author(self) -> Author:
        """Who writes what the plan leaves to judgement."""
        if self.plan.mode == "template":
            return "template"
        if self.plan.mode == "simplify":
            return "simplified"
        return "host" if self.request.engine == "host" else "model"

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

    async def run(self) -> None:
        """Make, verify and publish the driver, or stop after research where the request says so.

        Raises:
            DriversmithError: the attempt failed; its code says at what.
            Suspended: the calling agent is to write a file.
        """
        await self._research()
        if self.request.stop_after == "research":
            return
        await self._draft()
        if self.plan.mode == "template":
            self.made = self.ground.standing = self.ground.standing or await self._template_published()
            return
        await self._stand()
        if self._ask is None:
            raise GenerationError("No model is set up.", code="engine_not_available")
        profile = await self._research()
        work = Assignment(
            profile=profile,
            template=await self._draft(),
            ask=self._ask,
            attempt=self.number,
            mode=self.plan.mode,
            author="host" if self.request.engine == "host" else "model",
            max_retries=self.request.max_retries,
            adjustments=self.plan.adjustments,
            accepted=self.plan.accepted,
            on_try=self._on_try,
        )
        writer = self._activities.writer(work)
        self._stage.head_for(0.6)
        written = await writer.write()
        # Filled slots change the facts that the driver keeps to, and by which it is to be judged.
        kept_to = await _profile_of(written) if self.plan.mode == "simplify" else profile
        own = self.ground.sound.validation.findings if self.ground.sound else ()
        proof = self._proof(WrittenVerifier, attempt_place(self.number), kept_to)
        self.made = await proof.prove(written, writer, own=own)

    async def _research(self) -> ApiProfile:
        """The facts; once the template's driver is proven, of as much of the API as it is proven for."""
        if self.ground.profile is None:
            self.ground.profile = await self._stage.step(
                RESEARCH,
                "Reading the API's description",
                ApiProfile,
                lambda: self._activities.research(self.request, self._stage.tell),
                until=0.3,
            )
        return self.ground.profile

    async def _draft(self) -> DriverBundle:
        """The template's driver: the whole of it, or the plumbing for what a model writes."""
        if self.ground.draft is None:
            profile = await self._research()
            made: list[DriverBundle] = []

            async def work() -> _Written:
                bundle, left = await self._written(profile)
                made.append(bundle)
                await self._journal.store_files(self._session_id, self._epoch, list(bundle.files))
                paths = tuple(f.path for f in bundle.files)
                return _Written(
                    project=bundle.project, class_name=bundle.class_name, paths=paths, left_out=left.operations
                )

            written = await self._stage.step(GENERATE, "Writing the driver", _Written, work, until=0.4)
            if written.left_out:
                profile = self.ground.profile = without_operations(profile, written.left_out)
            self.ground.draft = made[0] if made else await self._stored_draft(written, profile)
        return self.ground.draft

    async def _written(self, profile: ApiProfile) -> tuple[DriverBundle, LeftOut]:
        """The template's files, without the operations that the templates cannot write."""
        try:
            return await self._activities.write(profile), LeftOut()
        except DriversmithError:
            raise
        except Exception as error:  # edge: a detail of the description that a template does not take
            left = await search(profile, self._can_write, f"cannot be written: {type(error).__name__}: {error}")
            if not left.operations:
                raise
            return await self._activities.write(without_operations(profile, left.operations)), left

    async def _can_write(self, profile: ApiProfile) -> bool:
        try:
            await self._activities.write(profile)
        except Exception:  # edge: as above
            return False
        return True

    async def _stored_draft(self, written: _Written, profile: ApiProfile) -> DriverBundle:
        authors = {record.path: record.author for record in await self._journal.files(self._session_id)}
        files: list[DriverFile] = []
        for path in written.paths:
            text = await self._journal.file_text(self._session_id, path)
            if text is None:
                raise JournalError(
                    f"The stored text of {path} is gone.", next_action="Start the session anew with fresh."
                )
            if authors[path] != "template":  # a model's driver was published over it
                return await self._activities.write(profile)
            files.append(DriverFile(path=path, text=text))
        return DriverBundle(project=written.project, class_name=written.class_name, files=tuple(files))

    async def _stand(self) -> None:
        """Prove the template's driver before a model is asked, so that nobody mends what the templates wrote; with `auto`
        publish it, so that there is one whatever becomes of the model's."""
        try:
            if self.request.engine != "auto":
                await self._template_sound()
                return
            if self.ground.standing is not None:
                return
            self.ground.standing = await self._template_published()
        except (JournalError, OutputError):  # what cannot be written now is not worth asking a model for
            raise
        except DriversmithError as error:
            await self._log.write(
                "driver.kept", f"The template's driver does not stand: {error.message}", level="warning"
            )
        else:
            level = self.ground.standing.verification.level
            await self._log.write(
                "driver.kept",
                f"The template's driver stands in {self.project} (verified: {level}); now the model writes its own.",
            )

    async def _template_published(self) -> VerifiedDriver:
        sound = await self._template_sound()
        return await self._proof(TemplateVerifier, TEMPLATE, sound.profile).finish(sound)

    async def _template_sound(self) -> Sound:
        """The template's driver as it was proved by the first attempt that needed it, of which alone its run is one:
        a resumed session goes through it again without running anything."""
        if self.ground.sound is None:
            first = await self._steps.stored(TEMPLATE_ATTEMPT)
            if first is None:
                await self._steps.store(TEMPLATE_ATTEMPT, self.number)
            self._template_is_ours = first in (None, self.number)
            sound = await self._proof(TemplateVerifier, TEMPLATE, await self._research()).sound(await self._draft())
            self.ground.sound, self.ground.profile, self.ground.draft = sound, sound.profile, sound.bundle
        return self.ground.sound

    @property
    def _last(self) -> Verifier | None:
        """The proof of the driver that this attempt is about: not of the template's that was published before it."""
        return next((p for p in reversed(self._verifiers) if p.place != TEMPLATE or self.plan.mode == "template"), None)

    def _proof(self, kind: type[P], place: str, profile: ApiProfile) -> P:
        verifier = kind(
            profile,
            self.request,
            self.project,
            place=place,
            standing=self.ground.standing,
            session_id=self._session_id,
            epoch=self._epoch,
            journal=self._journal,
            activities=self._activities,
            stage=self._stage,
            log=self._log,
            scratch=self._scratch / place.strip("/").replace("/", "-"),
        )
        self._verifiers.append(verifier)
        return verifier

    async def _on_try(self, tried: Tried) -> None:
        """Journal one try of a file; a resumed session, which goes through them again, tells each once."""
        self.tried.append(tried)
        name = tried_step(tried.attempt, tried.path, tried.try_number)
        if await self._steps.stored(name) is not None:
            return
        await self._steps.store(name, tried.model_dump(mode="json"))
        accepted = tried.outcome == "accepted"
        worst = f": {tried.findings[0].message}" if tried.findings and not accepted else ""
        await self._log.write(
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
            await self._stage.tell_part(f"{tried.path} is written.", 0.3)


async def _profile_of(bundle: DriverBundle) -> ApiProfile:
    return await anyio.to_thread.run_sync(ApiProfile.model_validate_json, bundle["profile.json"].text)
