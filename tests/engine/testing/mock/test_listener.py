"""The mock's own manners: what it keeps, and how it answers late or not at all."""

import asyncio
import socket
import time

import anyio
import httpx2
import pytest
from driversmith.engine.network.loopback import Request, Response
from driversmith.engine.testing.mock.listener import Listener, OddResponse

from ....patience import LONG
from ....stand_ins.doors import client_of


def echo(request: Request) -> Response:
    return Response(200, request.body, (("Content-Type", "text/plain"),))


async def test_requests_are_kept_as_they_came_in():
    async with Listener(echo) as server, client_of(lambda *_: server.connection()) as client:
        await client.post("http://api.example/a%2Fb?x=%20", content=b"body", headers={"X-One": "1"})
        (request,) = server.log
        assert (request.method, request.target, request.body) == ("POST", "/a%2Fb?x=%20", b"body")
        assert (request.header("X-One"), request.connection) == ("1", 1)


async def test_a_request_that_names_another_host_is_kept_and_answered():
    async with Listener(echo) as server, client_of(lambda *_: server.connection()) as client:
        assert (await client.get("http://api.example", headers={"Host": "elsewhere.example"})).status_code == 200
        assert [request.header("host") for request in server.log] == ["elsewhere.example"]


async def test_a_late_answer_comes_late():
    async with (
        Listener(lambda _: OddResponse(200, b"", delay=0.2)) as server,
        client_of(lambda *_: server.connection()) as client,
    ):
        started = time.monotonic()
        await client.get("http://api.example")
    assert time.monotonic() - started >= 0.2


async def test_a_late_answer_holds_up_nobody_else_and_is_not_waited_for_in_the_end():
    late = anyio.Event()

    def respond(request: Request) -> Response:
        if request.path == "/soon":
            return Response(200, b"")
        late.set()
        return OddResponse(200, b"", delay=10 * LONG)

    with anyio.fail_after(LONG):
        async with (
            Listener(respond) as server,
            client_of(lambda *_: server.connection(), timeout=None) as client,
            anyio.create_task_group() as tasks,
        ):
            tasks.start_soon(client.get, "http://api.example/late")
            await late.wait()
            assert (await client.get("http://api.example/soon")).status_code == 200
            tasks.cancel_scope.cancel()


async def test_a_dropped_connection_gives_no_answer():
    async with (
        Listener(lambda _: OddResponse(drop=True)) as server,
        client_of(lambda *_: server.connection()) as client,
    ):
        with pytest.raises(httpx2.TransportError):
            await client.get("http://api.example")
        assert len(server.log) == 1


async def test_whether_a_connection_stays_open_is_known():
    async with Listener(echo) as server:
        async with client_of(lambda *_: server.connection()) as client:
            await client.get("http://api.example")
            assert await server.stays_open(1, 0.05)
        assert not await server.stays_open(1, LONG)


async def test_a_request_that_is_still_on_its_way_in_is_waited_for():
    async with Listener(echo) as server:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        await asyncio.get_running_loop().connect_accepted_socket(server.connection, ours)
        with theirs:
            theirs.sendall(b"GET /given-up HTTP/1.1\r\nHost: x\r\n\r\n")
        assert not server.log
        await server.until_asked(1, 5.0)
        assert [request.path for request in server.log] == ["/given-up"]


async def test_a_request_that_never_comes_is_not_waited_for_without_end():
    async with Listener(echo) as server:
        await server.until_asked(1, 0.05)
        assert not server.log
