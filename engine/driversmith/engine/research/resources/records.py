"""Where in a response the records stand, and what one of them looks like."""

import re
from dataclasses import dataclass
from typing import Any

from ...facts.detectors.columns import AXIS
from ...models.profile import RecordShape
from ..documents.nodes import is_object
from ..names import bare, singular
from ..openapi.responses import Response
from ..openapi.schemas import ANY, Schema, Schemas

_LISTS = (
    "data", "items", "results", "records", "values", "entries", "elements", "rows", "list", "content", "contents",
    "objects", "resources", "collection", "hits", "docs", "documents", "nodes", "edges", "result", "value", "response",
)  # fmt: skip
"""What envelopes call their list, the most usual first (bare spellings)."""
_WRAPPERS = ("data", "response", "result", "results", "embedded", "body", "payload", "content", "d", "page", "list")
_RECORDS = (
    "data",
    "result",
    "response",
    "item",
    "record",
    "payload",
    "resource",
    "object",
    "body",
    "value",
    "content",
    "d",
)
_ABOUT = re.compile(
    r"(meta\w*|pag(e|es|ing|ination|inginfo|einfo)\w*|links?|self|href|total\w*|counts?|\w*count|num\w*|items\w*page|next\w*|prev\w*|previous\w*|"
    r"first\w*|last\w*|has\w*|is(last|first|truncated|partial|more)\w*|more\w*|status\w*|success\w*|ok|errors?\w*|messages?|warnings?|warning|code|"
    r"type|object|kind|etag|ur[il]\w*|limit|offset|start\w*|end\w*|size|per\w*|cursors?\w*|after|before|requestid|responsemetadata|"
    r"timestamp|time|took|version|apiversion|query|sort\w*|order\w*|filter\w*|current\w*|max\w*|skip|top|context|included|"
    r"xrequestid|detail\w*|reason|copyright|\w*token|truncated|incomplete\w*|timedout|shards|copyrights|language|"
    r"generated\w*|documentation\w*|info|stats?|statistics|aggregations|facets|responseheader|httpstatus\w*|needed|provided|"
    r"additionaldata|relatedobjects|providername|datetimeutc|params|parameters|cachecontrol|odata\w*|pageable|empty)\Z"
)
"""Bare names of what stands beside records in an envelope."""
_PAGING = frozenset({
    "responsemetadata", "nextcursor", "nextpagetoken", "nexttoken", "next", "nextpage", "nexturl", "nextlink", "hasmore", "hasnext",
    "paging", "pagination", "pageinfo", "pagingmetadata", "meta", "metadata", "odatanextlink", "nextpageuri", "nextpageurl",
})  # fmt: skip
_SURELY_PAGED = _PAGING - {"meta", "metadata", "next", "paging"}
_NO_RECORDS = re.compile(r"(errors?|warnings?|links?|meta|metadata|messages|notices|included|facets|filters)\Z")
_DEEPEST = 3
"""Wrappers around wrappers that a list is looked for in."""
UNKNOWN = "the description does not say what the body is; a single record counts as a list of one"


@dataclass(frozen=True, slots=True)
class Records:
    """Where records stand in a body."""

    path: tuple[str, ...]
    shape: RecordShape
    record: Schema
    """One record."""
    rule: str
    other_keys: tuple[str, ...] = ()
    """Of columns: keys that may stand in place of the last of the path."""


def records_of(
    body: Schema,
    schemas: Schemas,
    *,
    name: str,
    item: Schema | None,
    paged: bool,
    given: frozenset[str] = frozenset(),
) -> Records | None:
    """Where the records stand in the body of a collection called `name`; None where the body is a bare value.

    `item` is the body of one record of it, where there is such an operation; `paged` says that page and size can be asked for.
    `given` are the bare names of what a caller gives: an answer that repeats it beside a list is about that list.
    """
    if body.type == "array" or (body.type == "any" and body.items is not None):
        return Records((), "list", schemas.read(body.items), "the body is the list")
    if body.type not in ("object", "any"):
        return None
    if body.type == "any" and not body.properties:
        return Records((), "list", ANY, UNKNOWN)
    found = features_of(body, schemas) or columns_of(body, schemas, given)
    found = found or _envelope(body, schemas, name) or _nested(body, schemas, name) or _echoing(body, schemas, given)
    if found is None and body.properties and (body is item or (paged and _names_itself(body))):
        rule = "the description gives one record as the body; as its path is a collection's, a list of them is meant"
        return Records((), "list", body, rule)
    return found or _without_list(body, schemas, name)


def features_of(body: Schema, schemas: Schemas) -> Records | None:
    """The features of a GeoJSON document (RFC 7946): a record has a feature's properties beside its id and geometry."""
    feature = schemas.read(schemas.read(body.properties.get("features")).items)
    if not {"geometry", "properties"} <= set(feature.properties):
        return None
    own = {key: node for key, node in feature.properties.items() if key not in ("type", "properties")}
    inside = schemas.read(feature.properties["properties"])
    record = Schema(
        type="object",
        properties={
            **{f"feature_{k}" if k in inside.properties else k: v for k, v in own.items()},
            **inside.properties,
        },
        required=frozenset({"geometry"}) | inside.required,
    )
    return Records(("features",), "features", record, "the body is a GeoJSON document: its features are the records")


