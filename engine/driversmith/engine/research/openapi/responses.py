"""Successful responses: what a caller gets back, and what else is said about it."""

from dataclasses import dataclass, field
from typing import Any

from ...models.profile import ResponseProfile
from ..documents.nodes import Node, is_list, is_object, mapping, sequence, text
from ..documents.references import Document, Place, join
from .media_types import preferred
from .samples import schema_of_sample
from .schemas import ANY, Schema, Schemas


@dataclass(frozen=True, slots=True)
class Response:
    """The successful response of an operation, with the schema that the profile leaves out."""

    profile: ResponseProfile = field(default_factory=ResponseProfile)
    schema: Schema = ANY
    headers: Node = field(default_factory=dict[str, Any])
    description: str = ""


class Responses:
    """Reads responses of one document."""

    def __init__(self, document: Document, schemas: Schemas) -> None:
        self._document = document
        self._schemas = schemas

    def read(self, operation: Node, pointer: str, method: str) -> Response:
        """The best successful response: the first 2xx that promises content, else the first 2xx, else `default`."""
        best: Response | None = None
        for code, place in self._successes(operation, pointer):
            response = self._response(code, place, operation, method)
            if best is None or (best.profile.media_type is None and response.profile.media_type is not None):
                best = response
        return best or Response()

    def _successes(self, operation: Node, pointer: str) -> list[tuple[int, Place]]:
        responses = mapping(operation.get("responses"))
        good = sorted(
            code for code in responses if len(code) == 3 and code[0] == "2" and code[1:].upper() in _SECOND_HALVES
        )
        if not good and "default" in responses:
            good = ["default"]
        found: list[tuple[int, Place]] = []
        for code in good:
            place = self._document.resolve(responses[code], join(pointer, "responses", code))
            found.append((int(code) if code.isdigit() else 200, place or Place({}, join(pointer, "responses", code))))
        return found

    def _response(self, code: int, place: Place, operation: Node, method: str) -> Response:
        node = place.node
        offers = [] if method == "HEAD" or code in (204, 205) else self._offers(node, operation, method)
        if not offers:
            profile = ResponseProfile(status=code)
            return Response(profile, ANY, mapping(node.get("headers")), text(node.get("description")))
        chosen = preferred(offers)
        schema = chosen[2] if chosen else offers[0][1]
        profile = ResponseProfile(
            status=code,
            media_type=chosen[0] if chosen else "*/*",
            kind=chosen[1] if chosen else None,
            type=schema.type,
        )
        return Response(profile, schema, mapping(node.get("headers")), text(node.get("description")))

    def _offers(self, node: Node, operation: Node, method: str) -> list[tuple[str, Schema]]:
        if not self._document.is_swagger2:
            return [(name, self._schema(mapping(media))) for name, media in mapping(node.get("content")).items()]
        examples = mapping(node.get("examples"))
        if "schema" not in node and not examples and (method != "GET" or "produces" not in operation):
            return []
        produces = operation.get("produces", self._document.root.get("produces"))
        names = [name for name in sequence(produces) if isinstance(name, str)] or ["application/json"]
        if "schema" in node or not examples:
            schema = self._schemas.read(node.get("schema"))
            return [(name, schema) for name in names]
        return [(name, self._schemas.read(schema_of_sample(sample))) for name, sample in examples.items()]

    def _schema(self, media: Node) -> Schema:
        """The schema of a media type; where there is none, or an empty one, what its example looks like."""
        schema = self._schemas.read(media.get("schema"))
        if schema.type != "any" and (
            schema.type not in ("object", "array") or schema.properties or schema.items is not None
        ):
            return schema
        named = next(iter(mapping(media.get("examples")).values()), None)
        own = mapping(media.get("schema"))
        for sample in (media.get("example"), mapping(named).get("value"), own.get("example")):
            if (is_object(sample) or is_list(sample)) and sample:
                guessed = self._schemas.read(schema_of_sample(sample))
                if schema.type in ("any", guessed.type) and schema.values is None:
                    return guessed
        return schema


_SECOND_HALVES = frozenset({f"{n:02d}" for n in range(100)} | {"XX"})
