"""How many faults does the validator find, where, how severe, how fast, and what does it wrongly find?

    python bench/validation.py [--seed S] [--no-contract] [--specs DIR] [--sdk-files DIR] [--kinds A,B] [--sample N] [--missed] [--json F]

One table. Kinds of fault (`validation/faults.toml`, `behaviours.toml`) are seeded into drivers written by hand and into
template output of the same descriptions. A fault is found by a detector that says something of severity P0 to P2 which
it does not say of the driver without the fault. `--specs` adds false alarms on template output of a folder of
descriptions, `--sdk-files` those on Python files of installed SDKs (200 of them, chosen by the seed).
"""

import argparse
import json
import os
import random
import re
import resource
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import anyio
from driversmith.engine.errors import DriversmithError
from driversmith.engine.models.findings import Finding
from driversmith.engine.sandbox.process import ProcessSandbox
from driversmith.engine.testing.behaviours import ALL
from driversmith.engine.testing.contract_suite import run_contract
from driversmith.engine.validation.file import validate_file
from driversmith.engine.validation.inspection import inspect
from driversmith.engine.validation.package import validate_package
from driversmith.engine.validation.parsed.source import check_text
from driversmith.engine.validation.tools.both import UNPARSED, merge
from driversmith.engine.validation.tools.ruff import run_ruff
from driversmith.engine.validation.tools.ty import run_ty
from driversmith.engine.validation.tools.ty_server import TyServer
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parent / "validation"))
from seeding import Seeded, Subject, hand_written, kinds, seeded, templated  # pyright: ignore[reportMissingImports]

DETECTORS = ("compile", "rules, one file", "rules, package", "ruff", "ty", "static together", "contract run")
Key = tuple[str, str, str, str]


@dataclass
class Case:
    """One seeded fault, and what was said of it."""

    seed: Seeded
    found: dict[str, bool] = field(default_factory=dict)
    severity_right: bool = False
    place_right: bool = False
    said: list[Finding] = field(default_factory=list)

    @property
    def together(self) -> bool:
        """Whether any detector found it."""
        return any(self.found.get(name) for name in (*DETECTORS,))


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--seed", default="1")
    options.add_argument("--no-contract", action="store_true")
    options.add_argument("--specs", type=Path)
    options.add_argument("--sdk-files", type=Path)
    options.add_argument("--sdk-count", type=int, default=200)
    options.add_argument("--kinds", default="", help="only these kinds, separated by commas")
    options.add_argument("--sample", type=int, help="so many faults only, chosen by the seed")
    options.add_argument("--missed", action="store_true", help="list faults that are missed, misweighed or misplaced")
    options.add_argument("--json", type=Path)
    chosen = options.parse_args()
    anyio.run(measure, chosen)


async def measure(chosen: argparse.Namespace) -> None:
    """All measurements, then the table."""
    subjects = [*hand_written(), *templated()]
    wanted = set(filter(None, chosen.kinds.split(",")))
    cases = [Case(fault) for fault in seeded(subjects, chosen.seed) if not wanted or fault.kind in wanted]
    if chosen.sample and chosen.sample < len(cases):
        cases = random.Random(chosen.seed).sample(cases, chosen.sample)  # noqa: S311
    clean = {subject.name: await static(subject.files, subject) for subject in subjects}
    alarms = {name: sum(f.severity != "P3" for f in said["static together"]) for name, said in clean.items()}
    with Console(stderr=True).status("") as status:
        await each(cases, "static", status.update, lambda case: judge(case, clean[case.seed.subject.name]))
        if not chosen.no_contract:
            await each(cases, "contract run", status.update, run_one_contract)
    table = Table("measure", "faults", "found", title=f"validation, seed {chosen.seed}")
    add_detectors(table, cases, contract=not chosen.no_contract)
    add_families(table, cases)
    add_quality(table, cases)
    table.add_row("false alarms P0-P2 on clean drivers", str(len(subjects)), str(sum(alarms.values())))
    flagged = sum(bool(classic(s.files)) for s in subjects)
    table.add_row("clean drivers flagged by the classic validator", str(len(subjects)), str(flagged))
    if chosen.specs:
        await add_specs(table, chosen.specs)
    if chosen.sdk_files:
        await add_sdk_files(table, chosen)
    await add_times(table, subjects)
    Console(width=140).print(table)
    if chosen.missed:
        print_missed(cases)
    if chosen.json:
        rows = [
            {"kind": c.seed.kind, "driver": c.seed.subject.name, **c.found, "severity": c.severity_right} for c in cases
        ]
        chosen.json.write_text(json.dumps(rows, indent=1))


