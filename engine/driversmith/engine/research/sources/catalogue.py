"""The catalogue of public APIs: a description that it names for the API's host, as a hypothesis."""

from dataclasses import replace
from urllib.parse import urlsplit

from ...errors import DescriptionError, FetchError
from ..catalogue.entries import Entry
from ..documents.parse import Description
from ..matching import says_answers
from ..worker import run_beside
from .discovery import parse
from .port import Search

MOST_TRIED = 4
"""Descriptions of one API that are read until one can be."""
_ACCEPT = {"Accept": "application/json, application/yaml;q=0.9, */*;q=0.1"}


async def find(search: Search) -> Description | None:
    """The description that the catalogue has for the API's URL; None where it knows none, or several APIs that may be meant.
    The host's own description comes first, where that says what the API answers."""
    known = search.known
    if search.catalogue is None or (known is not None and await run_beside(known.size, says_answers, known)):
        return None
    candidates = search.catalogue().by_url(search.api_url, search.api_name)
    if len(candidates) > 1:
        named = "; ".join(candidate.told for candidate in candidates[:12])
        search.tried.append(
            f"The catalogue knows {len(candidates)} APIs there ({named}): give the URL of one as api_url."
        )
        return None
    if not candidates:
        return None
    described = [(entry, url) for entry in candidates[0].entries for url in entry.readable]
    for entry, url in described[:MOST_TRIED]:
        if (found := await _read(search, entry, url)) is not None:
            return found
    search.tried.append(f"The catalogue knows {candidates[0].told}, and none of its descriptions can be read now.")
    return None


async def _read(search: Search, entry: Entry, url: str) -> Description | None:
    search.say(f"Reading the catalogue's description at {url.partition('?')[0]}")
    try:
        page = await search.fetcher.get(url, max_bytes=search.max_bytes, headers=_ACCEPT)
        if page.status >= 400:
            return None
        description = await parse(page.content, location=url.partition("?")[0], max_bytes=search.max_bytes)
    except (FetchError, DescriptionError):
        return None
    source = entry.source
    where = urlsplit(url).hostname or ""
    note = (
        f"The description comes from the catalogue of public APIs ({source.name}, {source.date}; read at {where}): it may be older than"
        " the API, and holds as far as live reads prove it."
    )
    return replace(description, found_by="catalogue", notes=(note, *description.notes))
