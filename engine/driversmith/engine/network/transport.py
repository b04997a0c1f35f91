"""The HTTP transport that all requests of this process to the outside go through.

A name is resolved once, every address of it is checked, and the connection goes to a checked address: a name that
changes its address between check and connection (DNS rebinding) gains nothing. Host header and TLS still use the name.
"""

import asyncio
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from concurrent.futures import Future
from functools import cached_property
from ipaddress import ip_address
from typing import Any, TypeVar, cast

import anyio
import httpcore2
import httpx2

from ..errors import FetchError, FetchTimeoutError
from .addresses import AddressPolicy, host_port

Resolver = Callable[[str, int], Awaitable[list[str]]]
"""Host and port to addresses, best first; raises OSError for an unknown name."""

E = TypeVar("E", bound=BaseException)

_CONNECT_SECONDS = 10.0
_NEXT_ADDRESS_SECONDS = 3.0


class CheckedTransport(httpx2.AsyncBaseTransport):
    """Sends a request where the policy allows it; neither proxies nor cookies nor redirects.

    Raises, from a request and from reading its body:
        AddressRefusedError: the policy refuses the name or one of its addresses.
        FetchTimeoutError: no connection or no answer in time.
        FetchError: unknown host, refused, TLS failure, connection lost; the message is for a person.
    """

    def __init__(
        self,
        policy: AddressPolicy,
        *,
        resolve: Resolver | None = None,
    ) -> None:
        self._backend = _CheckedBackend(policy, resolve or resolve_host)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request; the response body is a stream."""
        url = request.url
        pool = self._tls_pool if url.scheme == "https" else self._plain_pool
        try:
            response = await pool.handle_async_request(
                httpcore2.Request(
                    method=request.method,
                    url=httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                    headers=request.headers.raw,
                    content=cast(Any, request.stream),
                    extensions=request.extensions,
                )
            )
        except _HTTPCORE_ERRORS as exc:
            raise transport_error(exc, url) from exc
        return httpx2.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Body(response, url),
            request=request,
        )

    async def aclose(self) -> None:
        """Close all connections."""
        for name in ("_plain_pool", "_tls_pool"):
            if pool := self.__dict__.get(name):
                await pool.aclose()

    @cached_property
    def _plain_pool(self) -> httpcore2.AsyncConnectionPool:
        return httpcore2.AsyncConnectionPool(network_backend=self._backend, max_connections=20)

    @cached_property
    def _tls_pool(self) -> httpcore2.AsyncConnectionPool:
        return httpcore2.AsyncConnectionPool(
            network_backend=self._backend, max_connections=20, ssl_context=httpx2.create_ssl_context()
        )


async def resolve_host(host: str, port: int) -> list[str]:
    """All addresses of a host by the system's resolver.

    In a daemon thread, since a resolver without a network blocks for half a minute and must not hold up our exit.
    """
    future: Future[list[str]] = Future()

    def look_up() -> None:
        if not future.set_running_or_notify_cancel():
            return
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            future.set_result(list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found)))
        except Exception as exc:  # the edge of the thread: OSError and UnicodeError reach the waiter
            future.set_exception(exc)

    threading.Thread(target=look_up, name=f"resolve {host}", daemon=True).start()
    return await asyncio.wrap_future(future)


class _CheckedBackend(httpcore2.AsyncNetworkBackend):
    """Opens connections to checked addresses only."""

    def __init__(self, policy: AddressPolicy, resolve: Resolver) -> None:
        self._policy = policy
        self._resolve = resolve
        self._sockets = cast(httpcore2.AsyncNetworkBackend, httpcore2.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore2's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        self._policy.check_name(host, port)
        addresses = await self._addresses(host, port)
        for address in addresses:
            self._policy.check_address(host, port, address)
        for left, address in zip(range(len(addresses) - 1, -1, -1), addresses, strict=True):
            limit = min(timeout or _CONNECT_SECONDS, _NEXT_ADDRESS_SECONDS if left else _CONNECT_SECONDS)
            try:
                return await self._sockets.connect_tcp(address, port, limit, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as exc:
                if not left:
                    raise _not_connected(exc, host, port) from exc
        raise FetchError(f"The host name {host!r} has no address.", next_action=_SPELLING)

    async def connect_unix_socket(self, *args: Any, **kwargs: Any) -> httpcore2.AsyncNetworkStream:
        raise FetchError("Unix sockets are not used.")

    async def _addresses(self, host: str, port: int) -> list[str]:
        try:
            return [str(ip_address(host.strip("[]")))]
        except ValueError:
            pass
        try:
            with anyio.fail_after(_CONNECT_SECONDS):
                return await self._resolve(host, port)
        except TimeoutError as exc:
            raise FetchError(
                f"The host name {host!r} could not be looked up in {_CONNECT_SECONDS:g} seconds.",
                next_action="Check the network connection and try again.",
            ) from exc
        except (OSError, UnicodeError) as exc:
            raise FetchError(f"The host name {host!r} is unknown.", next_action=_SPELLING) from exc


class _Body(httpx2.AsyncByteStream):
    """The body of a response, its transport faults told as FetchError."""

    def __init__(self, response: httpcore2.Response, url: httpx2.URL) -> None:
        self._response = response
        self._url = url

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for part in self._response.aiter_stream():
                yield part
        except _HTTPCORE_ERRORS as exc:
            raise transport_error(exc, self._url) from exc

    async def aclose(self) -> None:
        await self._response.aclose()


_SPELLING = "Check its spelling and that this machine can reach it."
_HTTPCORE_ERRORS = (
    httpcore2.TimeoutException,
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.UnsupportedProtocol,
)


def transport_error(exc: Exception, url: httpx2.URL) -> FetchError:
    """What went wrong on the wire, for a person; names host and path, never the query."""
    where = shown_url(url)
    causes = _causes(exc)
    if cause := _first(causes, ssl.SSLCertVerificationError):
        return FetchError(
            f"The TLS certificate of {url.host} is not trusted ({cause.verify_message}).",
            next_action="Check the URL; for a private authority point SSL_CERT_FILE to its certificate.",
        )
    if cause := _first(causes, ssl.SSLError):
        return FetchError(
            f"{url.host} does not answer with TLS ({(cause.reason or 'handshake failed').lower().replace('_', ' ')}).",
            next_action="Check the port, and whether the URL should begin with http:// instead of https://.",
        )
    if isinstance(exc, httpcore2.TimeoutException):
        return FetchTimeoutError(f"{where} did not answer in time.", next_action="Try again later or check the URL.")
    ended_early = "disconnected" in str(exc) or "peer closed" in str(exc)
    if isinstance(exc, httpcore2.ProtocolError) and not ended_early:
        return FetchError(
            f"{where} did not answer in HTTP ({exc}).", next_action="Check the port and http:// or https://."
        )
    return FetchError(f"The connection to {where} was lost.", next_action="Try again; check that the server is well.")


def shown_url(url: httpx2.URL) -> str:
    """The URL without its query, which may hold keys."""
    return str(url.copy_with(query=None, fragment=None))


def _not_connected(exc: Exception, host: str, port: int) -> FetchError:
    pair = host_port(host, port)
    if isinstance(exc, httpcore2.ConnectTimeout):
        return FetchTimeoutError(f"{pair} did not accept a connection in time.", next_action=_SPELLING)
    if _first(_causes(exc), ConnectionRefusedError):
        return FetchError(
            f"{pair} refused the connection.", next_action="Check the port and that the server is running."
        )
    return FetchError(f"{pair} cannot be reached.", next_action=_SPELLING)


def _causes(exc: BaseException) -> list[BaseException]:
    """The exception and what it came from, down to the system's own."""
    found: list[BaseException] = []
    following: BaseException | None = exc
    while following is not None and following not in found:
        found.append(following)
        following = following.__cause__ or following.__context__
    return found


def _first(causes: list[BaseException], kind: type[E]) -> E | None:
    return next((cause for cause in causes if isinstance(cause, kind)), None)
