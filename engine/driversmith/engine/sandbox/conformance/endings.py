"""When a child has gone, nothing is left of it: no process, no folder, no descriptor."""

import gc
import os
import signal
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import anyio

from ...conformance import LONG, by_name, expect, expect_equal, expect_error, expect_some, expect_soon, expect_type
from ...errors import NotCheckableError, SandboxError
from ..port import ISOLATED, Sandbox, SandboxLimits
from .subject import LIMITS, WHOLE_OS, Check, a_project, constructed, opened


async def the_whole_tree_is_killed_and_the_folder_removed(sandbox: Sandbox, folder: Path) -> None:
    """A process that a driver started ends with it."""
    if sys.platform != "linux":
        raise NotCheckableError("Whether a process still runs is looked up in /proc, which only Linux has.")
    source = f"""{WHOLE_OS}
class Driver:
    def fork(self):
        child = os.fork()
        if child == 0:
            import time
            time.sleep({2 * LONG})
            os._exit(0)
        return child
    def folder(self): return os.getcwd()
"""
    async with opened(sandbox, a_project(folder, source)) as child:
        await constructed(child)
        if child.isolation in ISOLATED:
            raised = expect_some("What starting a process raised", (await child.call("d", "fork")).raised)
            expect_equal("What starting a process raised", raised.type, "PermissionError")
            return
        grandchild = expect_type("The id of a grandchild", (await child.call("d", "fork")).value, int)
        work = expect_type("The folder of a child", (await child.call("d", "folder")).value, str)
        expect(_is_folder(work), f"A child was expected to work in a folder of its own, and {work} is none.")
    expect(not _is_folder(work), f"The folder of a child that has gone was expected to be removed: {work}.")
    try:
        with expect_soon("The end of a process that a driver started"):
            while _is_running(grandchild):  # noqa: ASYNC110 - nobody tells when a grandchild has gone
                await anyio.sleep(0.02)
    finally:
        if _is_running(grandchild):
            with suppress(ProcessLookupError):
                os.kill(grandchild, signal.SIGKILL)


async def cancellation_kills_at_once_and_leaves_nothing(sandbox: Sandbox, folder: Path) -> None:
    """Ctrl-C and a host that gives up do not wait for a driver."""
    project = a_project(folder)
    async with opened(sandbox, project):  # what may have stood ready before is used up
        pass
    limits = SandboxLimits(wall_seconds=10 * LONG, call_seconds=10 * LONG)
    with (
        _temporary_files_in(folder / "temporary") as temporary,
        expect_soon("The end of a child that is cancelled"),
        anyio.CancelScope() as scope,
    ):
        async with opened(sandbox, project, limits) as child, anyio.create_task_group() as tasks:
            await constructed(child)
            tasks.start_soon(child.call, "d", "sleep", 10 * LONG)
            await anyio.wait_all_tasks_blocked()
            scope.cancel()
    expect(scope.cancelled_caught, "A cancellation was expected to come out of the open child, and did not.")
    gc.collect()
    expect_equal("What a child that was cancelled has left in its folder", list(temporary.iterdir()), [])


async def no_descriptor_is_left_open(sandbox: Sandbox, folder: Path) -> None:
    """A server opens thousands of children."""
    if sys.platform != "linux":
        raise NotCheckableError("Descriptors are counted in /proc, which only Linux has.")
    project = a_project(folder)
    async with opened(sandbox, project):
        pass
    before = _open_descriptors()
    for _ in range(3):
        async with opened(sandbox, project) as child:
            await constructed(child)
        with expect_error("Opening a child within a thousandth of a second", SandboxError):
            async with opened(sandbox, project, LIMITS.model_copy(update={"wall_seconds": 0.001})):
                pass
    expect_equal("Open descriptors after six children", _open_descriptors(), before)


@contextmanager
def _temporary_files_in(folder: Path) -> Generator[Path]:
    """Temporary files and folders of this process are made there."""
    folder.mkdir()
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield folder
    finally:
        tempfile.tempdir = before


def _is_folder(path: str) -> bool:
    return Path(path).is_dir()


def _open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return False
    return state != "Z"


CHECKS: dict[str, Check] = by_name(
    the_whole_tree_is_killed_and_the_folder_removed,
    cancellation_kills_at_once_and_leaves_nothing,
    no_descriptor_is_left_open,
)
