"""What is said of a driver: the product's validation and contract run, and the truth. The same files are judged once.

Sessions differ in a number only, which is taken out before and put back afterwards. Judgements may outlive the process in a
folder; they are found again only by the same files, the same product and the same bench.
"""

import hashlib
import json
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import anyio
import driversmith.engine
from driversmith.engine.errors import SandboxError, SandboxUnavailableError
from driversmith.engine.generation.manifest import manifest
from driversmith.engine.guards.fixers.fixing import Fixed, fix
from driversmith.engine.models.driver import Verification
from driversmith.engine.models.findings import ValidationReport
from driversmith.engine.models.profile import ApiProfile
from driversmith.engine.models.report import BehaviourResult, ContractReport
from driversmith.engine.sandbox.port import SandboxLimits
from driversmith.engine.sandbox.process import ProcessSandbox
from driversmith.engine.testing.contract_suite import run_contract
from driversmith.engine.validation.package import validate_package

from .subjects import Subject, marked
from .truth import untrue
from .truth_server import TruthServer

Files = Mapping[str, str]
_AT_ONCE = 2
_TEST_LIMITS = SandboxLimits(wall_seconds=60.0)
_FROM = {
    "validation": ("validation",),
    "parts": ("validation",),
    "fix": ("validation", "guards/fixers"),
    "contract": ("testing", "sandbox", "contract"),
    "tests": ("sandbox",),
    "truth": (),
    "live": ("proof", "facts", "supervision", "generation", "network", "sandbox"),
}
"""What is judged -> the rooms of the engine that a judgement comes from."""
_TRUTH = {"truth": ("apis.py", "truth.py", "truth_server.py"), "live": ("apis.py", "truth_server.py")}


class Judge:
    """Judges drivers of the bench's APIs; an answer that is known is given at once."""

    def __init__(self, server: TruthServer, *, memory: Path | None = None) -> None:
        self.server = server
        self._memory = memory
        self._known: dict[str, str] = {}
        self._locks: dict[str, anyio.Lock] = {}
        self._places = anyio.Semaphore(_AT_ONCE)
        self._digests = _digests() if memory else dict[str, str]()
        self.judged = 0
        """Judgements that were made, not remembered."""

    async def validate(
        self, subject: Subject, files: Files, *, profile: ApiProfile | None = None, session: int = 0
    ) -> ValidationReport:
        """The validator's report on a whole driver; `profile` has the facts as a session knows them by now."""
        facts = _plain(profile or subject.profile)

        async def work(plain: dict[str, str]) -> str:
            bundle = subject.bundle(plain)
            whole = {**plain, "driver.json": manifest(facts, bundle, Verification())}
            return (await validate_package(whole, profile=facts)).model_dump_json()

        found = await self.once("validation", subject, files, work, _facts(facts))
        return ValidationReport.model_validate_json(marked(found, session))

    async def validate_parts(
        self, subject: Subject, files: Files, *, profile: ApiProfile | None = None, session: int = 0
    ) -> ValidationReport:
        """The validator's report on a driver without its driver.json: what the guards look at."""
        facts = _plain(profile or subject.profile)

        async def work(plain: dict[str, str]) -> str:
            return (await validate_package(plain, profile=facts)).model_dump_json()

        found = await self.once("parts", subject, files, work, _facts(facts))
        return ValidationReport.model_validate_json(marked(found, session))

    async def fix(
        self, subject: Subject, files: Files, path: str, *, profile: ApiProfile | None = None, session: int = 0
    ) -> Fixed:
        """What the deterministic fixers make of one file."""
        facts, plain_path = _plain(profile or subject.profile), marked(path, 0)

        async def work(plain: dict[str, str]) -> str:
            report = await validate_package(plain, profile=facts)
            return (await fix(plain, plain_path, report, profile=facts)).model_dump_json()

        found = await self.once(f"fix {plain_path}", subject, files, work, _facts(facts))
        return Fixed.model_validate_json(marked(found, session))

    async def run_contract(
        self, subject: Subject, files: Files, *, profile: ApiProfile | None = None, session: int = 0
    ) -> ContractReport:
        """The report of the contract run; a package that does not import fails the one behaviour `import`."""
        facts = _plain(profile or subject.profile)

        async def work(plain: dict[str, str]) -> str:
            with tempfile.TemporaryDirectory(prefix="driversmith-bench-") as folder:
                root = Path(folder) / subject.names.package
                await anyio.to_thread.run_sync(_lay_out, plain, root)
                return (await _contract(root, subject, facts)).model_dump_json()

        found = await self.once("contract", subject, run_files(files), work, _facts(facts))
        return ContractReport.model_validate_json(marked(found, session))

    async def run_tests(self, subject: Subject, files: Files) -> str:
        """What the driver's own tests print where they fail; '' where all pass."""

        async def work(plain: dict[str, str]) -> str:
            with tempfile.TemporaryDirectory(prefix="driversmith-bench-") as folder:
                root = Path(folder) / subject.names.package
                await anyio.to_thread.run_sync(_lay_out, plain, root)
                try:
                    names = subject.names
                    opened = ProcessSandbox().open(root, names.package, names.class_name, limits=_TEST_LIMITS)
                    async with opened as child:
                        result = await child.run_unittests()
                except SandboxUnavailableError:
                    raise
                except SandboxError as error:
                    return f"ERROR: the tests did not end: {error.message}"
                return (result.output or "ERROR: no test ran") if result.failed or not result.ran else ""

        return await self.once("tests", subject, run_files(files), work)

    async def untrue(self, subject: Subject, files: Files) -> str:
        """What the driver does not read from the API's own server; '' where it reads the truth."""

        async def work(plain: dict[str, str]) -> str:
            names = subject.names
            return await untrue(self.server, subject.api.slug, plain, names.package, names.class_name)

        return await self.once("truth", subject, files, work)

    async def once(
        self, what: str, subject: Subject, files: Files, work: Callable[[dict[str, str]], Awaitable[str]], *about: str
    ) -> str:
        """What `work` makes of the files, under the name of no session; remembered by them and `about`."""
        plain = {marked(path, 0): marked(text, 0) for path, text in sorted(files.items()) if path != "driver.json"}
        source = self._digests.get(what.partition(" ")[0], "")
        key = hashlib.sha256(json.dumps([what, subject.api.slug, plain, source, about]).encode()).hexdigest()
        async with self._locks.setdefault(key, anyio.Lock()):
            if key not in self._known:
                remembered = self._remembered(key)
                if remembered is None:
                    async with self._places:
                        remembered = await work(plain)
                    self.judged += 1
                    self._remember(key, remembered)
                self._known[key] = remembered
        return self._known[key]

    def _remembered(self, key: str) -> str | None:
        place = self._memory and self._memory / key
        return place.read_text("utf-8") if place and place.exists() else None

    def _remember(self, key: str, answer: str) -> None:
        if self._memory:
            self._memory.mkdir(parents=True, exist_ok=True)
            (self._memory / key).write_text(answer, encoding="utf-8")


