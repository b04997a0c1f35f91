"""Limits: size of values and prints, time of a call and of a life, CPU, memory. Exceeding one ends the child."""

import sys
from pathlib import Path

from ...conformance import LONG, by_name, expect_equal, expect_error, expect_some, expect_soon
from ...errors import NotCheckableError, SandboxError, SandboxLimitError
from ..port import Sandbox
from .subject import LIMITS, Check, a_project, constructed, opened


async def values_beyond_the_limit_are_refused(sandbox: Sandbox, folder: Path) -> None:
    """Before they fill this process' memory."""
    limits = LIMITS.model_copy(update={"output_bytes": 1 << 20})
    async with opened(sandbox, a_project(folder), limits) as child:
        await constructed(child)
        with expect_error("A value of 2 MiB where 1 is allowed", SandboxLimitError, saying="too large"):
            await child.call("d", "large", 2 << 20)


async def printing_beyond_the_limit_ends_the_child(sandbox: Sandbox, folder: Path) -> None:
    """Before it fills the disk."""
    limits = LIMITS.model_copy(update={"output_bytes": 1 << 20})
    async with opened(sandbox, a_project(folder), limits) as child:
        await constructed(child)
        with expect_error("Printing 2 MiB where 1 is allowed", SandboxLimitError, saying="printed more"):
            await child.call("d", "chatter", 2 << 20)


async def a_call_that_takes_too_long_is_killed(sandbox: Sandbox, folder: Path) -> None:
    """Whatever it waits for."""
    limits = LIMITS.model_copy(update={"call_seconds": 2.0})
    what = "A call that sleeps beyond 2 s"
    async with opened(sandbox, a_project(folder), limits) as child:
        await constructed(child)
        with expect_soon(f"The end of {what}"), expect_error(what, SandboxLimitError, saying="longer than 2 s"):
            await child.call("d", "sleep", 10 * LONG)


async def a_child_that_lives_too_long_is_killed(sandbox: Sandbox, folder: Path) -> None:
    """However short its calls are."""
    limits = LIMITS.model_copy(update={"wall_seconds": 1.5})
    what = "A child that lives beyond 1.5 s"
    with expect_soon(f"The end of {what}"), expect_error(what, SandboxError, saying="ran longer than"):
        async with opened(sandbox, a_project(folder), limits) as child:
            await constructed(child)
            await child.call("d", "sleep", 10 * LONG)


async def cpu_is_limited(sandbox: Sandbox, folder: Path) -> None:
    """A loop without end stops though nobody watches it."""
    if sys.platform == "win32":
        raise NotCheckableError("Windows has no limit of CPU time for a process.")
    limits = LIMITS.model_copy(update={"cpu_seconds": 1})
    async with opened(sandbox, a_project(folder), limits) as child:
        await constructed(child)
        with expect_error("A call that computes beyond 1 s", SandboxLimitError, saying="CPU"):
            await child.call("d", "spin")


async def memory_is_limited(sandbox: Sandbox, folder: Path) -> None:
    """Asks for twice the limit as address space and touches none of it, so that nothing fills up where none is kept."""
    if sys.platform != "linux":
        raise NotCheckableError("Only Linux keeps a limit of memory for a process.")
    async with opened(sandbox, a_project(folder)) as child:
        await constructed(child)
        reply = await child.call("d", "reserve", 2 * LIMITS.memory_bytes)
        raised = expect_some("What asking for twice the allowed memory raised", reply.raised)
        expect_equal("What asking for twice the allowed memory raised", raised.type, "MemoryError")


CHECKS: dict[str, Check] = by_name(
    values_beyond_the_limit_are_refused,
    printing_beyond_the_limit_ends_the_child,
    a_call_that_takes_too_long_is_killed,
    a_child_that_lives_too_long_is_killed,
    cpu_is_limited,
    memory_is_limited,
)
