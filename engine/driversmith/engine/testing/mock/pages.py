"""Bodies of collection reads: envelope, pages and the way to the next page, as the profile describes them."""

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast
from urllib.parse import quote, urlencode

from ...models.profile import ObjectProfile, PaginationProfile, form_of, member_keys
from ...network.loopback import Request, Response
from ..wire_text import json_value

SMALL_PAGE = 3
CURSOR_PARAMETER = "page_token"
_CURSOR = re.compile(r"c\+/(\d+)=")
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
    if paging.style == "none" or profile.shape == "record":
        return _written(_body(profile, list(records), None, more=False, rules=rules), rules)
    size = page_size(profile, asked_for(paging, seen, paging.size_parameter), rules)
    after = profile.goes_on_after_record
    start = _after_record(profile, records, seen, rules) if after else _start(profile, seen, size, rules)
    if start is None:
        return json_answer({"error": "unknown page"}, 400)
    if rules.stuck:
        start = 0 if paging.style in {"page", "offset"} else start % (2 * size)
    page = list(records[start : start + size])
    more = rules.stuck or start + size < len(records)
    following = None
    if more and paging.style == "cursor" and not profile.goes_on_after_record:
        following = _cursor(start + size, rules, size)
    elif more and paging.style in {"link_header", "next_url"}:
        following = _next_url(seen, _cursor(start + size, rules, size), rules)
    headers = [("Link", f'<{following}>; rel="next"')] if following and paging.style == "link_header" else []
    if paging.next_header and (following or rules.end != "absent"):
        headers.append((paging.next_header, following or ""))
    if paging.total_header:
        headers.append((paging.total_header, str(len(records))))
    in_body = following if paging.style in {"cursor", "next_url"} and not paging.next_header else None
    body = _body(profile, page, in_body, more=more, rules=rules)
    if paging.pages_path and paging.pages_path[: len(profile.record_path)] != profile.record_path:
        place(body, paging.pages_path, -(-len(records) // size))
    if paging.total_path and has_total_in_body(profile):
        place(body, paging.total_path, len(records))
    return _written(body, rules, *headers)


def _written(body: Any, rules: PageRules, *headers: tuple[str, str]) -> Response:
    """A body as its media type wants it."""
    form = form_of(rules.media_type)
    if form is None or not isinstance(body, list):
        return json_answer(body, 200, *headers)
    records = cast("list[Any]", body)
    text = io.StringIO(newline="")
    if form == "lines":
        text.writelines(json.dumps(record) + "\n" for record in records)
    elif records:
        comma = "\t" if form == "tsv" else ","
        writer = csv.writer(text, delimiter=comma, quoting=csv.QUOTE_NONNUMERIC)
        writer.writerow(records[0])
        writer.writerows([cell(value) for value in record.values()] for record in records)
    media_type = rules.media_type if "charset" in rules.media_type else f"{rules.media_type}; charset=utf-8"
    return Response(200, text.getvalue().encode(), (("Content-Type", media_type), *headers))


def cell(value: Any) -> Any:
    """A value as it stands in a table."""
    if value is None:
        return ""
    return value if isinstance(value, str | int | float) and not isinstance(value, bool) else json.dumps(value)


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


def envelope(path: Sequence[str], content: Any) -> Any:
    """The content below these keys, with something beside it on each level."""
    for key in reversed(path):
        content = {key: content, "served": True} if key != "served" else {key: content}
    return content


def _start(profile: ObjectProfile, seen: Request, size: int, rules: PageRules) -> int | None:
    paging = profile.pagination
    begins = asked_for(paging, seen, paging.position_parameter)
    if paging.style in {"page", "offset"}:
        return 0 if begins is None else _counted(paging, begins, size)
    name = CURSOR_PARAMETER if paging.style != "cursor" else paging.position_parameter or CURSOR_PARAMETER
    if cursor := _CURSOR.fullmatch((begins if paging.style == "cursor" else seen.parameter(name)) or ""):
        return int(cursor[1])
    if paging.style != "cursor":
        return _skipped(profile, seen, rules) * size
    allowed = begins == str(paging.first) if paging.first_required else paging.position_parameter in rules.given
    return 0 if not begins or allowed else None


def _counted(paging: PaginationProfile, asked: str, size: int) -> int | None:
    if not asked.lstrip("-").isdigit():
        return None
    position = int(asked) - paging.first
    return max(0, position * size if paging.style == "page" else position)


def _skipped(profile: ObjectProfile, seen: Request, rules: PageRules) -> int:
    """Pages that a request skips although it comes from no next URL: those before the page that it asks for by number.

    A profile does not say where the pages behind a `next_url` are counted from: 0 and 1 are both the first one.
    """
    paging = profile.pagination
    asked = asked_for(paging, seen, paging.position_parameter) or ""
    if not asked.isdigit() or (paging.position_parameter in rules.given and not paging.counted):
        return 0
    counted = paging.style == "link_header" or paging.first_required
    return max(0, int(asked) - (paging.first if counted else 1))


def _after_record(profile: ObjectProfile, records: Sequence[Any], seen: Request, rules: PageRules) -> int | None:
    """Where the records after the one that the request names begin; None where there is no such record."""
    paging = profile.pagination
    name = asked_for(paging, seen, paging.position_parameter)
    if not name:
        return 0
    unknown = 0 if paging.position_parameter in rules.given else None
    return next((n for n, record in enumerate(records, 1) if str(record[paging.next_path[-1]]) == name), unknown)


def _cursor(start: int, rules: PageRules, size: int) -> str:
    """Opaque to a driver, with characters that need encoding."""
    return f"c+/{start % (2 * size) if rules.stuck else start}="


def _next_url(seen: Request, cursor: str, rules: PageRules) -> str:
    kept = [(k, v) for k, v in seen.query if k not in rules.hidden and k != CURSOR_PARAMETER]
    query = urlencode([*kept, (CURSOR_PARAMETER, cursor)], quote_via=quote)
    return f"{rules.origin}{seen.path}?{query}"


def _body(profile: ObjectProfile, page: list[Any], following: str | None, *, more: bool, rules: PageRules) -> Any:
    content: Any = page
    if profile.shape == "record":
        content = page[0] if page else {}
    elif profile.shape == "map":
        content = {str(key): record for key, record in page}
    elif profile.shape == "table":
        content = [list(record.values()) for record in page]
    elif profile.shape == "columns":
        content = {name: [record[name] for record in page] for name in page[0]} if page else {}
    elif profile.shape == "features":
        content = [_feature(record) for record in page]
    elif profile.inner_path:
        content = [envelope(profile.inner_path, record) for record in page]
    body = envelope(profile.record_path, content)
    if profile.shape == "table":
        place(body, profile.columns_path, list(page[0]) if page else [])
    paging = profile.pagination
    if not has_next_in_body(profile):
        return body
    if paging.next_path and not profile.goes_on_after_record and (following or rules.end != "absent"):
        place(body, paging.next_path, following or (None if rules.end == "null" else ""))
    if paging.more_path:
        place(body, paging.more_path, more)
    if paging.last_path:
        place(body, paging.last_path, not more)
    return body


def _feature(record: dict[str, Any]) -> dict[str, Any]:
    own = {key: value for key, value in record.items() if key in ("id", "geometry", "bbox")}
    return {"type": "Feature", **own, "properties": {key: value for key, value in record.items() if key not in own}}


def place(body: Any, path: Sequence[str], value: Any) -> None:
    """Put a value below these keys of a body."""
    for key in path[:-1]:
        body = body.setdefault(key, {})
    body[path[-1]] = value
