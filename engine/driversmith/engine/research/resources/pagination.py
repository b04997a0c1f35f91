"""How all pages of a collection are read."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from ...facts.units.pagination import ONLY_ONE_PAGE
from ...models.profile import Evidence, PaginationProfile, PaginationStyle, ParameterProfile, PositionPlace
from ..documents.nodes import whole_number
from ..documents.notes import Notes
from ..names import bare
from ..openapi.operations import Operation
from ..openapi.schemas import Schema, Schemas
from .next_page import last_path, more_path, next_cursor, next_number, next_url, pages_path, total_path
from .paging_names import (
    DEFAULT,
    FROM_ONE,
    FROM_ZERO,
    HEADER_TOKEN,
    LAST_RECORD,
    LINK_TEXT,
    MAXIMUM,
    UNFED,
    header_word,
    only_with_a_value,
    page_parameter,
    word_of,
)
from .records import UNKNOWN, Records
from .told_paging import EXTENSIONS, told_paging

_LARGEST_PAGE = 100_000
"""A larger documented maximum means that there is none."""
_WHOLE = frozenset({"top"})
"""Sizes that, where the body leads to the next page, limit all pages together: OData's `$top`."""


@dataclass(frozen=True, slots=True)
class _Parameters:
    size: ParameterProfile | None
    page: ParameterProfile | None
    offset: ParameterProfile | None
    cursor: ParameterProfile | None


_OTHERS = r"other (?:query )?(?:parameters?|params?|arguments?|filters?)"
_ALONE = re.compile(
    rf"\b(?:no|without(?: any)?) {_OTHERS}\b(?! (?:is |are )?(?:required|needed|necessary))|"
    rf"\b{_OTHERS}[^.]{{0,40}}\b(?:be (?:omitted|left out|absent|dropped)|not (?:be )?"
    r"(?:allowed|accepted|permitted|sent|given|used|passed|combined|present|included|supported))\b|"
    r"\bbe (?:combined|mixed|used together|sent together) with (?:any )?other\b|"
    r"\b(?:be|is) the only (?:query )?param|\b(?:sent|used|passed|given) alone\b",
    re.IGNORECASE,
)
"""That a parameter goes without all others, in the words of descriptions."""


def pagination_of(operation: Operation, records: Records, schemas: Schemas, notes: Notes) -> PaginationProfile:
    """How the pages of a collection follow each other: what its response says first, then what its parameters say."""
    if records.shape == "record":
        return PaginationProfile()
    given = operation.profile.parameters
    named = _Parameters(*(page_parameter(given, role) for role in ("size", "page", "offset", "cursor")))
    bodies = _envelopes(operation, records, schemas)
    found = (
        _told(operation)
        or _by_cursor(operation, named, bodies, schemas)
        or _by_next_url(operation, named, bodies, schemas)
        or _by_link_header(operation, named)
        or _by_counting(operation, named, records, notes)
        or _by_header(operation)
        or _by_last_record(operation, named, records, schemas)
        or _not_at_all(operation, named, notes)
    )
    if found.style == "none" and found.size_parameter is None:
        return found
    found = _with_required_first(found, named)
    size = _size_for(found, given)
    if found.style == "next_url" and size and word_of(size) in _WHOLE:
        size = None
    return found.model_copy(
        update={
            "size_parameter": size.name if size else None,
            "alone": _goes_alone(found, operation),
            "default_size": _default_size(size),
            "max_size": _max_size(size),
            "more_path": _in_one(bodies, lambda body: more_path(body, schemas)) if found.style != "none" else (),
            "last_path": _in_one(bodies, lambda body: last_path(body, schemas)) if found.style != "none" else (),
            "pages_path": _in_one(bodies, lambda body: pages_path(body, schemas)) if found.style == "page" else (),
            "total_path": _in_one(bodies, lambda body: total_path(body, schemas))
            if found.style in ("page", "offset")
            else (),
        }
    )


def _goes_alone(found: PaginationProfile, operation: Operation) -> bool:
    """Whether the description says that a cursor is sent without other parameters."""
    if found.style != "cursor" or found.position_in != "query":
        return False
    told = [p.description for p in operation.profile.parameters if p.name == found.position_parameter]
    return any(_ALONE.search(text) for text in [*told, operation.profile.description])


