"""The port of sources: what each is given, and what it gives."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from ...network.asking import ApiAsker
from ..catalogue.entries import Catalogue
from ..documents.parse import Description
from .page import Page, PageFetcher

Progress = Callable[[str], None]


@dataclass
class Search:
    """One search for what is known of an API, shared by all sources."""

    api_name: str
    api_url: str
    """Checked, and without user and fragment."""
    fetcher: PageFetcher
    max_bytes: int
    say: Progress
    spec: str | None = None
    asker: ApiAsker | None = None
    """The API itself, as far as it may be asked; None: it may not (`live` is false)."""
    catalogue: Callable[[], Catalogue] | None = None
    """Loads the catalogue of public APIs; None: it is not to be asked."""
    is_polite: bool = False
    """Whether few requests may go out in all, so that many places cannot be looked at (`live` is auto)."""
    start: Page | None = None
    """What stood at `api_url`."""
    pages: dict[str, Page] = field(default_factory=dict[str, Page])
    """URL -> the pages for people that came back on the way: none is fetched twice."""
    known: Description | None = None
    """What the sources before know, merged: a source that would add nothing to it, or not without requests that it does not
    make then, has nothing."""
    tried: list[str] = field(default_factory=list[str])
    """What each source came to that found nothing, one sentence each."""


class Source(Protocol):
    """Where an API may be described, or show itself."""

    async def __call__(self, search: Search) -> Description | None:
        """An OpenAPI-shaped document with its evidence; None where this source has nothing, and says why in `search.tried`.

        Raises:
            DescriptionError: what is there is meant as a description, and broken.
            ResearchError: nothing is there; later sources are still asked, and the first such error counts.
            FetchError: nothing could be reached.
        """
        ...
