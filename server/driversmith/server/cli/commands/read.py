"""`driversmith read`: records of a real API, through a driver on disk."""

import csv
import json
import re
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from driversmith.engine.errors import InvalidArgumentError
from driversmith.engine.models.visible import visible

from ..context import command_settings, engine_for_command
from ..terminal.console import print_json, stderr, stdout
from ..terminal.driver_folder import own_addresses
from ..terminal.progress import Watched, run_watched
from ..terminal.records import print_records

_FORMULAS = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
"""What text in a spreadsheet's cell begins with that may be calculated, also as wide forms that some of them take for it."""
_SKIPPED = " \u00a0\u200b\ufeff\x00"
"""What some of them leave out before they look."""
_NUMBER = re.compile(r"[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?")


def read(
    driver_dir: Annotated[
        Path, typer.Argument(metavar="DRIVER_DIR", help="Project folder of the driver (with its driver.json).")
    ],
    object_name: Annotated[str, typer.Argument(metavar="OBJECT", help="What to read; driver.json lists the objects.")],
    *,
    param: Annotated[
        list[str] | None, typer.Option("--param", help="An argument of the read; may be repeated.", metavar="K=V")
    ] = None,
    limit: Annotated[int, typer.Option(help="Most records to read.", min=1, max=100_000)] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> None:
    """Read records through a driver, in the sandbox, with the credentials of its API's origin."""
    if as_json and as_csv:
        raise InvalidArgumentError("--json and --csv exclude each other.", next_action="Give one of them.")
    settings = command_settings()
    params = dict(_pair(text) for text in param or [])
    project = driver_dir.expanduser().absolute()

    async def run(shown: Watched) -> list[dict[str, Any]]:
        shown.doing(f"Reading {object_name}.")
        async with engine_for_command(settings) as engine:
            return await engine.read_driver(
                project, object_name, params=params, limit=limit, allow_local=own_addresses(project)
            )

    records = run_watched("read", run, quiet=as_json)
    if as_json:
        print_json(records)
    elif as_csv:
        _print_csv(records)
    elif records:
        if print_records(stdout(), f"{object_name} ({len(records)})", records, rows=len(records)):
            stderr().print("Cut to fit: --json or --csv shows everything.", style="dim")
    else:
        stderr().print(f"No records of {object_name}.", markup=False)


def _pair(text: str) -> tuple[str, Any]:
    """`key=value`; a value that is JSON (a number, true, a list) is taken as such, any other as text."""
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise InvalidArgumentError(f"--param {text!r} is not K=V.", next_action="Write --param name=value.")
    try:
        return key, json.loads(value)
    except ValueError:
        return key, value


def _print_csv(records: list[dict[str, Any]]) -> None:
    names = list(dict.fromkeys(name for record in records for name in record))
    shown = visible if sys.stdout.isatty() else str
    _print_row([shown(_csv_text(name)) for name in names])
    for record in records:
        cells = [_csv_cell(record.get(name)) for name in names]
        _print_row([shown(cell) if isinstance(cell, str) else cell for cell in cells])


def _print_row(cells: list[Any]) -> None:
    """One row; a carriage return, which begins a row for many readers and is quoted by no rule of ours, is quoted."""
    ends = any(isinstance(cell, str) and "\r" in cell for cell in cells)
    quoting = csv.QUOTE_NONNUMERIC if ends else csv.QUOTE_MINIMAL
    csv.writer(sys.stdout, lineterminator="\n", quoting=quoting).writerow(cells)


def _csv_cell(value: Any) -> Any:
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    return _csv_text(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _csv_text(text: str) -> str:
    """The text as no spreadsheet takes it for a formula: an apostrophe before what could be one, as spreadsheets have it. A
    number that came as text is left as it is."""
    start = text.lstrip(_SKIPPED)[:1]
    is_formula = text[:1] in _FORMULAS or start in _FORMULAS
    return f"'{text}" if is_formula and not _NUMBER.fullmatch(text) else text
