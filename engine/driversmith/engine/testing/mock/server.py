"""A mock of the API that a profile describes: random records of this run, pages, auth, and scenarios of failure.

A test sets `records` and `script`, calls the driver, and reads `log`. Nothing that the driver says about itself is asked.
"""

import asyncio
import base64
from collections.abc import Awaitable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import anyio.to_thread
import httpx2

from ...models.profile import ApiProfile, ObjectProfile, OperationProfile, Verb
from ...network.addresses import origin_of, port_of
from ...network.loopback import Request, Response
from ..serving.pages import nest
from .credentials import Placement, placement
from .listener import Listener
from .pages import PageRules, asked_for, collection_answer, json_answer
from .records import RecordMaker
from .routes import Routes

TOKEN_PATH = "/oauth/token-of-mock"  # noqa: S105 - a path, not a token
MOVED = "/moved-here"
OTHER = "https://archive.example.net"
"""Another origin, to which an answer may redirect."""
NOBODY = "https://api.nowhere.example"
"""Where nobody answers."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_REQUESTS = 60
"""A driver that asks more often than this for one call is endless; it gets a final 400 so that the run goes on."""


@dataclass
class Script:
    """What goes wrong, and how often."""

    first: list[Response] = field(default_factory=list[Response])
    """Given one by one before anything else."""
    always: Response | None = None
    """Given to every request after those."""
    pages: PageRules = field(default_factory=PageRules)
    redirect: str | None = None
    """Answers of `first` and `always` with a redirect status get a Location: this origin, and a path that answers as
    the request's own does."""


