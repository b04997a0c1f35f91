"""ProcessSandbox: drivers in child processes, held as strongly as this machine can.

Between a child and this machine stand, on any platform, an isolated interpreter, an allow-list of imports, an environment and
working folder of its own, and resource limits; where the machine has them, namespaces (bubblewrap), Landlock and seccomp
besides. Only with those may code run that nobody vouches for (DESIGN section 8). A child is given the driver's files over its
pipe, and what it connects to ends in this process (doorway.py).
"""

import base64
import hashlib
import sys
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
from pydantic import ValidationError

from ..errors import SandboxError, SandboxUnavailableError
from ..models.report import UnittestResult
from .channel import Channel
from .doorway import Door
from .files import project_files
from .imports import forbidden_imports
from .launching import Launch, also_readable, candidates
from .port import DEFAULT_LIMITS, DriverProcess, Isolation, Raised, Reply, SandboxLimits
from .runner_process import RunnerProcess

TEST_MODULES = frozenset({"unittest", "unittest.mock", "pathlib", "sys"})
MAX_LISTED = 5
_HELD = {"landlock", "seccomp"}


class ProcessSandbox:
    """The Sandbox port by a child of `python -I -B runner.py` each.

    `ways` are those in which a child may be started, the strongest first; the first that comes up is taken. One that
    `keeps_ahead` starts a child when it hears that one will be wanted; whoever makes it closes it.
    """

    def __init__(
        self, *, python: str = sys.executable, keeps_ahead: bool = False, ways: Sequence[Launch] | None = None
    ) -> None:
        self._python = python
        self._keeps_ahead = keeps_ahead
        self._ways = ways
        self._chosen: Launch | None = None
        self._layers: tuple[str, ...] = ()
        self._ahead: RunnerProcess | None = None
        self._turn = anyio.Lock()
        self._allowed: set[bytes] = set()
        """What digests of modules stand for was found to be allowed: a driver is opened several times."""

    async def prepare(self) -> None:
        """Start the next child, where one is kept ahead and none stands ready."""
        with suppress(SandboxUnavailableError):  # whoever needs it will say so
            async with self._turn:
                if self._keeps_ahead and self._ahead is None:
                    self._ahead = await RunnerProcess.start(self._python, self._open_ways()[0], ahead=True)

    async def close(self) -> None:
        """End a child that nobody came for; none is started ahead from now on."""
        self._keeps_ahead = False
        with anyio.CancelScope(shield=True):
            async with self._turn:
                ahead, self._ahead = self._ahead, None
            if ahead is not None:
                await ahead.end()

    async def probe(self) -> Isolation:
        """The strongest isolation in which a child comes up here, tried out once with one that runs no driver.

        Raises:
            SandboxUnavailableError: no child can be started.
        """
        if self._chosen is None:
            async with self._child(DEFAULT_LIMITS, dict, None):
                pass
        return self._taken.isolation

    async def layers(self) -> tuple[str, ...]:
        """What holds a child here, one by one.

        Raises:
            SandboxUnavailableError: no child can be started.
        """
        await self.probe()
        return self._layers

    @asynccontextmanager
    async def open(
        self,
        project: Path,
        package: str,
        class_name: str,
        *,
        limits: SandboxLimits = DEFAULT_LIMITS,
        door: Door | None = None,
    ) -> AsyncGenerator[DriverProcess]:
        """A child with `package` imported, once its imports are found to be allowed.

        Raises:
            SandboxUnavailableError: the child could not be started.
            SandboxError: an import that drivers may not have, or an exception at import (code `validation_failed`).
            SandboxLimitError: the import took too much.
        """
        files: dict[str, bytes] = {}

        def read() -> dict[str, bytes]:
            files.update(project_files(project, package))
            self._check_imports(files, package)
            return files

        async with self._child(limits, read, door) as channel:
            await _import(channel, package, class_name)
            yield _Child(channel, lambda: self._check_imports(files, None), self._taken.isolation, self._layers)

    @property
    def _taken(self) -> Launch:
        """The way that was taken."""
        if self._chosen is None:
            raise SandboxUnavailableError("No child process has been started.")
        return self._chosen

    def _open_ways(self) -> Sequence[Launch]:
        """The ways that may still be taken; one, once a child has come up in it."""
        if self._chosen is not None:
            return [self._chosen]
        if self._ways is None:
            self._ways = candidates()
        return self._ways

    def _check_imports(self, files: Mapping[str, bytes], package: str | None) -> None:
        """Refuse a package, or the tests where `package` is None, that imports what drivers may not have. Blocks.

        Raises:
            SandboxError: code `validation_failed`, naming file and line.
        """
        also = TEST_MODULES if package is None else frozenset[str]()
        if package is None:
            also |= {name.partition("/")[0] for name in files if name.endswith("/__init__.py") and name.count("/") == 1}
        faults: list[str] = []
        for name, content in files.items():
            if not name.startswith(f"{package or 'tests'}/") or not name.endswith(".py"):
                continue
            try:
                found = self._forbidden(content.decode("utf-8"), package or "tests", also)
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
    async def _child(
        self, limits: SandboxLimits, read: Callable[[], Mapping[str, bytes]], door: Door | None
    ) -> AsyncGenerator[Channel]:
        """A child that stands ready, killed with its whole tree and its folder removed at the end. `read`, which blocks, gives
        the files that are checked by then: the time in which the child starts is enough for it."""
        fault = SandboxUnavailableError("There is no way to start a child process.")
        for launch in self._open_ways():
            try:
                runner = await self._started(launch)
            except SandboxUnavailableError as error:
                fault = error
                continue
            try:
                files = await anyio.to_thread.run_sync(read)
                await runner.doorway.open(door)
                channel = Channel(runner.process, errors=runner.errors, limits=limits)
                try:
                    held = await _greet(channel, runner, limits, files)
                except SandboxUnavailableError as error:
                    fault = error
                    continue
                if launch.isolation == "landlock" and not set(held) >= _HELD:
                    continue
                if self._chosen is None:
                    self._chosen, self._layers = launch, (*launch.layers, *held, "limits")
                yield channel
                return
            finally:
                await runner.end()
        raise fault

    async def _started(self, launch: Launch) -> RunnerProcess:
        """The one that was started ahead in this way, where it still lives, or a new one."""
        ahead = self._ahead
        if ahead is not None and ahead.launch is launch:
            self._ahead = None
            if ahead.process.returncode is None:
                return ahead
            await ahead.end()
        return await RunnerProcess.start(self._python, launch)


