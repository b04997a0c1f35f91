"""What kind of document something is, said so that a person knows what they gave."""

import re

from .nodes import Node, mapping, text

_HTML = re.compile(
    r"\s*(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|title|script|div)\b", re.IGNORECASE | re.DOTALL
)
_GRAPHQL_KIND = "a GraphQL schema"
_GRAPHQL = re.compile(r"^\s*(type\s+(Query|Mutation)\b|schema\s*\{|extend\s+type\s+\w+)", re.MULTILINE)
_XML_KINDS = {
    "wsdl": "a WSDL description (SOAP)",
    "edmx": "an OData metadata document",
    "wadl": "a WADL description",
}
_KEYS = {
    "arazzo": "an Arazzo description of workflows",
    "overlay": "an OpenAPI Overlay",
    "smithy": "a Smithy model",
    "discoveryVersion": "a Google API Discovery document",
    "_type": "an Insomnia export",
    "__schema": _GRAPHQL_KIND,
    "$schema": "a JSON Schema",
}
"""Keys by which other kinds of documents are known."""
_BINARIES = {
    b"\x1f\x8b": "a gzip archive",
    b"PK\x03\x04": "a zip archive (or an Office file)",
    b"%PDF": "a PDF file",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"\x7fELF": "a program",
    b"MZ": "a program",
}


def binary_kind(content: bytes) -> str:
    """What these bytes are, for a person."""
    return next((kind for magic, kind in _BINARIES.items() if content.startswith(magic)), "binary data")


def is_html(source: str) -> bool:
    """Whether the text is a web page."""
    return bool(_HTML.match(source[:4096]))


def text_kind(source: str) -> str | None:
    """The kind of a text that is neither JSON nor YAML, or None where nothing is recognised."""
    head = source[:8192].lstrip()
    if is_html(head):
        return "a web page (HTML)"
    if head.startswith("<"):
        start = head[:2000].lower()
        return next((kind for word, kind in _XML_KINDS.items() if word in start), "XML")
    if head.startswith("#%RAML"):
        return f"a RAML description ({head.splitlines()[0][1:40]})"
    if re.match(r"FORMAT:\s*1A", head):
        return "an API Blueprint"
    return _GRAPHQL_KIND if _GRAPHQL.search(head) else None


def document_kind(document: Node) -> str | None:
    """The kind of a JSON or YAML document that is not OpenAPI or Swagger 2, or None where nothing is recognised."""
    info = mapping(document.get("info"))
    if version := text(document.get("asyncapi")):
        return f"an AsyncAPI {version[:20]} description (messages, not HTTP requests)"
    if "_postman_id" in info or "getpostman.com" in text(info.get("schema")):
        return "a Postman collection"
    if "__schema" in mapping(document.get("data")):
        return _GRAPHQL_KIND
    if version := text(document.get("swaggerVersion")):
        return f"a Swagger {version[:20]} description"
    if "entries" in mapping(document.get("log")):
        return "a HAR recording"
    return next((kind for key, kind in _KEYS.items() if key in document), None)
