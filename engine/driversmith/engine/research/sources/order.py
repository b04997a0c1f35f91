"""All sources, in the order in which they are asked: what costs least and says most comes first. To add one, write a file here
that has a function as `port.Source` says, and name it in `study.OTHERS`."""

from collections.abc import Sequence

from ...errors import ResearchError
from ..documents.parse import Description
from .discovery import Discovery, find_description
from .graphql_endpoint import located
from .port import Search, Source

FEW = 3
"""Usual places of descriptions that are looked at before the API itself is asked, where few requests may go out; the others
come after that."""


async def find(search: Search, others: Sequence[Source], *, first: Sequence[Source] = ()) -> Description:
    """What is known of an API, of the first source that knows anything; `others` are asked, in this order, where neither the
    caller nor the API's own host has a description, and those of `first` before the usual places of descriptions.

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
    places = Discovery(search.api_url, search.fetcher, search.max_bytes, search.say)
    found = await places.look(most=0)
    search.start = places.start
    for source in first if found is None else ():
        if (found := await source(search)) is not None:
            return found
    if found is None:
        found = await places.look_on(most=_most(search))
    if found is not None:
        return found
    refusal: ResearchError | None = None
    weak: Description | None = None
    if not places.is_dead:
        for source in others:
            try:
                found = await source(search)
            except ResearchError as error:
                if error.code == "description_too_large":
                    raise
                refusal = refusal or error
                continue
            if found is not None and not _is_weak(found):
                return found
            weak = weak or found
    if refusal is None and (found := await places.look_on()) is not None:
        return found
    if weak is not None:
        return weak
    raise _nothing(search, places, refusal)


def _is_weak(found: Description) -> bool:
    """Whether the API showed single records alone, or pages name URLs and nothing that is done with them, so that what is
    found elsewhere says more."""
    if found.found_by == "observed":
        return not found.observations
    return bool(found.evidence) and all(known.known_by == "guessed" for known in found.evidence.values())


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