def _size_for(found: PaginationProfile, given: Sequence[ParameterProfile]) -> ParameterProfile | None:
    """The parameter for the size of a page: one that goes where the position goes."""
    places = (found.position_in,)
    told = next((p for p in given if p.name == found.size_parameter and p.location in places), None)
    return told or page_parameter(given, "size", places=places)


def _told(operation: Operation) -> PaginationProfile | None:
    found = told_paging(operation.extensions, operation.profile)
    if found is None:
        return None
    told = ", ".join(name for name in EXTENSIONS if name in operation.extensions)
    evidence = Evidence(pointer=operation.profile.evidence.pointer, rule=f"{told} says so")
    return found.model_copy(update={"evidence": evidence})


def _by_header(operation: Operation) -> PaginationProfile | None:
    """A token in a header of the answer, which the header of its name takes (`x-ms-continuation`), or a parameter."""
    told = {header_word(name): name for name in operation.response.headers}
    for parameter in operation.profile.parameters:
        word = header_word(parameter.name) if parameter.location == "header" else bare(parameter.name)
        for answered in (word, "next" + word):
            if parameter.location in ("header", "query") and HEADER_TOKEN.fullmatch(word) and answered in told:
                rule = f"{parameter.name!r} takes what the header {told[answered]!r} of the answer holds"
                found = _profile("cursor", operation, parameter, rule)
                return found.model_copy(update={"next_header": told[answered]})
    return None


_Envelopes = list[tuple[tuple[str, ...], Schema]]
"""Objects that hold the list of records, however deep, the whole body first: keys to each, and what it is."""


def _envelopes(operation: Operation, records: Records, schemas: Schemas) -> _Envelopes:
    found: _Envelopes = [((), operation.response.schema)]
    for key in records.path[:-1]:
        keys, body = found[-1]
        found.append(((*keys, key), schemas.read(body.properties.get(key))))
    return found


def _in_one(bodies: _Envelopes, search: Callable[[Schema], tuple[str, ...]]) -> tuple[str, ...]:
    """Keys from the whole body to what is searched, in the outermost envelope that has it; () where none has."""
    return next(((*above, *path) for above, body in bodies if (path := search(body))), ())


def _by_cursor(
    operation: Operation, named: _Parameters, bodies: _Envelopes, schemas: Schemas
) -> PaginationProfile | None:
    # One parameter may be called like a cursor and like a page: each is looked for in its own way.
    for parameter, search in ((named.cursor, next_cursor), (named.page, next_number), (named.offset, next_number)):
        if parameter is None:
            continue
        if path := _in_one(bodies, partial(search, schemas=schemas, parameter=parameter)):
            rule = f"{parameter.name!r} takes what stands at {'.'.join(path)!r} of the body"
            return _profile("cursor", operation, parameter, rule, path)
    return None


def _by_next_url(
    operation: Operation, named: _Parameters, bodies: _Envelopes, schemas: Schemas
) -> PaginationProfile | None:
    path = _in_one(bodies, lambda body: next_url(body, schemas))
    if not path:
        return None
    position = named.page or named.offset or named.cursor
    return _profile(
        "next_url", operation, position, f"the URL of the next page stands at {'.'.join(path)!r} of the body", path
    )


def _by_link_header(operation: Operation, named: _Parameters) -> PaginationProfile | None:
    if any(name.lower() == "link" for name in operation.response.headers):
        rule = "the response has a Link header"
    elif LINK_TEXT.search(operation.text) or LINK_TEXT.search(operation.response.description[:2000]):
        rule = "its description speaks of a Link header to the next page"
    else:
        return None
    found = _profile("link_header", operation, named.page or named.offset or named.cursor, rule)
    return found.model_copy(update={"first": _first(named.page, 1)}) if named.page else found


