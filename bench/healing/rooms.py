"""The product's rooms for the bench: every check is the real one, made once for the same files."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from driversmith.engine.authoring import file_writer, write_file
from driversmith.engine.errors import SandboxError
from driversmith.engine.guards.fixers.fixing import Fixed
from driversmith.engine.models.driver import DriverBundle
from driversmith.engine.models.findings import ValidationReport
from driversmith.engine.models.profile import ApiProfile
from driversmith.engine.models.prose import Prose, Researched
from driversmith.engine.models.report import ContractReport
from driversmith.engine.models.session import GenerateRequest
from driversmith.engine.supervision.activities import Tell
from driversmith.engine.supervision.engine_activities import EngineActivities

from .judging import Judge
from .subjects import Subject, in_session, session_in


class BenchActivities(EngineActivities):
    """Research and templates are done before, one session's like another's; checks and contract runs are remembered."""

    def __init__(self, subjects: Mapping[str, Subject], judge: Judge, **rooms: Any) -> None:
        super().__init__(**rooms)
        self._by_title = {subject.api.title: subject for subject in subjects.values()}
        self._judge = judge

    async def research(self, request: GenerateRequest, tell: Tell, **_: Any) -> Researched:
        return Researched(in_session(self._subject(request.api_name), _number(request.api_name))[0], Prose())

    async def write(self, profile: ApiProfile) -> DriverBundle:
        return in_session(self._subject(profile.api_name), _number(profile.api_name))[1]

    async def validate(self, bundle: DriverBundle, profile: ApiProfile) -> ValidationReport:
        return await self._judge.validate(
            self._subject(profile.api_name), _texts(bundle), session=_number(profile.api_name)
        )

    async def run_contract(
        self, project: Path, bundle: DriverBundle, profile: ApiProfile, tell: Tell
    ) -> ContractReport:
        report = await self._judge.run_contract(
            self._subject(profile.api_name), _texts(bundle), session=_number(profile.api_name)
        )
        if [b.name for b in report.behaviours] == ["import"]:
            raise SandboxError(report.behaviours[0].received, code="validation_failed")
        return report

    @contextmanager
    def remembering(self) -> Generator[None]:
        """For as long as this lasts, the guards' own checks and fixes are remembered too."""

        async def validate_package(files: Mapping[str, str], *, profile: ApiProfile | None = None) -> ValidationReport:
            name = profile.api_name if profile else ""
            return await self._judge.validate_parts(self._subject(name), files, session=_number(name))

        async def fix_package(
            files: Mapping[str, str], path: str, report: ValidationReport, *, profile: ApiProfile | None = None
        ) -> Fixed:
            name = profile.api_name if profile else ""
            if not report.findings:
                return Fixed(files=dict(files), report=report)
            return await self._judge.fix(self._subject(name), files, path, session=_number(name))

        with (
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


def _texts(bundle: DriverBundle) -> dict[str, str]:
    return {file.path: file.text for file in bundle.files}
