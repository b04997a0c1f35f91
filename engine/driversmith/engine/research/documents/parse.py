"""From bytes to a Description: what the document is, or precisely why it is none."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from pydantic import JsonValue

from ...errors import DescriptionError
from ...facts.structure import FieldKinds
from ...models.profile import Evidence
from ...models.prose import Prose
from .bounds import MAX_DEPTH, MAX_NODES, too_deep, too_large, too_many_values
from .kinds import binary_kind, document_kind, is_html, text_kind
from .nodes import Node, is_deeper

FoundBy = Literal["given", "api_url", "linked", "well_known", "documentation", "catalogue", "observed"]
"""How a description was found: named by the caller; it stood at api_url; api_url is a page that links to it; it stood at a
usual place, or the API's root leads to it; api_url is a page that shows it, or it stood at a usual place above that page; the
catalogue of public APIs names it; it was made of what the API itself answered."""

_GIVE = (
    "Give an OpenAPI 3 or Swagger 2.0 description in JSON or YAML, a Postman collection, a HAR recording, curl commands, a Google"
    " Discovery document, the $metadata of an OData v4 service, or a GraphQL schema (SDL, or introspection as JSON)."
)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f]")
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_LENIENT_JSON = 1 << 20
"""Up to this size, text that is almost JSON (trailing commas, comments) is tried as YAML, which is slow."""


@dataclass(frozen=True)
class Observation:
    """What no document can say, of the collection that is listed at a path of this one: a fact of it, and its reason."""

    path: str
    """Its key in `paths`."""
    fact: Literal["records", "pagination", "identifier"]
    """The last part of its address in the catalogue of facts (`/objects/<object>/records`)."""
    value: JsonValue
    because: str


@dataclass(frozen=True)
class Description:
    """An API description as a plain document with string keys."""

    location: str
    """The URL that it came from in the end, or the name of a local file."""
    format: str
    """`OpenAPI 3.1.0`, `Swagger 2.0`, ..."""
    document: Node
    sha256: str
    size: int
    """Bytes."""
    found_by: FoundBy = "given"
    base_url: str = ""
    """Where the API is, where whoever made the description knows; "" where it has to be found out."""
    evidence: Mapping[str, Evidence] = field(default_factory=dict[str, Evidence])
    """By JSON pointer, by what that part is known and what follows from it, where no document says so."""
    observations: tuple[Observation, ...] = ()
    seen: Mapping[str, Mapping[str, FieldKinds]] = field(default_factory=dict[str, Mapping[str, FieldKinds]])
    """Path -> key -> what the records that are listed there were seen to have under it."""
    matched: frozenset[str] = frozenset()
    """Paths of which several sources know."""
    notes: tuple[str, ...] = ()
    """What a person should know of how it was made, one sentence each."""
    alone: tuple[str, ...] = ()
    """The same, as long as no other source knows anything."""
    prose: Prose | None = None
    """What facts may be quoted from, where that is another text than the document."""

    @property
    def is_swagger2(self) -> bool:
        """Whether the document is Swagger 2.0 rather than OpenAPI 3."""
        return self.format.startswith("Swagger")


def parse_description(content: bytes, *, location: str, max_bytes: int) -> Description:
    """Read an API description.

    Non-string keys become strings, dates stay strings, NaN and infinities are read as null; of duplicate keys the last counts.

    Raises:
        DescriptionError: empty, binary, a web page, broken or truncated JSON or YAML, too large or too deep, or no
            OpenAPI 3 or Swagger 2.0 description; the message names what it is and where it breaks.
    """
    if len(content) > max_bytes:
        raise too_large(location, len(content), max_bytes)
    source = _decode(content, location)
    if not source.strip():
        raise DescriptionError(f"{location} is empty.", next_action=_GIVE)
    if is_html(source):
        raise DescriptionError(
            f"{location} is a web page (HTML), not an API description.",
            next_action="Give the address of the description itself, often a link on that page that ends in .json or .yaml.",
        )
    document = _document(source, location)
    return Description(
        location=location,
        format=_format(document, location),
        document=document,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
    )


def read_text(content: bytes, *, location: str, max_bytes: int) -> str:
    """The text of a file of any kind.

    Raises:
        DescriptionError: too large, empty or binary.
    """
    if len(content) > max_bytes:
        raise too_large(location, len(content), max_bytes)
    source = _decode(content, location)
    if not source.strip():
        raise DescriptionError(f"{location} is empty.", next_action=_GIVE)
    return source


def read_object(content: bytes, *, location: str, max_bytes: int) -> Node:
    """The JSON object that is a file of any kind; no error quotes it.

    Raises:
        DescriptionError: too large, too deep, broken, or no object.
    """
    return _document(read_text(content, location=location, max_bytes=max_bytes), location)


def made_description(
    document: Node, content: bytes, *, location: str, kind: str, base_url: str = "", **beside: Any
) -> Description:
    """The description that a document made of `content` is; `kind` is what that was, and `beside` are further members."""
    digest = hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
    return Description(location, kind, document, digest, len(content), base_url=base_url, **beside)


def _decode(content: bytes, location: str) -> str:
    encoding = _encoding(content)
    try:
        source = content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8-sig" or b"\x00" in content:
            raise _binary(content, location) from None
        source = content.decode("latin-1")
        if _CONTROLS.search(source) or len(re.findall("[\x80-\x9f]", source)) > len(source) // 50:
            raise _binary(content, location) from error
    if _CONTROLS.search(source):
        raise _binary(content, location)
    return source


def _encoding(content: bytes) -> str:
    if content.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return "utf-32"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if len(content) >= 4 and content[1] == 0 and content[0] and content[3] == 0:
        return "utf-16-le"
    if len(content) >= 4 and content[0] == 0 and content[1] and content[2] == 0:
        return "utf-16-be"
    return "utf-8-sig"


def _binary(content: bytes, location: str) -> DescriptionError:
    return DescriptionError(f"{location} is {binary_kind(content)}, not an API description.", next_action=_GIVE)


def _document(source: str, location: str) -> Node:
    parsed = _parse(source, location)
    if not isinstance(parsed, dict):
        what = "a list" if isinstance(parsed, list) else "empty" if parsed is None else "plain text"
        kind = text_kind(source) or what
        raise DescriptionError(f"{location} is {kind}, not an API description.", next_action=_GIVE)
    document = cast(Node, parsed)
    if is_deeper(document, MAX_DEPTH):
        raise too_deep(location)
    if _SURROGATE_ESCAPE.search(source):
        try:
            document = cast(Node, _without_lone_surrogates(document))
        except RecursionError:
            raise DescriptionError(f"{location} nests too deeply.", next_action=_GIVE) from None
    return document


def _parse(source: str, location: str) -> object:
    start = source.lstrip()[:1]
    if start not in ("{", "["):
        return _parse_yaml(source, location)
    if sum(map(source.count, "{[,")) > MAX_NODES:
        raise too_many_values(location, MAX_NODES)
    try:
        return json.loads(source, parse_constant=lambda _: None)
    except RecursionError:
        raise DescriptionError(f"{location} nests too deeply.", next_action=_GIVE) from None
    except json.JSONDecodeError as error:
        broken = DescriptionError(
            f"{location} is not valid JSON at line {error.lineno}, column {error.colno}: {error.msg}"
            + (" (it ends there, as if cut off)." if not source[error.pos :].strip() else "."),
            next_action="Correct or complete it at that place.",
        )
        if len(source) > _LENIENT_JSON or not _is_almost_json(error):
            raise broken from None
        try:
            return _parse_yaml(source, location)
        except DescriptionError as error_as_yaml:
            if error_as_yaml.code == "description_too_large":
                raise
            raise broken from None
    except ValueError as error:  # an integer of more than 4300 digits
        raise DescriptionError(f"{location} is not valid JSON: {error}.", next_action=_GIVE) from None


def _is_almost_json(error: json.JSONDecodeError) -> bool:
    """Whether a trailing comma, a comment or a bare name is all that is wrong: YAML allows them."""
    here = error.doc[error.pos : error.pos + 1]
    return here != "" and (error.msg.startswith("Expecting property name") or here in "]#" or _is_trailing_comma(error))


def _is_trailing_comma(error: json.JSONDecodeError) -> bool:
    # From Python 3.13 on the fault is at the comma, and has words of its own.
    return re.compile(r",\s*[}\]]").match(error.doc, error.pos) is not None


def _parse_yaml(source: str, location: str) -> object:
    from .yaml_text import read_yaml

    if kind := text_kind(source):
        raise DescriptionError(f"{location} is {kind}, not an API description.", next_action=_GIVE)
    return read_yaml(source, location=location)


def _without_lone_surrogates(node: Any) -> Any:
    """The same document with half pairs of UTF-16, which no file or wire can hold, replaced by `?`."""
    if isinstance(node, str):
        return node.encode("utf-8", "replace").decode()
    if isinstance(node, list):
        return [_without_lone_surrogates(item) for item in cast(list[Any], node)]
    if isinstance(node, dict):
        return {_without_lone_surrogates(k): _without_lone_surrogates(v) for k, v in cast(Node, node).items()}
    return node


def _format(document: Node, location: str) -> str:
    if (version := _version(document.get("openapi"))) and version.startswith("3."):
        return f"OpenAPI {version}"
    if (version := _version(document.get("swagger"))) in ("2.0", "2"):
        return "Swagger 2.0"
    for key, name in (("openapi", "OpenAPI"), ("swagger", "Swagger")):
        if version := _version(document.get(key)):
            raise DescriptionError(
                f"{location} says that it is {name} {version}; OpenAPI 3.x and Swagger 2.0 can be read.",
                next_action="Give it in one of these versions, or correct its version.",
            )
    if kind := document_kind(document):
        raise DescriptionError(f"{location} is {kind}; OpenAPI 3.x and Swagger 2.0 can be read.", next_action=_GIVE)
    keys = ", ".join(repr(key[:40]) for key in list(document)[:8])
    raise DescriptionError(
        f'{location} is not an API description: it has neither "openapi" nor "swagger" with a version'
        + (f"; its keys are {keys}{', ...' if len(document) > 8 else ''}." if document else "; it is an empty object."),
        next_action=_GIVE,
    )


def _version(node: object) -> str:
    """A version as it should be spelled: YAML writers leave off the quotes, and 3.0 is a number then."""
    if isinstance(node, (str, int, float)) and not isinstance(node, bool):
        version = str(node).strip()[:20]
        return version if re.fullmatch(r"\d+(\.\d+)*([.-][\w.-]+)?", version) else ""
    return ""
