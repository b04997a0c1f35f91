"""Where a web page at an API's root leads: its JSON form, what its scripts fetch, the paths that it links to."""

import re
from contextlib import suppress
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from ...facts.links import link_targets
from ..openapi.servers import origin
from .links import Link

MOST = 40
_LONGEST = 512 << 10
_FETCHED = re.compile(
    r"""\b(?:fetch|axios\.get|axios|getJSON|XMLHttpRequest|\.open\(\s*["']GET["'],)\s*\(?\s*["'`]([^"'`\s${}]{1,200})["'`]"""
)
_STATIC = re.compile(
    r"\.(css|m?js|map|png|jpe?g|gif|svg|ico|woff2?|ttf|pdf|zip|gz|webp|txt|md|rss|xml|webmanifest)\Z", re.IGNORECASE
)
_API = re.compile(r"(/|\A)(rest|apis?|v\d+|graphql|data)(/|\Z)|\.(json|geojson)\Z", re.IGNORECASE)
_CODE = re.compile(r"(?:\b(GET)\s+|\A)(/[A-Za-z0-9_\-/.{}:]*)\Z")
_ASIDE = re.compile(
    r"/?(login|logout|sign\w+|register|about|contact|privacy|terms\w*|legal|license|blog|help|faq|docs?|documentation|static|assets|-)(/|\Z)",
    re.IGNORECASE,
)


def alternates(content: bytes, headers: dict[str, str], url: str) -> list[str]:
    """The same content as JSON, where a page or its header names it (`rel=alternate`, `type=application/json`)."""
    finder = _read(content)
    found = [href for rel, kind, href in finder.links if "alternate" in rel and "json" in kind]
    header = headers.get("link", "")
    found += [target for target in link_targets(header, "alternate") if "json" in header]
    return _near(found, url)


def page_links(content: bytes, url: str) -> list[Link]:
    """What a page leads to on its own host that may be data, the likeliest first: what its scripts fetch, paths in code, and
    anchors."""
    finder = _read(content)
    ranked: dict[str, tuple[int, str]] = {}
    for target in _near(fetched(finder.scripts), url):
        ranked.setdefault(target, (0, _name(target)))
    for text in finder.codes:
        match = _CODE.match(text.strip())
        target = match and "{" not in match[2] and ":" not in match[2] and _near([match[2]], url)
        if target:
            ranked.setdefault(target[0], (1, _name(target[0])))
    for href, text in finder.anchors:
        for target in _near([href], url):
            if not _STATIC.search(urlsplit(target).path) and not _ASIDE.match(urlsplit(target).path):
                ranked.setdefault(
                    target, (2 if _API.search(urlsplit(target).path) else 3, text.strip() or _name(target))
                )
    here = url.partition("?")[0].rstrip("/")
    found = sorted((rank, place) for place, (rank, _) in ranked.items() if place.partition("?")[0].rstrip("/") != here)
    order = list(ranked)
    found.sort(key=lambda pair: (pair[0], order.index(pair[1])))
    return [Link(_name(place), (place,), is_guess=True) for _, place in found[:MOST]]


def scripts(content: bytes, url: str) -> list[str]:
    """The scripts of the page's own host, in order; libraries left out."""
    named = [
        src
        for src in _read(content).sources
        if not re.search(r"jquery|bootstrap|bundle|vendor|polyfill|preset|\.min\.", src, re.I)
    ]
    return _near(named, url)


def fetched(script: str) -> list[str]:
    """The literals that a script fetches."""
    return list(dict.fromkeys(_FETCHED.findall(script[:_LONGEST])))


def title_of(content: bytes) -> str:
    """The title of a page."""
    return " ".join(_read(content).title.split())[:200]


def _near(targets: list[str], url: str) -> list[str]:
    """Absolute, of the same origin, each once."""
    found: dict[str, None] = {}
    for target in targets:
        try:
            place = urljoin(url, target.strip()).partition("#")[0]
        except ValueError:
            continue
        if place and origin(place) == origin(url):
            found[place] = None
    return list(found)


def _name(url: str) -> str:
    words = [part for part in urlsplit(url).path.split("/") if part]
    return words[-1] if words else ""


def _read(content: bytes) -> "_Finder":
    finder = _Finder()
    with suppress(AssertionError):  # what the standard library's parser makes of `<![nonsense[`
        finder.feed(content[:_LONGEST].decode("utf-8", "replace"))
    return finder


class _Finder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[tuple[str, str, str]] = []
        self.anchors: list[tuple[str, str]] = []
        self.codes: list[str] = []
        self.sources: list[str] = []
        self.scripts = ""
        self.title = ""
        self._within: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "link":
            self.links.append((given.get("rel", "").lower(), given.get("type", "").lower(), given.get("href", "")))
        elif tag == "a" and given.get("href"):
            self.anchors.append((given["href"], ""))
        elif tag == "script" and given.get("src"):
            self.sources.append(given["src"])
        if tag in ("script", "code", "title", "a"):
            self._within.append(tag)
            if tag == "code":
                self.codes.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._within:
            del self._within[len(self._within) - 1 - self._within[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        inside = self._within[-1] if self._within else ""
        if inside == "script" and len(self.scripts) < _LONGEST:
            self.scripts += data
        elif inside == "code" and self.codes:
            self.codes[-1] += data
        elif inside == "title":
            self.title += data
        elif inside == "a" and self.anchors:
            href, text = self.anchors[-1]
            self.anchors[-1] = (href, (text + data)[:100])
