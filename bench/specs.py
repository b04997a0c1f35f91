"""Every description of a folder: is there a driver, does it import, is every operation callable, does it keep the contract?

    python bench/specs.py FOLDER [--peer] [--typos] [--no-contract] [--no-types] [--only TEXT] [--json FILE]

Prints one table. Each description is read, turned into a profile and written to files in this warm process (CPU
seconds of that part); each driver's modules are imported in a fresh interpreter; each driver runs the contract suite
against its own mock server, where each operation counts as callable only if the mock saw its request. Operations that
break a behaviour of their own are those that a session would leave out. Our own checks, pyright (basic) and ruff
(defaults) judge what was written. `--typos` plants ten typos in code that uses each driver (bench/typos.py) and asks pyright, mypy and
ty: some ten seconds a driver. `--peer` runs openapi-python-client beside us, one process a description, when it is
installed (its CPU includes its start-up; ours is also given per process for that).
"""

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import anyio.lowlevel
from driversmith.engine.contract.naming import driver_names
from driversmith.engine.errors import DriversmithError
from driversmith.engine.generation.manifest import manifest
from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.models.driver import DriverBundle, Verification
from driversmith.engine.models.profile import ApiProfile
from driversmith.engine.research.documents.parse import parse_description
from driversmith.engine.research.profile import build_profile
from driversmith.engine.sandbox.process import ProcessSandbox
from driversmith.engine.supervision.leaving_out import not_proven
from driversmith.engine.testing.contract_suite import run_contract
from driversmith.engine.validation.package import validate_package
from rich.console import Console
from rich.table import Table
from typos import CHECKERS, Seen, of_driver, of_peer, typos_seen

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
PEER = "bench_api_client"
IMPORT_ONE = """
import sys, time
sys.path.insert(0, sys.argv[1])
began = time.perf_counter()
package = __import__(sys.argv[2])
print(time.perf_counter() - began, any(name.startswith("Async") for name in getattr(package, "__all__", dir(package))))
"""
IMPORT_ALL = """
import importlib, pkgutil, sys
sys.path.insert(0, sys.argv[1])
package = importlib.import_module(sys.argv[2])
for module in pkgutil.iter_modules(package.__path__, sys.argv[2] + "."):
    importlib.import_module(module.name)
"""


@dataclass
class Row:
    """What one description gave."""

    name: str
    error: str = ""
    unhandled: bool = False
    declared: int = 0
    callable: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    missing: int = 0
    proven: int = 0
    objects: int = 0
    readable: bool = False
    imports: bool = False
    behaviours_passed: int = 0
    behaviours_failed: list[str] = field(default_factory=list)
    contract_error: str = ""
    contract_ok: bool = False
    left_out: dict[str, str] = field(default_factory=dict)
    """Operations that break a behaviour of their own, and which: what a session leaves out."""
    own_findings: list[str] = field(default_factory=list)
    """What our rules say against what our templates wrote."""
    unittests_ran: int = 0
    unittests_failed: int = 0
    ruff: int = 0
    pyright: int = 0
    size: int = 0
    files: int = 0
    cpu: float = 0.0
    contract_wall: float = 0.0
    peer_exit: int | None = None
    peer_cpu: float = 0.0
    peer_bytes: int = 0
    import_seconds: float | None = None
    is_async: bool = False
    seen: dict[str, Seen] = field(default_factory=dict)
    """Checker -> of ten typos in code that uses the driver, how many it sees."""
    peer_import_seconds: float | None = None
    peer_is_async: bool = False
    peer_seen: dict[str, Seen] = field(default_factory=dict)


Proof = tuple[Row, Path, ApiProfile, DriverBundle]


def main() -> None:
    """Measure, print the table, and exit 1 where a description gave no driver."""
    arguments = parse_arguments()
    files = sorted(
        p for p in arguments.folder.rglob("*") if p.suffix in {".json", ".yaml", ".yml"} and p.name != "manifest.json"
    )
    files = [p for p in files if arguments.only in str(p)]
    work = Path(tempfile.mkdtemp(prefix="driversmith-bench-"))
    try:
        rows = [Row(str(path.relative_to(arguments.folder))) for path in files]
        proofs = write_all(files, rows, work, arguments)
        if not arguments.no_contract:
            anyio.run(prove_all, proofs)
        if not arguments.no_types:
            judge_output(rows, work)
    finally:
        if arguments.keep:
            print(f"drivers kept in {work}", file=sys.stderr)
        else:
            shutil.rmtree(work, ignore_errors=True)
    print_table(rows, arguments)
    if arguments.json:
        arguments.json.write_text(json.dumps([vars(row) for row in rows], indent=1))
    sys.exit(any(row.error for row in rows))


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="only paths that contain this text")
    parser.add_argument("--peer", action="store_true", help="run openapi-python-client beside us")
    parser.add_argument("--typos", action="store_true", help="plant typos in code that uses each driver")
    parser.add_argument("--no-contract", action="store_true", help="leave the contract suite out")
    parser.add_argument("--no-types", action="store_true", help="leave pyright and ruff out")
    parser.add_argument("--keep", action="store_true", help="keep the drivers")
    parser.add_argument("--json", type=Path, help="write every row to this file")
    return parser.parse_args()


