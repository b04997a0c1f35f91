"""The small HTTP server under the mock, the relay and the demo."""

import asyncio
import logging
from collections.abc import AsyncIterator

import anyio
import httpx2
import pytest
from anyio.abc import SocketStream
from driversmith.engine.network.loopback import MAX_BODY, LoopbackServer, Request, Response

from ...patience import LONG

CUT = (httpx2.NetworkError, httpx2.RemoteProtocolError)


def echo(request: Request) -> Response:
    return Response(200, request.body, (("Content-Type", "text/plain"),))


def by_path(request: Request) -> Response:
    return Response(200, request.path.encode())


async def connect(server: LoopbackServer) -> SocketStream:
    return await anyio.connect_tcp("127.0.0.1", int(server.url.rpartition(":")[2]))


def asking(server: LoopbackServer, path: str, *headers: str, method: str = "GET") -> bytes:
    host = server.url.removeprefix("http://")
    return "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: {host}", *headers, "", ""]).encode()


async def all_of(stream: SocketStream) -> bytes:
    """What comes until the server closes."""
    received = b""
    with anyio.fail_after(LONG):
        async for chunk in stream:
            received += chunk
    return received


async def answer_to(server: LoopbackServer, sent: bytes) -> bytes:
    """All that the server says to these bytes before it closes."""
    async with await connect(server) as stream:
        await stream.send(sent)
        return await all_of(stream)


async def until_text(stream: SocketStream, text: bytes) -> bytes:
    received = b""
    with anyio.fail_after(LONG):
        while text not in received:
            received += await stream.receive()
    return received


async def turns() -> None:
    """Let the event loop look at its sockets many times."""
    for _ in range(100):
        await anyio.lowlevel.checkpoint()


async def test_a_request_is_told_as_it_came_in():
    seen: list[Request] = []

    def keep(request: Request) -> Response:
        seen.append(request)
        return echo(request)

    async with LoopbackServer(keep) as server, httpx2.AsyncClient() as client:
        response = await client.post(
            f"{server.url}/a%2Fb/c?x=1&x=%20&e=", content=b"body", headers={"X-One": "1", "Cookie": "a=b; c=d=e"}
        )
        assert (response.status_code, response.content) == (200, b"body")
        (request,) = seen
        assert (request.method, request.target, request.path) == ("POST", "/a%2Fb/c?x=1&x=%20&e=", "/a%2Fb/c")
        assert request.query == [("x", "1"), ("x", " "), ("e", "")]
        assert (request.parameter("x"), request.parameter("none")) == ("1", None)
        assert (request.header("X-ONE"), request.cookies) == ("1", {"a": "b", "c": "d=e"})
        assert request.connection == server.accepted == 1
        await client.get(server.url)
        assert seen[1].time >= request.time


async def test_chunked_bodies_and_reused_connections():
    async def chunks() -> AsyncIterator[bytes]:
        yield b"one "
        yield b"two"

    async with LoopbackServer(echo) as server, httpx2.AsyncClient() as client:
        assert (await client.post(server.url, content=chunks())).content == b"one two"
        assert (await client.put(server.url, content=b"x" * 300_000)).content == b"x" * 300_000
        assert server.accepted == 1


async def test_head_and_no_content_have_no_body():
    def respond(request: Request) -> Response:
        return Response(204 if request.method == "GET" else 200, b"x")

    async with LoopbackServer(respond) as server, httpx2.AsyncClient() as client:
        head = await client.head(server.url)
        assert (head.content, head.headers["content-length"]) == (b"", "1")
        assert (await client.get(server.url)).content == b""
        assert (await client.post(server.url)).content == b"x"


async def test_an_answer_to_head_may_bring_a_length_of_its_own():
    async with (
        LoopbackServer(lambda _: Response(headers=(("Content-Length", "1711"),))) as server,
        httpx2.AsyncClient() as client,
    ):
        head = await client.head(server.url)
        assert (head.headers.get_list("content-length"), head.content) == (["1711"], b"")
        assert (await client.head(server.url)).status_code == 200
        assert server.accepted == 1


