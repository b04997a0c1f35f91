"""What the tables that give the tools' rules their severities do not know of the tools that are installed."""

import json
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Literal, cast

from ..limits import TOOL_SECONDS
from . import ruff as ruff_tool
from . import ty as ty_tool
from .child import run_child
from .tool import UNKNOWN_RULE

Tool = Literal["ruff", "ty"]


async def note_on(tool: Tool) -> str:
    """What is worth knowing of an installed tool that is not of the version its table was made for; else nothing."""
    known = table_version(tool)
    if installed(tool) == known:
        return ""
    note = f"driversmith was made and tested with {tool} {known}"
    try:
        unknown = await unmapped_rules(tool)
    except (OSError, TimeoutError, ValueError) as error:
        return f"{note}; the rules of this one cannot be listed ({error or type(error).__name__})"
    if not unknown:
        return f"{note}, and knows every rule of this one"
    return f"{note}; rules of this one that it does not know are told as style ({UNKNOWN_RULE}): {', '.join(unknown)}"


async def unmapped_rules(tool: Tool) -> list[str]:
    """Rules of the installed tool that its table does not name.

    Raises:
        OSError, TimeoutError, ValueError: the tool is not installed, does not run, or says something else.
    """
    if tool == "ty":
        return sorted(await _rules([*ty_tool.find_ty(), "explain", "rule"], "name") - set(ty_tool.severities()))
    codes = await _rules([*ruff_tool.find_ruff(), "rule", "--all"], "code")
    return sorted(filter(ruff_tool.is_selected, codes - set(ruff_tool.severities())))


def table_version(tool: Tool) -> str:
    """The version that the table of a tool was made for."""
    return ty_tool.table_version() if tool == "ty" else ruff_tool.table_version()


def installed(tool: Tool) -> str:
    """The version of an installed tool, empty where it is not."""
    try:
        return version(tool)
    except PackageNotFoundError:
        return ""


async def _rules(command: list[str], key: str) -> set[str]:
    done = await run_child([*command, "--output-format", "json"], seconds=TOOL_SECONDS)
    if done.returncode != 0:
        raise ValueError(f"exit code {done.returncode}")
    items: object = json.loads(done.stdout)
    if not isinstance(items, list):
        raise ValueError("its answer is not a list")
    rules = [cast("dict[str, Any]", item) for item in cast("list[object]", items) if isinstance(item, dict)]
    return {str(rule[key]) for rule in rules if rule.get(key)}
