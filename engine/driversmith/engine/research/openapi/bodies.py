"""Request bodies: one media type of those that an operation takes."""

from collections.abc import Iterator
from dataclasses import dataclass

from ...models.profile import BodyProfile, FieldProfile, JsonType, ParameterProfile, ParameterStyle, PayloadKind
from ..documents.nodes import Node, flag, mapping, one_line, sequence, text
from ..documents.references import Document, join
from .fields import field_of, fields_of
from .media_types import essence, is_json, preferred
from .parameters import RawParameter, style_of
from .schemas import ANY, Schema, Schemas


@dataclass(frozen=True, slots=True)
class Body:
    """A body, with the schema that the profile leaves out."""

    profile: BodyProfile
    schema: Schema = ANY


class Bodies:
    """Reads request bodies of one document."""

    def __init__(self, document: Document, schemas: Schemas) -> None:
        self._document = document
        self._schemas = schemas
        self._fields: dict[int, tuple[Schema, dict[str, FieldProfile]]] = {}

    def read(self, operation: Node, pointer: str, parameters: list[RawParameter]) -> Body | None:
        """The body that an operation takes, or None."""
        if self._document.is_swagger2:
            return self._swagger2(operation, parameters)
        if "requestBody" not in operation:
            return None
        place = self._document.resolve(operation["requestBody"], join(pointer, "requestBody"))
        if place is None:
            self._document.notes.add(f"The request body of {pointer[:150]} cannot be read; any JSON is taken.")
            return Body(BodyProfile(media_type="application/json", kind="json"))
        content = mapping(place.node.get("content"))
        offers = [(name, self._schemas.read(mapping(media).get("schema"))) for name, media in content.items()]
        if not offers:
            return None
        chosen = preferred(offers) or ("application/octet-stream", "binary", offers[0][1])
        return self._body(chosen, place.node, mapping(mapping(content.get(chosen[0])).get("encoding")))

    def _body(self, chosen: tuple[str, PayloadKind, Schema], node: Node, encoding: Node | None = None) -> Body:
        media_type, kind, schema = chosen
        fields = self._fields_of(schema)
        profile = BodyProfile(
            media_type=media_type,
            kind=kind,
            type=_body_type(schema, kind),
            required=flag(node.get("required")),
            fields=fields,
            written=tuple(_written(encoding or {}, fields, kind)) if kind in ("form", "multipart") else (),
            part_types=dict(_part_types(encoding or {})) if kind == "multipart" else {},
            description=one_line(node.get("description") or schema.description, 200),
        )
        return Body(profile, schema)

    def _swagger2(self, operation: Node, parameters: list[RawParameter]) -> Body | None:
        declared = operation.get("consumes", self._document.root.get("consumes"))
        consumes = [name for name in sequence(declared) if isinstance(name, str)]
        for parameter in parameters:
            if parameter.location == "body":
                schema = self._schemas.read(parameter.node.get("schema"))
                chosen = preferred((name, schema) for name in consumes) or ("application/json", "json", schema)
                if chosen[1] in ("form", "multipart"):  # forms have parameters of their own: this one is an oversight
                    chosen = ("application/json", "json", schema)
                return self._body(chosen, parameter.node)
        form = [parameter for parameter in parameters if parameter.location == "formdata"]
        return Body(self._form(form, consumes)) if form else None

    def _form(self, parameters: list[RawParameter], consumes: list[str]) -> BodyProfile:
        fields: dict[str, FieldProfile] = {}
        for parameter in parameters:
            schema = self._schemas.read(parameter.node)
            required = flag(parameter.node.get("required"))
            fields[parameter.name] = field_of(schema, required=required, schemas=self._schemas)
        lists = (parameter for parameter in parameters if fields[parameter.name].type == "array")
        written = tuple(_field(p.name, "array", *style_of(p.node, "query")) for p in lists)
        files = any(field.format == "binary" for field in fields.values())
        names = [essence(name) for name in consumes]
        multipart = files or ("multipart/form-data" in names and "application/x-www-form-urlencoded" not in names)
        return BodyProfile(
            media_type="multipart/form-data" if multipart else "application/x-www-form-urlencoded",
            kind="multipart" if multipart else "form",
            type="object",
            required=any(field.required for field in fields.values()),
            fields=fields,
            written=tuple(field for field in written if not field.explode),
        )

    def _fields_of(self, schema: Schema) -> dict[str, FieldProfile]:
        if schema is ANY or not schema.properties or schema.type not in ("object", "any"):
            return {}
        if id(schema) not in self._fields:
            self._fields[id(schema)] = (schema, fields_of(schema, self._schemas))
        return self._fields[id(schema)][1]


def _written(encoding: Node, fields: dict[str, FieldProfile], body: PayloadKind) -> Iterator[ParameterProfile]:
    """The fields of a form whose encoding says how they are written (OpenAPI 3.1.1, Encoding Object)."""
    for name, entry in encoding.items():
        node = mapping(entry)
        kind: JsonType = fields[name].type if name in fields else "any"
        if {"style", "explode", "allowReserved"} & node.keys():
            style, explode = style_of(node, "query")
            yield _field(name, kind, style, explode, reserved=flag(node.get("allowReserved")))
        elif body == "form" and is_json(text(node.get("contentType"))):
            yield _field(name, kind, "form", True, as_json=True)


def _field(
    name: str, kind: JsonType, style: ParameterStyle, explode: bool, *, as_json: bool = False, reserved: bool = False
) -> ParameterProfile:
    return ParameterProfile(
        name=name,
        argument=name,
        location="query",
        type=kind,
        style=style,
        explode=explode,
        json_encoded=as_json,
        allow_reserved=reserved,
    )


def _part_types(encoding: Node) -> Iterator[tuple[str, str]]:
    """The one media type of each part; several, and ranges, are left to the caller."""
    for name, entry in encoding.items():
        media_type = text(mapping(entry).get("contentType")).strip()
        if media_type.isascii() and media_type.isprintable() and "/" in media_type and not set(media_type) & set("*,"):
            yield name, media_type


def _body_type(schema: Schema, kind: PayloadKind) -> JsonType:
    if kind in ("form", "multipart"):
        return "object"
    return "string" if kind in ("text", "binary") else schema.type
