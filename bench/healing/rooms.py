"""The product's rooms for the bench: every check is the real one, made once for the same files."""

import json
from collections.abc import Awaitable, Callable, Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock

from driversmith.engine.authoring import file_writer, write_file
from driversmith.engine.errors import SandboxError
from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.guards.fixers.fixing import Fixed
from driversmith.engine.models.base import Value
from driversmith.engine.models.driver import DriverBundle
from driversmith.engine.models.facts import Correction
from driversmith.engine.models.findings import ValidationReport
from driversmith.engine.models.judged import JudgedFacts
from driversmith.engine.models.profile import ApiProfile
from driversmith.engine.models.prose import Prose, Researched
from driversmith.engine.models.report import ContractReport, LiveProof, LiveReport
from driversmith.engine.models.session import GenerateRequest
from driversmith.engine.proof.correct import Corrected
from driversmith.engine.proof.live_reads import Reading
from driversmith.engine.supervision.corrections.facts_claim import FactsClaim
from driversmith.engine.supervision.engine_activities import EngineActivities
from driversmith.engine.supervision.live import live_api
from driversmith.engine.supervision.live.live_budget import LiveBudget
from driversmith.engine.supervision.progress import Tell

from .judging import Judge, run_files
from .subjects import Subject, in_session, marked, session_in

V = TypeVar("V", bound=Value)


class BenchActivities(EngineActivities):
    """Research and templates are done before, one session's like another's; checks, contract runs
    and live reads are remembered. Sessions know nothing of each other: what helped with the same API before is not told."""

    def __init__(self, subjects: Mapping[str, Subject], judge: Judge, *, detects: bool, **rooms: Any) -> None:
        super().__init__(**rooms)
        self._detects = detects
        self._written: dict[str, str] = {}
        self._by_title = {subject.api.title: subject for subject in subjects.values()}
        self._judge = judge

    async def research(self, request: GenerateRequest, tell: Tell, **_: Any) -> Researched:
        return Researched(in_session(self._subject(request.api_name), _number(request.api_name))[0], Prose())

    async def write(self, profile: ApiProfile) -> DriverBundle:
        plain = marked(profile.model_dump_json(), 0)
        if plain not in self._written:
            self._written[plain] = write_driver(ApiProfile.model_validate_json(plain)).model_dump_json()
        return DriverBundle.model_validate_json(marked(self._written[plain], _number(profile.api_name)))

    async def validate(self, bundle: DriverBundle, profile: ApiProfile) -> ValidationReport:
        return await self._judge.validate(
            self._subject(profile.api_name), _texts(bundle), profile=profile, session=_number(profile.api_name)
        )

    async def run_contract(
        self,
        project: Path,
        bundle: DriverBundle,
        profile: ApiProfile,
        tell: Tell,
        behaviours: Collection[str] | None = None,
    ) -> ContractReport:
        report = await self._judge.run_contract(
            self._subject(profile.api_name), _texts(bundle), profile=profile, session=_number(profile.api_name)
        )
        if [b.name for b in report.behaviours] == ["import"]:
            raise SandboxError(report.behaviours[0].received, code="validation_failed")
        wanted = tuple(b for b in report.behaviours if behaviours is None or b.name in behaviours)
        return report.model_copy(update={"behaviours": wanted})

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
        prove = super().prove

        async def work(there: ApiProfile) -> LiveProof:
            return await prove(project, bundle, there, request, budget=budget, names=names, tell=tell)

        return await self._shown(LiveProof, profile, _texts(bundle), budget, work, request.live, repr(names))

    async def judge(
        self, project: Path, claim: FactsClaim, request: GenerateRequest, *, budget: LiveBudget, tell: Tell
    ) -> JudgedFacts:
        judge = super().judge

        async def work(there: ApiProfile) -> JudgedFacts:
            return await judge(project, replace(claim, profile=there), request, budget=budget, tell=tell)

        about = [f"{claim.document}", *(read.model_dump_json() for read in claim.before)]
        return await self._shown(JudgedFacts, claim.profile, {}, budget, work, request.live, *about)

    async def read_live(
        self,
        project: Path,
        bundle: DriverBundle,
        profile: ApiProfile,
        request: GenerateRequest,
        *,
        budget: LiveBudget,
    ) -> LiveReport:
        read_live = super().read_live

        async def work(there: ApiProfile) -> LiveReport:
            return await read_live(project, bundle, there, request, budget=budget)

        return await self._shown(LiveReport, profile, _texts(bundle), budget, work, request.live)

    async def _shown(
        self,
        kind: type[V],
        profile: ApiProfile,
        files: Mapping[str, str],
        budget: LiveBudget,
        work: Callable[[ApiProfile], Awaitable[V]],
        *about: str,
    ) -> V:
        """What the API's own server shows; asked once for the same facts, files and budget, and counted each time."""
        subject, number = self._subject(profile.api_name), _number(profile.api_name)
        described, served = f"https://{subject.api.host}", self._judge.server.base_url(subject.api.slug)
        before, is_asked = _left(budget, profile), False

        async def ask(_: Mapping[str, str]) -> str:
            nonlocal is_asked
            is_asked = True
            there = ApiProfile.model_validate_json(profile.model_dump_json().replace(described, served))
            found = (await work(there)).model_dump_json().replace(served, described)
            after = _left(budget, profile)
            return json.dumps(
                {"found": marked(found, 0), "spent": {name: before[name] - after[name] for name in before}}
            )

        facts = marked(profile.model_dump_json(), 0)
        keys = (kind.__name__, facts, json.dumps(before), str(self._detects), *(marked(part, 0) for part in about))
        answer = json.loads(await self._judge.once("live", subject, run_files(files), ask, *keys))
        for name, spent in answer["spent"].items() if not is_asked else ():
            await budget.spend(spent, name)
        return kind.model_validate_json(marked(answer["found"], number))

    @contextmanager
    def remembering(self) -> Generator[None]:
        """For as long as this lasts, the guards' own checks and fixes are remembered too."""

        async def validate_package(files: Mapping[str, str], *, profile: ApiProfile | None = None) -> ValidationReport:
            name = profile.api_name if profile else ""
            return await self._judge.validate_parts(self._subject(name), files, profile=profile, session=_number(name))

        async def fix_package(
            files: Mapping[str, str], path: str, report: ValidationReport, *, profile: ApiProfile | None = None
        ) -> Fixed:
            name = profile.api_name if profile else ""
            if not report.findings:
                return Fixed(files=dict(files), report=report)
            return await self._judge.fix(self._subject(name), files, path, profile=profile, session=_number(name))

        async def nothing(profile: ApiProfile, made: tuple[Reading, ...], *_: Any, **__: Any) -> Corrected:
            return Corrected(profile, made)

        with (
            mock.patch.object(live_api, "corrected", live_api.corrected if self._detects else nothing),
            mock.patch.object(write_file, "validate_package", validate_package),
            mock.patch.object(file_writer, "validate_package", validate_package),
            mock.patch.object(write_file, "fix", fix_package),
        ):
            yield

    def _subject(self, api_name: str) -> Subject:
        return self._by_title[api_name.partition(" ")[0]]


def _number(api_name: str) -> int:
    number = session_in(api_name)
    if number is None:
        raise ValueError(f"{api_name!r} is no name of a session")
    return number


def _left(budget: LiveBudget, profile: ApiProfile) -> dict[str, int]:
    """Requests that may still go out, for each object."""
    return {name: budget.left_for(name) for name in profile.objects}


def _texts(bundle: DriverBundle) -> dict[str, str]:
    return {file.path: file.text for file in bundle.files}
