"""OData v4 metadata documents (`$metadata`): entity sets and singletons with their types, and the conventions of the protocol."""

import re
from typing import Any
from urllib.parse import urlsplit

from ...errors import DescriptionError
from ..documents.bounds import too_large
from ..documents.nodes import Node
from ..documents.parse import Description, made_description
from ..documents.xml_text import Element, read_xml
from ..names import snake_case, unique
from ..openapi.servers import origin

KIND = "OData $metadata"
MOST_SETS = 5_000
"""Entity sets and singletons that become operations."""
MOST_TYPES = 20_000
MOST_PROPERTIES = 500
_MARK = re.compile(rb"<(\w+:)?Edmx\b")
_TYPES: dict[str, Node] = {
    "String": {"type": "string"},
    "Boolean": {"type": "boolean"},
    "Byte": {"type": "integer"},
    "SByte": {"type": "integer"},
    "Int16": {"type": "integer"},
    "Int32": {"type": "integer", "format": "int32"},
    "Int64": {"type": "integer", "format": "int64"},
    "Single": {"type": "number"},
    "Double": {"type": "number"},
    "Decimal": {"type": "number"},
    "Guid": {"type": "string", "format": "uuid"},
    "Date": {"type": "string", "format": "date"},
    "DateTimeOffset": {"type": "string", "format": "date-time"},
    "TimeOfDay": {"type": "string"},
    "Duration": {"type": "string"},
    "Binary": {"type": "string"},
}
"""Primitive types of EDM; others (streams, geography) are anything."""
_QUOTED = frozenset({"String", "Duration", "Binary"})
"""Types of keys that stand in quotes in a URL."""


def is_meant(content: bytes) -> bool:
    """Whether bytes that begin so are a metadata document."""
    head = content[:4000].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        head = head.replace(b"\x00", b"")[2:]
    return head[:1] == b"<" and bool(_MARK.search(head))


def read(content: bytes, *, location: str, max_bytes: int, api_url: str = "") -> Description:
    """The service that the document describes; it stands where the document does, else at `api_url`.

    Raises:
        DescriptionError: it is too large, broken, of another version than 4, or describes no entity set.
    """
    if len(content) > max_bytes:
        raise too_large(location, len(content), max_bytes)
    root = read_xml(content, location=location)
    version = root.get("Version")
    if not version.startswith("4"):
        raise DescriptionError(
            f"{location} is OData metadata of version {version[:20] or 'unknown'}; version 4 can be read.",
            next_action="Give the $metadata of an OData v4 service, or an OpenAPI description.",
        )
    model = _Model(root)
    paths = model.paths()
    if not paths:
        raise DescriptionError(
            f"{location} ({KIND}) describes no entity set.",
            code="no_operations",
            next_action="Give the $metadata of a service with an entity container.",
        )
    document: Node = {
        "openapi": "3.1.0",
        "info": {"title": model.title, "version": ""},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": model.schemas},
    }
    home = _home(location, api_url)
    if home:
        document["servers"] = [{"url": home}]
    return made_description(document, content, location=location, kind=KIND, base_url=home, notes=tuple(model.notes))


def _home(location: str, api_url: str) -> str:
    """Where the service is: the folder of its own `$metadata`, else `api_url`; "" where that has another origin."""
    for url in (location, api_url):
        parts = urlsplit(url)
        if origin(url) and origin(url) == origin(api_url) and parts.path.rstrip("/").endswith("/$metadata"):
            return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/').removesuffix('/$metadata')}"
    return ""


