"""How many connections of the handshake era one principal has open."""

import httpx2
from driversmith.engine.models.principal import LOCAL, Principal
from driversmith.server.http.connections import FairConnections
from driversmith.server.http.tokens import PrincipalToken
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.streamable_http_manager import DEFAULT_SESSION_IDLE_TIMEOUT
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

ALICE, BOB = Principal.of_token("alice"), Principal.of_token("bob")


class Server:
    """Opens a connection for each request that names none, and knows those that are open."""

    def __init__(self) -> None:
        self.known: list[str] = []
        self.seconds = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        name = request.headers.get("mcp-session-id")
        if name is None:
            self.known.append(f"c{len(self.known)}")
            answer = Response(headers={"mcp-session-id": self.known[-1]})
        else:
            answer = Response(status_code=200 if name in self.known else 404)
        await answer(scope, receive, send)


async def _asked(app: ASGIApp, principal: Principal, method: str = "POST", **headers: str) -> httpx2.Response:
    async def as_principal(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "user": AuthenticatedUser(PrincipalToken.of(principal))}, receive, send)

    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(as_principal), base_url="http://x") as client:
        return await client.request(
            method, "/mcp", headers={name.replace("_", "-"): value for name, value in headers.items()}
        )


async def test_one_too_many_is_refused_and_those_of_others_count_for_them() -> None:
    app = FairConnections(Server(), most=2)
    assert [(await _asked(app, ALICE)).status_code for _ in range(3)] == [200, 200, 503]
    assert (await _asked(app, BOB)).status_code == 200
    assert [(await _asked(app, LOCAL)).status_code for _ in range(5)] == [200] * 5
    assert (await _asked(app, ALICE, mcp_session_id="c0")).status_code == 200
    assert (await _asked(app, ALICE, mcp_protocol_version="2026-07-28")).status_code == 200


async def test_what_was_closed_or_is_gone_makes_room() -> None:
    server = Server()
    app = FairConnections(server, most=1)
    await _asked(app, ALICE)
    assert (await _asked(app, BOB, "DELETE", mcp_session_id="c0")).status_code == 200
    assert (await _asked(app, ALICE)).status_code == 503, "nobody closes what is another's"
    await _asked(app, ALICE, "DELETE", mcp_session_id="c0")
    assert (await _asked(app, ALICE)).status_code == 200
    server.known.clear()
    await _asked(app, ALICE, mcp_session_id="c1")
    assert (await _asked(app, ALICE)).status_code == 200


async def test_what_is_idle_for_long_is_none() -> None:
    server = Server()
    app = FairConnections(server, most=1, now=lambda: server.seconds)
    await _asked(app, ALICE)
    server.seconds = DEFAULT_SESSION_IDLE_TIMEOUT / 2
    assert (await _asked(app, ALICE)).status_code == 503
    await _asked(app, ALICE, mcp_session_id="c0")
    server.seconds = DEFAULT_SESSION_IDLE_TIMEOUT + 1
    assert (await _asked(app, ALICE)).status_code == 503
    server.seconds = 2 * DEFAULT_SESSION_IDLE_TIMEOUT
    assert (await _asked(app, ALICE)).status_code == 200