async def _contract(root: Path, subject: Subject, profile: ApiProfile) -> ContractReport:
    try:
        return await run_contract(
            root,
            profile,
            package=subject.names.package,
            class_name=subject.names.class_name,
            sandbox=ProcessSandbox(),
            seed=1,
        )
    except SandboxUnavailableError:
        raise
    except SandboxError as error:
        failed = BehaviourResult(name="import", passed=False, received=error.message, expected="the package imports")
        return ContractReport(behaviours=(failed,))


def _plain(profile: ApiProfile) -> ApiProfile:
    return ApiProfile.model_validate_json(marked(profile.model_dump_json(), 0))


def _facts(profile: ApiProfile) -> str:
    """What judgements depend on: not by what a fact is known."""
    return profile.model_dump_json(exclude={"facts_evidence"})


def run_files(files: Files) -> dict[str, str]:
    """What a run depends on: not the README, nor the examples."""
    return {path: text for path, text in files.items() if path != "README.md" and not path.startswith("examples/")}


def _lay_out(files: Mapping[str, str], root: Path) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8", newline="")


def _digests() -> dict[str, str]:
    """What is judged -> a digest that changes with everything that such a judgement comes from, besides the files."""
    engine, here = Path(driversmith.engine.__path__[0]), Path(__file__).parent
    found: dict[str, str] = {}
    for what, places in _FROM.items():
        digest = hashlib.sha256()
        for folder in (engine / place for place in places):
            for path in sorted(p for p in folder.rglob("*") if p.suffix in {".py", ".toml", ".json"}):
                digest.update(path.read_bytes())
        for name in _TRUTH.get(what, ()):
            digest.update((here / name).read_bytes())
        found[what] = digest.hexdigest()
    return found
