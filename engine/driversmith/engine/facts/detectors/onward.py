"""Ways to the next page that an answer gives and no fact mentions: a Link header, a URL, a cursor, the last record."""

import re
from collections.abc import Iterator
from typing import Any, cast

from ...models.facts import Correction
from ...models.profile import member_keys
from ..answer import Answer, at, members
from ..catalogue import address
from ..keys import is_word
from .case import Case

_URL_KEY = re.compile(
    r"(next|next_?(url|link|page|page_?url|page_?link|uri|href|path|records_?url)|@?(odata\.)?nextlink|hydra:next|href|url|uri)\Z",
    re.IGNORECASE,
)
_CURSOR_KEY = re.compile(
    r"(next_?(cursor|token|page_?token|page|page_?number|page_?cursor|marker|key|id|start|offset|offset_?token|continuation_?token"
    r"|start_?key)|end_?cursor|cursor|continuation(_?token)?|page_?token|scroll_?id|_scroll_id|after|marker|bookmark"
    r"|resumption_?token)\Z",
    re.IGNORECASE,
)
CURSOR_PARAMETER = re.compile(
    r"(page_?cursor|cursor|page_?token|next_?(cursor|token|page_?token)|after|starting_?after|start_?after|start_?cursor"
    r"|continuation(_?token)?|marker|bookmark|token|scroll_?id|resumption_?token|page\[(cursor|after)\])\Z",
    re.IGNORECASE,
)
_NUMBER_PARAMETER = re.compile(r"(page|page_?(no|num|number)|offset|skip|start|start_?index)\Z", re.IGNORECASE)
MORE_KEY = re.compile(
    r"(has_?more|has_?next(_?page)?|more(_?results|_?available|_?pages)?|is_?truncated|has_?more_?(items|results|pages))\Z",
    re.IGNORECASE,
)
_AFTER_RECORD = re.compile(r"(starting_?after|after(_?id)?|since_?id|last_?id|from_?id|start_?after)\Z", re.IGNORECASE)
_URL_HEADER = re.compile(r"(x-)?next(-(page-)?(url|link|uri)|-page|-href)?\Z")
_CURSOR_HEADER = re.compile(
    r"(x-)?(pagination-)?(next-(cursor|token|page-token|page|continuation|key)|continuation(-token)?|cursor|page-token|end-cursor)\Z"
    r"|x-ms-continuation(token)?\Z"
)
_URL = re.compile(r"(https?://|/|\?)\S+\Z")
MOST = 4


def way_on(case: Case) -> list[Correction]:
    """Styles of paging by what the first answer leads to; where a POST reads, nobody could guess what takes it."""
    answer = case.first
    if answer is None or case.operation.method != "GET":
        return []
    if case.described.shape not in ("list", "table", "map", "columns", "features"):
        return []
    now = case.described.pagination
    found: list[tuple[dict[str, Any], str]] = []
    if answer.next_link and now.style != "link_header":
        found.append(({"style": "link_header"}, "a Link header leads to the next page"))
    found += _in_body(case, answer)
    found += _in_headers(case, answer)
    found += _after_last_record(case, answer)
    distinct = [pair for n, pair in enumerate(found) if pair[0] not in [value for value, _ in found[:n]]]
    return [_correction(case, value, because) for value, because in distinct[:MOST]]


def goes_alone(case: Case) -> list[Correction]:
    """That a cursor is sent without other parameters, where the page that it leads to is refused with them."""
    now = case.described.pagination
    if now.style != "cursor" or now.alone or now.position_in != "query" or case.first is None:
        return []
    refused = (answer for answer in case.answers if answer.status in (400, 422))
    with_others = [a for a in refused if a.asked(now, now.position_parameter) and len(a.query) > 1]
    return [_correction(case, {"alone": True}, "the next page is refused with other parameters")] if with_others else []


def _in_body(case: Case, answer: Answer) -> Iterator[tuple[dict[str, Any], str]]:
    now = case.described.pagination
    for keys, value in (*_relations(answer.body), *members(answer.body)):
        path = case.described.record_path
        if (path and keys[: len(path)] == path) or not all(map(is_word, keys)):
            continue
        if case.described.shape == "map" and not path:
            continue
        told = ".".join(keys)
        if is_next_url(keys, value):
            if (now.style, now.next_path) != ("next_url", keys):
                yield {"style": "next_url", "next_path": list(keys)}, f"{told} leads to the next page"
        elif _CURSOR_KEY.match(keys[-1]) and is_cursor(value):
            for place in _places(case, keys[-1]):
                if (now.style, now.next_path, now.position_parameter) != ("cursor", keys, place["position_parameter"]):
                    wanted = {"style": "cursor", "next_path": list(keys), **place}
                    yield {**wanted, **_more(answer)}, f"{told} is a cursor to the next page"


