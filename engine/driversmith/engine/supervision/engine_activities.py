"""Activities on the rooms of this engine, each imported when a session first needs it."""

from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread

from ..authoring.assignment import Assignment
from ..drivers.publish import MANIFEST
from ..errors import InvalidArgumentError, SandboxUnavailableError
from ..models.documentation import Documentation, JudgedDescription
from ..models.driver import DriverBundle, Verification
from ..models.facts import Correction
from ..models.findings import ValidationReport
from ..models.judged import JudgedFacts
from ..models.profile import ApiProfile, ProfileSummary
from ..models.prose import Researched
from ..models.report import ContractReport, LiveProof, LiveReport
from ..models.session import GenerateRequest
from ..network.addresses import address_policy, origin_of, same_api
from ..network.credentials import OriginCredentials, load_credentials, stored_secrets
from ..sandbox.port import HOW_TO_RUN, ISOLATED, Sandbox
from ..settings import Settings
from .activities import Writer
from .corrections.facts_claim import FactsClaim
from .live.live_budget import LiveBudget
from .progress import Tell

if TYPE_CHECKING:
    from ..network.asking import ApiAsker, Page
    from ..network.fetch import Fetcher
    from .live.live_api import LiveApi

RESEARCH_REQUESTS = 60
"""Most GETs by which an API that nobody describes is asked for what it has, however many may be made in all."""
RESEARCH_SECONDS = 90.0
"""For these in all."""
MOST_ASKED_FOR_A_DRAFT = 6
"""GETs that may prove what no page says of an author's description."""


