"""Operations that ask with a body: what a description says of them, and their bodies taken apart into parameters."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from pydantic import JsonValue

from ...models.profile import BodyProfile, ParameterProfile, member_name
from ..documents.nodes import Node, flag, is_object, json_value, mapping, number, one_line, text
from ..names import bare, snake_case
from .bodies import Body
from .fields import enum_of, item_type
from .responses import Response
from .schemas import Schema, Schemas

MARK = "x-driversmith-read"
"""On an operation with POST: true says that it asks, and changes nothing. Sources write it; a description may."""
_IN_PAGES = ("x-ms-pageable", "x-speakeasy-pagination")
PARTS = "x-driversmith-parts"
"""On an operation: true says that callers give the members of its body one by one, as those of a question."""
_DEEPEST = 4
_MOST = 200
_LONGEST = 20_000
"""Characters of a text that is in every call, such as a query."""


_VERBS = r"(search|quer(y|ie)|find|list|look ?up|filter|browse|scan|suggest|autocomplete)"
_SEVERAL = r"(batch|bulk|multi|m) ?(get|fetch|read)(e?s)?"
_ASKS = re.compile(
    rf"((advanced|full text|private|public|account|global|bulk|batch|multi) )*({_VERBS}(e?s)?|{_SEVERAL})\b"
    r"|\b(search|look ?up|query|list)\W*\Z"
)
"""Words that ask: at the beginning, or at the end of what is said."""
_SAYS_LIST = re.compile(
    rf"{_ASKS.pattern}|(get|return|retrieve|fetch|show|obtain|load|view|read)(e?s)? (\w+ ){{0,3}}?"
    r"(lists?|pages?|collection|array|all|multiple|many|matching)\b"
)
_GETS = re.compile(r"(get|return|retrieve|fetch|show|obtain|load|view|read)(e?s)?\b")
_CHANGES = re.compile(
    r"\b(creat(e|es|ing|ion)|adds?|adding|inserts?|updat(e|es|ing)|upserts?|delet(e|es|ing|ion)|remov(e|es|ing)|replac(e|es|ing)|sends?|submits?|"
    r"imports?|registers?|cancels?|approves?|rejects?|assigns?|attach(es)?|uploads?|resets?|triggers?|executes?|invokes?|subscribes?|"
    r"generates?|publish(es)?|enables?|disables?|activates?|authenticates?|authori[sz]es?|authori[sz]ation|log ?in|tokens?|refresh(es)?|"
    r"mutations?|purchases?|write|writes|sav(e|es|ing))\b"
)
_BEGINS_A_CHANGE = re.compile(
    r"(set|run|book|order|pay|copy|move|charge|start|stop|store|open|close|merge|mark|request|post|put|patch|join|leave|accept|lock|archive)s?\b"
)
_SECRETS = re.compile(
    r"\b((access|api|account|admin|query|shared|auth\w*) keys?|list keys|secrets?|credentials?|passwords?)\b"
)
"""What nobody asks for to see whether a driver reads it."""
_NO_RECORDS = re.compile(r"(errors?|warnings?|links?|messages?|notices|facets)\Z")
_WRAPPERS = frozenset({"data", "result", "results", "response", "payload", "content", "hits", "body", "embedded", "d"})
_PAGED = frozenset({"page", "paging", "pagination", "options", "query"})
"""Members of a body that hold what says which page is wanted."""
_PAGES = frozenset({
    "limit", "offset", "cursor", "page", "pagesize", "perpage", "pagetoken", "pagenumber", "pageno", "startindex", "startat", "maxresults",
    "skip", "take", "size", "nexttoken", "nextcursor", "continuationtoken", "searchafter", "scrollid",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Post:
    """An operation with POST, as far as it matters here."""

    path: str
    node: Node
    response: Response
    body: Body | None


def is_question(post: Post, schemas: Schemas) -> bool:
    """Whether an operation with POST only reads, as its description says: by a mark, else where path, name or summary speak of
    a search, a query or a list, none of them of a change, and what comes back is no record that was made."""
    if MARK in post.node:
        return flag(post.node.get(MARK))
    summary = (text(post.node.get("summary")) or text(post.node.get("description")))[:300].lower().strip()
    name = snake_case(text(post.node.get("operationId"))).replace("_", " ")
    if _acts(post, summary, name):
        return False
    if any(is_object(post.node.get(name)) for name in _IN_PAGES):
        return True
    if post.response.profile.status != 200 or (post.body is not None and post.body.profile.kind != "json"):
        return False
    return {"201", "202"}.isdisjoint(mapping(post.node.get("responses"))) and _asks(post, summary, name, schemas)


def _acts(post: Post, summary: str, name: str) -> bool:
    """Whether words speak of a change, or of secrets."""
    if _CHANGES.search(summary.partition(". ")[0]) or _CHANGES.search(name) or _BEGINS_A_CHANGE.match(summary):
        return True
    return any(_SECRETS.search(words) for words in (name, summary, snake_case(post.path).replace("_", " ")))


def _asks(post: Post, summary: str, name: str, schemas: Schemas) -> bool:
    answer, body = post.response.schema, post.body
    by_path = bool(_ASKS.search(_last_words(post.path)))
    if answer.type == "any" and not answer.properties:
        return by_path or bool(_ASKS.match(summary))
    if not _holds_list(answer, schemas):
        return False
    if by_path or _ASKS.search(name) or any(_SAYS_LIST.search(words) for words in (summary, name)):
        return True
    return bool(body and _GETS.match(summary or name) and _has_pages(body.schema, schemas))


def _last_words(path: str) -> str:
    """The words of the last fixed segment of a path; of what follows a colon or a dot in it, where there is one."""
    fixed = [segment for segment in path.partition("#")[0].split("/") if segment and not segment.endswith("}")]
    last = re.split(r"[:.]", fixed[-1])[-1] if fixed else ""
    return snake_case(last).replace("_", " ")


def _holds_list(schema: Schema, schemas: Schemas, depth: int = 1) -> bool:
    if schema.type == "array":
        return True
    if any(bare(name) in ("id", "uuid", "guid", "sid") for name in schema.properties):
        return False
    for key, node in schema.properties.items():
        inner = schemas.read(node)
        if inner.type == "array" and not _NO_RECORDS.match(bare(key)):
            return True
        within = bare(key) in _WRAPPERS or len(schema.properties) == 1
        if within and inner.type == "object" and depth < _DEEPEST and _holds_list(inner, schemas, depth + 1):
            return True
    return False


def _has_pages(schema: Schema, schemas: Schemas) -> bool:
    inner = (
        name for key, node in schema.properties.items() if bare(key) in _PAGED for name in schemas.read(node).properties
    )
    return any(bare(name) in _PAGES for name in (*schema.properties, *inner))


def is_taken_apart(operation: Node) -> bool:
    """Whether callers give the members of an operation's body rather than the body, although it is no question."""
    return flag(operation.get(PARTS))


