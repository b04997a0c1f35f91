"""Activities whose work takes no time and goes wrong as a test says."""

import json
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import anyio
from driversmith.engine.errors import FileGenerationError
from driversmith.engine.journal.port import Journal
from driversmith.engine.llm.request import ModelRequest, Task, TextBlock
from driversmith.engine.models.diagnosis import Diagnosis
from driversmith.engine.models.driver import DriverBundle, DriverFile, Verification
from driversmith.engine.models.findings import Finding, ValidationReport
from driversmith.engine.models.judged import JudgedFacts
from driversmith.engine.models.profile import ApiProfile, DescriptionSource, ProfileSummary
from driversmith.engine.models.prose import Prose, Researched
from driversmith.engine.models.report import BehaviourResult, ContractReport, FaultsOfFile, LiveProof, LiveReport
from driversmith.engine.models.session import GenerateRequest, SessionRecord
from driversmith.engine.models.tries import Tried
from driversmith.engine.supervision.activities import Assignment
from driversmith.engine.supervision.corrections.facts_claim import FactsClaim
from driversmith.engine.supervision.healing.attempt_history import AttemptRecord
from driversmith.engine.supervision.healing.diagnose import Diagnosed
from driversmith.engine.supervision.healing.failure import Failure
from driversmith.engine.supervision.progress import Tell

from ..patience import LONG


@dataclass
class WriterStandIn:
    """Asks for the client and takes an answer that does not begin with `bad`; the adjustments stand in the request."""

    work: Assignment
    tries: int = 0

    async def write(self) -> DriverBundle:
        return await self._asked("Write the client.")

    async def complete(self, bundle: DriverBundle) -> DriverBundle:
        return bundle

    async def repair(self, bundle: DriverBundle, faults: FaultsOfFile) -> DriverBundle:
        said = [f.message for f in faults.findings] + [b.name for b in faults.behaviours]
        return await self._asked(f"Mend {faults.path}: {', '.join(said)}", role="repair")

    async def _asked(self, instruction: str, role: Literal["generate", "repair"] = "generate") -> DriverBundle:
        path = "pets_driver/client.py"
        said = [text for texts in self.work.adjustments.values() for text in texts]
        mode = self.work.mode
        for _ in range(max(1, self.work.max_retries)):
            self.tries += 1
            task = Task(role=role, path=path, attempt=self.work.attempt, try_number=self.tries, mode=mode)
            answer = await self.work.ask(
                ModelRequest(
                    task=task,
                    system=(TextBlock(text="Rules.", cache=True),),
                    instruction="\n".join([instruction, *said]),
                    max_tokens=100,
                    effort="low",
                )
            )
            bad = answer.text.startswith("bad")
            finding = Finding(code="bad", severity="P1", file=path, message=answer.text)
            await self.work.on_try(
                Tried(
                    path=path,
                    attempt=self.work.attempt,
                    try_number=self.tries,
                    role=role,
                    outcome="rejected" if bad else "accepted",
                    findings=(finding,) if bad else (),
                )
            )
            if not bad:
                break
        else:
            raise FileGenerationError(
                f"{path} did not come right: {answer.text}", path=path, findings=[finding], tries=self.tries
            )
        author = "simplified" if mode == "simplify" else self.work.author
        files = [
            DriverFile(path=path, text=answer.text, author=author) if file.path == path else file
            for file in self.work.template.files
        ]
        return self.work.template.model_copy(update={"files": tuple(files)})


