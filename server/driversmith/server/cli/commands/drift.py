"""`driversmith check`: whether an API has moved on since a driver was made."""

from pathlib import Path
from typing import Annotated

import typer
from driversmith.engine.errors import InvalidArgumentError
from driversmith.engine.models.drift import Change, DriftReport
from rich.text import Text

from ..context import command_settings
from ..terminal.console import FAILED, SUCCESS, USAGE, print_json, stderr, stdout
from ..terminal.driver_folder import absolute_spec, own_addresses
from ..terminal.event_lines import printable
from ..terminal.progress import Watched, run_watched
from ..terminal.sarif import sarif

NOT_CHECKED = USAGE
_MARKS = {"breaking": ("breaks", "bold red"), "harmless": ("harmless", "yellow"), "told": ("new", "dim")}


def check(
    driver_dir: Annotated[
        Path, typer.Argument(metavar="DIR", help="Project folder of the driver (with its driver.json).")
    ],
    *,
    live: Annotated[
        bool, typer.Option("--live", help="Also read from the API: GETs only, at most 6 an object and 300 in all.")
    ] = False,
    spec: Annotated[
        str | None, typer.Option(help="Where its description is now, if it moved: a URL or a file.", metavar="URL|PATH")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    as_sarif: Annotated[bool, typer.Option("--sarif", help="Print a SARIF 2.1.0 log.")] = False,
) -> None:
    """Say what changed about an API since its driver was made: exit code 0 nothing that affects it, 1 it is affected, 2 could
    not check."""
    if as_json and as_sarif:
        raise InvalidArgumentError("--json and --sarif exclude each other.", next_action="Give one of them.")
    settings = command_settings()
    project = driver_dir.expanduser().resolve()
    where = absolute_spec(spec)

    async def run(shown: Watched) -> DriftReport:
        from driversmith.engine.composition import check_driver

        shown.doing(f"Comparing {project.name} with its API.")
        return await check_driver(
            project, settings=settings, spec=where, live=live, allow_local=own_addresses(project, where)
        )

    report = run_watched("check", run, quiet=as_json or as_sarif)
    if as_sarif:
        print_json(sarif(report))
    elif as_json:
        print_json({**report.model_dump(mode="json"), "affected": report.affected, "checked": report.checked})
    else:
        _print(report)
    raise typer.Exit(FAILED if report.affected else SUCCESS if report.checked else NOT_CHECKED)


def _print(report: DriftReport) -> None:
    console = stdout()
    for change in report.changes:
        console.print(change_line(change), soft_wrap=True)
    for why in report.not_checked:
        console.print(Text.assemble(("not checked ", "yellow"), printable(why)), soft_wrap=True)
    stderr().print(Text(printable(summary(report))), soft_wrap=True)


def change_line(change: Change) -> Text:
    """`breaks  GET /books needs a new parameter region (query).`"""
    mark, style = _MARKS[change.impact]
    seen = " (seen in its answers)" if change.seen == "api" else ""
    return Text.assemble((f"{mark:<9}", style), printable(change.message), (seen, "dim"))


def summary(report: DriftReport) -> str:
    """The last line: what it comes to."""
    if report.affected:
        return f"The driver is affected. Heal it: driversmith heal {report.driver}"
    if not report.checked:
        done = [*(["the description"] if report.description in ("unchanged", "changed") else [])]
        done += [f"the API ({report.requests} requests)"] if report.api == "partly_read" else []
        return f"Could not check all of it; compared: {' and '.join(done) or 'nothing'}."
    read = {
        "unchanged": "its description says the same",
        "changed": "its description changed, and nothing that the driver rests on",
    }
    said = [read[report.description]] if report.description in read else []
    said += [f"its answers are as they were ({report.requests} requests)"] if report.api == "read" else []
    return f"The driver is not affected: {', and '.join(said)}."
