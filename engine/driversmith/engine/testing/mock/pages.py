"""Answers to reads of collections, as the profile describes them and a scenario wants them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from ...models.profile import ObjectProfile, PaginationProfile, form_of, member_keys
from ...network.loopback import Request, Response
from ..serving.collection import resource_of
from ..serving.pages import Asked, Oddities, serve, written
from ..wire_text import json_value

SMALL_PAGE = 3
JSON_TYPE = ("Content-Type", "application/json; charset=utf-8")


@dataclass(frozen=True)
class PageRules:
    """How a scenario wants pages served."""

    cap: int | None = None
    """At most so many records a page, whatever is asked for."""
    size: int = SMALL_PAGE
    """Records a page where neither the request nor the profile says how many."""
    stuck: bool = False
    """Never come to an end: the same page again, or two cursors that lead to each other."""
    origin: str = ""
    """Origin of next URLs, where they are absolute; empty for relative ones."""
    hidden: frozenset[str] = frozenset()
    """Query parameters that never come back in a next URL: those that carry credentials."""
    given: frozenset[str] = frozenset()
    """Parameters whose value is the caller's, or the description's: none of them says where the driver means to
    start, and a cursor among them leads to the first page."""
    required: frozenset[str] = frozenset()
    """Parameters of paging without which there is no page."""
    end: str = "absent"
    """How a body says that there is no next page: `absent`, `null` or `empty`."""
    media_type: str = "application/json"
    """Of the answer."""
    short: bool = False
    """Whether pages have one record fewer than was asked for."""


def json_answer(value: Any, status: int = 200, *headers: tuple[str, str]) -> Response:
    """A JSON body."""
    return Response(status, json.dumps(value).encode(), (JSON_TYPE, *headers))


def page_size(profile: ObjectProfile, asked: str | None, rules: PageRules) -> int:
    """Records a page for what was asked."""
    paging = profile.pagination
    size = int(asked) if asked and asked.isdigit() else paging.default_size or rules.size
    bounds = [b for b in (paging.max_size, rules.cap) if b]
    return max(1, min([size, *bounds]) - rules.short)


def collection_answer(profile: ObjectProfile, records: Sequence[Any], seen: Request, rules: PageRules) -> Response:
    """The page that the request asks for; for shape `map` the records are (key, record) pairs."""
    paging = profile.pagination
    is_on = (
        paging.alone
        and paging.position_parameter not in rules.given
        and bool(asked_for(paging, seen, paging.position_parameter))
    )
    if is_on and asked_for(paging, seen, paging.size_parameter) is not None:
        return json_answer({"error": f"{paging.position_parameter} goes without other parameters"}, 400)
    if is_on:
        rules = replace(rules, required=frozenset(), size=rules.size)
    if lacking := [name for name in rules.required if asked_for(paging, seen, name) is None]:
        return json_answer({"error": f"{', '.join(lacking)} is required"}, 400)
    size = page_size(profile, asked_for(paging, seen, paging.size_parameter), rules)
    kept = [pair for pair in seen.query if pair[0] not in rules.hidden]

    def value(name: str) -> str | None:
        return asked_for(paging, seen, name)

    asked = Asked(f"{rules.origin}{seen.path}", kept, value)
    given, odd = paging.position_parameter in rules.given, Oddities(stuck=rules.stuck, end=rules.end)
    page = serve(resource_of(profile), records, asked, size, given, odd)
    if page is None:
        return json_answer({"error": "unknown page"}, 400)
    body, headers = page.body, tuple(page.headers.items())
    form = form_of(rules.media_type)
    if form is None or not isinstance(body, list):
        return json_answer(body, 200, *headers)
    media_type = rules.media_type if "charset" in rules.media_type else f"{rules.media_type}; charset=utf-8"
    text = written(form, cast("list[Any]", body))
    return Response(200, text.encode(), (("Content-Type", media_type), *headers))


def asked_for(paging: PaginationProfile, seen: Request, name: str | None) -> str | None:
    """What a request gives for a parameter of paging, in its place."""
    if not name:
        return None
    if paging.position_in == "header":
        return seen.header(name)
    if paging.position_in == "query":
        return seen.parameter(name)
    body = json_value(seen.body.decode("utf-8", "replace"))
    value = member(body, name)
    return None if value is None else str(value)


def member(body: Any, name: str) -> Any:
    """What stands in a body under the wire name of a member; None where nothing does."""
    for key in member_keys(name):
        body = cast("dict[str, Any]", body).get(key) if isinstance(body, dict) else None
    return body


def has_next_in_body(profile: ObjectProfile) -> bool:
    """Whether the body can hold both the records and what leads to the next page."""
    paging = profile.pagination
    inside = [
        path
        for path in (() if profile.goes_on_after_record else paging.next_path, paging.more_path, paging.last_path)
        if path
    ]
    return all(path[: len(profile.record_path)] != profile.record_path for path in inside)


def has_total_in_body(profile: ObjectProfile) -> bool:
    """Whether the body can hold both the records and their number."""
    path = profile.pagination.total_path
    return bool(path) and path[: len(profile.record_path)] != profile.record_path
