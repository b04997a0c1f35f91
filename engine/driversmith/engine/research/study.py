"""The whole of research: find the description, choose the base URL, read the profile."""

from collections.abc import Callable

from ..models.prose import Researched
from ..network.asking import ApiAsker
from .base_url import choose_base_url
from .catalogue.entries import Catalogue
from .documents.parse import Description
from .documents.prose import prose_of
from .evidence import with_evidence
from .pages import source as documentation
from .profile import build_profile
from .sources import catalogue as catalogue_source
from .sources import graphql_endpoint, live_api
from .sources.discovery import Progress, checked_url
from .sources.order import find
from .sources.page import PageFetcher
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
) -> Researched:
    """The profile of an API, and the prose of its description; `probe` allows a few GETs to its operations to tell its
    base URL. `asker` asks the API itself where it is described nowhere, and `is_polite` says that few requests may go
    out; `catalogue` loads the catalogue of public APIs.

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
    )
    description = await find(search, OTHERS, first=FIRST)
    say(f"Found {description.format} at {description.location}")
    base = await choose_base_url(description, api_url=api_url, probe=fetcher if probe else None)
    say(f"The base URL is {base.url}: {base.reason}")
    return await run_sized(description.size, _build, description, api_name, base.url, objects)


def _build(description: Description, api_name: str, base_url: str, objects: tuple[str, ...] | None) -> Researched:
    profile = build_profile(description, api_name=api_name, base_url=base_url, objects=objects)
    return Researched(with_evidence(profile, description), description.prose or prose_of(description.document))


def _silent(_: str) -> None:
    pass
