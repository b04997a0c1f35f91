"""`/health`: whether sessions could be worked on; for whoever starts, watches and balances servers."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import anyio
from driversmith.engine.errors import DriversmithError
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

if TYPE_CHECKING:
    from driversmith.engine.api import Engine

PATH = "/health"
GOOD_FOR = 1.0
"""Seconds for which an answer is given again: anybody may ask, and each answer writes to the disk."""
PATIENCE = 5.0
"""Seconds for the journal to write."""


class Health:
    """Answers `/health` in front of all guards, since probes have neither a token nor a name; the answer holds nothing else
    than whether it goes well, and if not, a reason of few words."""

    def __init__(
        self, app: ASGIApp, engine: "Callable[[], Engine | None]", *, now: Callable[[], float] = time.monotonic
    ) -> None:
        """`engine`: None as long as the server has not opened one."""
        self._app = app
        self._engine = engine
        self._now = now
        self._turn = anyio.Lock()
        self._found: tuple[float, str] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] not in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
            return
        reason = await self._reason()
        told = {"status": "unavailable", "reason": reason} if reason else {"status": "ok"}
        answer = JSONResponse(told, 503 if reason else 200, {"Cache-Control": "no-store"})
        await answer(scope, receive, send)

    async def _reason(self) -> str:
        """Why no session could be worked on; empty where one could."""
        async with self._turn:
            if self._found is None or self._now() >= self._found[0]:
                reason = await self._looked()
                self._found = self._now() + GOOD_FOR, reason
            return self._found[1]

    async def _looked(self) -> str:
        engine = self._engine()
        if engine is None:
            return "starting"
        try:
            with anyio.fail_after(PATIENCE):
                await engine.check_health()
        except TimeoutError:
            return "the journal is too slow"
        except DriversmithError:
            return "the journal cannot be written"
        return ""
