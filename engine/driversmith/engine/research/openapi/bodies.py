"""Request bodies: one media type of those that an operation takes."""

from dataclasses import dataclass

from ...models.profile import BodyProfile, FieldProfile, JsonType, PayloadKind
from ..documents.nodes import Node, flag, mapping, one_line, sequence
from ..documents.references import Document, join
from .fields import field_of, fields_of
from .media_types import essence, preferred
from .parameters import RawParameter
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
        return self._body(chosen, place.node)

    def _body(self, chosen: tuple[str, PayloadKind, Schema], node: Node) -> Body:
        media_type, kind, schema = chosen
        profile = BodyProfile(
            media_type=media_type,
            kind=kind,
            type=_body_type(schema, kind),
            required=flag(node.get("required")),
            fields=self._fields_of(schema),
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
            fields[parameter.name] = field_of(
                schema, required=flag(parameter.node.get("required")), schemas=self._schemas
            )
        files = any(field.format == "binary" for field in fields.values())
        names = [essence(name) for name in consumes]
        multipart = files or ("multipart/form-data" in names and "application/x-www-form-urlencoded" not in names)
        return BodyProfile(
            media_type="multipart/form-data" if multipart else "application/x-www-form-urlencoded",
            kind="multipart" if multipart else "form",
            type="object",
            required=any(field.required for field in fields.values()),
            fields=fields,
        )

    def _fields_of(self, schema: Schema) -> dict[str, FieldProfile]:
        if schema is ANY or not schema.properties or schema.type not in ("object", "any"):
            return {}
        if id(schema) not in self._fields:
            self._fields[id(schema)] = (schema, fields_of(schema, self._schemas))
        return self._fields[id(schema)][1]


def _body_type(schema: Schema, kind: PayloadKind) -> JsonType:
    if kind in ("form", "multipart"):
        return "object"
    return "string" if kind in ("text", "binary") else schema.type
