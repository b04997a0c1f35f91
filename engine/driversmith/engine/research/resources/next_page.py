"""Where a response says how to go on: a cursor, a page number, a URL, or whether there is more at all."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ...models.profile import ParameterProfile
from ..names import bare
from ..openapi.schemas import Schema, Schemas
from .paging_names import only_with_a_value, word_of

_CURSORS = (
    "nextcursor", "nextpagetoken", "nexttoken", "nextpagecursor", "nextcontinuationtoken", "continuationtoken", "endcursor",
    "nextmarker", "nextpagekey", "nextkey", "nextid", "nextoffset", "nextstartkey", "cursor", "pagetoken", "continuation",
    "scrollid", "bookmark", "resumptiontoken", "startcursor", "continue", "after", "nextpage", "next", "marker", "token",
)  # fmt: skip
_NUMBERS = ("nextpage", "nextpagenumber", "nextoffset", "nextstart", "nextskip", "next", "offset")
_URLS = ("nexturl", "nextlink", "nextpageurl", "nextpageuri", "nexturi", "nexthref", "odatanextlink", "nextpagelink",
         "nextrecordsurl", "nextpath", "next", "nextpage")  # fmt: skip
_SURE_URL = re.compile(r"next\w*(ur[il]|link|href|path)\Z|odatanextlink\Z")
_MORE = frozenset({
    "hasmore", "hasnext", "hasnextpage", "hasmoreitems", "hasmoreresults", "more", "moreresults", "istruncated", "moreavailable",
    "hasmorepages", "moredata", "hasmoredata", "morepages",
})  # fmt: skip
_LAST = ("last", "islast", "lastpage", "islastpage", "isfinal", "finalpage", "isend", "endoflist", "endreached")
_PAGES = (
    "totalpages",
    "pagecount",
    "pagestotal",
    "numpages",
    "numberofpages",
    "totalpagecount",
    "maxpage",
    "pages",
    "lastpage",
)
_TOTALS = (
    "total", "totalcount", "totalitems", "totalresults", "totalelements", "totalrecords", "totalsize", "totalhits", "totalentries",
    "count", "recordcount", "resultcount", "itemcount", "numfound",
)  # fmt: skip
_HOMES = re.compile(
    r"(meta\w*|paging\w*|pagin\w*|page\w*|links?|cursors?|responsemetadata|response|data|results?|info|next|nextpage|nav\w*|list)\Z"
)
_SPOKEN = frozenset({*_MORE, *_LAST, *_PAGES, *_CURSORS, *_NUMBERS, *_TOTALS})
_DEEPEST = 3


@dataclass(frozen=True, slots=True)
class _Spot:
    path: tuple[str, ...]
    word: str
    schema: Schema


def next_cursor(body: Schema, schemas: Schemas, parameter: ParameterProfile) -> tuple[str, ...]:
    """Keys to the value that a cursor parameter takes for the next page; () where the response has none."""
    name = word_of(parameter)
    words = ("next" + name, name, *_CURSORS)

    def fits(spot: _Spot) -> bool:
        if spot.word not in words or spot.schema.type not in ("string", "any", "integer", "number") or _is_url(spot):
            return False
        if only_with_a_value(parameter):
            return (
                spot.word == "next" + name
                or (spot.word == name and bare(spot.path[0]).startswith("next"))
                or _is_next(spot, name)
            )
        return True

    return _best(body, schemas, fits, words, also=name)


def next_number(body: Schema, schemas: Schemas, parameter: ParameterProfile) -> tuple[str, ...]:
    """Keys to the number (or opaque offset) of the next page that a page or offset parameter takes; () where there is none."""
    name = word_of(parameter)
    words = ("next" + name, *_NUMBERS)

    def fits(spot: _Spot) -> bool:
        if spot.word not in words or _is_url(spot):
            return False
        inside = len(spot.path) > 1 and bare(spot.path[-2]).startswith("next")
        if spot.word == "offset" and not (inside and name == "offset"):
            return False
        return spot.schema.type in ("integer", "number") or (
            inside and spot.word == name and spot.schema.type == "string"
        )

    return _best(body, schemas, fits, words)


def next_url(body: Schema, schemas: Schemas) -> tuple[str, ...]:
    """Keys to the URL of the next page; () where the response has none."""
    return _best(body, schemas, lambda spot: spot.word in _URLS and _is_next_url(spot, body), _URLS) or _href(
        body, schemas
    )


def more_path(body: Schema, schemas: Schemas) -> tuple[str, ...]:
    """Keys to a boolean that says whether more follows; () where there is none."""
    return _best(
        body,
        schemas,
        lambda spot: spot.word in _MORE and spot.schema.type in ("boolean", "any"),
        tuple(_MORE),
        ranked=False,
    )


def last_path(body: Schema, schemas: Schemas) -> tuple[str, ...]:
    """Keys to a boolean that says whether this is the last page; () where there is none."""
    return _best(body, schemas, lambda spot: spot.word in _LAST and spot.schema.type == "boolean", _LAST)


def pages_path(body: Schema, schemas: Schemas) -> tuple[str, ...]:
    """Keys to the number of all pages; () where there is none."""
    return _best(body, schemas, lambda spot: spot.word in _PAGES and spot.schema.type in ("integer", "number"), _PAGES)


def total_path(body: Schema, schemas: Schemas) -> tuple[str, ...]:
    """Keys to the number of all records; () where there is none."""
    path = _best(body, schemas, lambda spot: spot.word in _TOTALS and _is_total(spot, schemas), _TOTALS)
    spot = next((spot for spot in _spots(body, schemas) if spot.path == path), None)
    return (*path, "value") if spot is not None and spot.schema.type == "object" else path


def _is_total(spot: _Spot, schemas: Schemas) -> bool:
    """A number, or one that is written as text, or stands in an object, as Elasticsearch has it."""
    kind = spot.schema.type
    if kind == "object" and "value" in spot.schema.properties:
        return schemas.read(spot.schema.properties["value"]).type in ("integer", "number")
    return kind in ("integer", "number") or (kind == "string" and spot.word.startswith("total"))


def _best(
    body: Schema,
    schemas: Schemas,
    fits: Callable[[_Spot], bool],
    words: tuple[str, ...],
    *,
    ranked: bool = True,
    also: str = "",
) -> tuple[str, ...]:
    spots = [spot for spot in _spots(body, schemas, also=also) if fits(spot)]
    best = min(spots, key=lambda spot: words.index(spot.word) if ranked else len(spot.path), default=None)
    return best.path if best else ()


def _spots(body: Schema, schemas: Schemas, above: tuple[str, ...] = (), *, also: str = "") -> Iterator[_Spot]:
    """Every property of the body and of the objects in it that speak of paging, never of the records; one that is called
    as `also` says is one of them: a parameter's own name."""
    if body.type not in ("object", "any"):
        return
    homes: list[tuple[str, Schema]] = []
    for key, node in body.properties.items():
        word = bare(key)
        home = _HOMES.match(word)
        if not home and "next" not in word and word not in _SPOKEN and word != also:
            continue
        schema = schemas.read(node)
        yield _Spot((*above, key), word, schema)
        if home and schema.type == "object":
            homes.append((key, schema))
    if len(above) < _DEEPEST - 1:
        for key, schema in homes:
            if bare(key) not in ("data", "result", "results") or not _is_a_record(schema):
                yield from _spots(schema, schemas, (*above, key), also=also)