async def static(files: dict[str, str], subject: Subject, changed: str = "") -> dict[str, list[Finding]]:
    """What each static detector says of a driver."""
    python = {path: text for path, text in files.items() if path.endswith(".py")}
    text = files.get(changed)
    own, ruff, ty = inspect(files, whole=True, profile=subject.profile), await run_ruff(python), await run_ty(python)
    return {
        "rules, one file": inspect({changed: text}, whole=False) if text and changed.endswith(".py") else [],
        "rules, package": own,
        "ruff": ruff,
        "ty": ty,
        "static together": await together(files, subject, own, ruff, ty),
    }


async def together(
    files: dict[str, str], subject: Subject, own: list[Finding], ruff: list[Finding], ty: list[Finding]
) -> list[Finding]:
    """What `validate_package` says, put together from what was found already where all files are text."""
    if any(check_text(text, name=path).text is None for path, text in files.items()):
        return list((await validate_package(files, profile=subject.profile)).findings)

    broken = {f.file for f in own if f.code in UNPARSED}
    found = merge(own, [f for f in ruff if f.file not in broken])
    return found if broken or any(f.code == "missing-module" for f in own) else merge(found, ty)


async def judge(case: Case, clean: dict[str, list[Finding]]) -> None:
    """What is said of a fault that is not said without it."""
    seed = case.seed
    changed = next((p for p, t in seed.files.items() if seed.subject.files.get(p) != t), "")
    said = await static(seed.files, seed.subject, changed)
    if changed.endswith(".py"):
        before = inspect({changed: seed.subject.files.get(changed, "")}, whole=False)
        said["rules, one file"] = new(said["rules, one file"], before)
    for name, findings in said.items():
        case.found[name] = bool(new(findings, clean[name]))
    case.found["compile"] = any(broken(path, text) for path, text in seed.files.items())
    case.found["classic"] = bool(classic(seed.files) - classic(seed.subject.files))
    case.said = new(said["static together"], clean["static together"])
    if case.said:
        worst = min(f.severity for f in case.said)
        case.severity_right = worst in seed.severities
        case.place_right = any((f.file, f.line) in seed.places for f in case.said)


async def each(
    cases: list[Case], what: str, tell: Callable[[str], None], work: Callable[[Case], Awaitable[None]]
) -> None:
    """Work on every case, two at a time."""
    at_once, done = anyio.Semaphore(2), 0

    async def one(case: Case) -> None:
        nonlocal done
        async with at_once:
            await work(case)
            done += 1
            tell(f"{what}: {done}/{len(cases)}")

    async with anyio.create_task_group() as tasks:
        for case in cases:
            tasks.start_soon(one, case)


async def run_one_contract(case: Case) -> None:
    case.found["contract run"] = await contract_fails(case.seed)


async def contract_fails(seed: Seeded) -> bool:
    """Whether the driver does not import, or a behaviour or one of its own tests fails."""
    subject = seed.subject
    with tempfile.TemporaryDirectory(prefix="driversmith-bench-") as folder:
        root = Path(folder) / subject.package
        for path, text in seed.files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
        try:
            with anyio.fail_after(120):
                report = await run_contract(
                    root,
                    subject.profile,
                    package=subject.package,
                    class_name=subject.class_name,
                    sandbox=ProcessSandbox(),
                    behaviours=ALL,
                )
        except (DriversmithError, TimeoutError):
            return True
    return not report.ok or bool(report.unittests and report.unittests.failed)


