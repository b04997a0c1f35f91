"""Parameters of an operation: where they go, how they are spelled in Python, how values are written."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from ...contract.naming import RESERVED_ARGUMENTS
from ...models.profile import ParameterLocation, ParameterProfile, ParameterStyle, member_keys
from ..documents.nodes import Node, flag, json_value, mapping, number, one_line, sequence, text
from ..documents.references import Document, join
from .fields import enum_of, item_type
from .media_types import is_json
from .schemas import Schema, Schemas
from .security_schemes import is_wire_name

IGNORED_HEADERS = frozenset({"accept", "content-type", "content-length", "transfer-encoding", "connection", "host"})
"""Headers that follow from body, response and connection, not from the caller (Authorization is a credential)."""
_LOCATIONS: dict[str, ParameterLocation] = {"path": "path", "query": "query", "header": "header", "cookie": "cookie"}
_DEFAULT_STYLE: dict[str, ParameterStyle] = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}
_STYLES: dict[str, frozenset[str]] = {
    "path": frozenset({"simple", "label", "matrix"}),
    "query": frozenset({"form", "spaceDelimited", "pipeDelimited", "deepObject"}),
    "header": frozenset({"simple"}),
    "cookie": frozenset({"form"}),
}
_SWAGGER2_STYLES: dict[str, ParameterStyle] = {
    "ssv": "spaceDelimited",
    "tsv": "tabDelimited",
    "pipes": "pipeDelimited",
}


@dataclass(frozen=True, slots=True)
class RawParameter:
    """A parameter object of the description."""

    node: Node
    pointer: str
    name: str
    location: str
    """As the description spells it in lower case: also `body` and `formdata` of Swagger 2, or something unknown."""


def raw_parameters(document: Document, item: Node, operation: Node, pointers: tuple[str, str]) -> list[RawParameter]:
    """The parameters of an operation: those of its path item, overridden by its own; `pointers` are those of both."""
    found: dict[tuple[str, str], RawParameter] = {}
    for owner, pointer in zip((item, operation), pointers, strict=True):
        for index, node in enumerate(sequence(owner.get("parameters"))[:500]):
            place = document.resolve(node, join(pointer, "parameters", str(index)))
            if place is None:
                document.notes.add(f"A parameter of {pointer[:150]} cannot be read and is left out.")
                continue
            name, location = text(place.node.get("name")).strip(), text(place.node.get("in")).lower().strip()
            if name or location == "body":
                found[name, location] = RawParameter(place.node, place.pointer, name, location)
    return list(found.values())


class Parameters:
    """Reads parameter objects of one document; shared ones are read once."""

    def __init__(self, document: Document, schemas: Schemas) -> None:
        self._swagger2 = document.is_swagger2
        self._schemas = schemas
        self._known: dict[tuple[int, str], tuple[Node, ParameterProfile]] = {}

    def read(self, raw: RawParameter) -> ParameterProfile | None:
        """The parameter with its wire name as argument; None where it cannot go on the wire."""
        location = _LOCATIONS.get(raw.location)
        if location is None or not is_wire_name(raw.name, location):
            return None
        key = (id(raw.node), raw.location)
        if key not in self._known:
            self._known[key] = (raw.node, self._profile(raw, location))
        return self._known[key][1]

    def _profile(self, raw: RawParameter, location: ParameterLocation) -> ParameterProfile:
        node = raw.node
        media_type, media = next(iter(mapping(node.get("content")).items()), ("", None))
        source: object = mapping(media).get("schema") if media_type else node.get("schema")
        if source is None:
            source = node if self._swagger2 or "type" in node else None
        schema = self._schemas.read(source)
        style, explode = style_of(node, location)
        return ParameterProfile(
            name=raw.name,
            argument=raw.name,
            location=location,
            required=location == "path" or flag(node.get("required")),
            type=schema.type,
            items=item_type(schema, self._schemas),
            format=schema.format,
            enum=enum_of(schema),
            default=json_value(schema.keywords.get("default")),
            example=_example(node, schema, self._schemas),
            minimum=number(schema.keywords.get("minimum")),
            maximum=number(schema.keywords.get("maximum")),
            style=style,
            explode=explode,
            json_encoded=is_json(media_type),
            allow_reserved=flag(node.get("allowReserved")),
            description=one_line(text(node.get("description")) or schema.description, 200),
        )


def with_arguments(parameters: Sequence[ParameterProfile]) -> Iterator[ParameterProfile]:
    """The parameters, each with an argument of its own: the API's spelling, which nothing else may take, unless that
    clashes with ours or with a keyword."""
    taken = {_spelled(parameter) for parameter in parameters} | RESERVED_ARGUMENTS
    met: set[str] = set()
    for parameter in parameters:
        argument = spelled = _spelled(parameter)
        if spelled in met:
            is_member = parameter.location == "body" and parameter.name != spelled
            argument = "_".join(member_keys(parameter.name)) if is_member else f"{spelled}_in_{parameter.location}"
        if argument != spelled or argument in RESERVED_ARGUMENTS:
            while argument in taken:
                argument += "_"
        met.add(spelled)
        taken.add(argument)
        yield parameter if argument == parameter.argument else parameter.model_copy(update={"argument": argument})


def _spelled(parameter: ParameterProfile) -> str:
    """How callers know it: of a member of the body, its own key."""
    return member_keys(parameter.name)[-1] if parameter.location == "body" else parameter.name


def path_parameter(name: str) -> ParameterProfile:
    """A parameter that stands in the path and nowhere else in the description."""
    return ParameterProfile(
        name=name, argument=name, location="path", required=True, type="string", style="simple", explode=False
    )


def style_of(node: Node, location: ParameterLocation) -> tuple[ParameterStyle, bool]:
    """Style and explode of a parameter or of a field of a form, given or by default.

    Sources: OpenAPI 3.1.1, Parameter Object and Encoding Object; Swagger 2.0, Parameter Object (`collectionFormat`: csv
    wherever nothing is said).
    """
    collection = node.get("collectionFormat")
    if isinstance(collection, str) or ("style" not in node and "schema" not in node and node.get("type") == "array"):
        return _SWAGGER2_STYLES.get(str(collection), _DEFAULT_STYLE[location]), collection == "multi"
    said = node.get("style")
    known = isinstance(said, str) and said in _STYLES[location]
    style = cast(ParameterStyle, said) if known else _DEFAULT_STYLE[location]
    explode = node.get("explode")
    if style == "deepObject":  # has one form only
        return style, True
    return style, explode if isinstance(explode, bool) else style == "form"


def _example(node: Node, schema: Schema, schemas: Schemas) -> Any:
    """An example that the description gives, or for a list one of an item that it gives; None where it gives neither."""
    if (value := _given_example(node, schema.keywords)) is not None or schema.type != "array":
        return value
    item = schemas.read(schema.items)
    found = (_given_example(item.keywords, item.keywords), json_value(item.keywords.get("default")), *enum_of(item)[:1])
    return next(([value] for value in found if value is not None), None)


def _given_example(node: Node, schema: Node) -> Any:
    named: object = next(iter(mapping(node.get("examples")).values()), None)
    listed: object = next(iter(sequence(schema.get("examples"))), None)
    candidates: Iterable[object] = (node.get("example"), mapping(named).get("value"), schema.get("example"), listed)
    return next((value for candidate in candidates if (value := json_value(candidate)) is not None), None)
