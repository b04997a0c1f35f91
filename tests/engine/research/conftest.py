"""Small descriptions, and what research makes of them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import anyio
import pytest
from driversmith.engine.errors import FetchError
from driversmith.engine.models.profile import ApiProfile, OperationProfile
from driversmith.engine.research.documents.parse import Description, parse_description
from driversmith.engine.research.profile import build_profile

Document = dict[str, Any]
Describe = Callable[..., Description]
Study = Callable[..., ApiProfile]


@pytest.fixture
def describe() -> Describe:
    """A description from a document; `openapi` and `info` are added unless the document has them or is Swagger 2."""

    def describe(document: Document, location: str = "https://api.test/openapi.json") -> Description:
        version = {} if "swagger" in document else {"openapi": "3.1.0"}
        whole = {**version, "info": {"title": "Test", "version": "1"}, **document}
        return parse_description(json.dumps(whole).encode(), location=location, max_bytes=1 << 20)

    return describe


@pytest.fixture
def study(describe: Describe) -> Study:
    """The profile of a document."""

    def study(document: Document, *, base_url: str = "https://api.test", **options: Any) -> ApiProfile:
        return build_profile(describe(document), api_name="Test", base_url=base_url, **options)

    return study


@pytest.fixture
def only(study: Study) -> Callable[..., OperationProfile]:
    """The only operation of a document that is one path item: method -> operation."""

    def only(path: str, item: Document, **document: Any) -> OperationProfile:
        (operation,) = study({**document, "paths": {path: item}}).operations.values()
        return operation

    return only


@dataclass(frozen=True)
class FakePage:
    """A page as a fetcher gives it."""

    url: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    content: bytes = b""


Answer = FakePage | FetchError | None


@dataclass
class FakeFetcher:
    """A fetcher on pages held in memory: 404 for any other URL, an exception where one is held, silence where None is;
    remembers what was asked."""

    pages: Mapping[str, Answer] = field(default_factory=dict[str, Answer])
    default: Answer = field(default_factory=lambda: FakePage("", 404))
    asked: list[str] = field(default_factory=list[str])
    questions: list[Any] = field(default_factory=list[Any])
    """What was posted, as JSON."""
    headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    """That it was posted with."""

    async def post(
        self, url: str, content: bytes, *, max_bytes: int, headers: Mapping[str, str] | None = None
    ) -> FakePage:
        """As `get`, of what is held under `POST <url>`; 404 where nothing is."""
        asked = f"POST {url}"
        self.questions.append(json.loads(content))
        self.headers.append(dict(headers or {}))
        if asked not in self.pages:
            self.asked.append(asked)
            return FakePage(url, 404)
        page = await self.get(asked, max_bytes=max_bytes)
        return FakePage(url, page.status, page.headers, page.content)

    async def get(self, url: str, *, max_bytes: int, headers: Mapping[str, str] | None = None) -> FakePage:
        self.asked.append(url)
        page = self.pages.get(url, self.default)
        if page is None:
            await anyio.sleep_forever()
        if isinstance(page, FetchError):
            raise page
        assert page is not None
        return page if page.url else FakePage(url, page.status, page.headers, page.content)


@pytest.fixture
def fetcher() -> Callable[..., FakeFetcher]:
    """Makes fetchers from URL -> (status, content type, body), an exception, a page, or None for no answer ever."""

    def fetcher(pages: Mapping[str, Any], default: Any = None) -> FakeFetcher:
        return FakeFetcher({url: _page(url, page) for url, page in pages.items()}, _page("", default or (404, "", "")))

    return fetcher


def _page(url: str, given: Any) -> Answer:
    if given is None or isinstance(given, (FakePage, FetchError)):
        return given
    status, kind, body = given
    content = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    return FakePage(url, status, {"content-type": kind} if kind else {}, content)


@pytest.fixture
def page() -> type[FakePage]:
    """The page class, for pages with headers or another final URL."""
    return FakePage
