"""The whole of research: find the description, choose the base URL, read the profile."""

from ..errors import ResearchError
from ..models.prose import Researched
from .base_url import choose_base_url
from .documents.parse import Description
from .documents.prose import prose_of
from .pages.find import FromPages, find_documented, with_evidence
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
    is_polite: bool = True,
) -> Researched:
    """The profile of an API, and the prose of its description; `probe` allows a few GETs to its operations to tell its
    base URL, and `is_polite` keeps what is read and asked few where only pages of documentation speak of it.

    Raises:
        InvalidArgumentError, FetchError, DescriptionError, ResearchError: as find_description and build_profile do.
    """
    say = progress or _silent
    try:
        description = await find_description(
            api_url=api_url, spec=spec, fetcher=fetcher, max_bytes=max_bytes, progress=progress
        )
    except ResearchError as missing:
        if spec is not None or missing.code != "description_not_found":
            raise
        read = await find_documented(
            api_url, fetcher=fetcher, max_bytes=max_bytes, may_ask=probe, is_polite=is_polite, say=say
        )
        if read is None:
            raise
        return await _from_pages(read, api_name=api_name, api_url=api_url, objects=objects, say=say)
    say(f"Found {description.format} at {description.location}")
    base = await choose_base_url(description, api_url=api_url, probe=fetcher if probe else None)
    say(f"The base URL is {base.url}: {base.reason}")
    return await run_sized(description.size, _build, description, api_name, base.url, objects)


async def _from_pages(
    read: FromPages, *, api_name: str, api_url: str, objects: tuple[str, ...] | None, say: Progress
) -> Researched:
    """The profile of what pages of documentation say."""
    say(f"Found {read.description.format} at {read.description.location}")
    base_url = read.base_url or (await choose_base_url(read.description, api_url=api_url)).url
    profile, _ = await run_sized(read.description.size, _build, read.description, api_name, base_url, objects)
    return Researched(with_evidence(profile, read), read.prose)


def _build(description: Description, api_name: str, base_url: str, objects: tuple[str, ...] | None) -> Researched:
    profile = build_profile(description, api_name=api_name, base_url=base_url, objects=objects)
    return Researched(profile, prose_of(description.document))


def _silent(_: str) -> None:
    pass
