"""`driversmith validate`: static checks of drivers and files, one line a finding."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import anyio
import typer
from driversmith.engine.errors import InvalidArgumentError
from driversmith.engine.models.driver import isolation_words
from driversmith.engine.models.findings import Finding, ValidationReport
from driversmith.engine.settings import Settings
from rich.text import Text

from ..context import command_settings
from ..terminal.console import FAILED, SUCCESS, print_json, stderr, stdout
from ..terminal.progress import Watched, run_watched

_PASSED_OVER = frozenset({"__pycache__", "node_modules", "build", "dist", "venv", "env", "site-packages"})
_COLOURS = {"P0": "bold red", "P1": "red", "P2": "yellow", "P3": "dim"}


def validate(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files, drivers, or folders that hold some.")],
    run: Annotated[
        bool,
        typer.Option("--run", help="Also run each driver against a mock of its API, made from its profile.json."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a report as JSON.")] = False,
) -> None:
    """Check drivers: syntax, lint errors, types, the driver contract; with --run also what they do."""
    settings = command_settings()
    subjects = [subject for path in paths for subject in _subjects(path.expanduser().absolute())]
    if not subjects:
        raise InvalidArgumentError(
            f"There is no Python file in {', '.join(map(str, paths))}.", next_action="Give a file or a driver."
        )
    drivers = [subject for subject in subjects if subject.is_dir()]
    if run and not drivers:
        raise InvalidArgumentError("--run needs a driver.", next_action="Give a driver's project folder.")

    async def check(shown: Watched) -> list[Finding]:
        findings: list[Finding] = []
        for subject in subjects:
            shown.doing(f"Checking {_shown(subject)}.")
            found = await _findings(subject)
            findings += found
            if run and subject in drivers:
                findings += await _ran(subject, shown, settings, broken=any(f.severity == "P0" for f in found))
        return findings

    report = ValidationReport.of(run_watched("validate", check, quiet=as_json))
    if as_json:
        print_json(report)
    else:
        _print(report)
    raise typer.Exit(SUCCESS if report.ok else FAILED)


def _subjects(path: Path) -> Iterator[Path]:
    """The file or driver itself; of any other folder the drivers and the lone Python files in it."""
    if path.is_file() or _is_driver(path):
        yield path
        return
    if not path.is_dir():
        raise InvalidArgumentError(f"{path} does not exist.", next_action="Give a file or folder that does.")
    for name, folders, files in os.walk(path):
        folder = Path(name)
        drivers = [f for f in sorted(folders) if _is_driver(folder / f)]
        yield from (folder / f for f in drivers)
        yield from (folder / f for f in sorted(files) if f.endswith(".py"))
        folders[:] = sorted(set(folders) - set(drivers) - _PASSED_OVER - {f for f in folders if f.startswith(".")})


def _is_driver(folder: Path) -> bool:
    if any((folder / name).is_file() for name in ("driver.json", "profile.json")):
        return True
    # A folder written by hand: its package lies below it under the same name.
    return folder.name.endswith("_driver") and (folder / folder.name / "client.py").is_file()


async def _findings(subject: Path) -> list[Finding]:
    """Findings of one file or driver, with paths as a person at this place would write them."""
    if await anyio.Path(subject).is_dir():
        from driversmith.engine.validation.package import validate_folder

        report = await validate_folder(str(subject))
        return [f.model_copy(update={"file": _shown(subject / f.file)}) for f in report.findings]
    from driversmith.engine.validation.file import validate_file

    report = await validate_file(file_path=str(subject))
    return [f.model_copy(update={"file": _shown(subject)}) for f in report.findings]


async def _ran(driver: Path, shown: Watched, settings: Settings, *, broken: bool) -> list[Finding]:
    """What the contract run finds in one driver; one that cannot run is not run."""
    if broken:
        shown.say(f"{_shown(driver)} cannot run: it was not run.")
        return []
    from driversmith.engine.composition import judge_driver

    async def progressed(_: float, message: str) -> None:
        shown.doing(message)

    judgement = await judge_driver(driver, settings=settings, progress=progressed)
    if report := judgement.report:
        tried = f"{report.passed} of {report.passed + report.failed} behaviours"
        held = isolation_words(report.isolation, report.layers)
        seen = f"{report.requests} requests in {report.elapsed_seconds:.1f} s, isolation: {held}"
        shown.say(f"{_shown(driver)}: {tried} kept ({seen}).")
    return [f.model_copy(update={"file": _shown(driver / f.file)}) for f in judgement.findings]


def _shown(file: Path) -> str:
    here = Path.cwd()
    return (file.relative_to(here) if file.is_relative_to(here) else file).as_posix()


def _print(report: ValidationReport) -> None:
    console = stdout()
    for finding in report.findings:
        line = Text.assemble(
            (f"{finding.file}:{finding.line}:{finding.column}: ", "bold"),
            (f"{finding.severity} {finding.code} ", _COLOURS[finding.severity]),
            finding.message,
        )
        if finding.hint:
            line.append(f" {finding.hint}", style="dim")
        console.print(line, soft_wrap=True)
    found = (
        f"{len(report.findings)} finding{'s' if len(report.findings) != 1 else ''}"
        if report.findings
        else "No findings"
    )
    stderr().print(f"{found}{'' if report.ok else '; not ok'}.")
