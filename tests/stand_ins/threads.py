"""Drivers run by the child's own runner in a thread of this process: for those that tests wrote, and know to come back."""

import asyncio
import gc
import json
import socket
import sys
import tempfile
import threading
import warnings
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any, cast

import anyio.to_thread
from driversmith.engine.sandbox.channel import Channel
from driversmith.engine.sandbox.door import lead_through
from driversmith.engine.sandbox.doorway import Door
from driversmith.engine.sandbox.launching import plain
from driversmith.engine.sandbox.port import SandboxLimits
from driversmith.engine.sandbox.process import ProcessSandbox
from driversmith.engine.sandbox.runner import Runner
from driversmith.engine.sandbox.wire import encode

_DOOR: ContextVar[Callable[[str, int], socket.socket] | None] = ContextVar("_DOOR", default=None)
"""How the driver that is called connects; a thread sees the value of whoever started it."""


class ThreadSandbox(ProcessSandbox):
    """No isolation and no limits, and none of the quarter of a second of CPU that a process needs to start.

    One driver at a time: its package is imported under its own name, and forgotten when the last that opened it leaves.
    """

    def __init__(self) -> None:
        super().__init__()
        self._chosen = plain()
        self._open = 0
        self._folders: list[tempfile.TemporaryDirectory[str]] = []
        """Of all that are open: the package comes out of the first of them, and a part of it may be loaded late."""

    @asynccontextmanager
    async def _child(
        self, limits: SandboxLimits, read: Callable[[], Mapping[str, bytes]], door: Door | None
    ) -> AsyncGenerator[Channel]:
        _lead_through()
        held = tempfile.TemporaryDirectory()
        self._folders.append(held)
        self._open += 1
        try:
            project = Path(held.name)
            for name, content in read().items():
                (project / name).parent.mkdir(parents=True, exist_ok=True)
                (project / name).write_bytes(content)
            sys.path.insert(0, held.name)
            thread = _Thread(project, door)
            try:
                yield cast(Channel, thread)
            finally:
                thread.forget()
        finally:
            self._open -= 1
            if not self._open:
                _forget_modules([Path(folder.name) for folder in self._folders])
                for folder in self._folders:
                    if folder.name in sys.path:
                        sys.path.remove(folder.name)
                    folder.cleanup()
                self._folders.clear()


@cache
def _lead_through() -> None:
    """Clients of httpx2 in a thread that runs a driver connect to its door; all others connect as ever."""
    import httpcore2
    from httpcore2._backends.auto import AutoBackend

    ever, ever_awaited = httpcore2.SyncBackend.connect_tcp, AutoBackend.connect_tcp

    def connect(host: str, port: int, _: float | None) -> socket.socket:
        way = _DOOR.get()
        assert way is not None
        return way(host, port)

    lead_through(connect)
    led, led_awaited = httpcore2.SyncBackend.connect_tcp, AutoBackend.connect_tcp

    def choose(self: httpcore2.SyncBackend, *args: Any, **kwargs: Any) -> Any:
        return (ever if _DOOR.get() is None else led)(self, *args, **kwargs)

    def choose_awaited(self: AutoBackend, *args: Any, **kwargs: Any) -> Any:
        return (ever_awaited if _DOOR.get() is None else led_awaited)(self, *args, **kwargs)

    httpcore2.SyncBackend.connect_tcp = choose  # type: ignore[method-assign]
    AutoBackend.connect_tcp = choose_awaited  # type: ignore[method-assign]


def _forget_modules(projects: list[Path]) -> None:
    for name, module in list(sys.modules.items()):
        if any(Path(getattr(module, "__file__", None) or "/").is_relative_to(project) for project in projects):
            del sys.modules[name]


class _Thread:
    """What a Channel answers, without the pipes."""

    def __init__(self, project: Path, door: Door | None) -> None:
        self._runner: Runner | None = Runner(project)
        self._door = door
        self._loop = asyncio.get_running_loop()

    def forget(self) -> None:
        """Lose all that the driver made, its open connections too: a process would end with them."""
        runner, self._runner = self._runner, None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            if runner is not None:  # a loop is closed where none runs
                closing = threading.Thread(target=runner.close)
                closing.start()
                closing.join()
            del runner
            gc.collect()
        gc.freeze()  # what is left the next need not look through

    async def request(self, operation: str, **fields: Any) -> dict[str, Any]:
        assert self._runner
        request = _sent({"op": operation, **encode(fields)})
        before = _DOOR.set(self._connect)
        try:
            return _sent(await anyio.to_thread.run_sync(self._runner.answer, request))
        finally:
            _DOOR.reset(before)

    def _connect(self, host: str, port: int) -> socket.socket:
        protocol = self._door(host, port) if self._door else None
        if protocol is None:
            raise ConnectionRefusedError(f"nobody answers at {host}:{port}")
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        connecting = self._loop.connect_accepted_socket(lambda: protocol, ours)
        asyncio.run_coroutine_threadsafe(connecting, self._loop)
        return theirs


def _sent(message: dict[str, Any]) -> dict[str, Any]:
    return json.loads(json.dumps(message))