class MockServer:
    """An async context manager that answers the connections of a child (`door`): those to the API at the API's own address, so
    that a driver cannot tell a test from its use, and those to another origin, for redirects. Every other is refused.
    """

    def __init__(self, profile: ApiProfile, *, credentials: Mapping[str, str], maker: RecordMaker) -> None:
        self._profile = profile
        self._credentials = credentials
        self._maker = maker
        self._base_path = urlsplit(profile.base_url).path.rstrip("/")
        self._origin = origin_of(profile.base_url)
        self._main = Listener(self._respond_main)
        self._other = Listener(self._respond_other)
        self._stack = AsyncExitStack()
        self._routes = Routes(self._base_path, ())
        self._verbs: dict[str, tuple[ObjectProfile, Verb]] = {}
        for described in profile.objects.values():
            for verb, name in described.operations.items():
                self._verbs.setdefault(name, (described, verb))
        self._secret_parameters = frozenset(s.parameter for s in profile.auth if s.location == "query")
        self._tokens: list[str] = []
        self.requests = 0
        self.reset()

    def reset(self) -> None:
        """Forget records, script and log; tokens that were given stay good."""
        self.records: dict[str, list[dict[str, Any]]] = {}
        self.items: dict[str, Any] = {}
        self.focus: OperationProfile | None = None
        self.subject = ""
        self.script = Script(pages=PageRules(hidden=self._secret_parameters))
        self.requests += len(self._main.log)
        self._main.log.clear()
        self._other.log.clear()
        self.token_log: list[Request] = []

    def door(self, host: str, port: int) -> asyncio.Protocol | None:
        """Answers a connection of the driver (sandbox.doorway.Door)."""
        for origin, listener in ((self._origin, self._main), (OTHER, self._other)):
            url = httpx2.URL(origin)
            if (host, port) == (url.raw_host.decode(), port_of(url)):
                return listener.connection()
        return None

    def answer(self, request: Request) -> Response | Awaitable[Response] | None:
        """What the API answers to a request that came by another server."""
        return self._main.answer(request)

    @property
    def base_url(self) -> str:
        """The base URL for the driver: that of the profile."""
        return self._origin + self._base_path

    @property
    def origin(self) -> str:
        """Of the API."""
        return self._origin

    @property
    def other_origin(self) -> str:
        """One that the driver has no reason to trust."""
        return OTHER

    @property
    def base_path(self) -> str:
        """Path of the base URL."""
        return self._base_path

    @property
    def token_url(self) -> str:
        """Where OAuth2 tokens are given."""
        return self._origin + TOKEN_PATH

    @property
    def log(self) -> list[Request]:
        """Requests to the API since the last reset, without those for tokens."""
        return [seen for seen in self._main.log if seen.path != TOKEN_PATH]

    @property
    def other_log(self) -> list[Request]:
        """Requests to the other origin since the last reset."""
        return self._other.log

    @property
    def connections(self) -> int:
        """Connections ever accepted, of both origins."""
        return self._main.accepted + self._other.accepted

    async def until_asked(self, count: int, seconds: float = 5.0) -> None:
        """Wait until so many requests have come in since the last reset, those for tokens too, or until this time has
        passed: what a driver says of a request may be here before the request is."""
        await self._main.until_asked(count, seconds)

    async def stays_open(self, connection: int, seconds: float = 2.0) -> bool:
        """Whether a connection to the API is still open after this time; False as soon as it is not."""
        return await self._main.stays_open(connection, seconds)

    @property
    def tokens(self) -> tuple[str, ...]:
        """The OAuth2 tokens that are good."""
        return tuple(self._tokens)

    def placements(self, operation: OperationProfile) -> list[list[Placement]]:
        """For each alternative of the operation's security, what a request must carry; [] in it means anonymous."""
        schemes = {scheme.name: scheme for scheme in self._profile.auth}
        return [
            [placement(schemes[name], self._credentials, self._tokens) for name in alternative if name in schemes]
            for alternative in operation.security
        ]

    def operations_seen(self) -> tuple[str, ...]:
        """Names of the operations that were asked for since the last reset, each once, in order."""
        found = (self._operation(seen) for seen in [*self.log, *self.other_log])
        return tuple(dict.fromkeys(operation.name for operation in found if operation))

    def knows(self, seen: Request) -> bool:
        """Whether a request is one of the API's operations."""
        return self._operation(seen) is not None

    def refuse_last_token(self) -> None:
        """From now on 401 for the OAuth2 token given last."""
        self._tokens.pop()

    async def __aenter__(self) -> Self:
        operations = self._profile.operations.values()
        self._routes = await anyio.to_thread.run_sync(Routes, self._base_path, operations)
        await self._stack.enter_async_context(self._main)
        await self._stack.enter_async_context(self._other)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    def _respond_main(self, seen: Request) -> Response:
        if seen.path == TOKEN_PATH:
            return self._give_token(seen)
        if len(self._main.log) > MAX_REQUESTS:
            return json_answer({"error": "far too many requests"}, 400)
        scripted = self.script.first.pop(0) if self.script.first else self.script.always
        if scripted and scripted.status in REDIRECTS and self.script.redirect is not None:
            kept = urlencode([pair for pair in seen.query if pair[0] not in self._secret_parameters], quote_via=quote)
            path = MOVED + seen.path.removeprefix(MOVED) + ("?" + kept if kept else "")
            location = self.script.redirect + path
            return replace(scripted, headers=(*scripted.headers, ("Location", location)))
        return scripted or self._respond_as_api(seen)

    def _respond_as_api(self, seen: Request) -> Response:
        operation = self._operation(seen)
        if operation is None:
            return json_answer({"error": f"no {seen.method} {seen.path} here"}, 404)
        if lacking := [name for name in self._profile.headers if seen.header(name) is None]:
            return json_answer({"error": f"the header {lacking[0]} is required"}, 400)
        if not self._authorised(operation, seen):
            return json_answer({"error": "credentials are missing or wrong"}, 401)
        return self._answer(operation, seen)

    def _respond_other(self, seen: Request) -> Response:
        if len(self._other.log) > MAX_REQUESTS:
            return json_answer({"error": "far too many requests"}, 400)
        operation = self._operation(seen)
        return self._answer(operation, seen) if operation else json_answer({"error": "nothing here"}, 404)

    def _operation(self, seen: Request) -> OperationProfile | None:
        preferred = self.focus.name if self.focus else None
        path = seen.path.removeprefix(MOVED)
        return self._routes.find(
            seen.method, path, seen.query, headers=seen.headers, content=seen.body, preferred=preferred
        )

    def _authorised(self, operation: OperationProfile, seen: Request) -> bool:
        alternatives = self.placements(operation)
        if not alternatives or any(places and all(p.is_in(seen) for p in places) for places in alternatives):
            return True
        # Anonymous is who shows nothing: a bad credential is refused where none would be needed.
        return [] in alternatives and all(p.found_in(seen) is None for places in alternatives for p in places)

    def _give_token(self, seen: Request) -> Response:
        self.token_log.append(seen)
        form = dict(parse_qsl(seen.body.decode("utf-8", "replace")))
        pairs = [
            tuple(self._credentials[c.argument] for c in scheme.credentials[:2])
            for scheme in self._profile.auth
            if scheme.kind == "oauth2_client_credentials"
        ]
        good = {"Basic " + base64.b64encode(":".join(pair).encode()).decode() for pair in pairs}
        if form.get("grant_type") != "client_credentials" or seen.header("authorization") not in good:
            return json_answer({"error": "invalid_client"}, 401)
        token = f"token-{self._maker.word(16)}"
        self._tokens.append(token)
        return json_answer({"access_token": token, "token_type": "bearer", "expires_in": 3600})

    def _answer(self, operation: OperationProfile, seen: Request) -> Response:
        if operation.name not in self._verbs:
            return json_answer(self._maker.record({}))
        described, verb = self._verbs[operation.name]
        if self.subject and operation.name in self._profile.objects[self.subject].operations.values():
            described = self._profile.objects[self.subject]
            verb = next(v for v, name in described.operations.items() if name == operation.name)
        if verb == "read":
            paging = described.pagination
            names = {paging.position_parameter, paging.size_parameter}
            needed = [p for p in operation.parameters if p.required and p.location == paging.position_in]
            required = frozenset(p.name for p in needed if p.name in names)
            given = frozenset(
                p.name for p in needed if p.must_be_given or asked_for(paging, seen, p.name) == str(p.fallback)
            )
            rules = replace(
                self.script.pages, given=given, required=required, media_type=operation.response.media_type or ""
            )
            return collection_answer(described, self._served(described), seen, rules)
        if verb == "delete":
            return Response(204)
        item = self.items.get(described.name) or self._maker.record(described.fields, described.identifier)
        return json_answer(nest(described.item_path, item), operation.response.status)

    def _served(self, described: ObjectProfile) -> list[Any]:
        records = self.records.get(described.name)
        if records is None:
            records = self._maker.records(2, described.fields, described.identifier)
            self.records[described.name] = records
        if described.shape == "map":
            return [(record["served_by_mock"], record) for record in records]
        return list(records)
