"""The pages of one documentation: the first, and what it links to, within a budget of pages and time."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import anyio

from ...errors import FetchError
from ..observed.actions import asks_for_action
from ..sources.page import Page, PageFetcher
from ..sources.service_links import looks_like_html
from ..worker import run_in_process
from .reading import SavedPage, text_of
from .requests.hosts import domain_of
from .requests.mentions import mentions_in
from .text.page_text import Link, PageText

FEW_PAGES = 3
MOST_PAGES = 12
SECONDS = 40.0
"""For reading further pages."""
PARSE_SECONDS = 15.0
"""For one page: some are made so that they take for ever."""
MOST_BYTES = 8 << 20
_HERE = ("/docs", "/documentation", "/")
"""Where a page about an API is looked for where its own URL shows none."""
_TELLING = re.compile(
    r"\b(api|apis|docs?|documentation|reference|endpoints?|resources?|methods?|param(eter)?s|quer(y|ies)|rest|routes?|usage"
    r"|getting[ -_]started|quick[ -_]?start|examples?|requests?|developers?|v\d+)\b",
    re.IGNORECASE,
)
_NOT_READ = re.compile(
    r"\.(css|js|json|xml|ya?ml|png|jpe?g|gif|svg|ico|webp|pdf|zip|gz|csv|mp[34]|rss|atom|txt|exe|dmg)$"
    r"|/(blog|news|terms|privacy|pricing|legal|careers|jobs|contact|about|account|dashboard|sponsors?|status|forum|community"
    r"|cookies?|press|partners|cart|shop|changelog|releases?)(/|$|\.)",
    re.IGNORECASE,
)
_HTML = {"Accept": "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"}


@dataclass(frozen=True)
class ReadPage:
    """A page of the documentation, as it came and as text."""

    page: Page
    text: PageText


async def pages_of(
    start: str,
    *,
    fetcher: PageFetcher,
    max_bytes: int,
    most: int,
    say: Callable[[str], None],
    kept: dict[str, Page] | None = None,
    fetch: bool = True,
) -> list[ReadPage]:
    """The pages of the documentation at a URL, at most `most`; [] where no page is there.

    `kept` are pages that came back before, by URL, and is given those that come back now; without `fetch`, no other is read.
    Nothing that looks like a request to the API is asked, and no page of another owner.
    """
    crawl = _Crawl(fetcher if fetch else None, min(max_bytes, MOST_BYTES), say, {} if kept is None else kept)
    found = await crawl.read(start)
    if found is None:
        parts = urlsplit(start)
        root = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        for place in (*crawl.kept, *(root + place for place in _HERE)):
            if crawl.is_over or (found := await crawl.read(place)) is not None:
                break
        if found is None:
            return []
    pages = [found]
    for place in crawl.kept:
        if len(pages) < most and not crawl.is_over and (other := await crawl.read(place)) is not None:
            pages += [] if any(other.page.content == page.page.content for page in pages) else [other]
    with anyio.move_on_after(SECONDS):
        await crawl.follow(pages, most)
    return pages


class _Crawl:
    def __init__(
        self, fetcher: PageFetcher | None, max_bytes: int, say: Callable[[str], None], kept: dict[str, Page]
    ) -> None:
        """Without a fetcher, none but the pages that are kept is read."""
        self._fetcher = fetcher
        self._kept = kept
        self._max_bytes = max_bytes
        self._say = say
        self._seen: set[str] = set()
        self.is_over = False
        """Whether a page took for ever: no other is read then."""

    @property
    def kept(self) -> tuple[str, ...]:
        """URLs of the pages that were read before."""
        return tuple(self._kept)

    async def read(self, url: str) -> ReadPage | None:
        """The page at a URL; None where none for people is there, or none that can be read in time."""
        if _plain(url) in self._seen:
            return None
        self._seen.add(_plain(url))
        page = await self._get(url)
        if page is None or page.status >= 400 or not looks_like_html(page):
            return None
        saved = SavedPage(page.content, page.url, page.headers.get("content-type", ""))
        try:
            with anyio.fail_after(PARSE_SECONDS):
                text = await run_in_process(len(page.content), text_of, saved)
        except TimeoutError:
            self._say(f"{_plain(page.url)} takes too long to read")
            self.is_over = True
            return None
        self._seen.add(_plain(page.url))
        return ReadPage(page, text)

    async def follow(self, pages: list[ReadPage], most: int) -> None:
        """Add what the pages link to, the likeliest first."""
        start = urlsplit(pages[0].text.url)
        waiting = _links(pages[0], start.path)
        while waiting and len(pages) < most and not self.is_over:
            rank, link = min(waiting, key=lambda entry: entry[0])
            waiting.remove((rank, link))
            if _plain(link.url) in self._seen:
                continue
            if (found := await self.read(link.url)) is not None:
                pages.append(found)
                known = {url.url for _, url in waiting}
                waiting += [entry for entry in _links(found, start.path) if entry[1].url not in known]

    async def _get(self, url: str) -> Page | None:
        if (kept := self._kept.get(url)) is not None or self._fetcher is None:
            return kept
        self._say(f"Reading documentation at {_plain(url)}")
        try:
            page = await self._fetcher.get(url, max_bytes=self._max_bytes, headers=_HTML)
        except FetchError:
            return None
        self._kept[url] = page
        return page


def _links(read: ReadPage, folder_of: str) -> list[tuple[tuple[int, int], Link]]:
    """The links that may lead to more of the same documentation, each with its rank."""
    here = urlsplit(read.text.url)
    folder = folder_of.rpartition("/")[0] + "/"
    mentions = mentions_in(read.text)
    asked = {m.target.path.rstrip("/") for m in mentions if m.signal not in ("prose", "base")}
    bases = tuple(f"{path}/" for m in mentions if m.signal == "base" and (path := m.target.path.rstrip("/")))
    found: dict[str, tuple[tuple[int, int], Link]] = {}
    for number, link in enumerate(read.text.links):
        parts = urlsplit(link.url)
        if link.url in found or parts.query or _NOT_READ.search(parts.path) or asks_for_action(parts.path):
            continue
        is_near = parts.netloc == here.netloc
        if not is_near and domain_of(parts.hostname or "") != domain_of(here.hostname or ""):
            continue
        if parts.path.rstrip("/") in asked or link.text.startswith(("/", "http")) or "://" in link.text:
            continue
        if bases and parts.path.startswith(bases) and not folder_of.startswith(bases):
            continue
        inside = is_near and folder != "/" and parts.path.startswith(folder)
        below = is_near and parts.path.startswith(folder_of.rstrip("/") + "/") and bool(folder_of.strip("/"))
        telling = bool(_TELLING.search(parts.path)) or bool(_TELLING.search(link.text))
        if below or inside or telling:
            found[link.url] = ((0 if below else 1 if inside and telling else 2 if telling else 3, number), link)
    return list(found.values())


def _plain(url: str) -> str:
    return url.partition("#")[0].partition("?")[0].rstrip("/")