def columns_of(body: Schema, schemas: Schemas, given: frozenset[str]) -> Records | None:
    """Columns side by side: lists of plain values, one of them of times, in the body itself or in objects of it; of several
    such objects, what the caller asks for is there (`hourly`, `daily`)."""
    if _names_itself(body):
        return None
    read = {key: schemas.read(node) for key, node in body.properties.items()}
    if columns := _columns(body, schemas, alone=False):
        return Records((), "columns", columns, "the body has columns side by side")
    blocks = {key: columns for key, schema in read.items() if (columns := _columns(schema, schemas, alone=True))}
    if not blocks:
        return None
    key = next(iter(blocks))
    others = tuple(
        name
        for name, schema in read.items()
        if name != key and (name in blocks or (bare(name) in given and schema.properties))
    )
    return Records((key,), "columns", blocks[key], f"columns stand side by side in {key!r}", others)


def _columns(block: Schema, schemas: Schemas, *, alone: bool) -> Schema | None:
    """One record of columns: their items; None where these are no columns, or have other things beside them (`alone`)."""
    read = {key: schemas.read(node) for key, node in block.properties.items()}
    lists = {key: schema.items for key, schema in read.items() if schema.type == "array"}
    plain = all(schemas.read(items).type not in ("object", "array") for items in lists.values())
    others = [schema for key, schema in read.items() if key not in lists]
    axes = [key for key in lists if AXIS.fullmatch(key)]
    counted = any(
        schemas.read(items).type in ("integer", "number", "any") for key, items in lists.items() if key not in axes[:1]
    )
    more = schemas.read(block.values).type == "array"
    if len(lists) + more < 2 or not plain or not axes or not (counted or more):
        return None
    if any(schema.type in ("object", "any") for schema in others) or (alone and others):
        return None
    return Schema(type="object", properties={key: items if is_object(items) else {} for key, items in lists.items()})


def written_records(response: Response, schemas: Schemas) -> Records:
    """Records where the media type says how they are written: a table, lines of JSON, features."""
    body = response.schema
    record = schemas.read(body.items) if body.type == "array" else body if body.properties else ANY
    if response.profile.form is None:
        return Records(("features",), "features", ANY, "the media type is GeoJSON: features are the records")
    return Records((), "list", record, f"{response.profile.media_type} holds a record a line")


def list_at(body: Schema, path: tuple[str, ...], schemas: Schemas) -> Records | None:
    """The list at these keys, where the body may have one there."""
    for key in path:
        if body.properties and key not in body.properties:
            return None
        body = schemas.read(body.properties.get(key))
    if body.type not in ("array", "any"):
        return None
    return Records(
        path, "list", schemas.read(body.items), f"an extension says that records stand in {'.'.join(path)!r}"
    )


def _without_list(body: Schema, schemas: Schemas, name: str) -> Records:
    if not body.properties and is_object(body.values):
        return Records((), "map", schemas.read(body.values), "the body maps names to records")
    if inner := item_path_of(body, schemas, name=name):
        return Records(inner, "record", record_at(body, inner, schemas), f"one record stands in {inner[-1]!r}")
    return Records((), "record", body, "the body is one record")


def item_path_of(body: Schema, schemas: Schemas, *, name: str) -> tuple[str, ...]:
    """Where the record stands in the body of a single-record operation; () for the body itself."""
    if body.type not in ("object", "any") or not body.properties:
        return ()
    wanted = {bare(name), singular(name)}
    for key, node in body.properties.items():
        word = bare(key)
        if word not in wanted and word not in _RECORDS:
            continue
        inner = schemas.read(node)
        if not _others_are_about(body, key):
            continue
        if inner.type == "object" and (inner.properties or word in wanted or word == "data"):
            return (key,)
        if (
            inner.type == "array"
            and schemas.read(inner.items).type == "object"
            and word in (*wanted, "data", "results")
        ):
            return (key,)
    return ()


def record_at(body: Schema, path: tuple[str, ...], schemas: Schemas) -> Schema:
    """The record at a path of a single-record body."""
    for key in path:
        body = schemas.read(body.properties.get(key))
    return schemas.read(body.items) if body.type == "array" else body


