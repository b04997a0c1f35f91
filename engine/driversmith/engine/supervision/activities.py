"""The Activities port: what an attempt has made for it, each call one step."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Protocol

from ..authoring.assignment import Assignment
from ..models.documentation import Documentation, JudgedDescription
from ..models.driver import DriverBundle, Verification
from ..models.facts import Correction
from ..models.findings import ValidationReport
from ..models.judged import JudgedFacts
from ..models.profile import ApiProfile, ProfileSummary
from ..models.prose import Researched
from ..models.report import ContractReport, FaultsOfFile, LiveProof, LiveReport
from ..models.session import GenerateRequest
from ..network.asking import Page
from .corrections.facts_claim import FactsClaim
from .live.live_budget import LiveBudget
from .progress import Tell


class Writer(Protocol):
    """Writes the judgement files of one attempt with a model, and mends them."""

    async def write(self) -> DriverBundle:
        """The driver as far as a run can prove it: what the model wrote of it among the template's other files.

        Raises:
            FileGenerationError: a file did not come right within its tries.
        """
        ...

    async def complete(self, bundle: DriverBundle) -> DriverBundle:
        """The whole driver: the files that show what `bundle` holds are written, too.

        Raises:
            FileGenerationError: a file did not come right within its tries.
        """
        ...

    async def repair(self, bundle: DriverBundle, faults: FaultsOfFile) -> DriverBundle:
        """The driver with one file mended; all others are as they were.

        Raises:
            FileGenerationError: the file did not come right within its tries.
        """
        ...


class Activities(Protocol):
    """The rooms of the engine as one attempt uses them. Every method may raise the DriversmithError of its room."""

    async def research(
        self, request: GenerateRequest, tell: Tell, *, budget: LiveBudget, pages: dict[str, Page] | None = None
    ) -> Researched:
        """Find and read the description of the API; the profile, and the prose that quotes are looked for in. What it asks of
        the API's origin counts in the budget; `pages` is given the pages for people that come back, by URL.

        Raises:
            ResearchError: it could not be found, fetched or understood.
        """
        ...

    async def documentation(
        self, request: GenerateRequest, tell: Tell, *, budget: LiveBudget, pages: dict[str, Page] | None = None
    ) -> Documentation:
        """The pages that speak of the API, where nobody describes it; empty where none can be read. `pages` came back before."""
        ...

    async def judge_description(
        self, draft: str, documentation: Documentation, request: GenerateRequest, *, budget: LiveBudget
    ) -> JudgedDescription:
        """Judge an author's description.yaml: by the words of the pages, and by what the API answers, within the budget."""
        ...

    async def describe(
        self, judged: Sequence[JudgedDescription], documentation: Documentation, request: GenerateRequest
    ) -> Researched | None:
        """The profile of what is proven of these, and of what rules read in the pages; None where that is nothing."""
        ...

    def summarise(self, profile: ApiProfile) -> ProfileSummary:
        """The profile as `stop_after="research"` answers it."""
        ...

    async def write(self, profile: ApiProfile) -> DriverBundle:
        """The files of a driver, without `driver.json`.

        Raises:
            GenerationError: no files could be written for the profile.
        """
        ...

    def writer(self, work: Assignment) -> Writer:
        """Who writes an attempt with a model."""
        ...

    async def validate(self, bundle: DriverBundle, profile: ApiProfile) -> ValidationReport:
        """Static checks of all files."""
        ...

    async def why_unrun(self, bundle: DriverBundle) -> str:
        """Why the code of a driver may not be run here; "" where it may. What the templates wrote always may."""
        ...

    async def run_contract(
        self,
        project: Path,
        bundle: DriverBundle,
        profile: ApiProfile,
        tell: Tell,
        behaviours: Collection[str] | None = None,
    ) -> ContractReport:
        """Run the driver in `project` against a mock server made from the profile: all behaviours, or those named.

        Raises:
            SandboxError: the child failed as a process; says nothing about the driver unless its code says so.
        """
        ...

    async def read_live(
        self,
        project: Path,
        bundle: DriverBundle,
        profile: ApiProfile,
        request: GenerateRequest,
        *,
        budget: LiveBudget,
    ) -> LiveReport:
        """Read from the real API, as politely as `request.live` says, within what is left of the session's budget."""
        ...

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
        """Read from the real API through the templates' driver in `project`; where answers show that facts are otherwise,
        correct those, each confirmed by a read through a driver that is written beside it. What is `remembered` helped with
        the same API before, and is tried first; with `names`, those objects alone are read."""
        ...

    async def judge(
        self, project: Path, claim: FactsClaim, request: GenerateRequest, *, budget: LiveBudget, tell: Tell
    ) -> JudgedFacts:
        """Judge an author's corrections by their quotes, and by reading from the real API through drivers that are written
        beside `project`."""
        ...

    async def manifest(self, profile: ApiProfile, bundle: DriverBundle, verification: Verification) -> str:
        """The text of `driver.json`."""
        ...
