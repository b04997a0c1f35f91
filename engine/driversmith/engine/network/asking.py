"""Asking an API a few polite questions: counted, bounded, with the credentials that the user gave for it."""

import base64
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote, urlsplit, urlunsplit

import anyio

from ..errors import AddressRefusedError, FetchError, FetchTimeoutError
from ..facts.answer import Answer, answer_of
from ..models.profile import AuthScheme
from .addresses import origin_of
from .credentials import OriginCredentials
from .injection import Injector

MAX_BYTES = 8 << 20
"""Of one answer: a page of records is smaller."""
SECONDS = 15.0
"""For one answer, redirects and slow bodies included."""
ACCEPT = "application/json, application/*+json;q=0.9, text/html;q=0.3, */*;q=0.1"


class Page(Protocol):
    """What a GET gave, after redirects (fetch.FetchedPage)."""

    @property
    def url(self) -> str: ...
    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def content(self) -> bytes: ...


class Getter(Protocol):
    """The methods of fetch.Fetcher that are needed."""

    async def get(self, url: str, *, max_bytes: int, headers: Mapping[str, str] | None = None) -> Page:
        """GET a URL; HTTP error statuses are answers.

        Raises:
            FetchError: it could not be read.
        """
        ...

    async def post(self, url: str, content: bytes, *, max_bytes: int, headers: Mapping[str, str] | None = None) -> Page:
        """POST what changes nothing.

        Raises:
            FetchError: it could not be read.
        """
        ...


@dataclass(frozen=True)
class Asked:
    """One question to an API, and its answer."""

    url: str
    """Where the answer came from in the end; without the credentials that were put into the query."""
    answer: Answer
    content: bytes = b""
    problem: str = ""
    """Why there was no answer, for a person; its status is 0 then."""
    is_too_large: bool = False
    """Whether there was one, larger than is read."""

    @property
    def is_html(self) -> bool:
        """Whether the answer is a page for people."""
        kind = self.answer.headers.get("content-type", "").lower()
        return self.answer.body is None and ("html" in kind or self.content[:200].lstrip()[:1] == b"<")


class ApiAsker:
    """Requests to one origin that change nothing, at most so many; credentials go to that origin only."""

    def __init__(
        self,
        getter: Getter,
        *,
        origin: str,
        most: int,
        credentials: OriginCredentials | None = None,
        spend: Callable[[int], Awaitable[None]] | None = None,
        room: Callable[[], int] | None = None,
        credentials_of: Callable[[str], OriginCredentials | None] | None = None,
    ) -> None:
        """`spend` is told of every request before it goes out; `room` says how many a budget that others spend, too, has left;
        `credentials_of` knows what the user gave for other origins."""
        self._getter = getter
        self.origin = origin
        self._credentials = credentials
        self._most = most
        self._spend = spend
        self._room = room
        self._credentials_of = credentials_of or _nothing_given
        self.asked = 0

    def move(self, origin: str) -> None:
        """Ask another origin from now on, to which the API redirects: with what the user gave for that, never with what was
        given for the first."""
        if origin != self.origin:
            self.origin, self._credentials = origin, self._credentials_of(origin)

    def at(self, origin: str) -> "ApiAsker":
        """The same for another origin, within the same budget, with what the user gave for that."""

        async def spend(count: int) -> None:
            self.asked += count
            if self._spend is not None:
                await self._spend(count)

        return ApiAsker(
            self._getter,
            origin=origin,
            most=self.left,
            credentials=self._credentials_of(origin),
            spend=spend,
            room=lambda: self.left,
            credentials_of=self._credentials_of,
        )

    @property
    def left(self) -> int:
        """Requests that may still go out."""
        left = self._most - self.asked
        return max(0, left if self._room is None else min(left, self._room()))

    @property
    def credentials(self) -> OriginCredentials | None:
        """What the user gave for the origin."""
        return self._credentials

    async def ask(
        self,
        url: str,
        auth: tuple[AuthScheme, ...] | None = None,
        *,
        question: bytes | None = None,
        most: int = MAX_BYTES,
    ) -> Asked | None:
        """The answer to a GET, or to a POST of the JSON in `question`, of at most `most` bytes; None: no more may be asked, or
        the URL is not of the origin.

        `auth` are the schemes to authenticate by; () stands for headers and parameters that the user gave as they go on the
        wire; None for no credentials at all.
        """
        if self.left < 1 or origin_of(url) != self.origin:
            return None
        self.asked += 1
        if self._spend is not None:
            await self._spend(1)
        target, headers = self._authorized(url, auth)
        try:
            with anyio.fail_after(SECONDS):
                page = await self._sent(target, {"Accept": ACCEPT, **headers}, question, most)
        except AddressRefusedError as error:
            return Asked(url, Answer(_target(url), 0), problem=error.message)
        except TimeoutError:
            return Asked(url, Answer(_target(url), 0), problem=f"It took longer than {SECONDS:g} seconds.")
        except FetchTimeoutError as error:
            return Asked(url, Answer(_target(url), 0), problem=error.message)
        except FetchError as error:
            is_too_large = error.code == "description_too_large"
            return Asked(url, Answer(_target(url), 0), problem=error.message, is_too_large=is_too_large)
        # Where nothing redirects, the URL is the one that was asked for: the credentials are in the other.
        came_from = url if page.url == target else self._without_credentials(page.url)
        answer = answer_of(_target(came_from), page.status, dict(page.headers), page.content)
        return Asked(came_from, answer, page.content)

    async def _sent(self, url: str, headers: dict[str, str], question: bytes | None, most: int) -> Page:
        if question is None:
            return await self._getter.get(url, max_bytes=most, headers=headers)
        headers = {**headers, "Content-Type": "application/json"}
        return await self._getter.post(url, question, max_bytes=most, headers=headers)

    def _authorized(self, url: str, auth: tuple[AuthScheme, ...] | None) -> tuple[str, dict[str, str]]:
        """The URL and headers as they go out."""
        if auth is None or self._credentials is None:
            return url, {}
        injector = Injector(auth, self._credentials)
        given = injector.driver_arguments()
        parts = urlsplit(url)
        query, headers = [parts.query] if parts.query else [], list[tuple[str, str]]()
        for scheme in auth:
            values = [given[c.argument] for c in scheme.credentials if c.argument in given]
            if not values:
                continue
            if scheme.kind == "basic":
                pair = ":".join((*values, ""))[: None if len(values) == 1 else -1]
                headers.append(("authorization", "Basic " + base64.b64encode(pair.encode()).decode()))
            elif scheme.location == "query":
                query.append(f"{quote(scheme.parameter, safe='')}={values[0]}")
            elif scheme.location == "cookie":
                headers.append(("cookie", f"{scheme.parameter}={values[0]}"))
            else:
                headers.append((scheme.parameter.lower(), scheme.sent_prefix + values[0]))
        target, sent = injector.apply("?".join(filter(None, (parts.path or "/", "&".join(query)))), headers)
        path, _, asked = target.decode().partition("?")
        whole = urlunsplit((parts.scheme, parts.netloc, path, asked, ""))
        return whole, {name.decode(): value.decode("latin-1") for name, value in sent}

    def _without_credentials(self, url: str) -> str:
        """A URL that the API redirected to, without a query that may repeat a key."""
        secret = self._credentials.secrets() if self._credentials else frozenset[str]()
        return url.partition("?")[0] if any(value in url or quote(value, safe="") in url for value in secret) else url


def _nothing_given(_: str) -> OriginCredentials | None:
    return None


def _target(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
