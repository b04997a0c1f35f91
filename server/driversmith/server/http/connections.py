"""Connections of the handshake era, which a server has to remember: of one principal so many, and no more."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from driversmith.engine.models.principal import LOCAL, Principal
from mcp.server.streamable_http_manager import DEFAULT_SESSION_IDLE_TIMEOUT
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .tokens import PrincipalToken

MOST = 100
"""Of one principal that is not the local user; the SDK has room for 10,000 in all."""
CONNECTION = "mcp-session-id"
VERSION = "mcp-protocol-version"
GONE = frozenset({404, 410})


@dataclass
class _Use:
    """How a connection is used."""

    last: float
    under_way: int = 0


class FairConnections:
    """Answers 503 to whoever would open one connection too many; what is idle for as long as the SDK keeps it is none."""

    def __init__(self, app: ASGIApp, *, most: int = MOST, now: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._most = most
        self._now = now
        self._open: dict[Principal, dict[object, _Use]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what belongs to an open connection, needs none, or may open one."""
        token = getattr(scope.get("user"), "access_token", None)
        if scope["type"] != "http" or not isinstance(token, PrincipalToken) or token.principal == LOCAL:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        own = self._of(token.principal)
        if CONNECTION in headers:
            await self._use(own, headers[CONNECTION], scope, receive, send)
        elif headers.get(VERSION) not in (None, *HANDSHAKE_PROTOCOL_VERSIONS):
            await self._app(scope, receive, send)
        elif len(own) >= self._most:
            told = {"code": -32603, "message": f"You have {len(own)} open connections; close one of them first."}
            await JSONResponse({"jsonrpc": "2.0", "id": None, "error": told}, 503)(scope, receive, send)
        else:
            await self._may_open(own, scope, receive, send)

    def _of(self, principal: Principal) -> dict[object, _Use]:
        own = self._open.setdefault(principal, {})
        oldest = self._now() - DEFAULT_SESSION_IDLE_TIMEOUT
        for name in [name for name, use in own.items() if not use.under_way and use.last < oldest]:
            del own[name]
        return own

    async def _may_open(self, own: dict[object, _Use], scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what counts as a connection until its answer says whether it opened one."""

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                name = Headers(raw=message["headers"]).get(CONNECTION)
                if name is not None:
                    own[name] = _Use(self._now())
            await send(message)

        opening = object()
        own[opening] = _Use(self._now(), under_way=1)
        try:
            await self._app(scope, receive, noted)
        finally:
            del own[opening]

    async def _use(self, own: dict[object, _Use], name: str, scope: Scope, receive: Receive, send: Send) -> None:
        closes = scope["method"] == "DELETE"

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                status = message["status"]
                if status in GONE or (closes and status < 300):
                    own.pop(name, None)
            await send(message)

        use = own.get(name)
        if use is None:
            await self._app(scope, receive, send)
            return
        use.under_way += 1
        try:
            await self._app(scope, receive, watched)
        finally:
            use.under_way -= 1
            use.last = self._now()
