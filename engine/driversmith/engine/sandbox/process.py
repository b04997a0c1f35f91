"""ProcessSandbox: drivers in a plain child process with limits, on any platform.

Between the child and this machine stand an isolated interpreter, an allow-list of imports, an environment and working
folder of its own, resource limits (POSIX) and the loopback-only rule of the runner. That is enough for code that our
templates wrote; code by others needs more (DESIGN section 8).
"""

import hashlib
import sys
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
from pydantic import ValidationError

from ..errors import SandboxError, SandboxUnavailableError
from ..models.report import UnittestResult
from .channel import Channel
from .imports import forbidden_imports
from .port import DEFAULT_LIMITS, DriverProcess, Isolation, Raised, Reply, SandboxLimits
from .runner_process import RunnerProcess

TEST_MODULES = frozenset({"unittest", "unittest.mock", "pathlib", "sys"})
MAX_LISTED = 5


class ProcessSandbox:
    """The Sandbox port by a child of `python -I -B runner.py` each.

    One that `keeps_ahead` starts a child when it hears that one will be wanted; whoever makes it closes it.
    """

    def __init__(self, *, python: str = sys.executable, keeps_ahead: bool = False) -> None:
        self._python = python
        self._keeps_ahead = keeps_ahead
        self._ahead: RunnerProcess | None = None
        self._turn = anyio.Lock()
        self._probed = False
        self._allowed: set[bytes] = set()
        """What digests of modules stand for was found to be allowed: a driver is opened several times."""

    async def prepare(self) -> None:
        """Start the next child, where one is kept ahead and none stands ready."""
        async with self._turn:
            if self._keeps_ahead and self._ahead is None:
                with suppress(SandboxUnavailableError):  # whoever needs it will say so
                    self._ahead = await RunnerProcess.start(self._python, ahead=True)

    async def close(self) -> None:
        """End a child that nobody came for; none is started ahead from now on."""
        self._keeps_ahead = False
        with anyio.CancelScope(shield=True):
            async with self._turn:
                ahead, self._ahead = self._ahead, None
            if ahead is not None:
                await ahead.end()

    async def probe(self) -> Isolation:
        """`process`, tried out once with a child that runs no driver.

        Raises:
            SandboxUnavailableError: no child can be started.
        """
        if not self._probed:
            async with self._child(Path.cwd(), DEFAULT_LIMITS, _nothing):
                self._probed = True
        return "process"

    @asynccontextmanager
    async def open(
        self, project: Path, package: str, class_name: str, *, limits: SandboxLimits = DEFAULT_LIMITS
    ) -> AsyncGenerator[DriverProcess]:
        """A child with `package` imported, once its imports are found to be allowed.

        Raises:
            SandboxUnavailableError: the child could not be started.
            SandboxError: an import that drivers may not have, or an exception at import (code `validation_failed`).
            SandboxLimitError: the import took too much.
        """
        async with self._child(project, limits, lambda: self._check_imports(project, package)) as channel:
            await _import(channel, package, class_name)
            yield _Child(channel, lambda: self._check_imports(project, None), project / "tests")

    def _check_imports(self, project: Path, package: str | None) -> None:
        """Refuse a package, or the tests folder where `package` is None, that imports what drivers may not have. Blocks.

        Raises:
            SandboxError: code `validation_failed`, naming file and line.
        """
        also = TEST_MODULES if package is None else frozenset[str]()
        if package is None:
            packages = [p.parent.name for p in project.glob("*/__init__.py")]
            also |= frozenset(packages)
        faults: list[str] = []
        for path in sorted((project / (package or "tests")).rglob("*.py")):
            name = path.relative_to(project).as_posix()
            try:
                found = self._forbidden(path.read_text(encoding="utf-8"), package or "tests", also)
            except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
                raise SandboxError(f"{name} is not Python: {error}", code="validation_failed") from error
            faults += [f"{name}:{line} uses {what}" for line, what in found]
        if faults:
            more = f" and {len(faults) - MAX_LISTED} more" if len(faults) > MAX_LISTED else ""
            raise SandboxError(
                f"Drivers may not use this: {'; '.join(faults[:MAX_LISTED])}{more}.",
                code="validation_failed",
                next_action="Use httpx2 and the pure part of the standard library only.",
            )

    def _forbidden(self, text: str, package: str, also: frozenset[str]) -> list[tuple[int, str]]:
        digest = hashlib.sha256("\0".join([package, *sorted(also), text]).encode()).digest()
        if digest in self._allowed:
            return []
        found = forbidden_imports(text, package, also=also)
        if not found:
            self._allowed.add(digest)
        return found

    @asynccontextmanager
    async def _child(self, project: Path, limits: SandboxLimits, check: Callable[[], None]) -> AsyncGenerator[Channel]:
        """A child that stands ready, killed with its whole tree and its folder removed at the end. `check`, which blocks,
        has passed by then: the time in which the child starts is enough for it."""
        runner = await self._started()
        try:
            await anyio.to_thread.run_sync(check)
            channel = Channel(runner.process, errors=runner.errors, limits=limits)
            try:
                await channel.hello(_setup(project, limits))
            except SandboxError as error:
                raise SandboxUnavailableError(f"The child process did not get ready: {error.message}") from error
            yield channel
        finally:
            await runner.end()

    async def _started(self) -> RunnerProcess:
        """The one that was started ahead, where it still lives, or a new one."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None and ahead.process.returncode is not None:
            await ahead.end()
            ahead = None
        return ahead or await RunnerProcess.start(self._python)


class _Child:
    """The DriverProcess port over a channel."""

    isolation: Isolation = "process"

    def __init__(self, channel: Channel, check_tests: Callable[[], None], tests: Path) -> None:
        self._channel = channel
        self._check_tests = check_tests
        self._tests = tests

    async def construct(
        self,
        handle: str,
        *,
        arguments: Mapping[str, Any],
        from_env: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> Reply:
        return _reply(
            await self._channel.request(
                "construct",
                handle=handle,
                kwargs=dict(arguments),
                from_env=from_env,
                environment=dict(environment or {}),
            )
        )

    async def call(self, handle: str, method: str, /, *args: Any, **kwargs: Any) -> Reply:
        return _reply(await self._channel.request("call", handle=handle, method=method, args=args, kwargs=kwargs))

    async def open_iterator(self, handle: str, iterator: str, method: str, /, *args: Any, **kwargs: Any) -> Reply:
        return _reply(
            await self._channel.request(
                "open_iterator", handle=handle, iterator=iterator, method=method, args=args, kwargs=kwargs
            )
        )

    async def next_item(self, iterator: str) -> Reply:
        return _reply(await self._channel.request("next_item", iterator=iterator))

    async def drop(self, handle: str) -> None:
        await self._channel.request("drop", handle=handle)

    async def run_unittests(self) -> UnittestResult:
        await anyio.to_thread.run_sync(self._check_tests)
        reply = _reply(await self._channel.request("unittests", folder=str(self._tests)))
        if reply.raised:
            return UnittestResult(ran=1, failed=1, output=reply.raised.traceback or reply.raised.message)
        try:
            return UnittestResult.model_validate(reply.value)
        except ValidationError as error:
            raise SandboxError("The tests' process answered nonsense.", code="contract_failed") from error


def _nothing() -> None:
    """No driver is opened, so there is nothing to check."""


async def _import(channel: Channel, package: str, class_name: str) -> None:
    try:
        reply = _reply(await channel.request("import", package=package, class_name=class_name))
    except SandboxError as error:
        if error.code != "contract_failed":
            raise
        raise SandboxError(f"Importing {package}: {error.message}", code="validation_failed") from error
    if reply.raised:
        detail = reply.raised.traceback or f"{reply.raised.type}: {reply.raised.message}"
        raise SandboxError(f"Importing {package} failed.\n{detail}", code="validation_failed")


def _reply(answer: dict[str, Any]) -> Reply:
    try:
        if raised := answer.get("raised"):
            return Reply(raised=Raised.model_validate(raised))
        return Reply(value=answer.get("value"), done=bool(answer.get("done")))
    except (ValidationError, RecursionError) as error:
        raise SandboxError("The driver process answered nonsense.", code="contract_failed") from error


def _setup(project: Path, limits: SandboxLimits) -> dict[str, Any]:
    return {"project": str(project.resolve()), "limits": limits.model_dump()}