def write_all(files: list[Path], rows: list[Row], work: Path, arguments: argparse.Namespace) -> list[Proof]:
    """Each description's files on disk, imported; what there is to prove."""
    proofs: list[Proof] = []
    with Console(stderr=True).status("") as status:
        for number, (path, row) in enumerate(zip(files, rows, strict=True), 1):
            status.update(f"writing {number}/{len(files)} {row.name}")
            driver = write_one(path, row, work / f"d{number}")
            if driver is not None:
                profile, bundle = driver
                folder = work / f"d{number}" / bundle.project
                row.imports = imports(folder, bundle.project, row)
                row.import_seconds, row.is_async = import_of(folder, bundle.project)
                if arguments.typos:
                    row.seen = typos_seen(folder, *of_driver(profile, bundle.project, bundle.class_name))
                proofs.append((row, folder, profile, bundle))
            if arguments.peer:
                run_peer(path, row, work / f"p{number}" / PEER)
                if not row.peer_exit:
                    judge_peer(row, work / f"p{number}", typos=arguments.typos)
    return proofs


async def prove_all(proofs: list[Proof]) -> None:
    """The contract suites, two at a time."""
    at_once = anyio.Semaphore(2)
    with Console(stderr=True).status("") as status:
        async with anyio.create_task_group() as tasks:
            for number, proof in enumerate(proofs, 1):
                await at_once.acquire()
                status.update(f"proving {number}/{len(proofs)} {proof[0].name}")
                tasks.start_soon(prove, *proof, at_once)


def write_one(path: Path, row: Row, project: Path) -> tuple[ApiProfile, DriverBundle] | None:
    """From the file's bytes to files on disk, with the CPU seconds of that."""
    content = path.read_bytes()
    row.declared = declared_operations(content, path)
    started = time.process_time()
    try:
        description = parse_description(content, location=path.name, max_bytes=16 << 20)
        profile = build_profile(description, api_name="Bench API", base_url="https://api.example.com")
        bundle = write_driver(profile)
        folder = project / bundle.project
        for file in bundle.files:
            target = folder / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(file.text, encoding="utf-8")
        (folder / "driver.json").write_text(manifest(profile, bundle, Verification()), encoding="utf-8")
    except DriversmithError as error:
        row.error = f"{error.code}: {error.message}"
        return None
    except Exception as error:  # a benchmark reports what it must never see
        row.error, row.unhandled = f"{type(error).__name__}: {error}", True
        return None
    row.cpu = time.process_time() - started
    row.files = len(bundle.files) + 1
    row.size = sum(len(file.text.encode()) for file in bundle.files if file.path != "profile.json")
    row.callable, row.objects = len(profile.operations), len(profile.objects)
    row.readable = any("read" in o.operations or "read_one" in o.operations for o in profile.objects.values())
    row.skipped = Counter(s.reason for s in profile.skipped)
    row.missing = row.declared - row.callable - len(profile.skipped)
    return profile, bundle


def declared_operations(content: bytes, path: Path) -> int:
    """Operations that the description declares, counted apart from our own reading of it."""
    if path.suffix == ".json":
        document = json.loads(content)
    else:
        import yaml

        document = yaml.load(content, Loader=yaml.CSafeLoader)
    paths = document.get("paths") or {}
    count = 0
    for item in paths.values():
        while isinstance(item, dict) and "$ref" in item:
            target = document
            for key in item["$ref"].removeprefix("#/").split("/"):
                target = target[key.replace("~1", "/").replace("~0", "~")]
            item = target  # noqa: PLW2901
        if isinstance(item, dict):
            count += sum(method in METHODS for method in item)
    return count


def imports(folder: Path, package: str, row: Row) -> bool:
    """Whether every module of the package imports in a fresh interpreter."""
    run = subprocess.run(
        [sys.executable, "-I", "-c", IMPORT_ALL, str(folder), package], capture_output=True, text=True, check=False
    )
    if run.returncode:
        row.error = "import: " + run.stderr.strip().splitlines()[-1]
    return not run.returncode


