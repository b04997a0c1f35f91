"""Reading URLs from real loopback servers, good and hostile."""

import gzip
import logging
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import anyio
import pytest
from driversmith.engine.errors import AddressRefusedError, FetchError, FetchTimeoutError
from driversmith.engine.network.addresses import AddressPolicy
from driversmith.engine.network.fetch import Fetcher
from driversmith.engine.network.transport import CheckedTransport

from ...patience import LONG

LOCAL = AddressPolicy(allow_local=True)
MIB = 1 << 20


class Site:
    """A loopback server whose paths answer by functions of the request handler."""

    def __init__(self) -> None:
        self.routes: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}
        self.seen: list[tuple[str, dict[str, str]]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.seen.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
                site.routes[self.path.partition("?")[0]](self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def answers(self, path: str, body: bytes = b"", *, status: int = 200, **headers: str) -> None:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            for name, value in headers.items():
                handler.send_header(name.replace("_", "-"), value)
            if "Content_Length" not in headers:
                handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)

        self.routes[path] = answer

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.stop()


async def test_a_page_comes_back_with_its_status_headers_and_bytes(site: Site) -> None:
    site.answers("/openapi.json", b"{}", Content_Type="application/json")
    async with Fetcher(policy=LOCAL) as fetcher:
        page = await fetcher.get(f"{site.url}/openapi.json", max_bytes=MIB, headers={"Accept": "application/json"})
    assert (page.status, page.content, page.headers["content-type"]) == (200, b"{}", "application/json")
    assert page.url == f"{site.url}/openapi.json"
    (_, sent) = site.seen[0]
    assert sent["user-agent"].startswith("driversmith/")
    assert sent["accept"] == "application/json"
    assert sent["host"] == f"127.0.0.1:{site.port}"


async def test_an_http_error_is_an_answer(site: Site) -> None:
    site.answers("/gone", b"no", status=404)
    async with Fetcher(policy=LOCAL) as fetcher:
        page = await fetcher.get(f"{site.url}/gone", max_bytes=MIB)
    assert (page.status, page.content) == (404, b"no")


async def test_a_local_server_is_not_reached_by_default(site: Site) -> None:
    async with Fetcher(policy=AddressPolicy()) as fetcher:
        for host in ("127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]"):
            with pytest.raises(AddressRefusedError):
                await fetcher.get(f"http://{host}:{site.port}/", max_bytes=MIB)
    assert site.seen == []


@pytest.mark.parametrize(
    "host",
    [
        *(
            "localhost.",
            "LocalHost",
            "127。0。0。1",
            "\uff11\uff12\uff17.0.0.1",
            "ⓛocalhost",
            "%6c%6f%63%61%6c%68%6f%73%74",
        ),
        *("0", "0.0.0.0", "0x7f000001", "017700000001", "0177.0.0.1", "127.0.1"),  # noqa: S104
        *("[::]", "[::1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]", "[::1%25lo]"),
        *("user@127.0.0.1", "example.com\\@127.0.0.1", "127.0.0.1\\@example.com", "127.0.0.1%00.example.com"),
        *("169.254.169.254", "0xa9fea9fe", "2852039166", "[::ffff:169.254.169.254]", " 127.0.0.1", "local\nhost"),
    ],
)
async def test_no_spelling_of_a_local_address_gets_through(site: Site, host: str) -> None:
    async with Fetcher(policy=AddressPolicy()) as fetcher:
        with pytest.raises(FetchError):
            await fetcher.get(f"http://{host}:{site.port}/", max_bytes=MIB)
    assert site.seen == []


async def test_a_name_that_points_home_is_refused_by_its_address(site: Site) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["93.184.216.34", "127.0.0.1"]

    policy = AddressPolicy()
    async with Fetcher(policy=policy, transport=CheckedTransport(policy, resolve=resolve)) as fetcher:
        with pytest.raises(AddressRefusedError, match=r"\(127\.0\.0\.1\) is a loopback"):
            await fetcher.get(f"http://rebound.example.com:{site.port}/", max_bytes=MIB)
    assert site.seen == []


async def test_a_name_is_resolved_once_and_the_checked_address_is_the_one_connected_to(site: Site) -> None:
    site.answers("/", b"hello")
    answers = [["127.0.0.1"], ["169.254.169.254"]]

    async def resolve(host: str, port: int) -> list[str]:
        return answers.pop(0)

    policy = AddressPolicy(allow_local=frozenset({f"api.example.com:{site.port}"}))
    async with Fetcher(policy=policy, transport=CheckedTransport(policy, resolve=resolve)) as fetcher:
        page = await fetcher.get(f"http://api.example.com:{site.port}/", max_bytes=MIB)
    assert page.content == b"hello"
    assert site.seen[0][1]["host"] == f"api.example.com:{site.port}"
    assert len(answers) == 1


async def test_the_next_address_of_a_name_is_tried(site: Site) -> None:
    site.answers("/", b"hello")

    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.2", "127.0.0.1"]

    transport = CheckedTransport(LOCAL, resolve=resolve)
    async with Fetcher(policy=LOCAL, transport=transport) as fetcher:
        assert (await fetcher.get(f"http://api.example.com:{site.port}/", max_bytes=MIB)).content == b"hello"


async def test_redirects_are_followed_and_checked_one_by_one(site: Site) -> None:
    site.answers("/old", status=301, Location="/new?x=1", Set_Cookie="session=1")
    site.answers("/new", b"here")
    site.answers("/inside", status=302, Location="http://169.254.169.254/latest/meta-data/")
    site.answers("/home", status=302, Location=f"http://localhost:{site.port + 1}/")
    site.answers("/file", status=302, Location="file:///etc/passwd")
    site.answers("/loop", status=302, Location="/loop")
    async with Fetcher(policy=AddressPolicy(typed=frozenset({f"127.0.0.1:{site.port}"}))) as fetcher:
        page = await fetcher.get(f"{site.url}/old", max_bytes=MIB)
        assert (page.url, page.content) == (f"{site.url}/new?x=1", b"here")
        assert "cookie" not in site.seen[1][1]
        for path, error in (
            ("/inside", AddressRefusedError),
            ("/home", AddressRefusedError),
            ("/file", FetchError),
            ("/loop", FetchError),
        ):
            with pytest.raises(error):
                await fetcher.get(f"{site.url}{path}", max_bytes=MIB)
    assert sum(path == "/loop" for path, _ in site.seen) == 6


async def test_a_redirect_to_another_origin_takes_no_headers_along(site: Site) -> None:
    other = Site()
    try:
        other.answers("/", b"there")
        site.answers("/", status=307, Location=f"{other.url}/")
        async with Fetcher(policy=LOCAL) as fetcher:
            await fetcher.get(f"{site.url}/", max_bytes=MIB, headers={"X-Api-Key": "k", "Accept": "text/plain"})
        assert site.seen[0][1]["x-api-key"] == "k"
        assert "x-api-key" not in other.seen[0][1]
        assert other.seen[0][1]["accept"] == "text/plain"
    finally:
        other.stop()


async def test_a_body_that_is_too_large_is_refused_declared_or_not(site: Site) -> None:
    site.answers("/declared", b"x" * 2000)
    site.routes["/streamed"] = lambda handler: _stream(handler, (b"x" * 1000 for _ in range(1000)))
    bomb = gzip.compress(b"\0" * (64 * MIB))
    site.answers("/bomb", bomb, Content_Encoding="gzip")
    site.answers("/double", gzip.compress(bomb), Content_Encoding="gzip, gzip")
    async with Fetcher(policy=LOCAL) as fetcher:
        for path in ("/declared", "/streamed"):
            with pytest.raises(FetchError) as caught:
                await fetcher.get(f"{site.url}{path}", max_bytes=1000)
            assert caught.value.code == "description_too_large"
        for path in ("/bomb", "/double"):
            with pytest.raises(FetchError) as caught:
                await fetcher.get(f"{site.url}{path}", max_bytes=MIB)
            assert caught.value.code == "description_too_large"


async def test_encoded_bodies_are_decoded_and_broken_ones_explained(site: Site) -> None:
    site.answers("/gzip", gzip.compress(b"text"), Content_Encoding="gzip")
    site.answers("/deflate", zlib.compress(b"text"), Content_Encoding="deflate")
    site.answers("/broken", b"not gzip", Content_Encoding="gzip")
    async with Fetcher(policy=LOCAL) as fetcher:
        for path in ("/gzip", "/deflate"):
            assert (await fetcher.get(f"{site.url}{path}", max_bytes=MIB)).content == b"text"
        with pytest.raises(FetchError, match="content-encoding"):
            await fetcher.get(f"{site.url}/broken", max_bytes=MIB)


async def test_a_slow_drip_ends_at_the_total_deadline(site: Site) -> None:
    def drip() -> Iterator[bytes]:
        for _ in range(100):
            time.sleep(0.02)
            yield b"x"

    site.routes["/drip"] = lambda handler: _stream(handler, drip())
    async with Fetcher(policy=LOCAL, seconds=0.2) as fetcher:
        with anyio.fail_after(LONG), pytest.raises(FetchTimeoutError, match=r"longer than 0\.2 seconds"):
            await fetcher.get(f"{site.url}/drip", max_bytes=MIB)


async def test_a_cancelled_caller_is_cancelled_and_not_told_of_a_time_out(site: Site) -> None:
    over = threading.Event()
    site.routes["/wait"] = lambda handler: over.wait(LONG)
    async with Fetcher(policy=LOCAL) as fetcher:
        with anyio.move_on_after(0.05) as scope:
            await fetcher.get(f"{site.url}/wait", max_bytes=MIB)
        over.set()
        assert scope.cancelled_caught


async def test_an_unknown_host_a_refused_connection_and_a_wrong_protocol_are_told_apart() -> None:
    async def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async with Fetcher(policy=LOCAL, transport=CheckedTransport(LOCAL, resolve=unknown)) as fetcher:
        with pytest.raises(FetchError, match=r"'no\.such\.example' is unknown"):
            await fetcher.get("https://no.such.example/?key=hunter2", max_bytes=MIB)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    async with Fetcher(policy=LOCAL) as fetcher:
        with pytest.raises(FetchError, match="refused the connection"):
            await fetcher.get(f"http://127.0.0.1:{port}/", max_bytes=MIB)


async def test_plain_http_behind_https_and_nonsense_behind_http_are_explained(site: Site) -> None:
    site.answers("/")
    site.routes["/nonsense"] = lambda handler: handler.wfile.write(b"SSH-2.0-OpenSSH_9\r\n\r\n")
    site.routes["/short"] = lambda handler: handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")
    async with Fetcher(policy=LOCAL) as fetcher:
        with pytest.raises(FetchError, match="does not answer with TLS"):
            await fetcher.get(f"https://127.0.0.1:{site.port}/", max_bytes=MIB)
        for path, fault in (("/nonsense", "did not answer in HTTP"), ("/short", "was lost")):
            with pytest.raises(FetchError, match=fault) as caught:
                await fetcher.get(f"{site.url}{path}?key=hunter2", max_bytes=MIB)
            assert "hunter2" not in str(caught.value)


async def test_no_log_line_holds_a_query(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    site.answers("/")
    with caplog.at_level(logging.DEBUG):
        async with Fetcher(policy=LOCAL) as fetcher:
            await fetcher.get(f"{site.url}/?api_key=hunter2", max_bytes=MIB)
    assert "hunter2" not in caplog.text


async def test_proxy_variables_are_not_obeyed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.answers("/", b"direct")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    async with Fetcher(policy=LOCAL) as fetcher:
        assert (await fetcher.get(f"{site.url}/", max_bytes=MIB)).content == b"direct"


def _stream(handler: BaseHTTPRequestHandler, parts: Iterator[bytes]) -> None:
    handler.send_response(200)
    handler.end_headers()
    try:
        for part in parts:
            handler.wfile.write(part)
    except (BrokenPipeError, ConnectionResetError):
        pass
