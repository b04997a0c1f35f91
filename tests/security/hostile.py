"""Descriptions with any text in any field, and what a generated package is made of."""

import ast
import io
import itertools
import re
import tokenize
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from driversmith.engine.contract.naming import driver_names
from hypothesis import strategies as st

PIECES = [
    '"""', "'''", '"', "'", "\\", "\\\n", "{{", "}}", "{%", "%}", "{#", "#}", "${", "}", "{", "`", "```", "\n", "\r", "\x00", "\t",
    "__import__('os').system('id')", "eval(1)", "exec('x')", "import os", "from os import *", "\nimport os\n", "lambda: 0", "#",
    "</script>", "<!--", "-->", "]]>", "\u202e", "\u2028", "\x85", "\ufeff", "\ud800", "\\N{DASH}", "\\u0022", "\\x22", "%s", "{0}",
    "{x!r}", "class", "None", "__class__", "self", "\u00e9", "\u4e2d", "0", "-", "/", "..", "?", "&", "=", ":", ";", ",", "*", "@",
    ") or os.system('id') or (", "]; raise SystemExit #", "): pass\nimport os\ndef x(", "r", "f", "b", "\\", "# type: ignore",
    "# noqa", "\x1b[31m", "~", "$ref", "x" * 300,
]  # fmt: skip

texts = st.one_of(st.text(max_size=40), st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join))
"""Any text, and such as could end a literal, a comment, a template or a line."""


@st.composite
def descriptions(draw: st.DrawFn) -> dict[str, Any]:
    """An OpenAPI document with drawn text wherever its author chooses any."""
    return described(lambda: draw(texts), lambda choices: draw(st.sampled_from(choices)))


def plain_descriptions() -> Iterator[dict[str, Any]]:
    """The same document with plain words, in every kind that it comes in."""
    for number in range(8):
        words = (f"word{i}" for i in itertools.count())
        yield described(lambda words=words: next(words), lambda choices, n=number: choices[n % len(choices)])


def described(said: Callable[[], str], chosen: Callable[[list[Any]], Any]) -> dict[str, Any]:
    """An OpenAPI document with what `said` gives wherever its author chooses a text."""

    def parameter(place: str, name: str) -> dict[str, Any]:
        schema = {"type": chosen(["string", "integer"]), "description": said(), "default": said()}
        if chosen([True, False, False]):
            schema |= {
                "type": "string",
                "enum": [said(), said()],
                "example": said(),
                "pattern": said(),
                "format": said(),
            }
        return {"name": name, "in": place, "required": place == "path", "description": said(), "schema": schema}

    record = {
        "type": "object",
        "title": said(),
        "description": said(),
        "required": ["id"],
        "properties": {
            "id": {"type": "string"},
            said(): {"type": "string", "description": said(), "example": said(), "enum": [said(), "a"]},
            said(): {"type": "integer", "description": said(), "default": said(), "format": said()},
        },
    }
    reference, scheme, holder = said(), said(), said()
    listed = {"type": "object", "properties": {holder: {"type": "array", "items": record}, "next": {"type": "string"}}}
    media = chosen(["application/json", "application/hal+json", ""]) or f"application/{said()}"

    def answers(schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "200": {
                "description": said(),
                "headers": {said(): {"description": said(), "schema": {"type": "string"}}},
                "content": {media: {"schema": schema, "examples": {said(): {"value": said()}}}},
            },
            "404": {"description": said()},
        }

    def operation(schema: dict[str, Any], *parameters: dict[str, Any]) -> dict[str, Any]:
        return {
            "operationId": said(),
            "summary": said(),
            "description": said(),
            "tags": [said()],
            "parameters": list(parameters),
            "responses": answers(schema),
            "externalDocs": {"url": said(), "description": said()},
        }

    listed_by_name = {"type": "array", "items": {"$ref": f"#/components/schemas/{reference}"}}
    wild = said().replace("/", "").replace("{", "").replace("}", "")
    by_id = {"get": operation(record, parameter("path", "id")), "delete": operation(record, parameter("path", "id"))}
    body = {"description": said(), "required": True, "content": {"application/json": {"schema": record}}}
    return {
        "openapi": "3.0.3",
        "info": {
            "title": said(),
            "version": said(),
            "description": said(),
            "termsOfService": said(),
            "contact": {"name": said(), "url": said(), "email": said()},
            "license": {"name": said(), "url": said()},
        },
        "servers": [{"url": "/", "description": said()}, {"url": said(), "description": said()}],
        "tags": [{"name": said(), "description": said()}],
        "paths": {
            "/things": {
                "get": operation(listed, *(parameter(place, said()) for place in ("query", "header", "cookie"))),
                "post": {**operation(record), "requestBody": body},
            },
            "/things/{id}": by_id,
            f"/{wild}{chosen(['', '', '?fixed=1'])}": {"get": operation(listed_by_name)},
        },
        "components": {
            "schemas": {reference: record},
            "securitySchemes": {
                scheme: {"type": "apiKey", "in": chosen(["header", "query", "cookie"]), "name": said()},
                said(): {"type": "http", "scheme": "basic", "description": said()},
            },
        },
        "security": [{scheme: []}],
    }


