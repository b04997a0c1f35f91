"""The engine behind the in-memory server of a command.

URLs that a person typed on the command line may be reached, wherever they lie; this goes into the session's request.
The MCP tool has no such argument: an agent cannot give itself the permission. And the command hears the events as they
are, of which MCP clients get the messages alone.
"""

from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

from driversmith.engine.errors import DriversmithError, FetchError
from driversmith.engine.models.session import GenerateRequest, SessionEvent, SessionRecord, SupervisedResult
from driversmith.engine.settings import Settings

if TYPE_CHECKING:
    from driversmith.engine.api import Engine
    from driversmith.engine.sessions.sessions import OnEvent


def typed_pairs(urls: Iterable[str]) -> tuple[str, ...]:
    """The host:port pairs of these URLs; what is no URL is left for the engine to complain about."""
    from driversmith.engine.network.addresses import typed_pair

    pairs: set[str] = set()
    for url in urls:
        try:
            pairs.add(typed_pair(url))
        except FetchError:
            continue
    return tuple(sorted(pairs))


class TypedEngines:
    """Opens the engine for an in-memory server, adding typed addresses to every request that is started."""

    def __init__(self, typed: tuple[str, ...]) -> None:
        self._typed = typed
        self.on_event: OnEvent | None = None
        """Hears what is told to a call that waits for a session; each such call is told all from the first on."""
        self.failure: DriversmithError | None = None
        """Why the engine could not be opened, where it could not."""

    @asynccontextmanager
    async def open(self, settings: Settings) -> "AsyncGenerator[Engine]":
        """An `EngineFactory` of the server."""
        from driversmith.engine.composition import open_engine

        opened = False
        try:
            async with open_engine(settings) as engine:
                opened = True
                yield cast("Engine", _TypedEngine(engine, self._typed, self.on_event))
        except DriversmithError as exc:
            if not opened:
                self.failure = exc
            raise


class _TypedEngine:
    """An engine whose sessions may reach the typed addresses."""

    def __init__(self, engine: "Engine", typed: tuple[str, ...], on_event: "OnEvent | None") -> None:
        self._engine = engine
        self._typed = typed
        self._on_event = on_event

    async def start(self, request: GenerateRequest) -> SessionRecord:
        return await self._engine.start(request.model_copy(update={"allow_local": self._typed}))

    async def wait(
        self, session_id: str, *, seconds: float | None, on_event: "OnEvent | None" = None
    ) -> SupervisedResult:
        async def tell(event: SessionEvent) -> None:
            for hear in (on_event, self._on_event):
                if hear is not None:
                    await hear(event)

        return await self._engine.wait(session_id, seconds=seconds, on_event=tell)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)
