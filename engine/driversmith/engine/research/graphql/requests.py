"""Requests of a schema: each a query text that is the same in every call, and variables that callers give."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..documents.nodes import Node
from ..names import singular, unique
from ..resources.paging_names import is_of_paging
from .lists import Found, info_fields, lists_below
from .schema import Field, Input, Ref, Schema
from .selection import Selected, Selector, leaf, typed

MOST_REQUESTS = 2_000
"""Of each kind that become operations."""
MOST_ARGUMENTS = 60
_DEEPEST_INPUT = 3
_BACKWARD = ("last", "before")
"""Arguments that read a connection from its end: beside `first` and `after` they contradict them."""


@dataclass(frozen=True)
class Argument:
    """A value that callers give."""

    keys: tuple[str, ...]
    """From the variables on."""
    schema: Node
    is_required: bool
    description: str


@dataclass(frozen=True)
class Request:
    """One operation of GraphQL."""

    name: str
    text: str
    arguments: tuple[Argument, ...]
    answer: Node
    """JSON schema of `data`."""
    description: str = ""
    is_mutation: bool = False
    object_name: str = ""
    """The object that it reads; "" where it is an operation alone."""
    is_single: bool = False
    """Whether it reads one record of it."""
    path: tuple[str, ...] = ()
    """Keys in `data` to what it reads."""
    item_path: tuple[str, ...] = ()
    """Keys in each item of a list to the record."""


def requests_of(schema: Schema) -> Iterator[Request]:
    """What the fields of the query type read, then what those of the mutation type do."""
    roots = list(schema.fields_of(Ref(schema.query)).values())
    fields = [field for field in roots if field.name[:1] != "_" and field.type.name != "Node"]  # which refetch anything
    lists = [found for field in fields[:MOST_REQUESTS] for found in lists_below(schema, field)]
    names = _names(lists)
    singles = _singles(schema, fields, {id(found): name for found, name in zip(lists, names, strict=True)}, lists)
    listing = {found.steps[0].name for found in lists}
    for found, name in list(zip(lists, names, strict=True))[:MOST_REQUESTS]:
        if request := _of_list(schema, found, name):
            yield request
    for root in [root for root in roots if root.name not in listing][:MOST_REQUESTS]:
        if request := _of_one(schema, root, singles.get(root.name, "")):
            yield request
    for field in list(schema.fields_of(Ref(schema.mutation)).values())[:MOST_REQUESTS] if schema.mutation else ():
        if request := _of_one(schema, field, "", is_mutation=True):
            yield request


def _names(lists: list[Found]) -> list[str]:
    """A name for each list: its own, with the field above it before it where two are called the same."""
    told = Counter(found.name for found in lists)
    names: list[str] = []
    for found in lists:
        is_clear = told[found.name] == 1 or found.steps[0].name == found.name
        names.append(unique(found.name if is_clear else f"{found.steps[0].name}_{found.name}", names, 200))
    return names


def _singles(schema: Schema, fields: list[Field], names: dict[int, str], lists: list[Found]) -> dict[str, str]:
    """Fields that give one record by what identifies it -> the object whose list has such records."""
    found: dict[str, str] = {}
    for field in fields:
        if field.type.is_list or not field.needs_arguments or schema.kind(field.type) != "OBJECT":
            continue
        alike = [one for one in lists if one.item.name == field.type.name]
        called = [one for one in alike if singular(one.name) in (singular(field.name), f"all{singular(field.name)}")]
        home = (called or (alike if len(alike) == 1 else []))[:1]
        if home and names[id(home[0])] not in found.values():
            found[field.name] = names[id(home[0])]
    return found


class _Variables:
    """The variables of one query, and the arguments that callers give for them."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self.declared: dict[str, str] = {}
        self.arguments: list[Argument] = []

    def passed(self, field: Field, *, forward: bool = False) -> str:
        """What stands behind a field: `(first: $first, after: $after)`."""
        names = {argument.name for argument in field.arguments}
        passed: list[str] = []
        for argument in field.arguments:
            if len(self.arguments) >= MOST_ARGUMENTS and not argument.is_required:
                continue
            if forward and argument.name in _BACKWARD and {"first", "after"} <= names:
                continue
            name = argument.name if argument.name not in self.declared else f"{field.name}_{argument.name}"
            if name in self.declared or self._schema.kind(argument.type) is None:
                continue
            is_optional = argument.default is not None  # then it may be left out, and must not be declared as required
            self.declared[name] = argument.type.text.removesuffix("!") if is_optional else argument.type.text
            passed.append(f"{argument.name}: ${name}")
            self.arguments += self._taken(argument, (name,), argument.is_required)
        return f"({', '.join(passed)})" if passed else ""

    def _taken(self, told: Input, keys: tuple[str, ...], is_required: bool) -> Iterator[Argument]:
        """An argument as callers give it: whole, or by its members where they say which page is wanted."""
        found = self._schema.types.get(told.type.name)
        if found is not None and found.kind == "INPUT_OBJECT" and not told.type.is_list and self._has_paging(told.type):
            for member in found.inputs:
                yield from self._taken(member, (*keys, member.name), is_required and member.is_required)
            return
        node = leaf(self._schema, told.type)
        if found is not None and found.kind == "INPUT_OBJECT":
            node = {"type": "object"}
        node = typed(told.type, node)
        if (default := _value(told.default)) is not None:
            node["default"] = default
        yield Argument(keys, node, is_required, told.description)

    def _has_paging(self, ref: Ref, depth: int = _DEEPEST_INPUT) -> bool:
        found = self._schema.types.get(ref.name)
        if found is None or found.kind != "INPUT_OBJECT" or ref.is_list or depth == 0:
            return False
        numbers = [told for told in found.inputs if told.type.name in ("Int", "Float", "String", "ID")]
        if any(is_of_paging(told.name) and told.type.name == "Int" for told in numbers):
            return True
        return any(is_holder(told.name) and self._has_paging(told.type, depth - 1) for told in found.inputs)

    def whole(self, kind: str, name: str, selected: str) -> str:
        declared = ", ".join(f"${name}: {kind}" for name, kind in self.declared.items())
        return f"{kind} {name}{f'({declared})' if declared else ''} {{ {selected} }}"