async def _greet(
    channel: Channel, runner: RunnerProcess, limits: SandboxLimits, files: Mapping[str, bytes]
) -> tuple[str, ...]:
    """Have the child stand ready with these files; what the kernel holds it by.

    Raises:
        SandboxUnavailableError: it does not.
    """
    launch = runner.launch
    setup = {
        "files": {name: base64.b64encode(content).decode("ascii") for name, content in files.items()},
        "limits": limits.model_dump(),
        "confined": launch.confines,
        "readable": also_readable(),
        "writable": [f"{launch.home}/home", "/dev/null"] if launch.home else ["/dev/null"],
        **runner.doorway.setup(runner.door),
    }
    try:
        return await channel.hello(setup)
    except SandboxError as error:
        raise SandboxUnavailableError(f"The child process did not get ready: {error.message}") from error


class _Child:
    """The DriverProcess port over a channel."""

    def __init__(
        self, channel: Channel, check_tests: Callable[[], None], isolation: Isolation, layers: tuple[str, ...]
    ) -> None:
        self._channel = channel
        self._check_tests = check_tests
        self.isolation: Isolation = isolation
        self.layers = layers

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
        reply = _reply(await self._channel.request("unittests"))
        if reply.raised:
            return UnittestResult(ran=1, failed=1, output=reply.raised.traceback or reply.raised.message)
        try:
            return UnittestResult.model_validate(reply.value)
        except ValidationError as error:
            raise SandboxError("The tests' process answered nonsense.", code="contract_failed") from error


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
