"""Both tools over the files of a driver, and their findings beside our own."""

from collections.abc import Awaitable, Callable, Mapping

import anyio

from ...models.findings import Finding
from .ruff import run_ruff
from .ty import run_ty

UNPARSED = frozenset({"syntax-error", "left-over-fence", "too-deeply-nested", "invalid-source", "too-complex"})
"""Codes of files that do not parse: what a tool says of them adds nothing."""


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
    exports = {(f.file, f.line) for f in own if f.code == "missing-export"}
    told: dict[tuple[str, int], str] = {}
    for known in own:
        told[known.file, known.line] = min(known.severity, told.get((known.file, known.line), "P3"))
    added: list[Finding] = []
    for finding in tool:
        place = (finding.file, finding.line)
        if finding.code == "F822" and place in exports:
            continue
        # A name that a type checker does not know either, at a place that is told already.
        if (
            not finding.code[-1].isdigit()
            and told.get(place, "P3") <= min(finding.severity, "P2")
            and finding.code != "tool-unavailable"
        ):
            continue
        if finding.severity == "P0" and finding.file.startswith(("tests/", "examples/")):
            added.append(finding.model_copy(update={"severity": "P1"}))
        else:
            added.append(finding)
    return [*own, *added]