def taken_apart(body: Body, schemas: Schemas) -> tuple[BodyProfile, list[ParameterProfile]]:
    """The body of a question, which callers do not pass, and the parameters that it is made of.

    Members that can have one value only are in every call; of objects whose members are described, these are the parameters.
    A body that is no JSON object stays as it is.
    """
    profile = body.profile
    if profile.kind != "json" or not body.schema.properties:
        return profile, []
    parameters: list[ParameterProfile] = []
    fixed: dict[str, JsonValue] = {}
    for keys, required, schema in _members(body.schema, schemas, (), required=True):
        only = _only_value(schema)
        if required and only is not None:
            _put(fixed, keys, only)
        elif len(parameters) < _MOST:
            parameters.append(_parameter(keys, schema, schemas, required=required))
    return profile.model_copy(update={"argument": None, "fixed": fixed, "fields": {}}), parameters


def _put(body: dict[str, JsonValue], keys: tuple[str, ...], value: JsonValue) -> None:
    for key in keys[:-1]:
        body = cast("dict[str, JsonValue]", body.setdefault(key, {}))
    body[keys[-1]] = value


def _members(
    schema: Schema, schemas: Schemas, above: tuple[str, ...], *, required: bool
) -> Iterator[tuple[tuple[str, ...], bool, Schema]]:
    """Members that are not divided further: their keys, whether a body must have them, and what they hold."""
    for key, node in schema.properties.items():
        inner = schemas.read(node)
        keys, needed = (*above, key), required and key in schema.required
        if inner.properties and inner.type in ("object", "any") and len(keys) < _DEEPEST:
            yield from _members(inner, schemas, keys, required=needed)
        elif not inner.read_only:
            yield keys, needed, inner


def _only_value(schema: Schema) -> JsonValue:
    only = schema.enum[0] if len(schema.enum) == 1 else None
    return only if isinstance(only, str) and len(only) <= _LONGEST else json_value(only)


def _parameter(keys: tuple[str, ...], schema: Schema, schemas: Schemas, *, required: bool) -> ParameterProfile:
    return ParameterProfile(
        name=member_name(keys),
        argument=keys[-1],
        location="body",
        required=required,
        type=schema.type,
        items=item_type(schema, schemas),
        format=schema.format,
        enum=enum_of(schema),
        default=json_value(schema.keywords.get("default")),
        example=json_value(schema.keywords.get("example")),
        minimum=number(schema.keywords.get("minimum")),
        maximum=number(schema.keywords.get("maximum")),
        description=one_line(schema.description, 200),
    )
