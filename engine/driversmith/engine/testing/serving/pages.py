"""Pages as an API serves them: what is asked for, and how an answer leads on."""

#: if has_tables
import csv
import io

#: endif
#: if has_rows
import json

#: endif
#: if has_cursor or has_next_url
import re

#: endif
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

#: if has_next_url
from urllib.parse import quote, urlencode

#: endif
from .collection import Resource

#: if has_next_url
CURSOR = "page_token"
"""Parameter of URLs that lead on."""
#: endif


class Asked(NamedTuple):
    """What a request says of the page that it wants."""

    path: str
    query: Sequence[tuple[str, str]]
    value: Callable[[str], str | None]
    """What is given for a parameter of paging, in its place."""


class Page(NamedTuple):
    body: Any
    headers: dict[str, str]


#: if mock
class Oddities(NamedTuple):
    """How a scenario wants pages served."""

    stuck: bool = False
    """Never come to an end: the same page again, or two cursors that lead to each other."""
    end: str = "absent"
    """How a body says that there is no next page: `absent`, `null` or `empty`."""


#: endif
def serve(
    found: Resource,
    records: Sequence[Any],
    asked: Asked,
    size: int,
    begins_anywhere: bool,
    #: if mock
    odd: Oddities,
    #: endif
) -> Page | None:
    """The page that is asked for, of so many records; None where there is none.

    `begins_anywhere`: a cursor that is unknown is the caller's, for the first page.
    """
    paging = found.paging
    if paging.style == "none" or found.shape == "record":
        return Page(body_of(found, records), {})
    #: if has_paging
    start = _start(found, records, asked, size, begins_anywhere)
    if start is None:
        return None
    #: if has_uncounted or has_more
    after = start + size
    more = after < len(records)
    #: endif
    #: if mock
    if odd.stuck:
        start = 0 if paging.style in ("page", "offset") else start % (2 * size)
        after, more = (start + size) % (2 * size), True
    #: endif
    page, headers = records[start : start + size], dict[str, str]()
    body = body_of(found, page)
    #: if has_uncounted
    leads_on = _leads_on(found, asked, after) if more else None
    #: endif
    #: if has_link
    if leads_on and paging.style == "link_header":
        headers["Link"] = f'<{leads_on}>; rel="next"'
    #: endif
    #: if has_total_header
    if paging.total_header:
        headers[paging.total_header] = str(len(records))
    #: endif
    #: if has_next_header
    if paging.next_header:
        headers[paging.next_header] = leads_on or ""
        #: if mock
        if not leads_on and odd.end == "absent":
            del headers[paging.next_header]
        #: endif
    #: endif
    #: if has_beside
    beside: list[tuple[tuple[str, ...], Any]] = [
        #: if has_cursor or has_next_field
        (paging.next, leads_on),
        #: endif
        #: if has_more
        (paging.more, more),
        #: endif
        #: if has_last
        (paging.last, not more),
        #: endif
        #: if has_pages
        (paging.pages, -(-len(records) // size)),
        #: endif
        #: if has_total_path
        (paging.total, len(records)),
        #: endif
    ]
    #: if mock
    ends = {"absent": [], "null": [(paging.next, None)], "empty": [(paging.next, "")]}
    beside[:1] = beside[:1] if leads_on else ends[odd.end]
    #: endif
    for path, value in beside:
        if path and path[: len(found.records)] != found.records:
            put(body, path, value)
    #: endif
    return Page(body, headers)
    #: endif


def body_of(found: Resource, page: Sequence[Any]) -> Any:
    """A body that holds these records; those of a map are pairs with their keys."""
    content: Any = list(page)
    if found.shape == "record":
        content = page[0] if page else {}
    #: if has_map
    if found.shape == "map":
        content = {str(key): record for key, record in page}
    #: endif
    #: if has_table
    if found.shape == "table":
        content = [list(record.values()) for record in page]
    #: endif
    #: if has_columns
    if found.shape == "columns":
        content = {n: [record[n] for record in page] for n in (page[0] if page else ())}
    #: endif
    #: if has_features
    if found.shape == "features":
        content = [_feature(record) for record in page]
    #: endif
    #: if has_inner
    if found.shape == "list" and found.inner:
        content = [nest(found.inner, record) for record in page]
    #: endif
    #: if has_keys
    content = nest(found.records, content)
    #: endif
    #: if has_table
    if found.shape == "table":
        put(content, found.columns, list(page[0]) if page else [])
    #: endif
    return content


#: if has_features
def _feature(record: dict[str, Any]) -> dict[str, Any]:
    own = {k: v for k, v in record.items() if k in ("id", "geometry", "bbox")}
    told = {k: v for k, v in record.items() if k not in own}
    return {"type": "Feature", **own, "properties": told}


#: endif
#: if has_keys or has_inner
def nest(path: Sequence[str], content: Any) -> Any:
    """The content below these keys."""
    for key in reversed(path):
        #: if mock
        if key != "served":  # something stands beside it on each level
            content = {key: content, "served": True}
            continue
        #: endif
        content = {key: content}
    return content


#: endif
#: if has_beside or has_table
def put(body: Any, path: Sequence[str], value: Any) -> None:
    """Put a value below these keys of a body."""
    for key in path[:-1]:
        body = body.setdefault(key, {})
    body[path[-1]] = value


#: endif
#: if has_paging
def _start(
    found: Resource, records: Sequence[Any], asked: Asked, size: int, anywhere: bool
) -> int | None:
    #: if has_counted or has_cursor
    paging = found.paging
    given = asked.value(paging.position)
    #: endif
    #: if has_counted
    if paging.style in ("page", "offset"):
        if given is None or not given.lstrip("-").isdigit():
            return 0 if given is None else None
        number = int(given) - (paging.first or 0)
        return max(0, number * size if paging.style == "page" else number)
    #: endif
    #: if has_after_record
    if _goes_on_after_record(found):
        if not given:
            return 0
        names = [str(record[paging.next[-1]]) for record in records]
        return names.index(given) + 1 if given in names else 0 if anywhere else None
    #: endif
    #: if has_cursor
    if paging.style == "cursor":
        if cursor := re.fullmatch(r"c\+/(\d+)=", given or ""):
            return int(cursor[1])
        #: if has_first
        if paging.first is not None:
            anywhere = given == str(paging.first)
        #: endif
        return 0 if anywhere or not given else None
    #: endif
    #: if has_next_url
    cursor = re.fullmatch(r"c\+/(\d+)=", dict(asked.query).get(CURSOR, ""))
    if cursor:
        return int(cursor[1])
    #: if mock
    if given and given.isdigit() and not (anywhere and paging.first is None):
        first = 0 if paging.style == "link_header" else 1
        return (
            max(0, int(given) - (first if paging.first is None else paging.first))
            * size
        )
    #: endif
    return 0
    #: endif


#: endif
#: if has_after_record
def _goes_on_after_record(found: Resource) -> bool:
    paging = found.paging
    return (
        found.shape == "list"
        and paging.next[:-1] == found.records
        and bool(paging.next)
    )


#: endif
#: if has_uncounted
def _leads_on(found: Resource, asked: Asked, after: int) -> str | None:
    """The cursor or URL of the page that begins there."""
    cursor = f"c+/{after}="  # with characters that need care
    #: if has_next_url
    if found.paging.style in ("link_header", "next_url"):
        kept = [(k, v) for k, v in asked.query if k != CURSOR]
        return f"{asked.path}?{urlencode([*kept, (CURSOR, cursor)], quote_via=quote)}"
    #: endif
    return cursor


#: endif
#: if has_rows
def written(form: str, records: Sequence[Any]) -> str:
    """Records as text: csv, tsv or lines of JSON."""
    #: if has_tables
    if form != "lines":
        return _table(records, "\t" if form == "tsv" else ",")
    #: endif
    return "".join(json.dumps(record) + "\n" for record in records)


#: endif
#: if has_tables
def _table(records: Sequence[Any], comma: str) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=comma, quoting=csv.QUOTE_NONNUMERIC)
    if records:
        writer.writerow(records[0])
    writer.writerows([cell(value) for value in record.values()] for record in records)
    return text.getvalue()


def cell(value: Any) -> Any:
    """A value as it stands in a table."""
    if value is None:
        return ""
    plain = isinstance(value, str | int | float) and not isinstance(value, bool)
    return value if plain else json.dumps(value)


#: endif