def _envelope(body: Schema, schemas: Schemas, name: str) -> Records | None:
    """A list among the properties of the body, with only words about it beside it."""
    lists: dict[str, Schema] = {}
    for key, node in body.properties.items():
        schema = schemas.read(node)
        if schema.type == "array":
            lists[key] = schemas.read(schema.items)
    for key in _by_preference(lists, name):
        if _is_records(lists[key]) and (_others_are_about(body, key) or _outweighs(body, key, name)):
            return Records((key,), "list", lists[key], f"the list of records stands in {key!r}")
    paging = any(bare(key) in _PAGING for key in body.properties)
    likely = {
        key: item
        for key, item in lists.items()
        if bare(key) not in _PAGING and (paging or not _NO_RECORDS.match(bare(key)))
    }
    key = _only(likely, ("object",)) or _only(likely, ("object", "any")) or (_only(likely) if paging else None)
    if key and _is_envelope(body, key, paging=paging):
        return Records((key,), "list", lists[key], f"{key!r} is the only list of records, beside words about it")
    if len(lists) == 1 and len(body.properties) == 1:
        key, item = next(iter(lists.items()))
        return Records((key,), "list", item, f"{key!r} is all that the body holds")
    return None


def _echoing(body: Schema, schemas: Schemas, given: frozenset[str]) -> Records | None:
    """The only list of objects in a body that beside it repeats what was asked for: `{"latitude": 1, "hourly": [...]}`."""
    read = {key: schemas.read(node) for key, node in body.properties.items()}
    lists = [
        key for key, schema in read.items() if schema.type == "array" and schemas.read(schema.items).type == "object"
    ]
    if len(lists) != 1 or _names_itself(body):
        return None
    others = {key: schema for key, schema in read.items() if key != lists[0]}
    echoes = {key for key, schema in others.items() if _repeats(key, schema, given)}
    if not echoes or not all(key in echoes or key[:1] in "$@_" or _ABOUT.match(bare(key)) for key in others):
        return None
    item = schemas.read(read[lists[0]].items)
    return Records((lists[0],), "list", item, f"{lists[0]!r} is the only list of records, beside what was asked for")


def _repeats(key: str, schema: Schema, given: frozenset[str]) -> bool:
    return bare(key) in given or (bool(schema.properties) and all(bare(name) in given for name in schema.properties))


def _only(lists: dict[str, Schema], types: tuple[str, ...] = ()) -> str | None:
    """The one list with items of these types (of any, without types); None where there are several or none."""
    keys = [key for key, item in lists.items() if not types or item.type in types]
    return keys[0] if len(keys) == 1 else None


def _is_envelope(body: Schema, key: str, *, paging: bool) -> bool:
    if _names_itself(body):
        return any(bare(other) in _SURELY_PAGED for other in body.properties)
    return paging or _others_are_about(body, key)


def _nested(body: Schema, schemas: Schemas, name: str, depth: int = 1) -> Records | None:
    """A list further down: `{"response": {"results": [...]}}`."""
    wanted = tuple(dict.fromkeys((*_WRAPPERS, bare(name))))
    keys = [key for key in body.properties if bare(key) in wanted and _others_are_about(body, key)]
    for key in sorted(keys, key=lambda key: wanted.index(bare(key))):
        inner = schemas.read(body.properties[key])
        if bare(key) not in _WRAPPERS and _names_itself(inner):
            continue
        if inner.type != "object":
            continue
        found = _envelope(inner, schemas, name)
        if found is None and depth < _DEEPEST and not _names_itself(inner):
            found = _nested(inner, schemas, name, depth + 1)
        if found:
            path = (key, *found.path)
            return Records(path, "list", found.record, f"the list of records stands in {', '.join(map(repr, path))}")
        if bare(key) == "embedded" and len(inner.properties) == 1:
            only = next(iter(inner.properties))
            schema = schemas.read(inner.properties[only])
            if schema.type == "array":
                return Records(
                    (key, only), "list", schemas.read(schema.items), f"the list of records stands in {key!r}, {only!r}"
                )
    return None


def _by_preference(lists: dict[str, Any], name: str) -> list[str]:
    """Keys that are what envelopes call their list: the object's own name first."""
    own = {bare(name), singular(name), singular(name) + "s", *_lists_of(name)}
    ranks = {
        key: -1 if bare(key) in own else _LISTS.index(bare(key))
        for key in lists
        if bare(key) in own or bare(key) in _LISTS
    }
    return sorted(ranks, key=lambda key: ranks[key])


def _lists_of(name: str) -> tuple[str, str]:
    return bare(name) + "list", singular(name) + "list"


def _is_records(item: Schema) -> bool:
    return item.type in ("object", "any", "string", "integer", "number", "array")


def _outweighs(body: Schema, key: str, name: str) -> bool:
    """Whether a list is the point of a body although other things stand beside it."""
    word = bare(key)
    if _names_itself(body):
        return False
    return word in ("data", "items", "results", "records", bare(name), singular(name) + "s") or word in _lists_of(name)


def _names_itself(body: Schema) -> bool:
    """Whether the body is a record with an identity of its own."""
    return any(bare(key) in ("id", "uuid", "guid", "sid", "uid", "slug", "gid") for key in body.properties)


def _others_are_about(body: Schema, key: str) -> bool:
    return all(other == key or other[:1] in "$@_" or _ABOUT.match(bare(other)) for other in body.properties)
