"""Documentation pages as a source of research: before the API itself is asked where a page was named, and after it elsewhere."""

from dataclasses import replace

from ..documents.kinds import is_html
from ..documents.parse import Description
from ..matching import covers, says_answers
from ..sources.port import Search
from ..sources.standing import is_document, is_weak
from ..worker import run_beside
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
    """What pages say. Where something is known, only those are read that came back before, the API is not asked, and
    what a description says that stands whole is left as it is."""
    known = search.known if search.known is not None and not is_weak(search.known) else None
    found = await find_documented(
        search.api_url,
        fetcher=search.fetcher,
        max_bytes=search.max_bytes,
        may_ask=search.asker is not None and known is None,
        is_polite=search.is_polite,
        say=search.say,
        kept=search.pages,
        fetch=known is None,
        api=search.asker,
    )
    if found is None:
        search.tried.append("No page of documentation there tells an endpoint.")
        return None
    description = replace(
        found.description,
        base_url=found.base_url,
        evidence=found.evidence,
        notes=found.notes,
        alone=found.alone,
        prose=found.prose,
    )
    if known is not None and is_document(known) and await run_beside(known.size, _stands, known, description):
        return None
    return description


def _stands(known: Description, pages: Description) -> bool:
    """Whether a description says what the API answers, and knows most of what pages tell."""
    return says_answers(known) and covers(known, pages)
