"""Every Sandbox keeps the promises of its port, each a check of `engine/sandbox/conformance`.

Add an implementation to SANDBOXES to have it checked.
"""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from pathlib import Path

import pytest
from driversmith.engine.sandbox.conformance.registry import CHECKS
from driversmith.engine.sandbox.launching import landlocked, plain
from driversmith.engine.sandbox.port import Sandbox
from driversmith.engine.sandbox.process import ProcessSandbox

from ...conformance.checks import made


@asynccontextmanager
async def keeping_ahead() -> AsyncGenerator[Sandbox]:
    """One whose next child stands ready whenever it is asked for one."""
    sandbox = ProcessSandbox(keeps_ahead=True)
    await sandbox.prepare()
    yield sandbox
    await sandbox.close()


SANDBOXES: dict[str, Callable[[], AbstractAsyncContextManager[Sandbox]]] = {
    "process": lambda: nullcontext(ProcessSandbox(ways=[plain()])),
    "landlock": lambda: nullcontext(ProcessSandbox(ways=[landlocked(), plain()])),
    "strongest": lambda: nullcontext(ProcessSandbox()),
    "ahead": keeping_ahead,
}


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.parametrize("sandbox", SANDBOXES)
async def test_every_sandbox(sandbox: str, name: str, tmp_path: Path) -> None:
    async with SANDBOXES[sandbox]() as opened:
        await made(CHECKS[name](opened, tmp_path))