def is_holder(name: str) -> bool:
    """Whether a member of an input object may hold those of paging."""
    return singular(name) in ("paging", "pagination", "paginate", "page", "pageinput", "option")


def _of_list(schema: Schema, found: Found, name: str) -> Request | None:
    variables, selector = _Variables(schema), Selector(schema)
    before = [f"{step.name}{variables.passed(step, forward=True)}" for step in found.steps]
    item = found.item
    if schema.is_composite(item):
        selected = selector.of(item)
        if selected is None:
            return None
        text, node = selected.text, selected.schema
    else:
        text, node = "", leaf(schema, item)
    record = node
    if found.is_edges:
        text = f"{{ node {text} }}"
        node = {"type": "object", "properties": {"node": record}}
    node: Node = {"type": "array", "items": node}
    last = len(found.steps) - 1
    for index in range(last, -1, -1):
        step = found.steps[index]
        beside, properties = _beside(schema, found.holder) if found.holder and index == last else ("", {})
        text = " ".join(filter(None, (before[index], text, beside)))
        node = {"type": "object", "properties": {step.name: node, **properties}}
        if index:
            text = f"{{ {text} }}"
    keys = tuple(step.name for step in found.steps)
    return Request(
        name,
        variables.whole("query", name, text),
        tuple(variables.arguments),
        node,
        found.steps[-1].description if len(found.steps) == 1 else found.steps[0].description,
        object_name=name,
        path=keys,
        item_path=("node",) if found.is_edges else (),
    )


def _beside(schema: Schema, holder: Ref) -> tuple[str, dict[str, Node]]:
    """What is selected beside a list: what may speak of pages."""
    parts: list[str] = []
    properties: dict[str, Node] = {}
    for found in info_fields(schema, holder):
        inner: Selected | None = None
        if not schema.is_leaf(found.type):
            inner = Selector(schema, 30).of(found.type, depth=1)
            if inner is None:
                continue
        parts.append(f"{found.name} {inner.text if inner else ''}".rstrip())
        node = inner.schema if inner else leaf(schema, found.type)
        properties[found.name] = typed(found.type, node, found.description)
    return " ".join(parts), properties


def _of_one(schema: Schema, field: Field, object_name: str, *, is_mutation: bool = False) -> Request | None:
    """What gives one thing: a record, a value, or what came of a change."""
    variables = _Variables(schema)
    passed = variables.passed(field)
    if schema.is_leaf(field.type):
        text, node = "", leaf(schema, field.type)
    else:
        selected = Selector(schema).of(field.type)
        if selected is None:
            return None
        text, node = selected.text, selected.schema
    kind = "mutation" if is_mutation else "query"
    answer: Node = {"type": "object", "properties": {field.name: typed(field.type, node)}}
    return Request(
        field.name,
        variables.whole(kind, field.name, f"{field.name}{passed} {text}".rstrip()),
        tuple(variables.arguments),
        answer,
        field.description,
        is_mutation,
        object_name,
        is_single=bool(object_name),
        path=(field.name,),
    )


def _value(default: str | None) -> Any:
    """A default as JSON, where GraphQL spells both alike; None where it says nothing."""
    if default is None or len(default) > 200:
        return None
    try:
        value = json.loads(default)
    except (ValueError, RecursionError):
        return default if default.isidentifier() and default not in ("null", "true", "false") else None
    return value if isinstance(value, bool | int | float | str) else None
