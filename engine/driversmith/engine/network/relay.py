"""The relay for live reads: a driver in a child reaches one API through it, and never holds a key.

It has no port that another account could use: it answers the connections that a child makes to the API's own address, forwards
to the origin of the base URL only, counts, logs, and puts real credentials in the place of the placeholders that the child was
given. Answers of its own carry the header `Driversmith-Relay`.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from http import HTTPStatus

import anyio
import httpx2

from ..errors import DriversmithError, FetchError
from ..models.profile import AuthScheme
from .addresses import AddressPolicy, host_port, origin_of, port_of
from .credentials import OriginCredentials
from .injection import Injector
from .loopback import Headers, LoopbackServer, Request, Response
from .tokens import StandInTokens
from .transport import CheckedTransport

READ_METHODS = frozenset({"GET", "HEAD"})
MARKER = "Driversmith-Relay"
TOKEN_PATH = "/.driversmith/token"  # noqa: S105 - a path, not a token

_HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te"}
    | {"trailer", "transfer-encoding", "upgrade"}
)
_NOT_FORWARDED = _HOP_BY_HOP | {"host", "content-length", "expect", "forwarded"}
_NOT_RETURNED = _HOP_BY_HOP | {"content-length", "set-cookie", "location", "strict-transport-security", "alt-svc"}
_UNTOLD = frozenset({"set-cookie", "set-cookie2", "authorization", "report-to", "nel", "content-security-policy"})
"""Headers of an answer that are not kept in the log."""
_MOST_TOLD = 60
_LONGEST_TOLD = 10_000


@dataclass(frozen=True)
class RelayedRequest:
    """One request that went to the API."""

    method: str
    path: str
    """Path and query as the driver sent them: placeholders, no keys."""
    status: int
    """0: there was no answer; `fault` says why."""
    body: bytes = b""
    """The answer's body, decoded; whole until `forget_bodies`, then cut at `log_bytes`."""
    fault: str = ""
    headers: dict[str, str] = field(default_factory=dict[str, str])
    """Those of the answer, names in lower case; no cookies."""
    sent: tuple[tuple[str, str], ...] = ()
    """Headers as the driver sent them: placeholders, no keys."""
    question: bytes = b""
    """The body that it was sent with."""


@dataclass(frozen=True)
class RelayLimits:
    """What a relay lets through."""

    max_requests: int
    seconds: float = 30.0
    """For one request."""
    max_response_bytes: int = 16 << 20
    """Of one body, as it comes and decoded."""
    log_bytes: int = 1 << 16
    """Of one body that nobody compares any more."""
    keeps_bodies: bool = True


