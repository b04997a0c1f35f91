"""ruff as a subprocess: its JSON becomes findings; where it is missing or fails, one finding says so."""

import json
import math
import re
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import Any, cast

import anyio
from anyio import to_thread
from anyio.lowlevel import RunVar

from ..models.findings import Finding, Severity
from .child import run_child
from .limits import MAX_FINDINGS, MAX_PARALLEL_TOOLS, TOOL_SECONDS

FLAGS = (
    "check",
    "--isolated",
    "--no-cache",
    "--select",
    "F,E9",
    "--target-version",
    "py311",
    "--output-format",
    "json",
)
_IMPORT_LINE = re.compile(r"\s*(?:from\s|import\s|\w+(?:\s+as\s+\w+)?\s*,?\s*(?:#.*)?$)")
_limiter: RunVar[anyio.CapacityLimiter] = RunVar("ruff_limiter")


async def run_ruff(
    texts: Mapping[str, str], *, command: Sequence[str] | None = None, seconds: float = TOOL_SECONDS
) -> list[Finding]:
    """Findings of ruff in these Python files (POSIX path -> text), each under its path.

    One file goes through standard input, several through one temporary folder.
    """
    if not texts:
        return []
    try:
        limiter = _limiter.get()
    except LookupError:
        limiter = anyio.CapacityLimiter(MAX_PARALLEL_TOOLS)
        _limiter.set(limiter)
    async with limiter:
        try:
            program = list(command) if command is not None else find_ruff()
            if len(texts) == 1:
                found = await _check_one(program, *next(iter(texts.items())), seconds)
            else:
                found = await _check_folder(program, texts, seconds)
            return [_weighed(finding, texts) for finding in found]
        except TimeoutError:
            return [_unavailable(f"it took longer than {seconds:g} seconds")]
        except (OSError, ValueError) as error:
            return [_unavailable(str(error) or type(error).__name__)]


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


@cache
def severities() -> dict[str, Severity]:
    """Severity by code."""
    table = _table()
    levels: tuple[Severity, ...] = ("P0", "P1", "P2", "P3")
    return {code: level for level in levels for code in table[level]["codes"]}


async def _check_one(program: list[str], path: str, text: str, seconds: float) -> list[Finding]:
    name = PurePosixPath(path).name
    command = [*program, *FLAGS, "--stdin-filename", name, "-"]
    done = await run_child(command, input=text.encode(), seconds=seconds)
    return _findings(done.returncode, done.stdout, done.stderr, {name: path, "-": path})


async def _check_folder(program: list[str], texts: Mapping[str, str], seconds: float) -> list[Finding]:
    with tempfile.TemporaryDirectory(prefix="driversmith-ruff-") as folder:
        root = await to_thread.run_sync(_write, folder, texts)
        done = await run_child([*program, *FLAGS, "."], cwd=root, seconds=seconds)
        relative = {str(root / path): path for path in texts}
        return _findings(done.returncode, done.stdout, done.stderr, relative)


def _write(folder: str, texts: Mapping[str, str]) -> Path:
    root = Path(folder).resolve()
    for path, text in texts.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())
    return root


def _findings(code: int, output: bytes, errors: bytes, paths: Mapping[str, str]) -> list[Finding]:
    if code not in {0, 1}:
        said = errors.decode(errors="replace").strip().splitlines()
        return [_unavailable(f"exit code {code}" + (f", {said[-1][:200]}" if said else ""))]
    try:
        items: object = json.loads(output or b"[]")
    except ValueError as error:
        raise ValueError("its answer is not JSON") from error
    if not isinstance(items, list):
        raise ValueError("its answer is not a list")
    found: list[Finding] = []
    for item in cast("list[dict[str, Any]]", items)[: MAX_FINDINGS * 4]:
        rule = str(item.get("code") or item.get("name") or "invalid-syntax")
        place = cast("dict[str, Any]", item.get("location") or {})
        found.append(
            Finding(
                code=rule,
                severity=severities().get(rule, "P2"),
                file=_path(str(item.get("filename")), paths),
                line=_whole(place.get("row")),
                column=_whole(place.get("column")),
                message=str(item.get("message") or rule) + ("" if str(item.get("message")).endswith(".") else "."),
                hint=_table()["hints"].get(rule, ""),
            )
        )
    return found


def _path(reported: str, paths: Mapping[str, str]) -> str:
    return paths.get(reported) or paths.get(Path(reported).name) or Path(reported).name


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("driversmith.engine.validation").joinpath("data/ruff_codes.toml").read_text())


def _weighed(finding: Finding, texts: Mapping[str, str]) -> Finding:
    # The same import twice harms nobody; the same function or class twice hides one of them.
    if finding.code == "F811":
        lines = texts.get(finding.file, "").splitlines()
        if finding.line <= len(lines) and _IMPORT_LINE.match(lines[finding.line - 1]):
            return finding.model_copy(update={"severity": "P3"})
    return finding


def _whole(value: object) -> int:
    return max(int(value), 1) if isinstance(value, int | float) and math.isfinite(value) else 1


def _unavailable(reason: str) -> Finding:
    return Finding(
        code="tool-unavailable",
        severity="P3",
        file="",
        message=f"ruff could not check the code ({reason}): undefined names and unused imports were not looked for.",
        hint="Install driversmith with its dependencies again (pip install --force-reinstall ruff).",
    )
