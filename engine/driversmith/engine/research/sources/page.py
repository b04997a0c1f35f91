"""What research needs of the network: pages, and who gets them."""

from collections.abc import Mapping
from typing import Protocol


class Page(Protocol):
    """What a GET gave, after redirects."""

    @property
    def url(self) -> str: ...
    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def content(self) -> bytes: ...


class PageFetcher(Protocol):
    """The one method of network.fetch.Fetcher that research needs."""

    async def get(self, url: str, *, max_bytes: int, headers: Mapping[str, str] | None = None) -> Page:
        """GET a URL; HTTP error statuses are answers.

        Raises:
            FetchTimeoutError: nothing came in time.
            FetchError: it could not be read.
        """
        ...
