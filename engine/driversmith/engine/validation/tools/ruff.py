"""ruff as a subprocess: its JSON becomes findings; where it is missing or fails, one finding says so."""

import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import Any, cast

import anyio
from anyio import to_thread

from ...models.findings import Finding, Severity
from ..limits import MAX_FINDINGS, TOOL_SECONDS
from .child import printed, run_child
from .tool import UNKNOWN_RULE, place, tool_limiter, unavailable, write_files

SELECTED = (
    *("F", "E9", "BLE", "G", "LOG"),
    *("B006", "B012", "B015", "B016", "B018", "B020", "B023", "B025", "B029", "B030", "B035", "B039"),
    *("PLE0704", "PLE1205", "PLE1206", "PLE1307", "PLE1507", "PLW0127", "PLW0133", "PLW0711"),
    *("ASYNC210", "ASYNC251", "RUF006", "RUF008", "S110", "S112", "S113", "S502", "S503", "S504"),
    *("S102", "S301", "S302", "S307", "S506", "S602", "S603", "S604", "S605", "S606"),
)
"""What ruff looks for: codes, and beginnings of codes."""
FLAGS = (
    "check",
    "--isolated",
    "--no-cache",
    "--ignore-noqa",
    "--select",
    ",".join(SELECTED),
    "--target-version",
    "py311",
    "--output-format",
    "json",
)
_IMPORT_LINE = re.compile(r"\s*(?:from\s|import\s|\w+(?:\s+as\s+\w+)?\s*,?\s*(?:#.*)?$)")
_NOQA = re.compile(r"#\s*noqa\b", re.IGNORECASE)
_MISSED = "undefined names, unused imports and unsafe calls"


async def run_ruff(
    texts: Mapping[str, str], *, command: Sequence[str] | None = None, seconds: float = TOOL_SECONDS
) -> list[Finding]:
    """Findings of ruff in these Python files (POSIX path -> text), each under its path.

    `# noqa` silences style, and nothing that fails a driver: its author may be the one who is to be checked.

    One file goes through standard input, several through one temporary folder.
    """
    if not texts:
        return []
    async with tool_limiter():
        try:
            program = list(command) if command is not None else find_ruff()
            if len(texts) == 1:
                found = await _check_one(program, *next(iter(texts.items())), seconds)
            else:
                found = await _check_folder(program, texts, seconds)
            return [f for f in (_weighed(f, texts) for f in found) if f.severity != "P3" or not _is_silenced(f, texts)]
        except TimeoutError:
            return [unavailable("ruff", f"it took longer than {seconds:g} seconds", _MISSED)]
        except (OSError, ValueError) as error:
            return [unavailable("ruff", str(error) or type(error).__name__, _MISSED)]


def find_ruff() -> list[str]:
    """The command of the installed ruff.

    Raises:
        FileNotFoundError: ruff is not installed.
    """
    try:
        from ruff import find_ruff_bin  # pyright: ignore[reportMissingTypeStubs]
    except ImportError as error:
        raise FileNotFoundError(f"{sys.executable} has no ruff installed") from error
    return [str(find_ruff_bin())]


def is_selected(code: str) -> bool:
    """Whether ruff is told to look for a code."""
    return any(code.startswith(known) and (code[len(known) :] or "0").isdigit() for known in SELECTED)


@cache
def severities() -> dict[str, Severity]:
    """Severity by code."""
    table = _table()
    levels: tuple[Severity, ...] = ("P0", "P1", "P2", "P3")
    return {code: level for level in levels for code in table[level]["codes"]}


def table_version() -> str:
    """The version of ruff that the table was made for."""
    return str(_table()["version"])


async def _check_one(program: list[str], path: str, text: str, seconds: float) -> list[Finding]:
    name = PurePosixPath(path).name
    command = [*program, *FLAGS, "--stdin-filename", name, "-"]
    done = await run_child(command, input=text.encode(), seconds=seconds)
    return _findings(printed(done, good={0, 1}), {name: path, "-": path})


async def _check_folder(program: list[str], texts: Mapping[str, str], seconds: float) -> list[Finding]:
    async with anyio.TemporaryDirectory(prefix="driversmith-ruff-") as folder:
        root = await to_thread.run_sync(write_files, folder, texts)
        done = await run_child([*program, *FLAGS, "."], cwd=root, seconds=seconds)
        relative = {str(root / path): path for path in texts}
        return _findings(printed(done, good={0, 1}), relative)


def _findings(items: list[dict[str, Any]], paths: Mapping[str, str]) -> list[Finding]:
    found: list[Finding] = []
    for item in items[: MAX_FINDINGS * 4]:
        rule = str(item.get("code") or item.get("name") or "invalid-syntax")
        location = cast("dict[str, Any]", item.get("location") or {})
        found.append(
            Finding(
                code=rule,
                severity=severities().get(rule, UNKNOWN_RULE),
                file=_path(str(item.get("filename")), paths),
                line=place(location.get("row")),
                column=place(location.get("column")),
                message=str(item.get("message") or rule) + ("" if str(item.get("message")).endswith(".") else "."),
                hint=_table()["hints"].get(rule, ""),
            )
        )
    return found


def _path(reported: str, paths: Mapping[str, str]) -> str:
    return paths.get(reported) or paths.get(Path(reported).name) or Path(reported).name


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("driversmith.engine.validation.tools").joinpath("data/ruff_codes.toml").read_text())


def _weighed(finding: Finding, texts: Mapping[str, str]) -> Finding:
    # The same import twice harms nobody; the same function or class twice hides one of them.
    if finding.code == "F811" and _IMPORT_LINE.match(_line(finding, texts)):
        return finding.model_copy(update={"severity": "P3"})
    return finding


def _is_silenced(finding: Finding, texts: Mapping[str, str]) -> bool:
    return _NOQA.search(_line(finding, texts)) is not None


def _line(finding: Finding, texts: Mapping[str, str]) -> str:
    lines = texts.get(finding.file, "").splitlines()
    return lines[finding.line - 1] if finding.line <= len(lines) else ""
