"""Both tools over the files of a driver, and their findings beside our own."""

import re
from collections.abc import Awaitable, Callable, Mapping

import anyio

from ...models.findings import Finding
from .ruff import run_ruff
from .ty import run_ty

UNPARSED = frozenset({"syntax-error", "left-over-fence", "too-deeply-nested", "invalid-source", "too-complex"})
"""Codes of files that do not parse: what a tool says of them adds nothing."""
_SAME = {"F822": "missing-export", "BLE001": "swallowed-error"}
"""Codes of ruff, and ours that say the same with more words."""
_PROCESS = re.compile(r"S60\d")
"""Processes that are started: tests and examples may."""

CheckTypes = Callable[[Mapping[str, str]], Awaitable[list[Finding]]]


async def run_tools(
    linted: Mapping[str, str], typed: Mapping[str, str], own: list[Finding], *, check_types: CheckTypes = run_ty
) -> list[Finding]:
    """Our own findings with those of ruff in `linted` and of ty in `typed` (POSIX path -> text), nothing said twice.

    ty follows imports between files: where one of them does not parse, or is not there, it is left for the next time.
    """
    broken = {f.file for f in own if f.code in UNPARSED}
    gone = broken or any(f.code == "missing-module" for f in own)
    ruff: list[Finding] = []
    ty: list[Finding] = []

    async def lint() -> None:
        ruff.extend(await run_ruff({path: text for path, text in linted.items() if path not in broken}))

    async def types() -> None:
        ty.extend(await check_types(typed))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lint)
        if typed and not gone:
            tasks.start_soon(types)
    return merge(merge(own, ruff), ty)


def merge(own: list[Finding], tool: list[Finding]) -> list[Finding]:
    """Own findings with a tool's, without what says the same twice."""
    exact = {(f.file, f.line, f.code) for f in own}
    told: dict[tuple[str, int], str] = {}
    for known in own:
        told[known.file, known.line] = min(known.severity, told.get((known.file, known.line), "P3"))
    added: list[Finding] = []
    for finding in tool:
        place = (finding.file, finding.line)
        if (*place, _SAME.get(finding.code)) in exact:
            continue
        # A name that a type checker does not know either, at a place that is told already.
        if (
            not finding.code[-1].isdigit()
            and told.get(place, "P3") <= min(finding.severity, "P2")
            and finding.code != "tool-unavailable"
        ):
            continue
        outside = finding.file.startswith(("tests/", "examples/"))
        if outside and finding.severity == "P0":
            added.append(finding.model_copy(update={"severity": "P1"}))
        elif outside and _PROCESS.fullmatch(finding.code):
            added.append(finding.model_copy(update={"severity": "P3"}))
        else:
            added.append(finding)
    return [*own, *added]