def import_of(folder: Path, package: str) -> tuple[float | None, bool]:
    """Seconds of importing a package in a fresh interpreter, the least of three, and whether it names an asynchronous class."""
    command = [sys.executable, "-I", "-c", IMPORT_ONE, str(folder), package]
    runs = [subprocess.run(command, capture_output=True, text=True, check=False).stdout.split() for _ in range(3)]
    seconds = [float(run[0]) for run in runs if run]
    return (min(seconds), runs[0][1] == "True") if len(seconds) == len(runs) else (None, False)


def judge_peer(row: Row, folder: Path, *, typos: bool) -> None:
    """Import and typos of what openapi-python-client wrote; its functions are asynchronous where their names say so."""
    row.peer_import_seconds, _ = import_of(folder, PEER)
    row.peer_is_async = any("async def asyncio" in p.read_text("utf-8") for p in (folder / PEER).glob("api/*/*.py"))
    planted = of_peer(folder / PEER, PEER) if typos else None
    if planted is not None:
        row.peer_seen = typos_seen(folder, *planted)


async def prove(row: Row, folder: Path, profile: ApiProfile, bundle: DriverBundle, at_once: anyio.Semaphore) -> None:
    """Our own checks, and the contract suite against the driver's own mock server."""
    checked = await validate_package({file.path: file.text for file in bundle.files}, profile=profile)
    row.own_findings = [f"{f.code} in {f.file} line {f.line}: {f.message}" for f in checked.findings if f.is_serious]
    started = time.monotonic()
    try:
        report = await run_contract(
            folder, profile, package=bundle.project, class_name=bundle.class_name, sandbox=ProcessSandbox(), twin=True
        )
    except DriversmithError as error:
        row.contract_error = f"{error.code}: {error.message}"
    except Exception as error:  # a benchmark reports what it must never see
        row.contract_error, row.unhandled = f"{type(error).__name__}: {error}", True
    else:
        row.proven = len(set(report.operations_called))
        row.left_out = not_proven(report, profile).operations
        row.behaviours_passed, row.contract_ok = report.passed, report.ok
        row.behaviours_failed = [
            f"{b.name} {b.subject}: expected {b.expected}; received {b.received}"
            for b in report.behaviours
            if not b.passed
        ]
        if report.unittests:
            row.unittests_ran, row.unittests_failed = report.unittests.ran, report.unittests.failed
    finally:
        row.contract_wall = time.monotonic() - started
        at_once.release()


def judge_output(rows: list[Row], work: Path) -> None:
    """ruff with its defaults and pyright basic over all drivers at once."""
    package = driver_names("Bench API").package
    projects = {str((work / f"d{n}" / package).resolve()): row for n, row in enumerate(rows, 1) if not row.error}
    run = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--output-format", "json", *projects],
        capture_output=True,
        text=True,
        check=False,
    )
    for finding in json.loads(run.stdout or "[]"):
        for row in owner(finding["filename"], projects):
            row.ruff += 1
    config = {
        "typeCheckingMode": "basic",
        "pythonVersion": "3.11",
        "include": list(projects),
        "executionEnvironments": [{"root": root} for root in projects],
    }
    (work / "pyrightconfig.json").write_text(json.dumps(config))
    run = subprocess.run(
        [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, "-p", str(work)],
        capture_output=True,
        text=True,
        check=False,
    )
    for finding in json.loads(run.stdout)["generalDiagnostics"]:
        if finding["severity"] == "error":
            for row in owner(finding["file"], projects):
                row.pyright += 1


def owner(file: str, projects: dict[str, Row]) -> list[Row]:
    """Whose file it is: nobody's, where the peer wrote it."""
    return [row for root, row in projects.items() if str(Path(file).resolve()).startswith(root + "/")]


