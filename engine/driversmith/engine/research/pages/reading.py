"""The one way in: saved pages become a document and its quotes, without a model and without a request."""

from collections.abc import Sequence
from dataclasses import dataclass

from .details import details_of
from .document import Documented, document_of
from .requests.embedded import description_in, mentions_in_data
from .requests.endpoints import endpoints_of
from .requests.mentions import Mention, mentions_in
from .text.encoding import page_source
from .text.page_text import PageText, read_text


@dataclass(frozen=True)
class SavedPage:
    """A page as it came."""

    content: bytes
    url: str = ""
    """Where it was found; empty for a file of which nobody knows, which may say it itself."""
    content_type: str = ""


def read_pages(saved: Sequence[SavedPage]) -> Documented:
    """What pages of one documentation say of its API; the first is the one that was asked for."""
    return documented([text_of(page) for page in saved])


def text_of(page: SavedPage) -> PageText:
    """The text of a page."""
    return read_text(page_source(page.content, page.content_type), page.url)


def documented(pages: Sequence[PageText]) -> Documented:
    """What pages that were read already say. A description that stands whole in a page is taken as it is."""
    for page in pages:
        if (embedded := description_in(page)) is not None:
            return Documented(embedded)
    mentions: list[Mention] = []
    for number, page in enumerate(pages):
        mentions += mentions_in(page, number)
        mentions += mentions_in_data(page, number)
    found = endpoints_of(pages, mentions)
    return document_of(pages, found, details_of(pages, found.endpoints))
