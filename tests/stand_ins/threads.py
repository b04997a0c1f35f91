"""Drivers run by the child's own runner in a thread of this process: for those that tests wrote, and know to come back."""

import gc
import json
import sys
import warnings
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import anyio.to_thread
from driversmith.engine.sandbox.channel import Channel
from driversmith.engine.sandbox.port import SandboxLimits
from driversmith.engine.sandbox.process import ProcessSandbox
from driversmith.engine.sandbox.runner import Runner
from driversmith.engine.sandbox.wire import encode


class ThreadSandbox(ProcessSandbox):
    """No isolation and no limits, and none of the quarter of a second of CPU that a process needs to start.

    One driver at a time: its package is imported under its own name, and forgotten when the last that opened it leaves.
    """

    def __init__(self) -> None:
        super().__init__()
        self._open = 0

    @asynccontextmanager
    async def _child(self, project: Path, limits: SandboxLimits, check: Callable[[], None]) -> AsyncGenerator[Channel]:
        check()
        sys.path.insert(0, str(project))
        self._open += 1
        thread = _Thread()
        try:
            yield cast(Channel, thread)
        finally:
            sys.path.remove(str(project))
            self._open -= 1
            if not self._open:
                _forget_modules(project)
            thread.forget()


def _forget_modules(project: Path) -> None:
    for name, module in list(sys.modules.items()):
        if Path(getattr(module, "__file__", None) or "/").is_relative_to(project):
            del sys.modules[name]


class _Thread:
    """What a Channel answers, without the pipes."""

    def __init__(self) -> None:
        self._runner: Runner | None = Runner()

    def forget(self) -> None:
        """Lose all that the driver made, its open connections too: a process would end with them."""
        self._runner = None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()

    async def request(self, operation: str, **fields: Any) -> dict[str, Any]:
        assert self._runner
        request = _sent({"op": operation, **encode(fields)})
        return _sent(await anyio.to_thread.run_sync(self._runner.answer, request))


def _sent(message: dict[str, Any]) -> dict[str, Any]:
    return json.loads(json.dumps(message))