async def test_an_answer_that_waits_holds_up_no_other_connection():
    asked, go = anyio.Event(), anyio.Event()
    answers: list[bytes] = []

    async def wait(request: Request) -> Response:
        if request.path == "/late":
            asked.set()
            await go.wait()
        return by_path(request)

    async with LoopbackServer(wait) as server, httpx2.AsyncClient(timeout=LONG) as client:

        async def get(path: str) -> None:
            answers.append((await client.get(server.url + path)).content)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(get, "/late")
            await asked.wait()
            await get("/soon")
            go.set()
    assert answers == [b"/soon", b"/late"]


async def test_requests_of_one_connection_are_answered_in_order():
    async def wait(request: Request) -> Response:
        await asyncio.sleep(0)
        return by_path(request)

    def respond(request: Request):
        return wait(request) if request.path.startswith("/late") else by_path(request)

    async with LoopbackServer(respond) as server:
        paths = ["/late-1", "/soon-1", "/late-2", "/late-3", "/soon-2"]
        pipelined = b"".join(asking(server, path) for path in paths) + asking(server, "/end", "Connection: close")
        received = await answer_to(server, pipelined)
    bodies = [part.partition(b"\r\n\r\n")[2].decode() for part in received.split(b"HTTP/1.1 ")[1:]]
    assert bodies == [*paths, "/end"]


async def test_what_comes_while_an_answer_is_under_way_is_read_when_it_is_there():
    asked, go = anyio.Event(), anyio.Event()

    async def wait(request: Request) -> Response:
        asked.set()
        await go.wait()
        return Response(200, str(len(request.body)).encode())

    async with LoopbackServer(wait) as server, await connect(server) as stream:
        await stream.send(asking(server, "/"))
        await asked.wait()
        large = asking(server, "/", "Content-Length: 4000000", "Connection: close", method="POST") + b"x" * 4_000_000
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(stream.send, large)
            await turns()
            go.set()
        assert (await all_of(stream)).endswith(b"4000000")


async def test_an_answer_under_way_is_cancelled_when_its_client_goes_away():
    asked, cancelled = anyio.Event(), anyio.Event()

    async def never(request: Request) -> Response:
        asked.set()
        try:
            await anyio.sleep_forever()
        finally:
            cancelled.set()
        raise AssertionError

    with anyio.fail_after(LONG):
        async with LoopbackServer(never) as server:
            async with await connect(server) as stream:
                await stream.send(asking(server, "/"))
                await asked.wait()
            await cancelled.wait()
            await server.until_closed(1)


async def test_an_answer_under_way_is_cancelled_and_has_cleaned_up_when_the_server_closes():
    asked = anyio.Event()
    ends: list[str] = []

    async def never(request: Request) -> Response:
        asked.set()
        try:
            await anyio.sleep_forever()
        finally:
            with anyio.CancelScope(shield=True):
                await turns()
                ends.append("clean")
        raise AssertionError

    with anyio.fail_after(LONG):
        async with LoopbackServer(never) as server:
            stream = await connect(server)
            await stream.send(asking(server, "/"))
            await asked.wait()
        assert ends == ["clean"]
        await stream.aclose()


async def test_open_connections_are_cut_when_the_block_ends():
    async with LoopbackServer(echo) as server:
        stream = await connect(server)
        await stream.send(asking(server, "/"))
        assert await until_text(stream, b"200")
    async with stream:
        with pytest.raises((anyio.EndOfStream, anyio.BrokenResourceError)), anyio.fail_after(LONG):
            await stream.receive()
    with pytest.raises(OSError):
        await connect(server)


async def test_a_server_whose_block_is_cancelled_closes_as_well():
    ends: list[str] = []

    with anyio.fail_after(LONG), anyio.CancelScope() as scope:

        async def never(request: Request) -> Response:
            scope.cancel()
            try:
                await anyio.sleep_forever()
            finally:
                with anyio.CancelScope(shield=True):
                    await turns()
                    ends.append("clean")
            raise AssertionError

        async with LoopbackServer(never) as server, await connect(server) as stream:
            await stream.send(asking(server, "/"))
            await anyio.sleep_forever()
    assert ends == ["clean"]
    with pytest.raises(OSError):
        await connect(server)