@dataclass
class ActivitiesStandIn:
    """Makes a driver of two files. `faults` are raised by a step, one a call; `gates` hold a step until they are set."""

    faults: dict[str, list[Exception | None]] = field(default_factory=dict)
    gates: dict[str, anyio.Event] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    behaviours: list[BehaviourResult] = field(default_factory=lambda: [BehaviourResult(name="imports", passed=True)])
    live: LiveReport = field(default_factory=LiveReport)
    text: str = "class PetsDriver: ...\n"
    trying: str = ""
    """What the contract run says that it tries first."""
    calls: Counter[str] = field(default_factory=Counter)
    reached: dict[str, anyio.Event] = field(default_factory=dict)

    async def research(self, request: GenerateRequest, tell: Tell, **_: Any) -> Researched:
        await self._step("research")
        await tell("Found a description.", 0.5)
        source = DescriptionSource(location="x", format="OpenAPI 3.1.0", sha256="0", size=1)
        profile = ApiProfile(api_name=request.api_name, base_url=request.api_url, source=source)
        return Researched(profile, Prose())

    def summarise(self, profile: ApiProfile) -> ProfileSummary:
        return ProfileSummary(title="Pets", version="1", base_url=profile.base_url, source=profile.source)

    async def write(self, profile: ApiProfile) -> DriverBundle:
        await self._step("write")
        files = (
            DriverFile(path="pets_driver/client.py", text=self.text),
            DriverFile(path="README.md", text="# Pets\n"),
            DriverFile(path="profile.json", text=profile.to_json()),
        )
        return DriverBundle(project="pets_driver", class_name="PetsDriver", files=files)

    async def validate(self, bundle: DriverBundle, profile: ApiProfile) -> ValidationReport:
        await self._step("validate")
        return ValidationReport.of(self.findings)

    async def why_unrun(self, bundle: DriverBundle) -> str:
        return ""

    async def run_contract(
        self,
        project: Path,
        bundle: DriverBundle,
        profile: ApiProfile,
        tell: Tell,
        behaviours: Collection[str] | None = None,
    ) -> ContractReport:
        if self.trying:
            await tell(self.trying, 0.0)
        await self._step("contract")
        assert (project / "pets_driver/client.py").read_text() == bundle["pets_driver/client.py"].text
        return ContractReport(behaviours=tuple(self.behaviours), isolation="process")

    async def read_live(
        self, project: Path, bundle: DriverBundle, profile: ApiProfile, request: GenerateRequest, **_: Any
    ) -> LiveReport:
        await self._step("live")
        return self.live

    async def prove(
        self, project: Path, bundle: DriverBundle, profile: ApiProfile, request: GenerateRequest, **_: Any
    ) -> LiveProof:
        return LiveProof(report=await self.read_live(project, bundle, profile, request))

    async def judge(self, project: Path, claim: FactsClaim, request: GenerateRequest, **_: object) -> JudgedFacts:
        return JudgedFacts()

    def writer(self, work: Assignment) -> "WriterStandIn":
        return WriterStandIn(work)

    async def manifest(self, profile: ApiProfile, bundle: DriverBundle, verification: Verification) -> str:
        hashes = {f.path: {"sha256": f.sha256, "author": f.author} for f in bundle.files}
        known = {"contract_version": 1, "api_name": profile.api_name, "api_url": profile.base_url}
        made = {"package": bundle.project, "class_name": bundle.class_name, "verification": verification.model_dump()}
        return json.dumps({**known, **made, "files": hashes})

    async def _step(self, name: str) -> None:
        self.calls[name] += 1
        self.reached.setdefault(name, anyio.Event()).set()
        if gate := self.gates.get(name):
            await gate.wait()
        if (faults := self.faults.get(name)) and (fault := faults.pop(0)):
            raise fault

    async def until(self, name: str) -> None:
        """Wait until a step has begun."""
        with anyio.fail_after(LONG):
            await self.reached.setdefault(name, anyio.Event()).wait()


async def judged(
    journal: Journal,
    record: SessionRecord,
    failure: Failure,
    attempt: AttemptRecord,
    *,
    passing: frozenset[str],
    **_: Any,
) -> Diagnosed:
    """A diagnosis that follows from the code alone."""
    network = failure.code == "unreachable"
    diagnosis = Diagnosis(
        error_type="api" if network else "unknown",
        fault_kind="network" if network else "unknown",
        root_cause=failure.message,
        can_fix=network,
        fix_strategy="abort" if failure.code in {"address_refused", "unreachable"} else "fallback",
        fix_description="Try again.",
        confidence=0.9,
    )
    if diagnosis.fault_kind in passing:
        return Diagnosed(diagnosis, failure.code, None)
    number = await journal.add_diagnosis(record.session_id, diagnosis, attempt=attempt.number, fingerprint=failure.code)
    return Diagnosed(diagnosis, failure.code, number)
