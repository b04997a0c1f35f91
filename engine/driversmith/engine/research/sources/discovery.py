"""Finding the description of an API: where it was said to be, at the API's URL, linked from there, or at usual places."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit, urlunsplit

import anyio

from ...errors import (
    AddressRefusedError,
    DescriptionError,
    FetchError,
    FetchTimeoutError,
    InvalidArgumentError,
    ResearchError,
)
from ..documents.parse import Description, FoundBy
from ..openapi.servers import origin, split
from ..worker import run_sized
from .local_file import read_local
from .page import Page, PageFetcher
from .places import AT_ORIGIN, CATALOG, SHOWN, WELL_KNOWN
from .registry import is_meant_as_one, read_description
from .service_links import api_catalog_links, looks_like_html, service_links
from .shown_descriptions import configured_descriptions, shown_descriptions, viewer_scripts

SECOND_CHANCE_SECONDS = 5.0
"""For one more page of an origin that let a whole time-out pass: its root may hang while the rest answers."""
LARGE_LIST = 1 << 20
"""Bytes above which what begins as a list is not read to its end to see that it is no description."""
MOST_TOLD = 20
"""Places that an error names."""
CLOSED_AFTER = 10
"""Refusals after which no further place is tried, where there was nothing else."""
_MOST_FOLLOWED = 6
"""Links that are followed from one page."""
_ACCEPT = {"Accept": "application/json, application/yaml;q=0.9, text/html;q=0.5, */*;q=0.1"}
_GIVE_SPEC = 'Give the description itself: spec="https://..." or spec="/absolute/path/openapi.json".'

Progress = Callable[[str], None]


async def find_description(
    *, api_url: str, spec: str | None, fetcher: PageFetcher, max_bytes: int, progress: Progress | None = None
) -> Description:
    """The description of an API, where the API's own host or the caller names one.

    With `spec`, an http(s) URL or the absolute path of a file, exactly that. Without: `api_url` itself, what it links to as
    `service-desc` or shows as documentation, then the usual paths below it and at its origin, one request after the other
    until one hits.

    Raises:
        InvalidArgumentError: `api_url` or `spec` is neither an http(s) URL nor (spec) the absolute path of a description file.
        DescriptionError: what is there is broken, too large or of an unknown kind.
        ResearchError: code `description_not_found`, naming what was tried; `authentication_required` where all was refused.
        FetchError: nothing could be reached.
    """
    url = checked_url(api_url, "api_url")
    say = progress or _silent
    if spec is not None:
        found = await _given(spec.strip(), url, fetcher, max_bytes, say)
        return replace(found, found_by="api_url") if _same(spec, url) else found
    return await Discovery(url, fetcher, max_bytes, say).run()


def checked_url(url: str, argument: str) -> str:
    """The URL without surrounding space, user and fragment.

    Raises:
        InvalidArgumentError: it is no http(s) URL; the message names `argument`.
    """
    parts = split(url.strip())
    if parts is None or not origin(url.strip()) or any(c.isspace() or not c.isprintable() for c in url.strip()):
        raise InvalidArgumentError(
            f"{argument} {url[:200]!r} is not an http or https URL.",
            next_action="Write it like https://api.example.com/v1.",
        )
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, parts.query, ""))


async def _given(spec: str, api_url: str, fetcher: PageFetcher, max_bytes: int, say: Progress) -> Description:
    if not spec.lower().startswith(("http://", "https://")):
        say(f"Reading {spec}")
        name, content = await read_local(spec, max_bytes=max_bytes)
        return await parse(content, location=name, max_bytes=max_bytes, api_url=api_url)
    url = checked_url(spec, "spec")
    say(f"Reading {_shown(url)}")
    page = await fetcher.get(url, max_bytes=max_bytes, headers=_ACCEPT)
    if page.status in (401, 403):
        raise ResearchError(
            f"{_shown(url)} wants credentials (HTTP {page.status}).",
            code="authentication_required",
            next_action="Download the description and give its path as spec.",
        )
    if page.status == 429 or page.status >= 500:
        raise FetchError(f"{_shown(url)} answered HTTP {page.status}.", next_action="Try again later.")
    if page.status >= 400:
        raise ResearchError(f"{_shown(url)} answered HTTP {page.status}.", next_action="Correct spec.")
    return await parse(page.content, location=_shown(page.url), max_bytes=max_bytes, api_url=api_url)


async def parse(content: bytes, *, location: str, max_bytes: int, api_url: str = "") -> Description:
    """`read_description`, off the event loop where the content is large."""
    return await run_sized(len(content), _parse, content, location, max_bytes, api_url)


def _parse(content: bytes, location: str, max_bytes: int, api_url: str) -> Description:
    return read_description(content, location=location, max_bytes=max_bytes, api_url=api_url)


class Discovery:
    """One search from an API's URL for its description; remembers what came back from where."""

    def __init__(
        self,
        url: str,
        fetcher: PageFetcher,
        max_bytes: int,
        say: Progress,
        *,
        pages: dict[str, Page] | None = None,
    ) -> None:
        """`pages` is given what stood at the URL, and the pages for people that come back."""
        self._pages = {} if pages is None else pages
        self._url = url
        self._fetcher = fetcher
        self._max_bytes = max_bytes
        self._say = say
        self._tried: dict[str, str] = {}
        self._statuses: list[int] = []
        self._failure: FetchError | None = None
        self._timeouts: Counter[str] = Counter()
        """How often each origin said nothing in time."""
        self._is_page = False
        self._depth = 0
        """How many links were followed to where the search is."""
        self._places = _usual_places(url)
        self._places_below = self._places[0][0].removesuffix(WELL_KNOWN[0])
        self.start: Page | None = None
        """What stood at the URL itself."""

    @property
    def _is_about(self) -> bool:
        """Whether `api_url` is a page about the API rather than its root."""
        return self._is_page and bool(urlsplit(self._url).path.strip("/"))

    async def run(self) -> Description:
        """The description, wherever it is.

        Raises:
            ResearchError, FetchError, DescriptionError: as find_description does.
        """
        if (found := await self.look()) or (found := await self.look_on()):
            return found
        raise self.not_found()

    async def look(self, *, most: int = 0) -> Description | None:
        """What stands at the URL, what that leads to, and so many of the usual places."""
        self.start = page = await self._get(self._url)
        if page is not None:
            self._is_page = looks_like_html(page)
            if found := await self._read(page, "api_url") or await self._follow(page):
                return found
        return await self.look_on(most=most)

    async def look_on(self, *, most: int | None = None) -> Description | None:
        """So many more of the usual places, where they are few the likeliest ones; all that are left where `most` is None."""
        if most:
            self._places.sort(key=lambda place: self._likelihood(place[0]))
        for _ in range(len(self._places) if most is None else most):
            if not self._places or self.is_dead:
                break
            url, at_origin = self._places.pop(0)
            above = at_origin and self._is_about
            if found := await self._try(url, "documentation" if above else "well_known"):
                return found
            if self._is_silent(url) or self._is_closed:
                break
        return None

    @property
    def _is_closed(self) -> bool:
        """Whether so many places refused whoever asks that the others will, or the host says that it is asked too much."""
        refused = len(self._statuses) >= CLOSED_AFTER and all(status in (401, 403) for status in self._statuses)
        return refused or self._statuses[-2:] == [429, 429]

    def _likelihood(self, url: str) -> int:
        """How soon a usual place is looked at where few are: those of most frameworks first, below the URL and at its host."""
        below = url.removeprefix(self._places_below)
        likeliest = [
            (below, "/openapi.json"),
            (urlsplit(url).path, "/openapi.json"),
            (urlsplit(url).path, CATALOG),
            (below, "/swagger.json"),
        ]
        return next((rank for rank, (path, wanted) in enumerate(likeliest) if path == wanted), len(likeliest))

    @property
    def is_dead(self) -> bool:
        """Whether nothing was ever answered."""
        return bool(self._failure and not self._statuses and len(self._tried) >= 2)

    async def _follow(self, page: Page) -> Description | None:
        """What a page leads to. Where `api_url` is the API itself and not a page about it, it stays the place of the API."""
        links: dict[str, FoundBy] = dict.fromkeys(service_links(page), "linked")
        for link in shown_descriptions(page) if looks_like_html(page) else []:
            links.setdefault(link, "documentation")
        for link in await self._configured(page):
            links.setdefault(link, "documentation")
        for link, relation in list(links.items())[:_MOST_FOLLOWED]:
            if origin(link) != origin(self._url):
                found_by = "linked" if self._is_page else "well_known"
            else:
                found_by = relation if self._is_about else "well_known"
            if found := await self._try(link, found_by, followed=True):
                return found
        return None

    async def _try(self, url: str, found_by: FoundBy, *, followed: bool = False) -> Description | None:
        if url in self._tried or self._is_silent(url):
            return None
        page = await self._get(url)
        if page is None:
            return None
        found = await self._read(page, found_by)
        if found is not None or page.status >= 400 or self._depth > 1:
            return found
        self._depth += 1
        try:
            return await self._follow(page) if followed or self._leads_on(url, page) else None
        finally:
            self._depth -= 1

    def _leads_on(self, url: str, page: Page) -> bool:
        """Whether a usual place that holds no description may lead to one: a page that shows one, a catalogue of APIs."""
        return urlsplit(url).path in SHOWN or bool(api_catalog_links(page))

    async def _configured(self, page: Page) -> list[str]:
        """What a viewer of descriptions is told to load, where a script or a document of its own tells it."""
        if page.status >= 400:
            return []
        found = configured_descriptions(page)
        for script in viewer_scripts(page) if looks_like_html(page) else []:
            if script in self._tried or self._is_silent(script):
                continue
            read = await self._get(script)
            found += configured_descriptions(read) if read is not None and read.status < 400 else []
        return found

    async def _get(self, url: str) -> Page | None:
        self._say(f"Looking for a description at {_shown(url)}")
        try:
            page = await self._ask(url)
        except AddressRefusedError as error:
            if origin(url) == origin(self._url):
                raise
            self._tried[url] = error.message
            return None
        except FetchError as error:
            if error.code == "description_too_large" and url != self._url:
                raise
            self._tried[url] = error.message
            self._failure = self._failure or error
            return None
        self._statuses.append(page.status)
        if url == self._url or (page.status < 400 and looks_like_html(page)):
            self._pages[url] = page
        kind = page.headers.get("content-type", "").partition(";")[0].strip()
        self._tried[url] = f"HTTP {page.status}" + (f", {kind[:60]}" if kind and page.status < 400 else "")
        return page

    async def _ask(self, url: str) -> Page:
        asked_before = self._timeouts[origin(url)] > 0
        try:
            with anyio.fail_after(SECOND_CHANCE_SECONDS if asked_before else None):
                return await self._fetcher.get(url, max_bytes=self._max_bytes, headers=_ACCEPT)
        except (FetchTimeoutError, TimeoutError) as error:
            self._timeouts[origin(url)] += 1
            if isinstance(error, FetchTimeoutError):
                raise
            raise FetchTimeoutError(
                f"Reading {_shown(url)} took longer than {SECOND_CHANCE_SECONDS:g} seconds, after a time-out before."
            ) from None

    def _is_silent(self, url: str) -> bool:
        """Whether the origin of a URL has had its second chance."""
        return self._timeouts[origin(url)] > 1

    async def _read(self, page: Page, found_by: FoundBy) -> Description | None:
        """The description on a page; None where it holds something else."""
        if page.status >= 400:
            return None
        if len(page.content) > LARGE_LIST and page.content[:200].lstrip()[:1] == b"[":
            self._tried[list(self._tried)[-1]] += f": is a list of {len(page.content):,} bytes, not an API description"
            return None
        try:
            description = await parse(
                page.content, location=_shown(page.url), max_bytes=self._max_bytes, api_url=self._url
            )
        except DescriptionError as error:
            if error.code == "description_too_large" or is_meant_as_one(page.content):
                raise
            self._tried[list(self._tried)[-1]] += f": {error.message.removeprefix(_shown(page.url)).strip()}"
            return None
        return replace(description, found_by=found_by)

    def not_found(self) -> ResearchError:
        """Why there is no description, with all that was tried."""
        if self._failure and not self._statuses:
            return self._failure
        if self._statuses and all(status in (401, 403) for status in self._statuses):
            return ResearchError(
                f"{_shown(self._url)} wants credentials before it shows anything (HTTP {self._statuses[0]}).",
                code="authentication_required",
                next_action=_GIVE_SPEC,
            )
        told = [f"{_shown(url)}: {outcome[:160].rstrip('.')}" for url, outcome in self._tried.items()]
        found = [line for line in told if not line.endswith("HTTP 404")]
        shown = [line for line in told if line in found[:MOST_TOLD] or line in told[:MOST_TOLD]]
        more = f"; and {len(told) - len(shown)} more places" if len(told) > len(shown) else ""
        tried = "; ".join(shown) + more
        return ResearchError(
            f"No API description was found from {_shown(self._url)}. Tried: {tried}.",
            code="description_not_found",
            next_action=_GIVE_SPEC,
        )


def _usual_places(url: str) -> list[tuple[str, bool]]:
    """The usual places below the URL's own path, then at its origin; the flag marks the latter."""
    parts = urlsplit(url)
    folder = parts.path.rstrip("/")
    if "." in folder.rpartition("/")[2]:
        folder = folder.rpartition("/")[0]
    base = urlunsplit((parts.scheme, parts.netloc, "", "", ""))
    below = [(base + folder + path, not folder) for path in WELL_KNOWN]
    return below + [(base + path, True) for path in (*(WELL_KNOWN if folder else ()), *AT_ORIGIN)]


def _same(spec: str, url: str) -> bool:
    return spec.strip().partition("#")[0].rstrip("/") == url.rstrip("/")


def _shown(url: str) -> str:
    """A URL as it may be kept: without user and fragment, and without a query, which may hold a key."""
    parts = split(url)
    if parts is None:
        return url.partition("?")[0][:500]
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))[:500]


def _silent(_: str) -> None:
    pass