def _by_counting(operation: Operation, named: _Parameters, records: Records, notes: Notes) -> PaginationProfile | None:
    if records.rule == UNKNOWN and (named.page or named.offset):
        notes.add(
            f"{operation.profile.signature[:200]} has pages, but the description does not say what its body is: "
            "the pages after the first are read only if it is a list."
        )
    styles: tuple[tuple[PaginationStyle, ParameterProfile | None], ...] = (
        ("page", named.page),
        ("offset", named.offset),
    )
    for style, parameter in styles:
        if parameter is not None:
            profile = _profile(
                style, operation, parameter, f"{parameter.name!r} is called like a parameter for the {style}"
            )
            return profile.model_copy(update={"first": _first(parameter, 1 if style == "page" else 0)})
    return None


def _by_last_record(
    operation: Operation, named: _Parameters, records: Records, schemas: Schemas
) -> PaginationProfile | None:
    """`starting_after`, or what is described alike: the identifier of the last record leads to the next page."""
    cursor = named.cursor
    if cursor is None or records.shape != "list" or "id" not in records.record.properties:
        return None
    if word_of(cursor) != "startingafter" and not (UNFED.match(cursor.name) and LAST_RECORD.search(cursor.description)):
        return None
    if schemas.read(records.record.properties["id"]).type not in ("string", "integer", "any"):
        return None
    rule = f"{cursor.name!r} takes the 'id' of the last record"
    return _profile("cursor", operation, cursor, rule, (*records.path, "id"))


def _with_required_first(found: PaginationProfile, named: _Parameters) -> PaginationProfile:
    """The same; a required page number or offset is told where to begin, whatever leads on from there."""
    for parameter, usual in ((named.page, 1), (named.offset, 0)):
        if parameter is None or parameter.name != found.position_parameter:
            continue
        if found.style in ("page", "offset") or not parameter.must_be_given or parameter.type == "string":
            return found
        return found.model_copy(update={"first": _first(parameter, usual), "first_required": True})
    return found


def _not_at_all(operation: Operation, named: _Parameters, notes: Notes) -> PaginationProfile:
    if named.cursor is not None and not only_with_a_value(named.cursor):
        why = " (some APIs take the identifier of the last record)" if UNFED.match(named.cursor.name) else ""
        notes.add(
            f"{operation.profile.signature[:200]} takes {named.cursor.name[:60]!r}, but the description does not say "
            f"where its value comes from{why}: {ONLY_ONE_PAGE}"
        )
    if named.size is not None and _max_size(named.size):
        rule = f"{named.size.name!r} sets how many records come; there is no parameter to go on from there"
        found = {"size_parameter": named.size.name, "position_in": _place(named.size)}
        return _profile("none", operation, None, rule).model_copy(update=found)
    return PaginationProfile()


def _profile(
    style: PaginationStyle, operation: Operation, position: ParameterProfile | None, rule: str, path: tuple[str, ...] = ()
) -> PaginationProfile:  # fmt: skip
    return PaginationProfile(
        style=style,
        position_parameter=position.name if position else None,
        position_in=_place(position),
        next_path=path,
        evidence=Evidence(pointer=operation.profile.evidence.pointer, rule=rule),
    )


def _place(parameter: ParameterProfile | None) -> PositionPlace:
    location = parameter.location if parameter else "query"
    return location if location in ("header", "body") else "query"


def _first(parameter: ParameterProfile, usual: int) -> int:
    """Where counting starts: the default, then what the description says, then the minimum."""
    if (default := whole_number(parameter.default)) in (0, 1):
        return default or 0
    if FROM_ZERO.search(parameter.description):
        return 0
    if FROM_ONE.search(parameter.description):
        return 1
    return int(parameter.minimum) if parameter.minimum in (0, 1) else usual


def _default_size(size: ParameterProfile | None) -> int | None:
    if size is None:
        return None
    default = whole_number(size.default)
    if default is None and (match := DEFAULT.search(size.description)):
        default = int(match.group(1))
    return default if default and default > 0 else None


def _max_size(size: ParameterProfile | None) -> int | None:
    if size is None:
        return None
    maximum = whole_number(size.maximum)
    if maximum is None and (match := MAXIMUM.search(size.description)):
        maximum = int(match.group(1))
    if not maximum or maximum < 1 or maximum > _LARGEST_PAGE or maximum < (_default_size(size) or 0):
        return None
    return maximum
