"""One deadline for all that is fetched, and bounds for all that is read of it."""

import gzip
import json
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import anyio
import pytest
from driversmith.engine.errors import DescriptionError, FetchError, FetchTimeoutError, ResearchError
from driversmith.engine.network.addresses import AddressPolicy
from driversmith.engine.network.credentials import OriginCredentials
from driversmith.engine.network.fetch import Fetcher
from driversmith.engine.research.documents.bounds import MAX_DEPTH
from driversmith.engine.research.documents.parse import parse_description
from driversmith.engine.research.study import study_api

from ..patience import LONG

SECONDS = 0.5
MIB = 1 << 20
LOCAL = AddressPolicy(allow_local=True)


def _headers(over: Event) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n"
    while True:
        yield b"X-Slow: "
        yield b"y\r\n"


def _body(over: Event) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n"
    while True:
        yield b" "


def _zipped(over: Event) -> Iterator[bytes]:
    """A body that says something all the time, and decodes to nothing."""
    yield b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
    head = gzip.compress(b"")[:10]
    yield f"{len(head):x}\r\n".encode() + head + b"\r\n"
    while True:
        yield b"5\r\n\x00\x00\x00\xff\xff\r\n"


def _redirect(over: Event) -> Iterator[bytes]:
    for letter in b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n":
        yield bytes([letter])


def _status(over: Event) -> Iterator[bytes]:
    """Nothing at all."""
    over.wait(LONG)
    yield b""


DRIPS = [_headers, _body, _zipped, _redirect, _status]


@contextmanager
def _dripping(drip: Callable[[Event], Iterator[bytes]]) -> Generator[str]:
    """A server that says everything a little at a time; its URL."""
    over = Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            for part in drip(over):
                self.wfile.write(part)
                self.wfile.flush()
                if over.wait(0.01):
                    return

        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass  # whoever asked has left

    with Server(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            over.set()
            server.shutdown()


@pytest.mark.parametrize("drip", DRIPS)
@pytest.mark.parametrize("alone", [True, False])
async def test_a_drip_ends_at_the_deadline(drip: Callable[[Event], Iterator[bytes]], alone: bool) -> None:
    with _dripping(drip) as url:
        async with Fetcher(policy=LOCAL, seconds=SECONDS, alone=alone) as fetcher:
            with anyio.fail_after(LONG), pytest.raises(FetchError):
                await fetcher.get(f"{url}/openapi.json", max_bytes=MIB)


@pytest.mark.parametrize("drip", [_headers, _body, _zipped, _status])
async def test_all_pages_together_have_one_deadline(drip: Callable[[Event], Iterator[bytes]]) -> None:
    with _dripping(drip) as url:
        async with Fetcher(policy=LOCAL, seconds=SECONDS) as fetcher:
            began = time.monotonic()
            for number in range(30):
                with anyio.fail_after(LONG), pytest.raises(FetchTimeoutError):
                    await fetcher.get(f"{url}/{number}", max_bytes=MIB)
            assert time.monotonic() - began < 30 * SECONDS / 3


async def test_looking_for_a_description_ends_with_it() -> None:
    with _dripping(_body) as url:
        async with Fetcher(policy=LOCAL, seconds=SECONDS) as fetcher:
            with anyio.fail_after(LONG), pytest.raises(ResearchError):
                await study_api(api_name="Drip", api_url=url, fetcher=fetcher, max_bytes=MIB)


@pytest.mark.parametrize("seconds", [0.0001])
async def test_nothing_is_asked_once_the_time_is_over(seconds: float) -> None:
    with _dripping(_body) as url:
        async with Fetcher(policy=LOCAL, seconds=seconds, alone=True) as fetcher:
            for _ in range(2):
                with pytest.raises(FetchTimeoutError):
                    await fetcher.get(url, max_bytes=MIB)
            assert fetcher.requests.total() <= 1


def _nested(depth: int, opening: str = '{"a":', inner: str = "1", closing: str = "}") -> bytes:
    return f'{{"openapi": "3.0.3", "x": {opening * depth}{inner}{closing * depth}}}'.encode()


@pytest.mark.parametrize("depth", [MAX_DEPTH, 900, 100_000])
@pytest.mark.parametrize(("opening", "closing"), [('{"a":', "}"), ("[", "]")])
def test_json_that_nests_too_deeply_is_refused(depth: int, opening: str, closing: str) -> None:
    with pytest.raises(DescriptionError, match="nests"):
        parse_description(_nested(depth, opening, "1", closing), location="x.json", max_bytes=MIB)


def test_json_may_nest_as_deeply_as_any_real_description() -> None:
    assert parse_description(_nested(200), location="x.json", max_bytes=MIB).format == "OpenAPI 3.0.3"


@pytest.mark.parametrize(
    "bomb",
    [
        "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"{c}: &{c} [{', '.join([f'*{b}'] * 10)}]\n" for b, c in zip("abcdefgh", "bcdefghi", strict=True)),
        "a: &a [" + "x, " * 2_000 + "x]\nb:\n" + "  - *a\n" * 4_000,
        "a: &a\n  <<: *a\n",
        "a: " + "[" * 5_000,
    ],
    ids=["doubling", "many", "of itself", "deep"],
)
def test_yaml_that_unfolds_without_end_is_refused(bomb: str) -> None:
    with pytest.raises(DescriptionError):
        parse_description(f"openapi: 3.0.3\n{bomb}".encode(), location="x.yaml", max_bytes=64 * MIB)


@contextmanager
def _asked() -> Generator[tuple[str, list[tuple[str, dict[str, str]]]]]:
    """A server with a description, and what it was asked."""
    seen: list[tuple[str, dict[str, str]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            body = json.dumps({"openapi": "3.0.3", "paths": {}}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", seen
        finally:
            server.shutdown()


async def test_a_stored_key_goes_with_the_page_that_was_named_and_with_no_other() -> None:
    with _asked() as (url, seen):
        keys = OriginCredentials(origin=url, headers={"X-Key": "s3cret-header"}, query={"token": "s3cret/query"})
        named = f"{url}/openapi.json?x=1"
        async with Fetcher(policy=LOCAL, keys=keys, keyed=named) as fetcher:
            page = await fetcher.get(named, max_bytes=MIB)
            await fetcher.get(f"{url}/other.json", max_bytes=MIB)
    assert page.status == 200
    (first, with_key), (second, without) = seen
    assert first.endswith("x=1&token=s3cret%2Fquery") and with_key["x-key"] == "s3cret-header"
    assert second == "/other.json" and "x-key" not in without