def run_peer(path: Path, row: Row, target: Path) -> None:
    """openapi-python-client in a process of its own, in an empty folder."""
    command = shutil.which("openapi-python-client")
    if command is None:
        return
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = subprocess.run(
        [command, "generate", "--path", str(path), "--meta", "none", "--output-path", str(target)],
        capture_output=True,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    row.peer_exit = run.returncode
    row.peer_cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    row.peer_bytes = sum(p.stat().st_size for p in target.rglob("*") if p.is_file())


def print_table(rows: list[Row], arguments: argparse.Namespace) -> None:
    """The table, and below it what was not perfect, by name."""
    good = [row for row in rows if not row.error]
    readable = [row for row in good if row.readable]
    skipped: Counter[str] = sum((row.skipped for row in good), Counter())
    declared = sum(row.declared for row in rows)
    able = sum(row.callable for row in good)
    table = Table(
        "measure", "driversmith", "openapi-python-client" if arguments.peer else "", title=f"{len(rows)} descriptions"
    )
    peers = [row for row in rows if row.peer_exit is not None]

    def line(name: str, ours: object, peer: object = "") -> None:
        table.add_row(name, str(ours), str(peer))

    line(
        "give a driver",
        f"{len(good)}/{len(rows)}",
        f"{sum(not r.peer_exit for r in peers)}/{len(peers)}" if peers else "",
    )
    line("every module imports", f"{sum(r.imports for r in rows)}/{len(rows)}")
    line("unhandled exceptions", sum(r.unhandled for r in rows))
    line("operations declared", declared)
    line("  callable", f"{able} ({able / max(declared, 1):.2%})")
    if not arguments.no_contract:
        line("  proven by a request that the mock saw", sum(r.proven for r in good))
    line("  skipped", sum(skipped.values()) and dict(skipped))
    line("  missing", sum(r.missing for r in good))
    line("objects / descriptions with an object to read", f"{sum(r.objects for r in good)} / {len(readable)}")
    if not arguments.no_contract:
        passed = sum(r.contract_ok for r in readable)
        line(
            "contract suite passed (with an object to read)",
            f"{passed}/{len(readable)} ({passed / max(len(readable), 1):.1%})",
        )
        line("contract suite passed (all)", f"{sum(r.contract_ok for r in good)}/{len(good)}")
        line(
            "behaviours passed / failed",
            f"{sum(r.behaviours_passed for r in good)} / {sum(len(r.behaviours_failed) for r in good)}",
        )
        line("operations left out as not proven", f"{sum(len(r.left_out) for r in good)} of {able}")
        line("findings of our own checks (goal: 0)", sum(len(r.own_findings) for r in good))
        line(
            "drivers' own tests ran / failed",
            f"{sum(r.unittests_ran for r in good)} / {sum(r.unittests_failed for r in good)}",
        )
        line("contract run, wall s (median / max)", spread([r.contract_wall for r in good]))
    if not arguments.no_types:
        line("ruff findings (defaults)", sum(r.ruff for r in good))
        line("pyright errors (basic)", sum(r.pyright for r in good))
    line(
        "bytes (median / max), without profile.json",
        spread([r.size for r in good], "{:,.0f}"),
        spread([r.peer_bytes for r in peers], "{:,.0f}"),
    )
    line(
        "import, s (median / max)",
        spread([r.import_seconds for r in good if r.import_seconds]),
        spread([r.peer_import_seconds for r in peers if r.peer_import_seconds]),
    )
    line("async", sum(r.is_async for r in good), sum(r.peer_is_async for r in peers) if peers else "")
    for checker in CHECKERS if arguments.typos else ():
        line(
            f"typos of ten that {checker} sees (median / least), false alarms",
            told_of([r.seen[checker] for r in good]),
            told_of([r.peer_seen[checker] for r in peers if r.peer_seen]),
        )
    line("files (median / max)", spread([r.files for r in good], "{:.0f}"))
    line(
        "description to files, CPU s (median / max)",
        spread([r.cpu for r in good]),
        spread([r.peer_cpu for r in peers]) + " (a process)" if peers else "",
    )
    Console(width=150).print(table)
    for row in rows:
        left = [f"left out: {name} ({why})" for name, why in row.left_out.items()]
        for problem in [row.error, row.contract_error, *left, *row.behaviours_failed[:3], *row.own_findings[:3]]:
            if problem:
                print(f"{row.name}: {problem}"[:400])
        if row.ruff or row.pyright or row.missing or row.unittests_failed:
            print(
                f"{row.name}: ruff {row.ruff}, pyright {row.pyright}, missing {row.missing}, own tests failed {row.unittests_failed}"
            )


def told_of(seen: list[Seen]) -> str:
    """Of ten typos, how many a checker sees, and how often it refuses what is right."""
    numbers = [s.typos for s in seen]
    return f"{statistics.median(numbers):.0f} / {min(numbers)}, {sum(s.false_alarms for s in seen)}" if seen else "-"


def spread(values: list[float] | list[int], form: str = "{:.3f}") -> str:
    return f"{form.format(statistics.median(values))} / {form.format(max(values))}" if values else "-"


if __name__ == "__main__":
    main()
