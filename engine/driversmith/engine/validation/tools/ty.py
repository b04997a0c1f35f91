"""ty as a subprocess over the Python files of a driver: its findings, each with the severity of our table.

Its configuration is ours alone: what stands in the driver's pyproject.toml or in the user's folder has no effect.
"""

import json
import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

import anyio
from anyio import to_thread

from ...contract.surface import PYTHON_VERSION
from ...models.findings import Finding, Severity
from ..limits import MAX_FINDINGS, TOOL_SECONDS
from .child import printed, run_child
from .tool import UNKNOWN_RULE, place, tool_limiter, unavailable, write_files

LEFT = "left"
_FLAGS = ("--no-progress", "--color", "never", "--output-format", "gitlab", "--exit-zero")
_CONFIGURATION = "ty.toml"
_MISSED = "wrong attributes, arguments and return values"


async def run_ty(
    texts: Mapping[str, str], *, command: Sequence[str] | None = None, seconds: float = TOOL_SECONDS
) -> list[Finding]:
    """Findings of ty in these Python files (POSIX path in the project folder -> text), each under its path."""
    if not texts:
        return []
    async with tool_limiter():
        try:
            program = list(command) if command is not None else find_ty()
            async with anyio.TemporaryDirectory(prefix="driversmith-ty-") as folder:
                root = await to_thread.run_sync(write_files, folder, {**texts, _CONFIGURATION: configuration()})
                arguments = ["check", *_FLAGS, "--config-file", str(root / _CONFIGURATION), "--project", str(root), "."]
                done = await run_child([*program, *arguments], cwd=root, seconds=seconds)
            return _findings(printed(done, good={0}), texts)
        except TimeoutError:
            return [unavailable("ty", f"it took longer than {seconds:g} seconds", _MISSED)]
        except (OSError, ValueError) as error:
            return [unavailable("ty", str(error) or type(error).__name__, _MISSED)]


def find_ty() -> list[str]:
    """The command of the installed ty.

    Raises:
        FileNotFoundError: ty is not installed.
    """
    try:
        from ty import find_ty_bin  # pyright: ignore[reportMissingTypeStubs]
    except ImportError as error:
        raise FileNotFoundError(f"{sys.executable} has no ty installed") from error
    return [str(find_ty_bin())]


def configuration() -> str:
    """The ty.toml that every run uses."""
    version = ".".join(map(str, PYTHON_VERSION))
    return (
        f"[environment]\npython = {json.dumps(sys.prefix)}\npython-version = {json.dumps(version)}\n"
        f"[src]\nrespect-ignore-files = false\n"
    )


def told(rule: str, message: str, *, path: str, place: tuple[int, int], lines: list[str]) -> list[Finding]:
    """The finding of one diagnostic at a line and column (1-based) in these lines; none where it is not told."""
    line, column = place
    severity = weigh(rule, message, lines[line - 1][column - 1 :] if line <= len(lines) else "")
    if severity is None or (rule == "import-not-found" and _is_guarded(lines, line)):
        return []
    if rule.startswith("invalid-implicit-return"):
        line, column = _definition(lines, line, column)
    return [
        Finding(
            code=rule,
            severity=severity,
            file=path,
            line=line,
            column=column,
            message=message if message.endswith(".") else f"{message}.",
            hint=_table()["hints"].get(rule, ""),
        )
    ]


def weigh(code: str, message: str, source: str) -> Severity | None:
    """The severity of one diagnostic, None where it is not told; `source` is the code from its place on."""
    for entry in _table()["when"]:
        fits = re.search(entry.get("matches", ""), message) and re.search(entry.get("source", ""), source)
        if entry["code"] == code and fits:
            return None if entry["severity"] == LEFT else entry["severity"]
    level = severities().get(code, UNKNOWN_RULE)
    return None if level == LEFT else cast("Severity", level)


@cache
def severities() -> dict[str, str]:
    """Severity, or `left`, by rule of ty."""
    table = _table()
    return {code: level for level in ("P0", "P1", "P2", "P3", LEFT) for code in table[level]["codes"]}


def table_version() -> str:
    """The version of ty that the table was made for."""
    return str(_table()["version"])


def _findings(items: list[dict[str, Any]], texts: Mapping[str, str]) -> list[Finding]:
    lines: dict[str, list[str]] = {}
    found: list[Finding] = []
    for item in items[: MAX_FINDINGS * 4]:
        location: dict[str, Any] = item.get("location") or {}
        path = _path(str(location.get("path")), texts)
        positions: dict[str, Any] = location.get("positions") or {}
        begin: dict[str, Any] = positions.get("begin") or {}
        line, column = place(begin.get("line")), place(begin.get("column"))
        if path not in lines:
            lines[path] = texts.get(path, "").split("\n")
        rule = str(item.get("check_name") or "unknown")
        message = str(item.get("description") or rule).removeprefix(f"{rule}: ")
        found += told(rule, message, path=path, place=(line, column), lines=lines[path])
    return found


def _definition(lines: list[str], line: int, column: int) -> tuple[int, int]:
    # ty points to the annotation, which may stand lines below the name of the function.
    for number in range(min(line, len(lines)), 0, -1):
        text = lines[number - 1].lstrip()
        if text.startswith(("def ", "async def ")):
            return number, len(lines[number - 1]) - len(text) + 1
    return line, column


def _is_guarded(lines: list[str], line: int) -> bool:
    # `try: import ... except ImportError` has its own meaning.
    depth = len(lines[line - 1]) - len(lines[line - 1].lstrip()) if line <= len(lines) else 0
    above = (text for text in reversed(lines[: line - 1]) if text.strip() and len(text) - len(text.lstrip()) < depth)
    return depth > 0 and next(above, "").strip() == "try:"


def _path(reported: str, texts: Mapping[str, str]) -> str:
    plain = reported.removeprefix("./").replace("\\", "/")
    return plain if plain in texts else next((p for p in texts if plain.endswith(f"/{p}")), Path(plain).name)


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("driversmith.engine.validation.tools").joinpath("data/ty_codes.toml").read_text("utf-8"))