async def test_an_exception_in_the_block_comes_out_as_it_is():
    with pytest.raises(KeyError):
        async with LoopbackServer(echo):
            raise KeyError("mine")


async def test_none_closes_the_connection_without_an_answer():
    async with LoopbackServer(lambda _: None) as server, httpx2.AsyncClient() as client:
        with pytest.raises(CUT):
            await client.get(server.url)


async def test_whether_a_connection_is_closed_is_known():
    with anyio.fail_after(LONG):
        async with LoopbackServer(echo) as server:
            async with httpx2.AsyncClient() as client:
                await client.get(server.url)
                with anyio.move_on_after(0.05) as waited:
                    await server.until_closed(1)
                assert waited.cancelled_caught
            await server.until_closed(1)
            await server.until_closed(2)


async def test_a_handler_that_raises_gives_500_is_logged_and_ends_nothing_else(caplog: pytest.LogCaptureFixture):
    def at_once(request: Request):
        if request.path == "/well":
            return by_path(request)
        if request.path == "/later":
            return later(request)
        raise KeyError("at once")

    async def later(request: Request) -> Response:
        raise KeyError("later")

    async with LoopbackServer(at_once) as server, httpx2.AsyncClient() as client:
        with caplog.at_level(logging.ERROR):
            assert [(await client.get(f"{server.url}/{path}")).status_code for path in ("now", "later", "well")] == [
                500,
                500,
                200,
            ]
        assert server.accepted == 1
    assert [str(record.exc_info[1]) for record in caplog.records if record.exc_info] == ["'at once'", "'later'"]


async def test_an_answer_that_is_no_http_ends_its_own_connection_only(caplog: pytest.LogCaptureFixture):
    def respond(request: Request) -> Response:
        return Response(headers=(("X-One", "a\r\nb"),)) if request.path == "/bad" else by_path(request)

    async with LoopbackServer(respond) as server, httpx2.AsyncClient() as client:
        with pytest.raises(CUT):
            await client.get(f"{server.url}/bad")
        assert (await client.get(f"{server.url}/good")).content == b"/good"
    assert "no HTTP" in caplog.text


async def test_an_answer_that_cancels_itself_ends_its_own_connection_only():
    async def cancel(request: Request) -> Response:
        raise asyncio.CancelledError

    async with LoopbackServer(cancel) as server, httpx2.AsyncClient() as client:
        with pytest.raises(CUT):
            await client.get(server.url)


@pytest.mark.parametrize(
    ("host", "status"),
    [("evil.example", 403), ("127.0.0.1", 403), ("localhost:{port}", 200), ("127.0.0.1:{port}", 200)],
)
async def test_it_answers_to_its_own_address_only(host: str, status: int):
    seen: list[Request] = []

    def keep(request: Request) -> Response:
        seen.append(request)
        return echo(request)

    async with LoopbackServer(keep) as server, httpx2.AsyncClient() as client:
        named = host.format(port=server.url.rpartition(":")[2])
        assert (await client.get(server.url, headers={"Host": named})).status_code == status
        assert b" 403 " in await answer_to(server, b"GET / HTTP/1.0\r\n\r\n"), "a request without a Host"
    assert len(seen) == (status == 200)


async def test_a_server_for_any_host_answers_to_every_address():
    async with LoopbackServer(echo, any_host=True) as server, httpx2.AsyncClient() as client:
        assert (await client.get(server.url, headers={"Host": "elsewhere.example"})).status_code == 200


@pytest.mark.parametrize("is_chunked", [True, False])
async def test_a_body_that_is_too_large_is_refused(is_chunked: bool):
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(MAX_BODY // (1 << 16) + 1):
            yield b"x" * (1 << 16)

    async with LoopbackServer(echo) as server, httpx2.AsyncClient(timeout=LONG) as client:
        content = chunks() if is_chunked else b"x" * (MAX_BODY + 1)
        assert (await client.post(server.url, content=content)).status_code == 413
        assert (await client.post(server.url, content=b"x" * MAX_BODY)).status_code == 200


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x00\xff\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"HEAD / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * (300 << 10), 431),
    ],
)
async def test_a_malformed_request_is_told_its_status(sent: bytes, status: int):
    async with LoopbackServer(echo) as server:
        assert (await answer_to(server, sent)).startswith(f"HTTP/1.1 {status} ".encode())
        async with httpx2.AsyncClient() as client:
            assert (await client.get(server.url)).status_code == 200


