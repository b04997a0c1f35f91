"""All sources, in the order in which they are asked: what costs least and says most comes first. To add one, write a file here
that has a function as `port.Source` says, and name it in `study.OTHERS`."""

from collections.abc import Sequence

from ...errors import ResearchError
from ..documents.parse import Description
from ..merge import merged
from ..worker import run_beside
from .discovery import Discovery, find_description
from .graphql_endpoint import located
from .port import Search, Source
from .standing import is_weak

FEW = 3
"""Usual places of descriptions that are looked at before the API itself is asked, where few requests may go out; the others
come after that."""


async def find(search: Search, others: Sequence[Source], *, first: Sequence[Source] = ()) -> Description:
    """What is known of an API; `others` are asked, in this order, where the caller names no description. Each sees what the
    sources before it know, and decides whether it can add to that; what they know is merged. Those of `first` are asked
    before the usual places of descriptions, and nobody after one of them that knows the API.

    Raises:
        InvalidArgumentError, DescriptionError, FetchError: as find_description does.
        ResearchError: no source has anything; what each of them tried is said.
    """
    return await located(search, await _found(search, others, first))


async def _found(search: Search, others: Sequence[Source], first: Sequence[Source]) -> Description:
    if search.spec is not None:
        return await find_description(
            api_url=search.api_url,
            spec=search.spec,
            fetcher=search.fetcher,
            max_bytes=search.max_bytes,
            progress=search.say,
        )
    places = Discovery(search.api_url, search.fetcher, search.max_bytes, search.say, pages=search.pages)
    search.known = await places.look(most=0)
    search.start = places.start
    for source in first if search.known is None else ():
        if (found := await source(search)) is not None:
            return found
    if search.known is None:
        search.known = await places.look_on(most=_most(search))
    refusal: ResearchError | None = None
    if search.known is not None or not places.is_dead:
        for source in others:
            error = await _ask(source, search)
            refusal = refusal or error
    known = search.known
    if known is not None and not is_weak(known):
        return known
    if refusal is None and (found := await places.look_on()) is not None:
        return found if known is None or known.found_by == "observed" else await _together(found, known)
    if known is not None:
        return known
    raise _nothing(search, places, refusal)


async def _ask(source: Source, search: Search) -> ResearchError | None:
    """Add what a source knows; the error by which it refuses."""
    try:
        found = await source(search)
    except ResearchError as error:
        if error.code == "description_too_large" and search.known is None:
            raise
        return error
    if found is not None:
        search.known = found if search.known is None else await _together(search.known, found)
    return None


async def _together(known: Description, found: Description) -> Description:
    return await run_beside(known.size + found.size, merged, known, found)


def _most(search: Search) -> int | None:
    """How many usual places are looked at before the API itself is asked; None for all."""
    return FEW if search.asker is not None and search.is_polite else None


def _nothing(search: Search, places: Discovery, refusal: ResearchError | None) -> ResearchError:
    if refusal is not None:
        return refusal
    error = places.not_found()
    if error.code == "description_not_found" and search.tried:
        return ResearchError(
            f"{error.message} {' '.join(search.tried)}", code=error.code, next_action=error.next_action
        )
    return error
