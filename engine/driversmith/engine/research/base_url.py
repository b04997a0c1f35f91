"""Where the API lives: the base URL that a driver talks to (DESIGN section 4)."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from ..errors import FetchError, FetchTimeoutError
from .documents.nodes import flag, is_object, mapping, sequence
from .documents.parse import Description
from .openapi.servers import origin, own_servers, resolved
from .sources.page import Page, PageFetcher

_PROBES = 3
_PROBE_BYTES = 1 << 20
_THERE = 1
"""The worst rank of an answer that an API gives."""


@dataclass(frozen=True)
class BaseUrl:
    """A base URL, without trailing slash, and why it is one."""

    url: str
    reason: str


def candidate_base_urls(description: Description, api_url: str) -> list[BaseUrl]:
    """Possible base URLs, the preferred one first; servers on other hosts only where nothing was typed that could be the API."""
    typed = BaseUrl(_bare(api_url), "api_url as typed")
    home = _home(description, api_url)
    servers = [url for server in own_servers(description) if (url := resolved(server.url, home))]
    near = [url for place in (api_url, home) for url in servers if origin(url) == origin(place)]
    same = [BaseUrl(url, "the description's server at the same origin") for url in near]
    at_origin = BaseUrl(_root(home), "the origin of the description")
    if description.found_by in ("api_url", "linked"):
        elsewhere = [BaseUrl(url, "the description's first server, which is on another host") for url in servers]
        return _distinct([*same, *elsewhere[:1], at_origin])
    moved = [
        BaseUrl(_root(api_url) + urlsplit(url).path, "the path of the description's server, at api_url")
        for url in servers
    ]
    if description.found_by == "documentation":
        return _distinct([*same, at_origin, *moved, typed])
    above = _above_repeated_path(description, typed.url, {urlsplit(url).path.rstrip("/") for url in servers})
    return _distinct([*above, typed, *same, *moved, BaseUrl(_root(api_url), "the origin of api_url")])


def _above_repeated_path(description: Description, typed: str, servers: set[str]) -> list[BaseUrl]:
    """The URL above what every path of the description begins with and api_url ends with, so that nothing is in a request twice."""
    path = urlsplit(typed).path
    paths = list(mapping(description.document.get("paths")))
    if not paths or path in servers:
        return []
    for at in (at for at, character in enumerate(path) if character == "/"):
        if all(f"{each}/".startswith(f"{path[at:]}/") for each in paths):
            return [
                BaseUrl(typed[: len(typed) - len(path) + at], f"every path begins with {path[at:]}, as api_url ends")
            ]
    return []


async def choose_base_url(description: Description, *, api_url: str, probe: PageFetcher | None = None) -> BaseUrl:
    """The base URL of the API.

    Where `api_url` as typed and a server at the same origin compete, and `probe` is given, at most three GETs of an operation
    without arguments decide; without a probe, or where both answer alike, the first candidate stands. Where nothing but
    documentation answers there, it is the description's first server.
    """
    if description.base_url:
        return BaseUrl(description.base_url, "where the API itself was asked")
    candidates = candidate_base_urls(description, api_url)
    first = candidates[0]
    competing = [base for base in candidates if origin(base.url) == origin(api_url)][:_PROBES]
    path = _plain_path(description)
    decided = description.found_by in ("api_url", "linked")
    if probe is None or decided or len(competing) < 2 or path is None:
        return first
    best, best_rank = first, 99
    for base in competing:
        try:
            rank = await _rank(probe, base.url + path)
        except FetchTimeoutError:
            break  # the others are at the same origin, and would be as silent
        if rank < best_rank and (base is first or rank <= _THERE):
            best, best_rank = base, rank
        if rank == 0:
            break
    elsewhere = _first_server(description, api_url)
    if description.found_by == "documentation" and best_rank > _THERE and elsewhere:
        return BaseUrl(elsewhere, "the description's first server; nothing answers at the documentation's origin")
    return (
        best if best is first else BaseUrl(best.url, f"{best.reason}; {path} answers better there than below api_url")
    )


def _first_server(description: Description, api_url: str) -> str:
    home = _home(description, api_url)
    return next((url for server in own_servers(description) if (url := resolved(server.url, home))), "")


def _home(description: Description, api_url: str) -> str:
    """The URL that relative servers belong to: the description's, or the API's where the description is a file or elsewhere."""
    if description.found_by in ("given", "catalogue") or not origin(description.location):
        return api_url
    return description.location


def _bare(url: str) -> str:
    return (_root(url) + urlsplit(url.strip()).path).rstrip("/")


def _root(url: str) -> str:
    parts = urlsplit(url.strip())
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _distinct(candidates: list[BaseUrl]) -> list[BaseUrl]:
    found: dict[str, BaseUrl] = {}
    for base in candidates:
        found.setdefault(base.url.rstrip("/"), BaseUrl(base.url.rstrip("/"), base.reason))
    return list(found.values())


def _plain_path(description: Description) -> str | None:
    """The path of a GET that needs no argument, by preference one that needs no credentials."""
    root = description.document
    found: list[str] = []
    for path, item in list(mapping(root.get("paths")).items())[:2000]:
        operation = mapping(item).get("get")
        if (
            not is_object(operation)
            or not path.startswith("/")
            or any(c in path for c in "{}#?: ")
            or "servers" in operation
        ):
            continue
        parameters = [*sequence(mapping(item).get("parameters")), *sequence(operation.get("parameters"))]
        if any("$ref" in mapping(p) or flag(mapping(p).get("required")) for p in parameters) or not path.isprintable():
            continue
        if not sequence(operation.get("security", root.get("security"))):
            return path
        found.append(path)
    return found[0] if found else None


async def _rank(probe: PageFetcher, url: str) -> int:
    """How well a URL answers: 0 with data, 1 it is there but wants something, 2 a page for people, 3 broken, 4 not there.

    Raises:
        FetchTimeoutError: it said nothing in time.
    """
    try:
        page = await probe.get(url, max_bytes=_PROBE_BYTES, headers={"Accept": "application/json, */*;q=0.5"})
    except FetchTimeoutError:
        raise
    except FetchError as error:
        return 0 if error.code == "description_too_large" else 5
    return _rank_of(page)


def _rank_of(page: Page) -> int:
    if page.status < 400:
        return 2 if "html" in page.headers.get("content-type", "").lower() else 0
    if page.status in (404, 410):
        return 4
    return 3 if page.status >= 500 else 1
