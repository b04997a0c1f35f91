"""Where lists of records stand below a field of the query type: in it, in a connection, in a wrapper, in a namespace."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..names import bare
from ..resources.records import is_about
from .schema import Field, Ref, Schema
from .selection import pages

CONNECTED = ("pageInfo", "page_info", "pageinfo")
_INFO = re.compile(r"(page_?info|info|meta(data)?|pagination|paging|page|cursors?|links?)\Z", re.IGNORECASE)
"""Names of objects beside records that speak of pages."""
_LISTS = (
    "nodes",
    "items",
    "results",
    "data",
    "records",
    "list",
    "entries",
    "rows",
    "docs",
    "edges",
    "content",
    "values",
    "hits",
)
"""What wrappers call their list, the most usual first."""
_DEEPEST = 3


@dataclass(frozen=True)
class Found:
    """A list, and how one gets to it."""

    name: str
    """Of the object: what the list itself is called, or where that says nothing (`results`) the field that leads to it."""
    steps: tuple[Field, ...]
    """Fields from the query type on, the last of which is the list."""
    item: Ref
    """Type of its items; of `node` where the items are edges."""
    holder: Ref | None = None
    """Type of the object that has the list, where words about paging may stand beside it."""
    is_edges: bool = False
    """Whether the records stand in the `node` of each item."""


def lists_below(schema: Schema, found: Field) -> list[Found]:
    """The lists that a field of the query type leads to; [] where it leads to one thing or to none."""
    return list(_below(schema, (found,), 0))


def info_fields(schema: Schema, holder: Ref) -> Iterator[Field]:
    """Fields beside a list that may speak of pages."""
    for found in schema.fields_of(holder).values():
        if found.needs_arguments or found.type.is_list:
            continue
        if schema.is_leaf(found.type) or (_INFO.match(found.name) and not pages(found)):
            yield found


def _below(schema: Schema, steps: tuple[Field, ...], depth: int) -> Iterator[Found]:
    last = steps[-1]
    if last.type.is_nested_list or last.type.name == schema.query:
        return
    if last.type.is_list:
        if not (schema.is_leaf(last.type) and depth):
            yield Found(last.name, steps, last.type)
        return
    if schema.kind(last.type) not in ("OBJECT", "INTERFACE") or depth >= _DEEPEST:
        return
    fields = {name: f for name, f in schema.fields_of(last.type).items() if not f.needs_arguments}
    if "aggregate" in fields:  # Hasura: numbers about a list that has a field of its own
        return
    edges = fields.get("edges")
    node = schema.fields_of(edges.type).get("node") if edges and edges.type.is_list else None
    has_info = any(name in fields for name in CONNECTED)
    nodes = fields.get("nodes")
    if nodes and nodes.type.is_list and schema.is_composite(nodes.type) and (has_info or node):
        yield Found(last.name, (*steps, nodes), nodes.type, last.type)
    elif edges and node and schema.is_composite(node.type):
        yield Found(last.name, (*steps, edges), node.type, last.type, is_edges=True)
    elif lists := _wrapped(schema, last, fields):
        for found in lists:
            is_own = len(lists) > 1 or bare(found.name) not in _LISTS
            name = found.name if is_own else last.name
            yield Found(name, (*steps, found), found.type, last.type)
    elif _is_namespace(schema, fields):
        for found in schema.fields_of(last.type).values():
            yield from _below(schema, (*steps, found), depth + 1)


def _wrapped(schema: Schema, wrapper: Field, fields: dict[str, Field]) -> list[Field]:
    """The lists of objects that an object is there for: one among words about it, or several that page together."""
    if any(bare(name) in ("id", "uuid", "slug", "gid") for name in fields):
        return []
    lists = [f for f in schema.fields_of(wrapper.type).values() if f.type.is_list and schema.is_composite(f.type)]
    lists = [f for f in lists if not f.type.is_nested_list]
    has_info = any(_INFO.match(name) and schema.is_composite(f.type) for name, f in fields.items())
    if not lists:
        plain = [f for f in fields.values() if f.type.is_list and not f.type.is_nested_list]
        return plain if len(plain) == 1 and (has_info or pages(wrapper)) else []
    named = [f for word in _LISTS for f in lists if bare(f.name) == word]
    others = [name for name, f in fields.items() if f not in lists and not is_about(name)]
    if len(lists) > 1 and (has_info or pages(wrapper)) and not named:
        return lists
    best = (named or lists)[0]
    return [best] if (named or len(lists) == 1) and (not others or has_info or pages(wrapper)) else []


def _is_namespace(schema: Schema, fields: dict[str, Field]) -> bool:
    """Whether an object only groups fields, as `catalogue { products { ... } }` does."""
    return bool(fields) and not any(
        schema.is_leaf(f.type) and name not in ("id", "nodeId") for name, f in fields.items()
    )
