"""URLs that a person typed on the command line may be reached, wherever they lie; this goes into the session's request.

The MCP tool has no such argument: an agent cannot give itself the permission.
"""

from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

from driversmith.engine.errors import DriversmithError, FetchError
from driversmith.engine.models.session import GenerateRequest, SessionRecord
from driversmith.engine.settings import Settings

if TYPE_CHECKING:
    from driversmith.engine.composition import Engine


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
                yield cast("Engine", _TypedEngine(engine, self._typed))
        except DriversmithError as exc:
            if not opened:
                self.failure = exc
            raise


class _TypedEngine:
    """An engine whose sessions may reach the typed addresses."""

    def __init__(self, engine: "Engine", typed: tuple[str, ...]) -> None:
        self._engine = engine
        self._typed = typed

    async def start(self, request: GenerateRequest) -> SessionRecord:
        return await self._engine.start(request.model_copy(update={"allow_local": self._typed}))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)