class Relay:
    """What `open_relay` yields."""

    def __init__(
        self,
        *,
        base_url: str,
        policy: AddressPolicy,
        credentials: OriginCredentials | None,
        auth: tuple[AuthScheme, ...],
        limits: RelayLimits,
        asks: Callable[[Request], bool],
    ) -> None:
        self._asks = asks
        self._base = policy.check_url(base_url)
        self._origin = origin_of(self._base)
        self._address = (self._base.raw_host.decode(), port_of(self._base))
        name = self._origin.partition("://")[2]
        self._names = frozenset({name, host_port(self._base.raw_host.decode(), self._address[1])})
        """What the Host of a request may be."""
        self._limits = limits
        self._max_requests = limits.max_requests
        self._transport = CheckedTransport(policy)
        self._injector = Injector(auth, credentials)
        self._oauth = StandInTokens.where_known(
            auth, self._injector, base_url=str(self._base), policy=policy, transport=self._transport
        )
        self._server = LoopbackServer(self._hear, any_host=True, listens=False)
        self.log: list[RelayedRequest] = []
        self.refused: list[str] = []
        """What the relay answered by itself, one sentence each."""
        self.requests = 0
        """How many requests went to the API, token requests not counted."""

    @property
    def base_url(self) -> str:
        """The base URL for the driver in the child: the API's own."""
        return str(self._base)

    def door(self, host: str, port: int) -> asyncio.Protocol | None:
        """Answers connections to the API's origin (sandbox.doorway.Door)."""
        return self._server.connection() if (host, port) == self._address else None

    async def ask(self, target: str, headers: Headers, question: bytes = b"") -> Response:
        """What the API answers to a GET of this path and query, or to a POST of a question, as if a driver had sent it."""
        request = Request("POST" if question else "GET", target, headers, question, time.monotonic(), 0)
        return await self._handle(request)

    @property
    def driver_arguments(self) -> dict[str, str]:
        """Credential arguments for the driver's constructor: placeholders, and a token URL that the relay answers for OAuth2."""
        arguments = self._injector.driver_arguments()
        if self._oauth and arguments:
            arguments["token_url"] = self._origin + TOKEN_PATH
        return arguments

    def allow(self, requests: int) -> None:
        """Let so many more requests go to the API, from now on."""
        self._max_requests = self.requests + requests

    def forget_bodies(self) -> None:
        """Keep no more than the beginning of each body: what it was compared with is done."""
        most = self._limits.log_bytes
        self.log = [replace(seen, body=seen.body[:most]) if len(seen.body) > most else seen for seen in self.log]

    def secrets(self) -> frozenset[str]:
        """Real values that bodies of this API may echo: redact them before showing a record."""
        return self._injector.values()

    @asynccontextmanager
    async def serve(self) -> AsyncGenerator["Relay"]:
        """Serve while the block runs."""
        try:
            async with self._server:
                yield self
        finally:
            with anyio.CancelScope(shield=True):
                await self._transport.aclose()

    async def _hear(self, request: Request) -> Response:
        if request.header("host") not in self._names:
            return self._refuse(HTTPStatus.FORBIDDEN, f"The relay answers for {self._origin} only.")
        return await self._handle(request)

    async def _handle(self, request: Request) -> Response:
        if self._oauth and request.method == "POST" and request.target == TOKEN_PATH:
            return self._oauth.answer()
        if not request.target.startswith("/"):
            return self._refuse(HTTPStatus.BAD_REQUEST, "The relay is not a proxy: send a path.")
        if request.method not in READ_METHODS and not self._asks(request):
            allowed = ", ".join(sorted(READ_METHODS))
            return self._refuse(
                HTTPStatus.METHOD_NOT_ALLOWED,
                f"Only {allowed} go to the real API, not {request.method}.",
                ("Allow", allowed),
            )
        if self.requests >= self._max_requests:
            return self._refuse(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"The limit of {self._max_requests} requests to the real API is reached.",
                ("Retry-After", "0"),
            )
        self.requests += 1
        try:
            with anyio.fail_after(self._limits.seconds):
                return await self._forward(request)
        except TimeoutError:
            fault = f"{self._origin} did not answer within {self._limits.seconds:g} seconds."
            status = HTTPStatus.GATEWAY_TIMEOUT
        except DriversmithError as exc:
            fault, status = str(exc), HTTPStatus.BAD_GATEWAY
        self.log.append(RelayedRequest(request.method, request.target, 0, fault=fault))
        return self._refuse(status, fault)

    async def _forward(self, request: Request) -> Response:
        if self._oauth:
            await self._oauth.prepare(request)
        headers = [(name, value) for name, value in request.headers if name not in _NOT_FORWARDED]
        sent = tuple(headers)
        target, headers = self._injector.apply(request.target, headers)
        upstream = httpx2.Request(
            request.method,
            self._origin,
            headers=headers,
            content=request.body or None,
            extensions={"target": target},
        )
        response = await self._transport.handle_async_request(upstream)
        try:
            raw = await self._raw_body(response)
        finally:
            with anyio.CancelScope(shield=True):
                await response.aclose()
        decoded = self._decoded(response, raw) if self._limits.keeps_bodies else b""
        told = _told(response)
        self.log.append(
            RelayedRequest(
                request.method,
                request.target,
                response.status_code,
                decoded,
                headers=told,
                sent=sent,
                question=request.body,
            )
        )
        if response.status_code == HTTPStatus.UNAUTHORIZED and self._oauth:
            self._oauth.forget()
        return self._returned(request, response, raw)

    async def _raw_body(self, response: httpx2.Response) -> bytes:
        raw = bytearray()
        async for chunk in response.aiter_raw():
            raw += chunk
            if len(raw) > self._limits.max_response_bytes:
                raise self._too_large()
        return bytes(raw)

    def _decoded(self, response: httpx2.Response, raw: bytes) -> bytes:
        """The body without its content-encoding; as it came where that is broken.

        Raises:
            FetchError: it is too large.
        """
        encoding = response.headers.get("content-encoding")
        if not encoding:
            return raw
        decoded = bytearray()
        try:
            whole = httpx2.Response(200, headers={"Content-Encoding": encoding}, stream=httpx2.ByteStream(raw))
            for chunk in whole.iter_bytes():
                decoded += chunk
                if len(decoded) > self._limits.max_response_bytes:
                    raise self._too_large()
        except httpx2.DecodingError:
            return raw
        return bytes(decoded)

    def _too_large(self) -> FetchError:
        return FetchError(
            f"An answer of {self._origin} is larger than {self._limits.max_response_bytes} bytes.",
            next_action="Ask for fewer records, or use a parameter of the API's that makes its pages smaller.",
        )

    def _returned(self, request: Request, response: httpx2.Response, raw: bytes) -> Response:
        upstream = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw]
        headers = [(name, value) for name, value in upstream if name.lower() not in _NOT_RETURNED]
        if request.method == "HEAD" and (length := response.headers.get("content-length")):
            headers.append(("Content-Length", length))
        if location := response.headers.get("location"):
            rewritten = self._location(location, request.target)
            if rewritten is None:
                return self._refuse(
                    HTTPStatus.BAD_GATEWAY,
                    f"{self._origin} redirects to another origin, which the relay does not follow.",
                )
            headers.append(("Location", rewritten))
        return Response(response.status_code, raw, tuple(headers))

    def _location(self, location: str, path: str) -> str | None:
        """A redirect within the API's origin; None where it leaves."""
        try:
            following = httpx2.URL(self._origin + path).join(location)
            if origin_of(following) != self._origin:
                return None
        except (httpx2.InvalidURL, ValueError, FetchError):
            return None
        return self._origin + following.raw_path.decode("ascii")

    def _refuse(self, status: HTTPStatus, message: str, *headers: tuple[str, str]) -> Response:
        self.refused.append(message)
        own = ((MARKER, status.phrase), ("Content-Type", "text/plain; charset=utf-8"))
        return Response(status, message.encode(), own + headers)


@asynccontextmanager
async def open_relay(
    *,
    base_url: str,
    policy: AddressPolicy,
    credentials: OriginCredentials | None,
    auth: tuple[AuthScheme, ...],
    limits: RelayLimits,
    asks: Callable[[Request], bool] = lambda _: False,
) -> AsyncGenerator[Relay]:
    """A relay to the API at `base_url`, serving while the block runs. `asks` tells requests with other methods than GET and
    HEAD that only read.

    Nothing is connected before the driver's first request: an API that cannot be reached shows as 502 answers, with
    the cause in `log` and `refused`.

    Raises:
        FetchError, AddressRefusedError: `base_url` itself cannot be used.
    """
    relay = Relay(base_url=base_url, policy=policy, credentials=credentials, auth=auth, limits=limits, asks=asks)
    async with relay.serve():
        yield relay


def _told(response: httpx2.Response) -> dict[str, str]:
    kept = ((name.lower(), value) for name, value in response.headers.items() if name.lower() not in _UNTOLD)
    return {name: value for name, value in list(kept)[:_MOST_TOLD] if value and len(value) <= _LONGEST_TOLD}