def new(findings: Iterable[Finding], before: Iterable[Finding]) -> list[Finding]:
    """Findings of P0 to P2 that were not there before, whatever line they stood in."""
    known = Counter(key(f) for f in before)
    fresh: list[Finding] = []
    for finding in findings:
        if finding.severity == "P3":
            continue
        if known[key(finding)]:
            known[key(finding)] -= 1
        else:
            fresh.append(finding)
    return fresh


def key(finding: Finding) -> Key:
    return finding.code, finding.severity, finding.file, finding.message


def broken(path: str, text: str) -> bool:
    """Whether a Python file does not compile."""
    if not path.endswith(".py"):
        return False
    try:
        compile(text, path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return True
    return False


def classic(files: dict[str, str]) -> set[str]:
    """What the validator that this kind of system had flags: it compiles, and looks for a signature and a few words."""
    flagged = {p for p, text in files.items() if p.endswith(".py") and (broken(p, text) or classic_words(text))}
    for path, text in files.items():
        if path.endswith("/client.py") and (
            "def list_objects(self) -> list[str]" not in text
            or re.search(r"def list_objects[^#]*?return \[\s*\{", text, re.DOTALL)
        ):
            flagged.add(path)
    return flagged


def classic_words(text: str) -> bool:
    return any(word in text for word in ("TODO", "FIXME", "placeholder", "NotImplementedError", "..."))


def add_detectors(table: Table, cases: list[Case], *, contract: bool) -> None:
    """A row for each detector."""

    def row(name: str, found: int) -> None:
        table.add_row(name, str(len(cases)), f"{found} ({found / max(len(cases), 1):.1%})")

    row("the classic validator", sum(c.found["classic"] for c in cases))
    for name in DETECTORS:
        if contract or name != "contract run":
            row(name, sum(c.found.get(name, False) for c in cases))
    if contract:
        row("all together", sum(c.together for c in cases))


def add_families(table: Table, cases: list[Case]) -> None:
    """Static detectors together, by family."""
    families: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        families[case.seed.family].append(case)
    for name, members in families.items():
        found = sum(c.found["static together"] for c in members)
        table.add_row(f"  static, {name}", str(len(members)), f"{found} ({found / len(members):.1%})")
    table.add_row("kinds of fault", str(len(kinds())), str(len({c.seed.kind for c in cases})))


def add_quality(table: Table, cases: list[Case]) -> None:
    """Severity and place of what the static detectors found."""
    found = [c for c in cases if c.said]
    for name, count in (
        ("severity right, of those found", sum(c.severity_right for c in found)),
        ("file and line right, of those found", sum(c.place_right for c in found)),
    ):
        table.add_row(name, str(len(found)), f"{count} ({count / max(len(found), 1):.1%})")


async def add_specs(table: Table, folder: Path) -> None:
    """False alarms on template output of every description of a folder."""
    count = alarms = 0
    for subject in templated(folder):
        report = await validate_package(subject.files, profile=subject.profile)
        count, alarms = count + 1, alarms + sum(f.severity != "P3" for f in report.findings)
    table.add_row("false alarms P0-P2 on template output of --specs", str(count), str(alarms))


async def add_sdk_files(table: Table, chosen: argparse.Namespace) -> None:
    """False alarms on files that are no drivers, but sound."""
    paths = sorted(p for p in chosen.sdk_files.rglob("*.py") if p.stat().st_size)
    paths = random.Random(chosen.seed).sample(paths, min(chosen.sdk_count, len(paths)))  # noqa: S311
    worst: Counter[str] = Counter()
    for path in paths:
        report = await validate_file(file_path=str(path))
        flagged = [f for f in report.findings if f.severity != "P3"]
        if flagged:
            worst[flagged[0].severity] += 1
            print(f"{path}:{flagged[0].line} {flagged[0].severity} {flagged[0].code} {flagged[0].message}")
    for name, severities in (("P0", {"P0"}), ("P1 or P2", {"P1", "P2"})):
        count = sum(worst[s] for s in severities)
        table.add_row(f"SDK files with {name}", str(len(paths)), f"{count} ({count / max(len(paths), 1):.1%})")
    count = sum(classic_words(p.read_text("utf-8", errors="replace")) for p in paths)
    table.add_row("SDK files flagged by the classic validator", str(len(paths)), str(count))


async def add_times(table: Table, subjects: list[Subject]) -> None:
    """CPU of the tiers: this process and its children."""
    single = next(s for s in subjects if s.name == "tide_tables")
    path = f"{single.package}/client.py"
    text = single.files[path]
    while text.count("\n") < 400:
        text += (
            f"\n\ndef more_{text.count(chr(10))}(value: str) -> str:\n"
            + '    """The value."""\n    return value.strip()\n'
        )
    alone = [cpu(lambda: inspect({path: text}, whole=False)) for _ in range(41)]
    table.add_row(
        "CPU ms, rules on a 400-line file (p50)", f"{text.count(chr(10))} lines", f"{statistics.median(alone):.1f}"
    )
    largest = max(subjects, key=lambda s: sum(p.endswith(".py") for p in s.files))
    packages = [cpu(lambda: inspect(largest.files, whole=True, profile=largest.profile)) for _ in range(11)]
    table.add_row("CPU ms, rules on a package (p50)", largest.name, f"{statistics.median(packages):.1f}")
    warm = await warm_times(single, path)
    table.add_row("CPU ms, a file in its driver with ty warm (mean)", path, f"{statistics.mean(warm):.1f}")
    cold = [await cpu_with_children(largest) for _ in range(5)]
    count = sum(p.endswith(".py") for p in largest.files)
    table.add_row("CPU ms, package cold: rules, ruff and ty (p50)", f"{count} files", f"{statistics.median(cold):.0f}")


async def warm_times(subject: Subject, path: str) -> list[float]:
    """CPU milliseconds of one changed file of a driver with ty warm: the rules over the driver, and the server's part."""
    python = {p: text for p, text in subject.files.items() if p.endswith(".py")}
    times: list[float] = []
    async with AsyncExitStack() as stack:
        server = TyServer()
        stack.push_async_callback(server.close)
        for number in range(12):
            files = {**subject.files, path: subject.files[path] + f"\n\nLATER_{number} = {number}\n"}
            before = children_of_this_process()
            started = time.process_time()
            inspect(files, whole=True, focus=path, profile=subject.profile)
            await server.run({**python, path: files[path]}, focus=path)
            own = time.process_time() - started
            times.append((own + children_of_this_process() - before) * 1000)
    return times[2:]


def children_of_this_process() -> float:
    """CPU seconds of living children, where the system tells; they are not in the usual count until they end."""
    total = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == os.getpid():
            total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def cpu(work: Callable[[], object]) -> float:
    """CPU milliseconds of this process."""
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1000


async def cpu_with_children(subject: Subject) -> float:
    """CPU milliseconds of validating a whole driver, with those of the tools."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.process_time()
    await validate_package(subject.files, profile=subject.profile)
    own = time.process_time() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (own + after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000


def print_missed(cases: list[Case]) -> None:
    """Each fault that was missed, misweighed or misplaced."""
    for case in cases:
        seed = case.seed
        if not case.said:
            if seed.family == "behaviour" and case.found.get("contract run", True):
                continue
            print(
                f"missed{' by all' if not case.together else ''}: {seed.kind} in {seed.subject.name} {sorted(seed.places)[:2]}"
            )
        elif not case.severity_right or not case.place_right:
            what = "severity" if not case.severity_right else "place"
            first = case.said[0]
            print(
                f"{what}: {seed.kind} {seed.severities} in {seed.subject.name} at {sorted(seed.places)[:2]}: "
                f"{first.severity} {first.code} {first.file}:{first.line} {first.message[:150]}"
            )


if __name__ == "__main__":
    main()