class _Model:
    """The schemas of one metadata document."""

    def __init__(self, root: Element) -> None:
        self.notes: list[str] = []
        self.schemas: dict[str, Node] = {}
        self._types: dict[str, Element] = {}
        self._enums: dict[str, Element] = {}
        self._bases: dict[str, str] = {}
        self._aliases: dict[str, str] = {}
        self._containers: list[Element] = []
        self._taken: set[str] = set()
        self._waiting: list[str] = []
        self._properties: dict[tuple[str, bool], Node] = {}
        for service in root.all("DataServices"):
            for schema in service.all("Schema"):
                self._take(schema)
        self.title = next((container.get("Name") for container in self._containers), "")[:200]

    def _take(self, schema: Element) -> None:
        namespace = schema.get("Namespace")
        if schema.get("Alias"):
            self._aliases[schema.get("Alias")] = namespace
        for child in schema.children:
            name = f"{namespace}.{child.get('Name')}"
            if child.name in ("EntityType", "ComplexType"):
                if len(self._types) < MOST_TYPES:
                    self._types[name] = child
            elif child.name == "EnumType":
                self._enums[name] = child
            elif child.name == "TypeDefinition":
                self._bases[name] = child.get("UnderlyingType")
            elif child.name == "EntityContainer":
                self._containers.append(child)

    def paths(self) -> dict[str, Node]:
        """The operations of every set and singleton; the schemas that these use are made beside."""
        found: dict[str, Node] = {}
        sets = [child for container in self._containers for child in container.children]
        sets = [child for child in sets if child.name in ("EntitySet", "Singleton") and _is_name(child.get("Name"))]
        if len(sets) > MOST_SETS:
            self.notes.append(f"Of {len(sets):,} entity sets the first {MOST_SETS:,} are taken.")
        for child in sets[:MOST_SETS]:
            name = child.get("Name")
            kind = self._full(child.get("EntityType") or child.get("Type"))
            if child.name == "Singleton":
                found[f"/{name}"] = {"get": self._get("get", name, _answer(self._reference(kind)), [])}
                continue
            found[f"/{name}"] = self._of_set(name, kind)
            keys = self._keys(kind)
            if keys:
                found[f"/{name}({self._spelled(keys)})"] = self._of_entity(name, kind, keys)
        self._finish()
        return found

    def _of_set(self, name: str, kind: str) -> Node:
        records: Node = {"type": "array", "items": self._reference(kind)}
        body: Node = {
            "type": "object",
            "properties": {
                "@odata.count": {"type": "integer"},
                "value": records,
                "@odata.nextLink": {"type": "string", "format": "uri"},
            },
        }
        sent = {"content": {"application/json": {"schema": self._reference(kind)}}}
        answer = {"201": {"description": "", **_content(self._reference(kind))}}
        create = {"operationId": self._name(f"create_{name}"), "requestBody": sent, "responses": answer}
        return {"get": self._get("list", name, _answer(body), _OPTIONS), "post": create}

    def _of_entity(self, name: str, kind: str, keys: list[tuple[str, str]]) -> Node:
        parameters: list[Node] = [
            {"name": key, "in": "path", "required": True, "schema": dict(_TYPES.get(self._primitive(told), {}))}
            for key, told in keys
        ]
        sent = {"content": {"application/json": {"schema": self._reference(kind)}}}
        gone = {"204": {"description": ""}}
        update = {"operationId": self._name(f"update_{name}"), "requestBody": sent, "responses": gone}
        return {
            "parameters": parameters,
            "get": self._get("get", name, _answer(self._reference(kind)), _SHOWN),
            "patch": update,
            "delete": {"operationId": self._name(f"delete_{name}"), "responses": gone},
        }

    def _get(self, verb: str, name: str, answer: Node, parameters: list[Node]) -> Node:
        return {"operationId": self._name(f"{verb}_{name}"), "parameters": parameters, "responses": answer}

    def _name(self, name: str) -> str:
        found = unique(snake_case(name)[:80] or "operation", self._taken, 80)
        self._taken.add(found)
        return found

    def _full(self, kind: str) -> str:
        """A type's name with its namespace in place of an alias."""
        namespace, _, name = kind.rpartition(".")
        return f"{self._aliases.get(namespace, namespace)}.{name}"

    def _primitive(self, kind: str) -> str:
        """`Int32` for `Edm.Int32`, also where a type definition stands before it; "" for what is none."""
        for _ in range(5):
            kind = self._bases.get(self._full(kind), kind)
        return kind.removeprefix("Edm.") if kind.startswith("Edm.") else ""

    def _lineage(self, kind: str) -> list[Element]:
        """A type with those that it is derived from, the first of them first."""
        found: list[Element] = []
        seen: set[str] = set()
        while kind in self._types and kind not in seen:
            seen.add(kind)
            found.insert(0, self._types[kind])
            kind = self._full(self._types[kind].get("BaseType"))
        return found

    def _keys(self, kind: str) -> list[tuple[str, str]]:
        """Names and types of what identifies an entity."""
        lineage = self._lineage(kind)
        types = {p.get("Name"): p.get("Type") for element in lineage for p in element.all("Property")}
        named = [ref.get("Name") for element in lineage for key in element.all("Key") for ref in key.all("PropertyRef")]
        return [(name, types.get(name, "")) for name in named if _is_name(name)]

    def _spelled(self, keys: list[tuple[str, str]]) -> str:
        """`{ID}`, `'{Code}'`, or `Year={Year},Code='{Code}'`."""
        values = [f"'{{{name}}}'" if self._primitive(kind) in _QUOTED else f"{{{name}}}" for name, kind in keys]
        if len(keys) == 1:
            return values[0]
        return ",".join(f"{name}={value}" for (name, _), value in zip(keys, values, strict=True))

    def _reference(self, kind: str) -> Node:
        """A schema that stands for a type; what it holds is made later."""
        if kind not in self._types:
            return {"type": "object"}
        if kind not in self.schemas:
            self.schemas[kind] = {}
            self._waiting.append(kind)
        return {"$ref": f"#/components/schemas/{kind}"}

    def _finish(self) -> None:
        while self._waiting:
            kind = self._waiting.pop()
            lineage = self._lineage(kind)
            properties = {
                told.get("Name"): self._property(told)
                for element in lineage
                for told in element.all("Property")[:MOST_PROPERTIES]
                if told.get("Name")
            }
            self.schemas[kind] = {"type": "object", "properties": properties}

    def _property(self, told: Element) -> Node:
        """The schema of a property; those that say the same are one object, which is read once."""
        key = told.get("Type"), told.get("Nullable") != "false"
        if key not in self._properties:
            self._properties[key] = self._made(*key)
        return self._properties[key]

    def _made(self, kind: str, is_nullable: bool) -> Node:
        if match := re.fullmatch(r"Collection\((.+)\)", kind):
            return {"type": "array", "items": self._value(match.group(1))}
        schema = self._value(kind)
        if is_nullable and isinstance(schema.get("type"), str):
            schema["type"] = [schema["type"], "null"]
        return schema

    def _value(self, kind: str) -> Node:
        if primitive := self._primitive(kind):
            return dict(_TYPES.get(primitive, {}))
        full = self._full(kind)
        if full in self._enums:
            members: list[Any] = [member.get("Name") for member in self._enums[full].all("Member")[:200]]
            return (
                {"type": "string"}
                if self._enums[full].get("IsFlags") == "true"
                else {"type": "string", "enum": members}
            )
        return self._reference(full)


def _query(name: str, kind: str, description: str) -> Node:
    return {"name": name, "in": "query", "description": description, "schema": {"type": kind}}


def _content(schema: Node) -> Node:
    return {"content": {"application/json": {"schema": schema}}}


def _answer(schema: Node) -> Node:
    return {"200": {"description": "", **_content(schema)}}


def _is_name(name: str) -> bool:
    return bool(re.fullmatch(r"[^\W\d]\w{0,127}", name))


_SHOWN: list[Node] = [
    _query("$select", "string", "The fields that are given, with commas between."),
    _query("$expand", "string", "Related records that are given in full."),
]
_OPTIONS: list[Node] = [
    _query("$skip", "integer", "How many records are passed over."),
    _query("$top", "integer", "How many records are given in all."),
    _query("$filter", "string", "Which records are given, as in: Name eq 'Argo'."),
    _query("$orderby", "string", "What they are sorted by, as in: Name desc."),
    *_SHOWN,
    _query("$search", "string", "Words that the records are to hold."),
    _query("$count", "boolean", "Whether @odata.count is given."),
]
"""The same objects in every set: what is shared is read once."""
