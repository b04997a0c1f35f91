"""Reading a URL: bounded in time and size, wherever it redirects to."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Self

import anyio

from ..errors import FetchError, FetchTimeoutError
from ..settings import DESCRIPTION_TOO_LARGE
from .addresses import AddressPolicy, origin_of
from .credentials import OriginCredentials

if TYPE_CHECKING:
    import httpx2

MAX_REDIRECTS = 5
_SHARE = 2 / 3
_CLOSING_SECONDS = 1.0
USER_AGENT = f"driversmith/{version('driversmith')}"


@dataclass(frozen=True)
class FetchedPage:
    """What a request gave, after redirects."""

    url: str
    """Where it came from in the end."""
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    content: bytes
    """Decoded from its content-encoding."""


class Fetcher:
    """GETs pages and descriptions, and asks what can only be POSTed; an async context manager.

    Neither proxies, netrc nor cookies. `seconds` is the total of all calls together, looking names up, redirects, slow
    headers and bodies, and decoding included: a server that drips spends it as one that is silent does. Where several
    pages are looked at, one may take two thirds of what is left, so that one that hangs does not hide the others;
    with `alone`, one page is what is wanted, and may take it all. `keys` go with a GET of a URL that `keyed` names.
    """

    def __init__(
        self,
        *,
        policy: AddressPolicy,
        seconds: float = 30.0,
        alone: bool = False,
        keys: OriginCredentials | None = None,
        keyed: str = "",
        transport: "httpx2.AsyncBaseTransport | None" = None,
    ) -> None:
        from .transport import CheckedTransport

        self._policy = policy
        self._seconds = seconds
        self._left = seconds
        self._alone = alone
        self._keys = keys
        self._keyed = keyed
        self._transport = transport or CheckedTransport(policy)
        self.requests = Counter[str]()
        """How many went out, by origin."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._transport.aclose()

    async def get(self, url: str, *, max_bytes: int, headers: Mapping[str, str] | None = None) -> FetchedPage:
        """GET a URL, following at most 5 redirects; an HTTP error status is an answer, not an exception.

        `headers` go to the URL's origin only; `Accept` goes along everywhere.

        Raises:
            AddressRefusedError: the URL or a redirect points where the policy does not allow.
            FetchTimeoutError: it could not be read in time.
            FetchError: it could not be read; code `description_too_large` where the body exceeds
                `max_bytes`, as sent or as decoded.
        """
        return await self._within(url, max_bytes, dict(headers or {}), None)

    async def post(
        self, url: str, content: bytes, *, max_bytes: int, headers: Mapping[str, str] | None = None
    ) -> FetchedPage:
        """POST what changes nothing, as a question that has no other form; at its own origin a redirect gets the same again.

        Raises:
            FetchError: as `get` does.
        """
        return await self._within(url, max_bytes, dict(headers or {}), content)

    async def _within(self, url: str, max_bytes: int, headers: dict[str, str], content: bytes | None) -> FetchedPage:
        began = anyio.current_time()
        limit = self._left if self._alone else self._left * _SHARE
        try:
            if limit > 0:
                with anyio.move_on_after(limit):
                    return await self._follow(url, max_bytes, headers, content)
        finally:
            self._left -= anyio.current_time() - began
        raise FetchTimeoutError(
            f"Reading {url.partition('?')[0]} took longer than {self._seconds:g} seconds for all pages together allow.",
            next_action="Try again later, or raise DRIVERSMITH_FETCH_SECONDS.",
        )

    async def _follow(
        self, url: str, max_bytes: int, headers: dict[str, str], content: bytes | None
    ) -> FetchedPage:  # fmt: skip
        target = self._policy.check_url(url)
        if self._keys is not None and self._keyed and _same_page(url, self._keyed):
            target = target.copy_merge_params(dict(self._keys.query)) if self._keys.query else target
            headers |= self._keys.headers
        for _ in range(MAX_REDIRECTS + 1):
            page, location = await self._ask_once(target, max_bytes, headers, content)
            if location is None:
                return page
            following = self._policy.check_url(str(_joined(target, location)))
            if target.scheme == "https" and following.scheme == "http":
                raise FetchError(
                    f"{target.host} redirects from https to http ({following.host}), which is not followed.",
                    next_action="Give the final URL itself.",
                )
            if origin_of(target) != origin_of(following):
                if content is not None:
                    return page
                headers = {k: v for k, v in headers.items() if k.lower() == "accept"}
            target = following
        raise FetchError(
            f"{url.partition('?')[0]} redirects more than {MAX_REDIRECTS} times.",
            next_action="Give the final URL itself.",
        )

    async def _ask_once(
        self, url: "httpx2.URL", max_bytes: int, headers: dict[str, str], content: bytes | None
    ) -> tuple[FetchedPage, str | None]:
        """One answer, and where it redirects to."""
        import httpx2

        request = httpx2.Request(
            "GET" if content is None else "POST",
            url,
            content=content,
            headers={"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "gzip, deflate", **headers},
        )
        self.requests[origin_of(url)] += 1
        response = await self._transport.handle_async_request(request)
        response.request = request
        try:
            location = response.headers.get("location") if response.has_redirect_location else None
            content = b"" if location is not None else await _bounded(response, max_bytes)
        finally:
            with anyio.move_on_after(_CLOSING_SECONDS, shield=True):
                await response.aclose()
        page = FetchedPage(
            url=str(url),
            status=response.status_code,
            headers={k.lower(): v for k, v in response.headers.items()},
            content=content,
        )
        return page, location


async def _bounded(response: "httpx2.Response", max_bytes: int) -> bytes:
    import httpx2

    declared = response.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > max_bytes:
        raise _too_large(response, max_bytes)
    content = bytearray()
    try:
        async for chunk in response.aiter_bytes():
            content += chunk
            if len(content) > max_bytes or response.num_bytes_downloaded > max_bytes:
                raise _too_large(response, max_bytes)
    except httpx2.DecodingError as exc:
        raise FetchError(
            f"The body of {response.url.host}{response.url.path} is not what its content-encoding says ({exc}).",
            next_action="Download the file by hand and give its path.",
        ) from exc
    return bytes(content)


def _same_page(url: str, other: str) -> bool:
    return url.partition("#")[0].strip() == other.partition("#")[0].strip()


def _joined(base: "httpx2.URL", location: str) -> "httpx2.URL":
    import httpx2

    try:
        return base.join(location)
    except (httpx2.InvalidURL, ValueError) as exc:
        raise FetchError(f"{base.host} redirects to something that is not a URL ({exc}).") from exc


def _too_large(response: "httpx2.Response", max_bytes: int) -> FetchError:
    return FetchError(
        f"{response.url.host}{response.url.path} is larger than {max_bytes / (1 << 20):.3g} MiB.",
        code="description_too_large",
        next_action=DESCRIPTION_TOO_LARGE,
    )