class EngineActivities:
    """What an attempt does, done by the real rooms; `learn` is told secrets before they are used, so that they can be redacted."""

    def __init__(
        self, *, settings: Settings, sandbox: Callable[[], Sandbox], learn: Callable[[Iterable[str]], None]
    ) -> None:
        self._settings = settings
        self._sandbox = sandbox
        self._learn = learn

    async def research(
        self, request: GenerateRequest, tell: Tell, *, budget: LiveBudget, pages: dict[str, "Page"] | None = None
    ) -> Researched:
        from ..network.fetch import Fetcher
        from ..research.catalogue.file import load_catalogue
        from ..research.study import study_api

        answering = Fetcher(policy=address_policy(self._settings, request.allow_local), seconds=RESEARCH_SECONDS)
        async with await self._fetcher(request) as fetcher, answering as answers, _spoken(tell) as say:
            asker = await self._asker(request, fetcher, answers, budget)
            found = await study_api(
                api_name=request.api_name,
                api_url=request.api_url,
                spec=request.spec,
                objects=request.objects,
                probe=request.live != "false",
                fetcher=fetcher,
                max_bytes=self._settings.max_description_bytes,
                progress=say,
                asker=asker,
                is_polite=budget.is_polite,
                catalogue=lambda: load_catalogue(self._settings.catalogue_file),
                pages=pages,
                server=request.server,
                auth=request.auth,
            )
        homes = {origin_of(found.profile.base_url)}
        homes |= {origin_of(request.api_url)} if same_api(found.profile.base_url, request.api_url) else set()
        await budget.spend(sum(fetcher.requests[home] for home in homes))
        return found

    async def documentation(
        self, request: GenerateRequest, tell: Tell, *, budget: LiveBudget, pages: dict[str, "Page"] | None = None
    ) -> Documentation:
        from ..research.pages.find import documentation_of

        async with await self._fetcher(request) as fetcher, _spoken(tell) as say:
            found = await documentation_of(
                request.api_url,
                fetcher=fetcher,
                max_bytes=self._settings.max_description_bytes,
                is_polite=budget.is_polite,
                say=say,
                kept=pages,
            )
        await budget.spend(fetcher.requests[origin_of(request.api_url)])
        return found

    async def judge_description(
        self, draft: str, documentation: Documentation, request: GenerateRequest, *, budget: LiveBudget
    ) -> JudgedDescription:
        from ..network.fetch import Fetcher
        from ..research.pages.find import judge_description

        most = min(budget.left, MOST_ASKED_FOR_A_DRAFT) if request.live != "false" else 0
        answering = Fetcher(policy=address_policy(self._settings, request.allow_local), seconds=RESEARCH_SECONDS)
        async with await self._fetcher(request) as fetcher, answering as answers:
            asker = await self._asker(request, fetcher, answers, budget)
            return await judge_description(
                draft, documentation, api_url=request.api_url, fetcher=fetcher, most=most, api=asker
            )

    async def describe(
        self, judged: Sequence[JudgedDescription], documentation: Documentation, request: GenerateRequest
    ) -> Researched | None:
        from ..research.pages.find import study_draft

        return await study_draft(
            judged, documentation, api_name=request.api_name, api_url=request.api_url, objects=request.objects
        )

    async def _fetcher(self, request: GenerateRequest) -> "Fetcher":
        from ..network.fetch import Fetcher

        self._learn(await anyio.to_thread.run_sync(stored_secrets, self._settings.credentials_file))
        keyed = request.spec or (request.api_url if request.live != "false" else "")
        return Fetcher(
            policy=address_policy(self._settings, request.allow_local),
            seconds=self._settings.fetch_seconds,
            alone=request.spec is not None,
            keys=await anyio.to_thread.run_sync(self._keys_of, keyed),
            keyed=keyed,
        )

    def _keys_of(self, url: str) -> OriginCredentials | None:
        """What goes with a GET of a description, where its origin has any."""
        if not url.lower().startswith(("http://", "https://")):
            return None
        with suppress(InvalidArgumentError):  # a file that cannot be used says so where a driver needs it
            return load_credentials(self._settings.credentials_file).for_origin(url)
        return None

    async def _asker(
        self, request: GenerateRequest, fetcher: "Fetcher", answers: "Fetcher", budget: LiveBudget
    ) -> "ApiAsker | None":
        """The API itself, as far as research may ask it; what the search for a description took is not left for it."""
        from ..network.asking import ApiAsker

        if request.live == "false":
            return None
        credentials = await anyio.to_thread.run_sync(self._keys_of, request.api_url)
        place = origin_of(request.api_url)
        return ApiAsker(
            answers,
            origin=place,
            most=RESEARCH_REQUESTS,
            credentials=credentials,
            spend=budget.spend,
            room=lambda: budget.left - fetcher.requests[place],
            credentials_of=self._keys_of,
        )

    def summarise(self, profile: ApiProfile) -> ProfileSummary:
        from ..research.summary import summarise

        return summarise(profile)

    async def write(self, profile: ApiProfile) -> DriverBundle:
        from ..generation.template_engine import write_driver

        await self._sandbox().prepare()
        return await anyio.to_thread.run_sync(write_driver, profile)

    def writer(self, work: Assignment) -> Writer:
        from ..authoring.api_text import MAX_CHARACTERS
        from ..authoring.file_writer import FileWriter
        from ..authoring.slot_writer import MAX_FACTS, SlotWriter

        by_host = work.author == "host"
        if work.mode == "simplify":  # the calling agent knows the facts as they are told in full
            return SlotWriter(work, facts=MAX_CHARACTERS if by_host else MAX_FACTS)
        return FileWriter(work, in_parallel=not by_host)

    async def validate(self, bundle: DriverBundle, profile: ApiProfile) -> ValidationReport:
        from ..validation.package import validate_package

        files = {file.path: file.text for file in bundle.files}
        files[MANIFEST] = await self.manifest(profile, bundle, Verification())
        return await validate_package(files, profile=profile)

    async def run_contract(
        self,
        project: Path,
        bundle: DriverBundle,
        profile: ApiProfile,
        tell: Tell,
        behaviours: Collection[str] | None = None,
    ) -> ContractReport:
        from ..testing.behaviours import ALL
        from ..testing.contract_suite import TWIN, run_contract

        if why := await self.why_unrun(bundle):
            raise SandboxUnavailableError(why, next_action=HOW_TO_RUN)
        names = None if behaviours is None else {name.removeprefix(TWIN) for name in behaviours}

        async def progress(fraction: float, message: str) -> None:
            await tell(message, fraction)

        return await run_contract(
            project,
            profile,
            package=bundle.project,
            class_name=bundle.class_name,
            sandbox=self._sandbox(),
            progress=progress,
            behaviours=ALL if names is None else [b for b in ALL if b.name in names],
            twin=all(file.author == "template" for file in bundle.files),  # what a model writes leaves it as it was
        )

    async def why_unrun(self, bundle: DriverBundle) -> str:
        written = [file.path for file in bundle.files if file.author != "template"]
        if not written or self._settings.allow_unisolated or await self._sandbox().probe() in ISOLATED:
            return ""
        return (
            f"{written[0]} is not from the templates, and this machine has no isolation for such code: it was not run."
        )

    async def read_live(
        self,
        project: Path,
        bundle: DriverBundle,
        profile: ApiProfile,
        request: GenerateRequest,
        *,
        budget: LiveBudget,
    ) -> LiveReport:
        return await self._live(request, budget).report(project, bundle, profile)

    async def prove(
        self,
        project: Path,
        bundle: DriverBundle,
        profile: ApiProfile,
        request: GenerateRequest,
        *,
        budget: LiveBudget,
        remembered: Sequence[Correction] = (),
        names: Sequence[str] | None = None,
        tell: Tell,
    ) -> LiveProof:
        return await self._live(request, budget).proof(
            project, bundle, profile, remembered=remembered, names=names, tell=tell
        )

    async def judge(
        self, project: Path, claim: FactsClaim, request: GenerateRequest, *, budget: LiveBudget, tell: Tell
    ) -> JudgedFacts:
        from .corrections.judging_facts import judge_facts

        return await judge_facts(claim, self._live(request, budget), project, tell)

    def _live(self, request: GenerateRequest, budget: LiveBudget) -> "LiveApi":
        from .live.live_api import LiveApi

        return LiveApi(
            settings=self._settings, sandbox=self._sandbox, learn=self._learn, request=request, budget=budget
        )

    async def manifest(self, profile: ApiProfile, bundle: DriverBundle, verification: Verification) -> str:
        from ..generation.manifest import manifest

        return await anyio.to_thread.run_sync(manifest, profile, bundle, verification)


@asynccontextmanager
async def _spoken(tell: Tell) -> AsyncGenerator[Callable[[str], None]]:
    """A plain function that has `tell` say what it is given, in order."""
    failure: Exception | None = None
    sending, receiving = anyio.create_memory_object_stream[str](100)

    async def speak() -> None:
        async for message in receiving:
            await tell(message)

    def say(message: str) -> None:
        with suppress(anyio.WouldBlock):  # talk faster than it can be written down is dropped
            sending.send_nowait(message)

    async with receiving, anyio.create_task_group() as tasks:
        tasks.start_soon(speak)
        try:
            yield say
        except Exception as error:  # edge: what the block raises must leave as it is, not inside a group
            failure = error
        finally:
            sending.close()
    if failure is not None:
        raise failure