def texts_in(node: object) -> Iterator[str]:
    """Every text of a document, names of members included."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, list):
        for item in cast("list[object]", node):
            yield from texts_in(item)
    elif isinstance(node, dict):
        for key, value in cast("dict[str, object]", node).items():
            yield key
            yield from texts_in(value)


@dataclass
class Parts:
    """What Python files are made of."""

    imports: set[str] = field(default_factory=set[str])
    calls: set[str] = field(default_factory=set[str])
    """What is called, decorates or is inherited from, as it is written."""
    attributes: set[str] = field(default_factory=set[str])
    statements: set[str] = field(default_factory=set[str])
    """Kinds of nodes."""
    comments: set[str] = field(default_factory=set[str])
    words: set[str] = field(default_factory=set[str])
    """Of string literals, in lower case."""

    def beyond(self, ours: "Parts") -> dict[str, set[str]]:
        """What is not among `ours`, words aside."""
        found = {name: getattr(self, name) - getattr(ours, name) for name in vars(self) if name != "words"}
        return {name: extra for name, extra in found.items() if extra}

    def __or__(self, other: "Parts") -> "Parts":
        return Parts(**{name: getattr(self, name) | getattr(other, name) for name in vars(self)})


def parts_of(files: Mapping[str, str], api_name: str) -> Parts:
    """The parts of all Python files of a package; its own names stand as `Api`, so that packages can be compared."""
    names = driver_names(api_name)
    found = Parts()
    for path, text in files.items():
        if not path.endswith(".py"):
            continue
        tree = ast.parse(text, path)
        defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
        for node in ast.walk(tree):
            found.statements.add(type(node).__name__)
            match node:
                case ast.Import() | ast.ImportFrom():
                    found.imports |= {_neutral(name, names.package, names.class_name) for name in _imported(node)}
                case ast.Call():
                    found.calls.add(_neutral(ast.unparse(node.func), names.package, names.class_name))
                case ast.ClassDef():
                    bases = (ast.unparse(base) for base in [*node.bases, *node.decorator_list])
                    found.calls |= {
                        _neutral(base, names.package, names.class_name) for base in bases if base not in defined
                    }
                case ast.Attribute():
                    found.attributes.add(node.attr)
                case ast.Constant(value=str() as value):
                    found.words |= words_of([value])
                case _:
                    pass
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                found.comments.add(_neutral(token.string, names.package, names.class_name))
    return found


def _imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    """What is imported, but for the types of records, whose names are made of the API's own."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    module = f"{'.' * node.level}{node.module or ''}"
    return [] if module.rpartition(".")[2] == "types" else [f"{module}:{alias.name}" for alias in node.names]


def letters_of(text: str) -> str:
    """The letters of a text, in one case and without marks."""
    return "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if c.isalpha())


def words_of(written: Iterable[str]) -> set[str]:
    """Runs of letters, in lower case."""
    return {word for text in written for word in re.findall(r"[^\W\d_]+", text.lower())}


def _neutral(text: str, package: str, class_name: str) -> str:
    return (
        text.replace(package, "api_driver")
        .replace(class_name, "ApiDriver")
        .replace(class_name.removesuffix("Driver"), "Api")
    )
