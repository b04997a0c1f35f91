"""The Workshop of the template engine: the rooms below, each imported when a session first needs it."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import anyio.to_thread

from ..models.driver import DriverBundle, Verification
from ..models.findings import ValidationReport
from ..models.profile import ApiProfile, ProfileSummary
from ..models.report import ContractReport, LiveReport
from ..models.session import GenerateRequest
from ..sandbox.port import Sandbox
from ..settings import Settings
from .workshop import Tell

if TYPE_CHECKING:
    pass

POLITE_READS = 10
"""Requests to the real API under `live="auto"`."""
THOROUGH_READS = 200
"""Requests to the real API under `live="true"`."""
RECORDS_A_READ = 3


class Rooms:
    """A Workshop on the real rooms; `learn` is told secrets before they are used, so that they can be redacted."""

    def __init__(
        self, *, settings: Settings, sandbox: Callable[[], Sandbox], learn: Callable[[Iterable[str]], None]
    ) -> None:
        self._settings = settings
        self._sandbox = sandbox
        self._learn = learn

    async def research(self, request: GenerateRequest, tell: Tell) -> ApiProfile:
        raise NotImplementedError

    def summarise(self, profile: ApiProfile) -> ProfileSummary:
        raise NotImplementedError

    async def write(self, profile: ApiProfile) -> DriverBundle:
        from ..generation.template_engine import write_driver

        return await anyio.to_thread.run_sync(write_driver, profile)

    async def validate(self, bundle: DriverBundle, profile: ApiProfile) -> ValidationReport:
        from ..validation.package import validate_package

        return await validate_package({file.path: file.text for file in bundle.files}, profile=profile)

    async def run_contract(
        self, project: Path, bundle: DriverBundle, profile: ApiProfile, tell: Tell
    ) -> ContractReport:
        raise NotImplementedError

    async def read_live(
        self, project: Path, bundle: DriverBundle, profile: ApiProfile, request: GenerateRequest, tell: Tell
    ) -> LiveReport:
        raise NotImplementedError

    def manifest(self, profile: ApiProfile, bundle: DriverBundle, verification: Verification) -> str:
        from ..generation.manifest import manifest

        return manifest(profile, bundle, verification)
