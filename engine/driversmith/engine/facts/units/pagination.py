"""How all pages of an object are read, as one unit."""

from collections.abc import Iterator
from typing import Any, Literal, Self, cast, get_args

from pydantic import Field, JsonValue, model_validator

from ...models.base import Value
from ...models.profile import (
    ApiProfile,
    Evidence,
    OperationProfile,
    PaginationProfile,
    PaginationStyle,
    ParameterProfile,
)
from ..refused import RefusedError
from .headers import check_sent
from .operations import argument_of, check_body
from .unit import (
    HeaderName,
    Keys,
    Names,
    Unit,
    as_members,
    merged,
    object_of,
    operation_of,
    with_object,
    with_operation,
)

ONLY_ONE_PAGE = "only one page is read by itself."
"""Ends the warning of research about a list whose way to the next page nobody describes."""
COUNTED = ("page", "offset")
_USED_BY: dict[str, tuple[str, ...]] = {
    "next_path": ("cursor", "next_url"),
    "next_header": ("cursor", "next_url"),
    "more_path": ("page", "offset", "cursor", "link_header", "next_url"),
    "last_path": ("page", "offset", "cursor", "link_header", "next_url"),
    "pages_path": ("page",),
    "total_path": COUNTED,
    "total_header": COUNTED,
    "short_page_ends": COUNTED,
    "position_in": ("none", "page", "offset", "cursor"),
    "alone": ("cursor",),
}
"""Styles that have a use for a member; all have for the others."""
_STYLES = get_args(PaginationStyle)
_NOTHING: tuple[Any, ...] = (None, [], "query", False)
"""What says that there is none of a member, or the usual."""


class PaginationFact(Value):
    """How all pages are read (models.profile.PaginationProfile)."""

    style: Literal["none", "page", "offset", "cursor", "link_header", "next_url"] = Field(
        description="one of none, page, offset, cursor, link_header, next_url"
    )
    position_parameter: str | None = Field(
        min_length=1, max_length=200, description="the parameter that says which page; a text, or null"
    )
    size_parameter: str | None = Field(
        min_length=1, max_length=200, description="the parameter for the number of records a page; a text, or null"
    )
    position_in: Literal["query", "header", "body"] = Field(
        description="where both parameters go: one of query, header, body (the JSON body: both are paths of its "
        "members, such as page.cursor)"
    )
    alone: bool = Field(
        description="cursor: true (a cursor in the query goes without all other parameters, which it stands for) or false"
    )
    first: int = Field(ge=0, le=1, description="page, offset: the number of the first, 0 or 1")
    default_size: int | None = Field(ge=1, description="records a page where none are asked for, or null")
    max_size: int | None = Field(ge=1, description="the most records that a page may have, or null")
    next_path: Keys = Field(
        description="cursor, next_url: an array of keys to it in the answer, or [] with next_header; where it leads through a "
        "list, the last item counts (a field of the last record)"
    )
    next_header: HeaderName | None = Field(
        description="cursor, next_url: the header of the answer that holds it, or null"
    )
    more_path: Keys = Field(description="an array of keys to a boolean that says whether more follows, [] for none")
    last_path: Keys = Field(
        description="an array of keys to a boolean that says whether this page is the last, [] for none"
    )
    pages_path: Keys = Field(description="page: an array of keys to the number of all pages, [] for none")
    total_path: Keys = Field(description="page, offset: an array of keys to the number of all records, [] for none")
    total_header: HeaderName | None = Field(
        description="page, offset: the header of the answer with the number of all records, or null"
    )
    short_page_ends: bool | None = Field(
        description="page, offset: true (a page shorter than asked for is the last), false (only an empty one is), null"
    )

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.style in (*COUNTED, "cursor") and not self.position_parameter:
            raise ValueError(f"style {self.style} needs position_parameter, the name of a parameter")
        if self.style in ("cursor", "next_url") and not self.next_path and not self.next_header:
            raise ValueError(f"style {self.style} needs next_path, an array of keys, or next_header")
        if self.alone and self.position_in != "query":
            raise ValueError("alone is for a cursor in the query")
        if self.position_parameter and self.position_parameter == self.size_parameter:
            raise ValueError("position_parameter and size_parameter cannot be the same")
        if self.default_size and self.max_size and self.default_size > self.max_size:
            raise ValueError("default_size cannot be above max_size")
        if self.short_page_ends and not (self.size_parameter or self.default_size):
            raise ValueError("short_page_ends needs size_parameter or default_size: else no page is known to be short")
        return self


def _pagination(profile: ApiProfile, names: Names) -> dict[str, JsonValue]:
    return as_members(PaginationFact, object_of(profile, names[0]).pagination)


