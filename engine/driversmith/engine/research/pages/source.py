"""Documentation pages as a source of research."""

from dataclasses import replace

from ..documents.parse import Description
from ..sources.port import Search
from .find import find_documented


async def find(search: Search) -> Description | None:
    """What the pages at a URL, and those of the same documentation, say of an API; None where they tell no endpoint."""
    found = await find_documented(
        search.api_url,
        fetcher=search.fetcher,
        max_bytes=search.max_bytes,
        may_ask=search.asker is not None,
        is_polite=search.is_polite,
        say=search.say,
        start=search.start,
    )
    if found is None:
        search.tried.append("No page of documentation there tells an endpoint.")
        return None
    return replace(
        found.description,
        base_url=found.base_url,
        evidence=found.evidence,
        notes=found.notes,
        prose=found.prose,
    )
