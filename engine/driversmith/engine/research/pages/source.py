"""Documentation pages as a source of research: before the API itself is asked where a page was named, and after it elsewhere."""

from dataclasses import replace

from ..documents.kinds import is_html
from ..documents.parse import Description
from ..sources.port import Search
from .find import find_documented


async def at_start(search: Search) -> Description | None:
    """What the page at the URL that was named, and those of the same documentation, say of an API; None where it is no page or
    tells no endpoint."""
    return await _find(search) if _is_page(search) else None


async def elsewhere(search: Search) -> Description | None:
    """What pages say to which an API's URL leads, where it is none itself; None where they tell no endpoint."""
    return None if _is_page(search) else await _find(search)


def _is_page(search: Search) -> bool:
    start = search.start
    return start is not None and is_html(start.content[:4096].decode("utf-8", "replace").lstrip())


async def _find(search: Search) -> Description | None:
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
        found.description, base_url=found.base_url, evidence=found.evidence, notes=found.notes, prose=found.prose
    )