def _is_a_record(schema: Schema) -> bool:
    return any(bare(key) in ("id", "uuid", "gid", "sid", "name", "title") for key in schema.properties)


def _is_url(spot: _Spot) -> bool:
    """Whether a URL stands there: its format, its name, its description, its example or its place says so."""
    if spot.schema.format in ("uri", "url", "uri-reference") or _SURE_URL.match(spot.word):
        return True
    example = spot.schema.keywords.get("example")
    if isinstance(example, str) and example.startswith(("http://", "https://", "/")):
        return True
    if re.search(r"\b(url|uri|link|href)\b", spot.schema.description, re.IGNORECASE):
        return True
    return any(bare(key) == "links" for key in spot.path[:-1])


def _is_next(spot: _Spot, name: str) -> bool:
    """`pagination.next` for a parameter whose own name says little: a number, or described as what to send."""
    if spot.word not in ("next", "nextcursor", "nexttoken", "nextpagetoken"):
        return False
    if name in ("until", "start", "last"):
        return len(spot.path) > 1 and spot.schema.type in ("integer", "number")
    return name in ("next", "token", "continue") or name in spot.schema.description.lower()


def _is_next_url(spot: _Spot, body: Schema) -> bool:
    if spot.schema.type not in ("string", "any"):
        return False
    alone = spot.word == "next" and len(spot.path) == 1
    return _is_url(spot) or (alone and any(bare(key) in ("previous", "prev") for key in body.properties))


def _href(body: Schema, schemas: Schemas) -> tuple[str, ...]:
    """`_links.next.href`, as HAL and JSON:API write it."""
    for spot in _spots(body, schemas):
        if spot.word == "next" and spot.schema.type == "object" and "href" in spot.schema.properties:
            return (*spot.path, "href")
    return ()