def _relations(body: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """`link: [{"relation": "next", "url": ...}]`, as FHIR writes it: its path is `link`, `next`, `url`."""
    for keys, value in members(body):
        if not re.match(r"_?links?\Z", keys[-1], re.IGNORECASE) or not isinstance(value, list):
            continue
        for item in cast("list[Any]", value)[:20]:
            link = cast("dict[str, Any]", item) if isinstance(item, dict) else {}
            if "next" in (link.get("relation"), link.get("rel")) or link.get("rel") == ["next"]:
                yield from (((*keys, "next", name), link[name]) for name in ("url", "href", "uri") if name in link)


def _in_headers(case: Case, answer: Answer) -> Iterator[tuple[dict[str, Any], str]]:
    now = case.described.pagination
    for name, value in answer.headers.items():
        if not value.strip() or name == "link":
            continue
        if _URL_HEADER.match(name) and _URL.match(value):
            if now.style != "next_url":
                yield {"style": "next_url", "next_header": name}, f"the header {name} leads to the next page"
        elif _CURSOR_HEADER.match(name) and is_cursor(value):
            bare = re.sub(r"^x-(pagination-)?", "", name).replace("-", "_")
            same = [p for p in case.operation.parameters if p.location == "header" and p.name.lower() == name]
            places = [{"position_parameter": p.name, "position_in": "header"} for p in same]
            places += _places(case, bare)
            if name.startswith("x-ms-") and not same:
                places.insert(0, {"position_parameter": name, "position_in": "header"})
            for place in places:
                wanted = {"style": "cursor", "next_header": name, **place}
                if now.style != "cursor":
                    yield wanted, f"the header {name} is a cursor to the next page"


def _after_last_record(case: Case, answer: Answer) -> Iterator[tuple[dict[str, Any], str]]:
    """`has_more: true` and a parameter that takes the identifier of the last record, as Stripe has it."""
    described = case.described
    records = at(answer.body, described.record_path)
    more = _more(answer)
    if case.operation.method != "GET" or described.shape != "list" or described.goes_on_after_record:
        return
    if not isinstance(records, list) or not records:
        return
    last = cast("list[Any]", records)[-1]
    identifier = described.identifier or "id"
    if (
        not isinstance(last, dict)
        or identifier not in last
        or at(answer.body, tuple(more.get("more_path", ()))) is not True
    ):
        return
    known = [p.name for p in case.operation.parameters if p.location == "query" and _AFTER_RECORD.match(p.name)]
    for parameter in known[:2] or ["starting_after"]:
        wanted = {"style": "cursor", "next_path": [*described.record_path, identifier], "position_parameter": parameter}
        yield {**wanted, **more}, f"more follows, and {parameter} may take the {identifier} of the last record"


def _more(answer: Answer) -> dict[str, list[str]]:
    """Where a boolean says whether more follows."""
    return next(
        (
            {"more_path": list(keys)}
            for keys, value in members(answer.body)
            if isinstance(value, bool) and MORE_KEY.match(keys[-1]) and all(map(is_word, keys))
        ),
        dict[str, list[str]](),
    )


def is_next_url(keys: tuple[str, ...], value: Any) -> bool:
    """A URL, or a path or query of the API's own, under a key that speaks of the next page (`next_billing_date` does not)."""
    if not isinstance(value, str) or not _URL.match(value):
        return False
    named = [key for key in keys[-2:] if re.match(r"@?(odata\.|hydra:)?next", key, re.IGNORECASE)]
    return bool(named) and bool(_URL_KEY.match(keys[-1]))


def is_cursor(value: Any) -> bool:
    """Whether a value can lead to a next page: a number, or a text without spaces that is no URL."""
    if isinstance(value, bool) or value in (None, "", 0):
        return False
    return isinstance(value, int) or (
        isinstance(value, str) and not re.search(r"\s|://", value) and len(value) <= 2_000
    )


def _places(case: Case, key: str) -> list[dict[str, str]]:
    """Parameters that could take the cursor, those in the body first: what is asked with a body goes on with one."""
    inside = {p.name: member_keys(p.name)[-1] for p in case.operation.parameters if p.location == "body"}
    wanted = _flat(re.sub(r"^(next|end)_?", "", key.lstrip("_"), flags=re.IGNORECASE))
    fitting = [n for n, last in inside.items() if CURSOR_PARAMETER.match(last) or _flat(last) in (wanted, _flat(key))]
    found = [{"position_parameter": name, "position_in": "body"} for name in fitting]
    return found or [{"position_parameter": name} for name in _parameters(case, key)]


def _parameters(case: Case, key: str) -> list[str]:
    """Query parameters that could take the cursor: those of the description that are called alike, else the key's own name."""
    bare = re.sub(r"^(next|end)_?", "", key.lstrip("_"), flags=re.IGNORECASE)
    own = bare[:1].lower() + bare[1:] if bare else key
    names = [p.name for p in case.operation.parameters if p.location == "query"]
    same = [name for name in names if _flat(name) in (_flat(own), _flat(key))]
    known = [name for name in names if CURSOR_PARAMETER.match(name)]
    counted = [name for name in names if _NUMBER_PARAMETER.match(name) and _flat(name).startswith(_flat(own)[:4])]
    usual = ("after", own, key) if re.match(r"end_?cursor\Z", key, re.IGNORECASE) else (own, key)
    return list(dict.fromkeys((*same, *known, *counted)))[:2] or list(dict.fromkeys(usual))


def _flat(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _correction(case: Case, value: dict[str, Any], because: str) -> Correction:
    return Correction(
        fact=address("objects", case.name, "pagination"),
        value=value,
        because=f"In the answer of {case.operation.signature} {because}.",
    )
