"""Links to the description of a service (`service-desc`, `service-doc`: RFC 8631; `api-catalog`: RFC 9727) in headers, in
pages, and in JSON: link objects, and sets of links (RFC 9264)."""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from ...facts.links import link_targets
from ..documents.kinds import is_html
from ..documents.nodes import is_list, is_object
from ..observed.links import description_links
from ..openapi.servers import origin
from .page import Page

RELATIONS = ("service-desc", "api-catalog", "service-doc")
_MOST = 3
_MOST_ITEMS = 200
_DEEPEST = 5
_LONGEST_HEAD = 512 << 10
_LONGEST_JSON = 2 << 20


def service_links(page: Page) -> list[str]:
    """The absolute http(s) URLs that a page names as descriptions of its service, then as catalogues of such, then as
    documentation, each kind in order; at most three of each."""
    header, html = page.headers.get("link", ""), looks_like_html(page)
    named = _from_html(page.content) if html else {}
    body = None if html else _json(page)
    links: dict[str, None] = {}
    for relation in RELATIONS:
        hrefs = [*link_targets(header, relation), *named.get(relation, ()), *_from_json(body, relation)]
        links |= dict.fromkeys(_absolute(hrefs, page.url)[:_MOST])
    if body is not None:
        links |= dict.fromkeys(_absolute([*_metadata(body), *description_links(body, page.url)], page.url)[:_MOST])
    return list(links)


def _metadata(body: Any) -> list[str]:
    """The `$metadata` that an answer of an OData v4 service says it follows."""
    context = body.get("@odata.context") if is_object(body) else None
    told = context.partition("#")[0] if isinstance(context, str) else ""
    return [told] if told.endswith("$metadata") else []


def api_catalog_links(page: Page) -> list[str]:
    """The descriptions that a catalogue of APIs (RFC 9727) names; [] where a page is none."""
    body = None if looks_like_html(page) else _json(page)
    if not is_object(body) or not is_list(body.get("linkset")):
        return []
    return _absolute([href for relation in RELATIONS for href in _from_json(body, relation)], page.url)[:_MOST]


def looks_like_html(page: Page) -> bool:
    """Whether a page is for people."""
    return "html" in page.headers.get("content-type", "").lower() or is_html(
        page.content[:4096].decode("utf-8", "replace")
    )


def _absolute(hrefs: Iterable[str], url: str) -> list[str]:
    links: dict[str, None] = {}
    for href in hrefs:
        try:
            link = urljoin(url, href.strip())
        except ValueError:
            continue
        if origin(link):
            links[link.partition("#")[0]] = None
    return list(links)


def _json(page: Page) -> Any:
    content = page.content.lstrip(b"\xef\xbb\xbf \t\r\n")
    if page.status >= 400 or content[:1] not in (b"{", b"[") or len(content) > _LONGEST_JSON:
        return None
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _from_json(body: Any, relation: str, depth: int = 0) -> Iterator[str]:
    """Targets of a relation in link objects: `{"rel": ..., "href": ...}`, and `{"service-desc": ... }` with a URL, an object with
    `href` or a list of these, as HAL, JSON:API and sets of links write it."""
    if is_list(body):
        for item in body[:_MOST_ITEMS]:
            yield from _from_json(item, relation, depth + 1)
    if not is_object(body) or depth > _DEEPEST:
        return
    rel = body.get("rel")
    if relation in (rel if is_list(rel) else str(rel or "").lower().split()) and isinstance(body.get("href"), str):
        yield body["href"]
    for key, value in list(body.items())[:_MOST_ITEMS]:
        if key.lower() == relation:
            for item in value if is_list(value) else [value]:
                href = item.get("href", "") if is_object(item) else item
                if isinstance(href, str) and href:
                    yield href
        elif is_object(value) or is_list(value):
            yield from _from_json(value, relation, depth + 1)


def _from_html(content: bytes) -> dict[str, list[str]]:
    finder = _LinkFinder()
    # What the standard library's parser makes of `<![nonsense[`; the links before it count.
    with suppress(AssertionError):
        finder.feed(content[:_LONGEST_HEAD].decode("utf-8", "replace"))
    return finder.hrefs


class _LinkFinder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.hrefs: dict[str, list[str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("link", "a"):
            for relation in (given.get("rel") or "").lower().split():
                self.hrefs.setdefault(relation, []).append(given.get("href") or "")
