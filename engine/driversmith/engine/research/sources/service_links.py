"""Links to a service description (`rel="service-desc"`, RFC 8631) in a page and in its headers."""

from contextlib import suppress
from html.parser import HTMLParser
from urllib.parse import urljoin

from ...facts.links import link_targets
from ..documents.kinds import is_html
from ..openapi.servers import origin
from .page import Page

_MOST = 3
_LONGEST_HEAD = 512 << 10


def service_desc_links(page: Page) -> list[str]:
    """The absolute http(s) URLs that a page names as its service's description, in order; at most three."""
    hrefs = [*link_targets(page.headers.get("link", ""), "service-desc")] + (
        _from_html(page.content) if looks_like_html(page) else []
    )
    links: dict[str, None] = {}
    for href in hrefs:
        try:
            link = urljoin(page.url, href.strip())
        except ValueError:
            continue
        if origin(link):
            links[link.partition("#")[0]] = None
    return list(links)[:_MOST]


def looks_like_html(page: Page) -> bool:
    """Whether a page is for people."""
    return "html" in page.headers.get("content-type", "").lower() or is_html(
        page.content[:4096].decode("utf-8", "replace")
    )


def _from_html(content: bytes) -> list[str]:
    finder = _LinkFinder()
    # What the standard library's parser makes of `<![nonsense[`; the links before it count.
    with suppress(AssertionError):
        finder.feed(content[:_LONGEST_HEAD].decode("utf-8", "replace"))
    return finder.hrefs


class _LinkFinder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.hrefs: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("link", "a") and "service-desc" in (given.get("rel") or "").lower().split():
            self.hrefs.append(given.get("href") or "")