def _put_pagination(profile: ApiProfile, names: Names, value: JsonValue) -> ApiProfile:
    """Parameters of paging that the operation does not have yet are added to it; `filters` follow."""
    described = object_of(profile, names[0])
    if "read" not in described.operations:
        raise RefusedError(f"Object {described.name!r} has no list to be read page by page.")
    given = value if isinstance(value, dict) else {}
    if described.shape == "record" and given.get("style", "none") != "none":
        raise RefusedError("One record has no pages: correct shape of /objects/<object>/records first.")
    current = _pagination(profile, names)
    style = given.get("style", current["style"])
    for member, styles in _USED_BY.items():
        if given.get(member) not in _NOTHING and style in _STYLES and style not in styles:
            raise RefusedError(f"{member} is for style {' or '.join(styles)}; the style is {style}.")
    fact = merged(PaginationFact, _for_style(current, given), value)
    for one, other in (("next_path", "next_header"), ("total_path", "total_header")):
        if getattr(fact, one) and getattr(fact, other):
            raise RefusedError(f"Give {one} or {other}: one place tells it.")
    kept = described.pagination
    paging = kept.model_copy(
        update={**fact.__dict__, "first_required": kept.first_required and kept.style == fact.style}
    )
    changed = described.model_copy(update={"pagination": paging})
    told = operation_of(profile, described.operations["read"]).signature[:200]
    warnings = tuple(w for w in profile.warnings if not (w.startswith(f"{told} ") and w.endswith(ONLY_ONE_PAGE)))
    return placed(with_object(profile.model_copy(update={"warnings": warnings}), changed), described.name)


def _for_style(now: dict[str, JsonValue], given: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """The current members, without those that the style to be has no use for, or that a given one stands in for."""
    style = given.get("style", now["style"])
    bare = cast("dict[str, JsonValue]", PaginationProfile().model_dump(mode="json"))
    useless = {member for member, styles in _USED_BY.items() if style not in styles}
    for one, other in (("next_path", "next_header"), ("total_path", "total_header")):
        useless |= {other} if given.get(one) else {one} if given.get(other) else set()
    return {member: bare[member] if member in useless else value for member, value in now.items()}


def placed(profile: ApiProfile, object_name: str) -> ApiProfile:
    """The profile, in which the operation that lists an object has the parameters of its paging."""
    described = profile.objects[object_name]
    paging = described.pagination
    operation = operation_of(profile, described.operations["read"])
    sent = [name for name in (paging.position_parameter, paging.size_parameter) if name]
    is_in_body = paging.position_in == "body"
    if is_in_body:
        _check_body(operation)
    if not is_in_body or (operation.body and operation.body.argument is None):
        for name in sent:
            if not any(p.name == name and p.location == paging.position_in for p in operation.parameters):
                operation = _with_parameter(profile, operation, name, paging)
        operation = without_maximum(operation, paging)
    filters = tuple(
        p.argument
        for p in operation.parameters
        if p.location != "path" and not (p.name in sent and p.location == paging.position_in)
    )
    return with_object(with_operation(profile, operation), described.model_copy(update={"filters": filters}))


def _with_parameter(
    profile: ApiProfile, operation: OperationProfile, name: str, paging: PaginationProfile
) -> OperationProfile:
    place = paging.position_in
    if place == "header":
        check_sent(profile, name)
    added = ParameterProfile(
        name=name,
        argument=argument_of(name, operation, place),
        location=place,
        style="simple" if place == "header" else "form",
    )
    return operation.model_copy(update={"parameters": (*operation.parameters, added)})


def without_maximum(operation: OperationProfile, paging: PaginationProfile) -> OperationProfile:
    """How large a page may be is told by `max_size`, and nowhere else."""
    parameters = tuple(
        p.model_copy(update={"maximum": None})
        if p.name == paging.size_parameter and p.location == paging.position_in and p.maximum is not None
        else p
        for p in operation.parameters
    )
    return operation.model_copy(update={"parameters": parameters})


def _check_body(operation: OperationProfile) -> None:
    """Whether the pages of an operation can be asked for in its body."""
    if operation.method != "POST":
        raise RefusedError(f"position_in: {operation.signature} takes no JSON object; query and header are left.")
    check_body(operation)


def _objects(profile: ApiProfile) -> Iterator[Names]:
    return ((name,) for name, described in profile.objects.items() if "read" in described.operations)


def _evidence(profile: ApiProfile, names: Names) -> Evidence | None:
    return object_of(profile, names[0]).pagination.evidence


UNITS = (
    Unit(("objects", "<object>", "pagination"), PaginationFact, _objects, _pagination, _put_pagination, _evidence),
)
