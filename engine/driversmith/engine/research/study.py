"""The whole of research: find the description, choose the base URL, read the profile."""

from ..models.prose import Researched
from .base_url import choose_base_url
from .documents.parse import Description
from .documents.prose import prose_of
from .profile import build_profile
from .sources.discovery import Progress, find_description
from .sources.page import PageFetcher
from .worker import run_sized


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
) -> Researched:
    """The profile of an API, and the prose of its description; `probe` allows a few GETs to its operations to tell its
    base URL.

    Raises:
        InvalidArgumentError, FetchError, DescriptionError, ResearchError: as find_description and build_profile do.
    """
    say = progress or _silent
    description = await find_description(
        api_url=api_url, spec=spec, fetcher=fetcher, max_bytes=max_bytes, progress=progress
    )
    say(f"Found {description.format} at {description.location}")
    base = await choose_base_url(description, api_url=api_url, probe=fetcher if probe else None)
    say(f"The base URL is {base.url}: {base.reason}")
    return await run_sized(description.size, _build, description, api_name, base.url, objects)


def _build(description: Description, api_name: str, base_url: str, objects: tuple[str, ...] | None) -> Researched:
    profile = build_profile(description, api_name=api_name, base_url=base_url, objects=objects)
    return Researched(profile, prose_of(description.document))


def _silent(_: str) -> None:
    pass
