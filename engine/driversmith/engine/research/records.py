"""Where in a response the records stand, and what one of them looks like."""

import re
from dataclasses import dataclass
from typing import Any

from ..models.profile import RecordShape
from .reading import is_object
from .schemas import ANY, Schema, Schemas
from .words import bare, singular

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
    r"(meta\w*|pag(e|es|ing|ination|inginfo|einfo)\w*|links?|self|href|total\w*|counts?|\w*count|num\w*|next\w*|prev\w*|previous\w*|"
    r"first\w*|last\w*|has\w*|is(last|first|truncated|partial|more)\w*|more\w*|status\w*|success\w*|ok|errors?\w*|messages?|warnings?|warning|code|"
    r"type|object|kind|etag|ur[il]\w*|limit|offset|start\w*|end\w*|size|per\w*|cursors?\w*|after|before|requestid|responsemetadata|"
    r"timestamp|time|took|version|apiversion|query|sort\w*|order\w*|filter\w*|current\w*|max\w*|skip|top|context|included|"
    r"xrequestid|detail\w*|reason|copyright|\w*token|truncated|incomplete\w*|timedout|shards|copyrights|language|"
    r"generated\w*|documentation\w*|info|stats?|statistics|aggregations|facets|responseheader|httpstatus\w*|needed|provided|"
    r"additionaldata|relatedobjects|id|providername|datetimeutc|params|parameters|cachecontrol|odata\w*)\Z"
)
"""Bare names of what stands beside records in an envelope."""


@dataclass(frozen=True, slots=True)
class Records:
    """Where records stand in a body."""

    path: tuple[str, ...]
    shape: RecordShape
    record: Schema
    """One record."""
    rule: str


def records_of(body: Schema, schemas: Schemas, *, name: str) -> Records | None:
    """Where the records stand in the body of a collection called `name`; None where the body is a bare value."""
    if body.type == "array" or (body.type == "any" and body.items is not None):
        return Records((), "list", schemas.read(body.items), "the body is the list")
    if body.type not in ("object", "any"):
        return None
    if body.type == "any" and not body.properties:
        return Records(
            (), "list", ANY, "the description does not say what the body is; a single record counts as a list of one"
        )
    return _envelope(body, schemas, name) or _nested(body, schemas, name) or _without_list(body, schemas, name)


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
    of_objects = [key for key, item in lists.items() if item.type == "object"]
    if len(of_objects) == 1 and _others_are_about(body, of_objects[0]) and not _names_itself(body):
        key = of_objects[0]
        return Records((key,), "list", lists[key], f"{key!r} is the only list of objects, beside words about it")
    if len(lists) == 1 and len(body.properties) == 1:
        key, item = next(iter(lists.items()))
        return Records((key,), "list", item, f"{key!r} is all that the body holds")
    return None


def _nested(body: Schema, schemas: Schemas, name: str) -> Records | None:
    """A list one level further down: `{"response": {"results": [...]}}`."""
    wanted = (bare(name), *_WRAPPERS)
    keys = [key for key in body.properties if bare(key) in wanted and _others_are_about(body, key)]
    for key in sorted(keys, key=lambda key: wanted.index(bare(key))):
        inner = schemas.read(body.properties[key])
        if inner.type == "object" and (found := _envelope(inner, schemas, name)):
            return Records(
                (key, *found.path), "list", found.record, f"the list of records stands in {key!r}, {found.path[0]!r}"
            )
        if inner.type == "object" and bare(key) == "embedded" and len(inner.properties) == 1:
            only = next(iter(inner.properties))
            schema = schemas.read(inner.properties[only])
            if schema.type == "array":
                return Records(
                    (key, only), "list", schemas.read(schema.items), f"the list of records stands in {key!r}, {only!r}"
                )
    return None


def _by_preference(lists: dict[str, Any], name: str) -> list[str]:
    """Keys that are what envelopes call their list: the object's own name first."""
    own = {bare(name), singular(name), singular(name) + "s", bare(name) + "list", singular(name) + "list"}
    own |= {bare(part) for part in name.split("_")[-1:]}
    ranks = {
        key: -1 if bare(key) in own else _LISTS.index(bare(key))
        for key in lists
        if bare(key) in own or bare(key) in _LISTS
    }
    return sorted(ranks, key=lambda key: ranks[key])


def _is_records(item: Schema) -> bool:
    return item.type in ("object", "any", "string", "integer", "number", "array")


def _outweighs(body: Schema, key: str, name: str) -> bool:
    """Whether a list is the point of a body although other things stand beside it."""
    word = bare(key)
    if _names_itself(body):
        return False
    return word in ("data", "items", "results", "records") or word in (bare(name), singular(name) + "s")


def _names_itself(body: Schema) -> bool:
    """Whether the body is a record with an identity of its own."""
    return any(bare(key) in ("id", "uuid", "guid", "sid", "slug", "gid") for key in body.properties)


def _others_are_about(body: Schema, key: str) -> bool:
    return all(other == key or other[:1] in "$@_" or _ABOUT.match(bare(other)) for other in body.properties)
