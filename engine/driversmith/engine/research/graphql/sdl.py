"""Schemas out of SDL (`.graphql`, `.gql`), parsed by graphql-core: only its syntax has to be right."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ...errors import DescriptionError
from ..documents.nodes import one_line
from .schema import BUILT_IN, MOST_FIELDS, Field, Input, Kind, Ref, Schema, Type

if TYPE_CHECKING:
    from graphql import language as ast

MOST_TOKENS = 2_000_000
_DEFINES = re.compile(
    r"^\s*(extend\s+)?(type\s+\w+[^{]*\{|schema\s*(@\w+[^{]*)?\{|(input|interface|enum)\s+\w+[^{=:]*\{|union\s+\w+[^=]*=|scalar\s+\w+\s*$"
    r"|directive\s+@\w+)",
    re.MULTILINE,
)
_KINDS: dict[str, Kind] = {
    "scalar_type": "SCALAR",
    "object_type": "OBJECT",
    "interface_type": "INTERFACE",
    "union_type": "UNION",
    "enum_type": "ENUM",
    "input_object_type": "INPUT_OBJECT",
}


def is_sdl(head: str) -> bool:
    """Whether a text that begins so is meant as SDL."""
    return head.lstrip()[:1] not in ("{", "<", "[") and bool(_DEFINES.search(head))


def schema_of(source: str, *, location: str) -> Schema:
    """The schema that SDL defines; unknown directives, and types that nothing defines, cost what uses them alone.

    Raises:
        DescriptionError: its syntax is wrong (the line is named), it is too large, or nests too deeply.
    """
    from graphql import GraphQLError, parse

    try:
        document = parse(source, no_location=True, max_tokens=MOST_TOKENS)
    except GraphQLError as error:
        place = error.locations[0] if error.locations else None
        where = f" at line {place.line}, column {place.column}" if place else ""
        said = one_line(error.message.removeprefix("Syntax Error: "), 200)
        raise DescriptionError(
            f"{location} is no valid GraphQL schema (SDL){where}: {said}",
            next_action="Correct it at that place, or give the answer to an introspection query as a JSON file.",
        ) from None
    except RecursionError:
        raise DescriptionError(
            f"{location} nests too deeply.", next_action="Give a GraphQL schema without such nesting."
        ) from None
    return _Definitions().read(document)


class _Definitions:
    """All definitions of a document, those that extend a type put together with it."""

    def __init__(self) -> None:
        self._types: dict[str, Type] = {}
        self._implementing: dict[str, dict[str, None]] = {}
        self._roots: dict[str, str] = {}

    def read(self, document: "ast.DocumentNode") -> Schema:
        for node in document.definitions:
            kind = node.kind.removesuffix("_definition").removesuffix("_extension")
            if kind == "schema":
                self._take_roots(node)
            elif kind in _KINDS:
                self._take(node, _KINDS[kind])
        for name in BUILT_IN:
            self._types.setdefault(name, Type(name, "SCALAR"))
        types = {name: self._with_members(found) for name, found in self._types.items()}
        roots = self._roots or {"query": "Query", "mutation": "Mutation"}
        query, mutation = (roots.get(root, "") for root in ("query", "mutation"))
        return Schema(types, query, mutation if mutation in types else "")

    def _take_roots(self, node: Any) -> None:
        for root in node.operation_types or ():
            self._roots.setdefault(root.operation.value, root.type.name.value)

    def _take(self, node: Any, kind: Kind) -> None:
        name = node.name.value
        before = self._types.get(name, Type(name, kind))
        told: Iterable[Any] = getattr(node, "fields", None) or ()
        is_input = kind == "INPUT_OBJECT"
        fields = {} if is_input else {f.name: f for f in map(_field, list(told)[:MOST_FIELDS])}
        inputs = tuple(map(_input, told)) if is_input else ()
        values = tuple(value.name.value for value in getattr(node, "values", None) or () if not _is_deprecated(value))
        members = tuple(member.name.value for member in getattr(node, "types", None) or ())
        for implemented in getattr(node, "interfaces", None) or () if kind == "OBJECT" else ():
            self._implementing.setdefault(implemented.name.value, {})[name] = None
        self._types[name] = Type(
            name,
            before.kind,
            before.description or _description(node),
            {**before.fields, **fields},
            (*before.inputs, *inputs),
            (*before.values, *values),
            (*before.members, *members),
        )

    def _with_members(self, found: Type) -> Type:
        if found.kind != "INTERFACE":
            return found
        return Type(
            found.name,
            found.kind,
            found.description,
            found.fields,
            members=tuple(self._implementing.get(found.name, ())),
        )


def _field(node: Any) -> Field:
    arguments = tuple(map(_input, node.arguments or ()))
    return Field(node.name.value, _ref(node.type), arguments, _description(node), _is_deprecated(node))


def _input(node: Any) -> Input:
    from graphql import print_ast

    default = print_ast(node.default_value) if node.default_value is not None else None
    return Input(node.name.value, _ref(node.type), default, _description(node))


def _ref(node: Any) -> Ref:
    before = after = ""
    while node.kind != "named_type":
        if node.kind == "list_type":
            before, after = before + "[", "]" + after
        else:
            after = "!" + after
        node = node.type
    return Ref(f"{before}{node.name.value}{after}")


def _description(node: Any) -> str:
    told = getattr(node, "description", None)
    return one_line(told.value, 1000) if told is not None else ""


def _is_deprecated(node: Any) -> bool:
    return any(directive.name.value == "deprecated" for directive in node.directives or ())