async def test_what_is_malformed_after_a_good_request_is_told_so_too():
    async with LoopbackServer(echo) as server:
        received = await answer_to(server, asking(server, "/", method="HEAD") + b"\x00\xff\r\n\r\n")
    assert [part[:3] for part in received.split(b"HTTP/1.1 ")] == [b"", b"200", b"400"]


async def test_a_request_that_breaks_off_is_told_so():
    async with LoopbackServer(echo) as server, await connect(server) as stream:
        await stream.send(asking(server, "/", "Content-Length: 9", method="POST") + b"short")
        await stream.send_eof()
        assert b" 400 " in await all_of(stream)


async def test_nonsense_on_the_wire_closes_or_waits_but_does_not_break_the_server():
    async with LoopbackServer(echo) as server:
        for text in (b"\r\n\r\n", b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"\x00\xff"):
            async with await connect(server) as stream:
                await stream.send(text)
        async with httpx2.AsyncClient() as client:
            assert (await client.get(server.url)).status_code == 200


async def test_a_client_that_waits_to_be_told_to_go_on_is_told():
    async with LoopbackServer(echo) as server, await connect(server) as stream:
        await stream.send(asking(server, "/", "Expect: 100-continue", "Content-Length: 4", method="POST"))
        assert await until_text(stream, b"\r\n\r\n") == b"HTTP/1.1 100 \r\n\r\n"
        await stream.send(b"body")
        assert (await until_text(stream, b"body")).startswith(b"HTTP/1.1 200 ")


async def test_an_idle_connection_is_closed_and_one_that_breaks_off_is_told_why():
    said: dict[bytes, bytes] = {}

    async with LoopbackServer(echo, idle_seconds=0.3) as server:

        async def say(sent: bytes) -> None:
            said[sent] = await answer_to(server, sent)

        async with anyio.create_task_group() as tasks:
            for sent in (b"", asking(server, "/"), b"GET / HT"):
                tasks.start_soon(say, sent)
    assert sorted(text[:12] for text in said.values()) == [b"", b"HTTP/1.1 200", b"HTTP/1.1 400"]


async def test_a_connection_is_not_idle_while_its_answer_is_under_way():
    async def wait(request: Request) -> Response:
        await anyio.sleep(0.6)
        return by_path(request)

    async with LoopbackServer(wait, idle_seconds=0.2) as server:
        assert (await answer_to(server, asking(server, "/late"))).endswith(b"/late")


async def test_a_client_that_asks_to_close_still_gets_the_whole_answer():
    body = b"x" * 5_000_000
    async with LoopbackServer(lambda _: Response(body=body)) as server:
        assert (await answer_to(server, asking(server, "/", "Connection: close"))).endswith(body)


async def test_a_client_that_says_no_more_still_gets_the_whole_answer():
    body = b"x" * 5_000_000
    async with LoopbackServer(lambda _: Response(body=body)) as server, await connect(server) as stream:
        await stream.send(asking(server, "/1") + asking(server, "/2"))
        await until_text(stream, b"xxx")
        await stream.send_eof()
        received = await all_of(stream)
    assert set(received) == set(b"x")
    assert received.endswith(body[:4_000_000])


async def test_no_more_is_answered_than_the_client_reads():
    body = b"x" * 5_000_000
    answered: list[str] = []

    def respond(request: Request) -> Response:
        answered.append(request.path)
        return Response(body=body)

    async with LoopbackServer(respond) as server, await connect(server) as stream:
        await stream.send(asking(server, "/1"))
        await until_text(stream, b"xxx")
        following = asking(server, "/2", "Connection: close")
        for part in (following[:9], following[9:]):
            await stream.send(part)
            await turns()
        assert answered == ["/1"]
        assert (await all_of(stream)).endswith(body)
    assert answered == ["/1", "/2"]
