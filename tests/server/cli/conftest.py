"""Commands run in this process, in a folder and a home of their own, on rooms that need no time."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from driversmith.engine.models.driver import DriverBundle, DriverFile, Verification
from driversmith.engine.models.findings import ValidationReport
from driversmith.engine.models.profile import ApiProfile, DescriptionSource, ProfileSummary
from driversmith.engine.models.prose import Prose, Researched
from driversmith.engine.models.report import BehaviourResult, ContractReport, LiveProof, LiveRead, LiveReport
from driversmith.engine.models.session import GenerateRequest
from driversmith.engine.supervision import engine_activities as rooms
from driversmith.engine.supervision.progress import Tell
from driversmith.server.cli.app import run


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Everything on stdout, as JSON."""
        return json.loads(self.out)


Command = Callable[..., Ran]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder of the command."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in ("OUTPUT_DIR", "ALLOW_LOCAL", "READ_ROOTS", "LOG_LEVEL"):
        monkeypatch.delenv(f"DRIVERSMITH_{name}", raising=False)
    monkeypatch.setenv("DRIVERSMITH_HOME", str(tmp_path / "home"))
    return folder


@pytest.fixture
def command(here: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs `driversmith ...` and gives its exit code and output."""

    def call(*arguments: str) -> Ran:
        capsys.readouterr()
        code = run(arguments)
        out, err = capsys.readouterr()
        return Ran(code, out, err)

    return call


@dataclass
class ActivitiesStandIn:
    """Makes a driver of one file; `fault` is raised, and `during` called, while it researches."""

    fault: Exception | None = None
    during: Callable[[], Any] | None = None
    requests: list[GenerateRequest] = field(default_factory=list)

    async def research(self, request: GenerateRequest, tell: Tell, **_: Any) -> Researched:
        self.requests.append(request)
        await tell("Found a description.")
        if self.during:
            await self.during()
        if self.fault:
            raise self.fault
        source = DescriptionSource(location="x", format="OpenAPI 3.1.0", sha256="0", size=1)
        profile = ApiProfile(api_name=request.api_name, base_url=request.api_url, source=source)
        return Researched(profile, Prose())

    def summarise(self, profile: ApiProfile) -> ProfileSummary:
        return ProfileSummary(title="Pets", version="1", base_url=profile.base_url, source=profile.source)

    async def write(self, profile: ApiProfile) -> DriverBundle:
        files = (DriverFile(path="pets_driver/client.py", text="class PetsDriver: ...\n"),)
        return DriverBundle(project="pets_driver", class_name="PetsDriver", files=files)

    async def validate(self, bundle: DriverBundle, profile: ApiProfile) -> ValidationReport:
        return ValidationReport.of([])

    async def run_contract(
        self, project: Path, bundle: DriverBundle, profile: ApiProfile, tell: Tell
    ) -> ContractReport:
        return ContractReport(behaviours=(BehaviourResult(name="imports", passed=True),), isolation="process")

    async def read_live(
        self, project: Path, bundle: DriverBundle, profile: ApiProfile, request: GenerateRequest, **_: Any
    ) -> LiveReport:
        records = ({"id": 1, "name": "Rex [bold]"},)
        return LiveReport(reads=(LiveRead(object_name="pets", ok=True, records=records),), requests=1)

    async def prove(
        self, project: Path, bundle: DriverBundle, profile: ApiProfile, request: GenerateRequest, **_: Any
    ) -> LiveProof:
        return LiveProof(report=await self.read_live(project, bundle, profile, request))

    async def manifest(self, profile: ApiProfile, bundle: DriverBundle, verification: Verification) -> str:
        hashes = {f.path: {"sha256": f.sha256, "author": f.author} for f in bundle.files}
        return json.dumps({"contract_version": 1, "files": hashes, "verification": verification.model_dump()})


@pytest.fixture
def activities(monkeypatch: pytest.MonkeyPatch) -> ActivitiesStandIn:
    """Stands where the engine's rooms would be."""
    shop = ActivitiesStandIn()
    monkeypatch.setattr(rooms, "EngineActivities", lambda **_: shop)
    return shop
