"""The small HTTP server under the mock."""

import socket
import time

import anyio
import httpx2
from driversmith.engine.testing.loopback import Answer, LoopbackServer, Seen

from ...patience import LONG


def echo(seen: Seen) -> Answer:
    return Answer(200, seen.body, (("Content-Type", "text/plain"),))


async def test_requests_are_kept_as_they_came_in():
    async with LoopbackServer(echo) as server, httpx2.AsyncClient() as client:
        response = await client.post(
            f"{server.url}/a%2Fb/c?x=1&x=%20&e=", content=b"body", headers={"X-One": "1", "Cookie": "a=b; c=d=e"}
        )
        assert (response.status_code, response.content) == (200, b"body")
        (seen,) = server.log
        assert (seen.method, seen.path) == ("POST", "/a%2Fb/c")
        assert seen.query == [("x", "1"), ("x", " "), ("e", "")]
        assert (seen.parameter("x"), seen.parameter("none")) == ("1", None)
        assert (seen.header("X-ONE"), seen.cookies) == ("1", {"a": "b", "c": "d=e"})
        assert seen.connection == server.accepted == 1


async def test_chunked_bodies_and_reused_connections():
    async def chunks():
        yield b"one "
        yield b"two"

    async with LoopbackServer(echo) as server, httpx2.AsyncClient() as client:
        assert (await client.post(server.url, content=chunks())).content == b"one two"
        assert (await client.put(server.url, content=b"x" * 300_000)).content == b"x" * 300_000
        assert server.accepted == 1


async def test_head_and_no_content_have_no_body():
    def respond(seen: Seen) -> Answer:
        return Answer(204 if seen.method == "GET" else 200, b"x")

    async with LoopbackServer(respond) as server, httpx2.AsyncClient() as client:
        assert (await client.head(server.url)).content == b""
        assert (await client.get(server.url)).content == b""
        assert (await client.post(server.url)).content == b"x"


async def test_a_late_answer_comes_late():
    async with LoopbackServer(lambda _: Answer(200, b"", delay=0.2)) as server, httpx2.AsyncClient() as client:
        started = time.monotonic()
        await client.get(server.url)
    assert time.monotonic() - started >= 0.2


async def test_a_late_answer_holds_up_nobody_else_and_is_not_waited_for_in_the_end():
    late = anyio.Event()

    def respond(seen: Seen) -> Answer:
        if seen.path == "/soon":
            return Answer(200, b"")
        late.set()
        return Answer(200, b"", delay=10 * LONG)

    with anyio.fail_after(LONG):
        async with (
            httpx2.AsyncClient(timeout=None) as client,
            LoopbackServer(respond) as server,
            anyio.create_task_group() as tasks,
        ):
            tasks.start_soon(client.get, f"{server.url}/late")
            await late.wait()
            assert (await client.get(f"{server.url}/soon")).status_code == 200
            tasks.cancel_scope.cancel()


async def test_a_dropped_connection_gives_no_answer():
    async with LoopbackServer(lambda seen: Answer(drop=True)) as server, httpx2.AsyncClient() as client:
        try:
            await client.get(server.url)
        except httpx2.TransportError:
            assert len(server.log) == 1
        else:
            raise AssertionError("there was an answer")


async def test_whether_a_connection_stays_open_is_known():
    async with LoopbackServer(echo) as server:
        async with httpx2.AsyncClient() as client:
            await client.get(server.url)
            assert await server.stays_open(1, 0.05)
        assert not await server.stays_open(1, LONG)


async def test_nonsense_on_the_wire_closes_or_waits_but_does_not_break_the_server():
    async with LoopbackServer(echo) as server:
        for text in (b"\r\n\r\n", b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"\x00\xff"):
            stream = await anyio.connect_tcp("127.0.0.1", int(server.url.rpartition(":")[2]))
            async with stream:
                await stream.send(text)
        async with httpx2.AsyncClient() as client:
            assert (await client.get(server.url)).status_code == 200


async def test_a_client_that_asks_to_close_still_gets_the_whole_answer() -> None:
    body = b"x" * 5_000_000
    async with LoopbackServer(lambda _: Answer(body=body)) as server:
        stream = await anyio.connect_tcp("127.0.0.1", int(server.url.rpartition(":")[2]))
        received = b""
        async with stream:
            await stream.send(b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
            with anyio.fail_after(LONG):
                async for chunk in stream:
                    received += chunk
    assert received.endswith(body)


async def test_a_request_that_is_still_on_its_way_in_is_waited_for():
    async with LoopbackServer(echo) as server:
        with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))) as connection:
            connection.sendall(b"GET /given-up HTTP/1.1\r\nHost: x\r\n\r\n")
        assert not server.log
        await server.until_asked(1, 5.0)
        assert [seen.path for seen in server.log] == ["/given-up"]


async def test_a_request_that_never_comes_is_not_waited_for_without_end():
    async with LoopbackServer(echo) as server:
        await server.until_asked(1, 0.05)
        assert not server.log
