"""A journal and a sandbox that do not do what their ports say, for whoever has to notice it."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from driversmith.engine.errors import SandboxUnavailableError
from driversmith.engine.journal.port import Journal
from driversmith.engine.journal.sqlite.opening import open_journal
from driversmith.engine.models.report import UnittestResult
from driversmith.engine.sandbox.doorway import Door
from driversmith.engine.sandbox.port import DEFAULT_LIMITS, DriverProcess, Isolation, Reply, SandboxLimits


@asynccontextmanager
async def open_forgetful_journal(path: Path, now: Callable[[], float]) -> AsyncGenerator[Journal]:
    """One that does not remember that a result was delivered."""

    async def forget(_: str) -> None: ...

    async with open_journal(path, now=now) as journal:
        journal.mark_delivered = forget  # type: ignore[method-assign]
        yield journal


class IdleSandbox:
    """Opens everything, runs nothing, and answers None to whatever is called. It starts no process."""

    def __init__(self, **_: Any) -> None: ...

    async def prepare(self) -> None: ...

    async def close(self) -> None: ...

    async def probe(self) -> Isolation:
        return "process"

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
        yield _IdleChild()


class NoSandbox(IdleSandbox):
    """No child can be started."""

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
        raise SandboxUnavailableError("No child process can be started: not permitted.")
        yield _IdleChild()


class _IdleChild:
    isolation: Isolation = "process"
    layers: tuple[str, ...] = ()

    async def construct(
        self,
        handle: str,
        *,
        arguments: Mapping[str, Any],
        from_env: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> Reply:
        return Reply()

    async def call(self, handle: str, method: str, /, *args: Any, **kwargs: Any) -> Reply:
        return Reply()

    async def open_iterator(self, handle: str, iterator: str, method: str, /, *args: Any, **kwargs: Any) -> Reply:
        return Reply()

    async def next_item(self, iterator: str) -> Reply:
        return Reply()

    async def drop(self, handle: str) -> None: ...

    async def run_unittests(self) -> UnittestResult:
        return UnittestResult(ran=0, failed=0)
