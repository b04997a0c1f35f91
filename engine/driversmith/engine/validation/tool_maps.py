"""The self-check of the tables that give the tools' rules their severities: do they know every rule of what is installed?"""

import json
import logging
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any, cast

from anyio.lowlevel import RunVar

from . import ruff_tool, ty_tool
from .child import run_child
from .limits import TOOL_SECONDS

_log = logging.getLogger(__name__)
_checked: RunVar[bool] = RunVar("tool_maps_checked")


async def check_maps_once() -> None:
    """Say in the log, once, which rules of tools newer or older than the tables have no severity of their own."""
    if _checked.get(False):
        return
    _checked.set(True)
    if all(_installed(tool) == known for tool, known in made_for().items()):
        return
    try:
        unknown = await unmapped_rules()
    except (OSError, TimeoutError, ValueError) as error:
        _log.debug("the tables of the tools were not checked: %s", error)
        return
    if unknown:
        _log.warning("rules without a severity of their own count as P2: %s", ", ".join(unknown))


async def unmapped_rules() -> list[str]:
    """Rules of the installed ruff and ty, as `tool rule`, that the tables do not name.

    Raises:
        OSError, TimeoutError, ValueError: a tool is not installed, does not run, or says something else.
    """
    ruff = await _rules([*ruff_tool.find_ruff(), "rule", "--all", "--output-format", "json"], "code")
    wanted = {code for code in ruff if code.startswith("E9") or (code[0] == "F" and code[1:].isdigit())}
    ty = await _rules([*ty_tool.find_ty(), "explain", "rule", "--output-format", "json"], "name")
    return [
        *(f"ruff {code}" for code in sorted(wanted - set(ruff_tool.severities()))),
        *(f"ty {name}" for name in sorted(ty - set(ty_tool.severities()))),
    ]


def made_for() -> dict[str, str]:
    """The versions that the tables were made for, by tool."""
    return {"ruff": ruff_tool.table_version(), "ty": ty_tool.table_version()}


async def _rules(command: Sequence[str], key: str) -> set[str]:
    done = await run_child(command, seconds=TOOL_SECONDS)
    items: object = json.loads(done.stdout)
    if done.returncode != 0 or not isinstance(items, list):
        raise ValueError(f"{command[0]} does not list its rules")
    return {str(item[key]) for item in cast("list[dict[str, Any]]", items) if item.get(key)}


def _installed(tool: str) -> str:
    try:
        return version(tool)
    except PackageNotFoundError:
        return ""
