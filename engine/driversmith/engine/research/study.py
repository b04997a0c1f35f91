"""The whole of research: find the description, choose the base URL, read the profile."""

from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

from ..models.prose import Researched
from ..network.addresses import same_api
from ..network.asking import ApiAsker
from .base_url import BaseUrl, choose_base_url
from .catalogue.entries import Catalogue
from .choices import chosen_server, open_choices, server_options, with_auth
from .documents.parse import Description
from .documents.prose import prose_of
from .evidence import with_evidence
from .pages import source as documentation
from .profile import build_profile
from .sources import catalogue as catalogue_source
from .sources import graphql_endpoint, live_api
from .sources.discovery import Progress, checked_url
from .sources.order import find
from .sources.page import Page, PageFetcher
from .sources.port import Search, Source
from .worker import run_sized

FIRST: tuple[Source, ...] = (graphql_endpoint.at_start,)
"""What is asked before the usual places of descriptions: only where what stands at `api_url` points to it."""
OTHERS: tuple[Source, ...] = (
    catalogue_source.find,
    graphql_endpoint.elsewhere,
    documentation.at_start,
    live_api.find,
    documentation.elsewhere,
)
"""What is asked where neither the caller nor the API's own host has a description: what costs least and says most comes first."""


async def study_api(
    *,
    api_name: str,
    api_url: str,
    spec: str | None = None,
    objects: tuple[str, ...] | None = None,
    probe: bool = True,
    fetcher: PageFetcher,
    max_bytes: int,
    progress: Progress | None = None,
    asker: ApiAsker | None = None,
    is_polite: bool = False,
    catalogue: Callable[[], Catalogue] | None = None,
    pages: dict[str, Page] | None = None,
    server: str | None = None,
    auth: str | None = None,
) -> Researched:
    """The profile of an API, and the prose of its description; `probe` allows a few GETs to its operations to tell its
    base URL. `asker` asks the API itself where it is described nowhere, and `is_polite` says that few requests may go
    out; `catalogue` loads the catalogue of public APIs, and `pages` is given
    the pages for people that come back; `server` and `auth` say which of several is meant.

    Raises:
        InvalidArgumentError, FetchError, DescriptionError, ResearchError: as find_description and build_profile do.
    """
    say = progress or _silent
    search = Search(
        api_name=api_name,
        api_url=checked_url(api_url, "api_url"),
        spec=spec,
        fetcher=fetcher,
        max_bytes=max_bytes,
        say=say,
        asker=asker if probe else None,
        is_polite=is_polite,
        catalogue=catalogue,
        pages={} if pages is None else pages,
    )
    description = await find(search, OTHERS, first=FIRST)
    say(f"Found {description.format} at {description.location}")
    servers = server_options(description, api_url)
    if server is not None:
        base = BaseUrl(chosen_server(server, servers), "the server that was chosen")
    else:
        base = await choose_base_url(description, api_url=_typed(search), probe=fetcher if probe else None)
    say(f"The base URL is {base.url}: {base.reason}")
    found = await run_sized(description.size, _build, description, api_name, base.url, objects)
    profile = with_auth(found.profile, auth) if auth is not None else found.profile
    choices = open_choices(profile, api_url=api_url, servers=servers, server=server, auth=auth)
    return found._replace(profile=profile.model_copy(update={"choices": choices}))


def _typed(search: Search) -> str:
    """The API's URL as it was typed, by https where the API sends whoever asks by http there."""
    typed, start = search.api_url, search.start
    if start is None or urlsplit(start.url).scheme == urlsplit(typed).scheme or not same_api(start.url, typed):
        return typed
    return urlunsplit((*urlsplit(start.url)[:2], *urlsplit(typed)[2:]))


def _build(description: Description, api_name: str, base_url: str, objects: tuple[str, ...] | None) -> Researched:
    profile = build_profile(description, api_name=api_name, base_url=base_url, objects=objects)
    return Researched(with_evidence(profile, description), description.prose or prose_of(description.document))


def _silent(_: str) -> None:
    pass
