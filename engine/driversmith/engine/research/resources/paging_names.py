"""The words by which APIs speak of paging: names of parameters (bare spellings, the surest first) and phrases."""

import re
from collections.abc import Collection, Iterable
from typing import Literal

from ...models.profile import ParameterProfile, member_keys
from ..names import bare

Role = Literal["size", "page", "offset", "cursor"]

_NAMES: dict[Role, tuple[str, ...]] = {
    "size": (
        "pagesize", "perpage", "limit", "maxresults", "maxitems", "itemsperpage", "resultsperpage", "pagelimit", "pagecount",
        "recordsperpage", "maxpagesize", "maxitemcount", "maxkeys", "maxrecords", "numresults", "pageitems", "maxcount",
        "size", "count", "top", "take", "max", "first", "rows", "n", "num", "results", "number",
    ),
    "page": ("page", "pagenumber", "pageno", "pagenum", "pageindex", "currentpage", "p", "pg"),
    "offset": ("offset", "skip", "startindex", "startat", "startposition", "firstresult", "startfrom", "start", "from"),
    "cursor": (
        "cursor", "pagecursor", "nextcursor", "pagetoken", "nextpagetoken", "nexttoken", "continuationtoken", "continuation",
        "startcursor", "pagingtoken", "scrollid", "scrollparam", "bookmark", "marker", "pageafter", "after", "startingafter",
        "nextpage", "next",
        "pageid", "exclusivestartkey", "continue", "token", "startkey", "nextkey", "nextid", "resumptiontoken", "afterkey",
        "page", "offset", "start", "until", "last",
    ),
}  # fmt: skip
_SURE = frozenset(
    (
        *_NAMES["size"][:17],
        "page",
        "pagenumber",
        "pageno",
        "pagenum",
        "pageindex",
        "offset",
        "skip",
        "startindex",
        "startat",
    )
)
"""Names that mean paging even where the description calls them strings."""
_ONLY_WITH_A_VALUE = frozenset({"page", "offset", "start", "until", "last", "token", "next", "continue"})
"""Names that mean a cursor only where the response has a value for it."""

HEADER_TOKEN = re.compile(
    r"(next)?((pag(e|ing|ination)|continuation)(token|cursor|marker|key)|continuation|cursor|marker|nextpage)|next(token|key)"
)
"""Bare names of headers that take a token to the next page, where the answer has one of that name."""
TIME = re.compile(r"\b(date|time|timestamp|epoch|unix|iso ?8601|second|millisecond|day)s?\b", re.IGNORECASE)
TOKEN = re.compile(r"\b(token|cursor|opaque|returned (by|from|in))\b", re.IGNORECASE)
UNFED = re.compile(r"(page.?)?(starting.?)?after\W?\Z|marker\Z|last\Z", re.IGNORECASE)
LAST_RECORD = re.compile(
    r"\b(last|previous|preceding)\b.{0,60}\b(id|ids|identifier|object|item|record|entry|element)\b|"
    r"\bobject id\b|\b(id|identifier) of the\b|\bafter (this|the given|the specified|a given) (\w+ )?(id|identifier)\b",
    re.IGNORECASE,
)
LINK_TEXT = re.compile(
    r"\blink`?[\"']? (response |http )?header|\brel=\\?[\"']?next|\bheaders?\b[^.]{0,40}\blink\b[^.]{0,60}\b(next|pag)",
    re.IGNORECASE,
)
MAXIMUM = re.compile(
    r"(?:max(?:imum)?(?: (?:value|number|page|size|limit|allowed|is|of|value|results|items|records))*|up to|at most|no more than|"
    r"not exceed|capped at|between \d+ (?:and|to)|from \d+ to|range[^.\d]{0,20}\d+ ?(?:-|to|and))\W{0,4}(?:is |of )?`?(\d{1,6})\b",
    re.IGNORECASE,
)
DEFAULT = re.compile(
    r"default(?:s|ing|ed)?(?: (?:value|is|to|of|page|size|limit|number))*\W{0,4}(?:is |to |of )?`?(\d{1,6})\b",
    re.IGNORECASE,
)
FROM_ZERO = re.compile(r"(zero|\b0)[- ]?(based|indexed)|(start|begin)\w* (at|from|with) (0|zero)\b", re.IGNORECASE)
FROM_ONE = re.compile(r"(one|\b1)[- ](based|indexed)|(start|begin)\w* (at|from|with) (1|one)\b", re.IGNORECASE)


def page_parameter(
    parameters: Iterable[ParameterProfile], role: Role, places: Collection[str] = ("query", "body")
) -> ParameterProfile | None:
    """The parameter in these places that plays this role in paging, going by name, type and description."""
    names = _NAMES[role]
    found = [p for p in parameters if p.location in places and word_of(p) in names and _fits(p, role)]
    return min(found, key=lambda p: names.index(word_of(p)), default=None)


def only_with_a_value(parameter: ParameterProfile) -> bool:
    """Whether the name of a cursor says too little by itself."""
    return word_of(parameter) in _ONLY_WITH_A_VALUE


def word_of(parameter: ParameterProfile) -> str:
    """Its name in bare spelling: of a member of the body, its own key."""
    if parameter.location == "header":
        return header_word(parameter.name)
    return bare(member_keys(parameter.name)[-1] if parameter.location == "body" else parameter.name)


def header_word(name: str) -> str:
    """The name of a header in bare spelling, without whose it is."""
    return bare(re.sub(r"\Ax-(ms-|amz-|goog-|pagination-)?", "", name.lower()))


def _fits(parameter: ParameterProfile, role: Role) -> bool:
    if parameter.enum and role != "size":
        return False
    if role in ("page", "offset") and parameter.type == "string" and TOKEN.search(parameter.description):
        return False
    if role == "cursor":
        return parameter.type in ("string", "any", "integer", "number") and parameter.format not in (
            "date",
            "date-time",
        )
    if parameter.type in ("integer", "number"):
        return word_of(parameter) not in ("from", "start") or not TIME.search(parameter.description)
    return parameter.type in ("string", "any") and parameter.format is None and word_of(parameter) in _SURE
