"""Query parameters that an answer shows: in its links to other pages, and where it repeats what was asked for."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ...facts.answer import Answer, members
from ...facts.keys import is_word
from ...facts.links import link_targets
from ..documents.nodes import Node

_RELATIONS = ("next", "first", "last", "prev", "previous", "self")
_POSITION = re.compile(
    r"(page(_?(no|num|number|index))?|current_?page|p|pg|offset|skip|start|start_?(at|index)|from|number)\Z",
    re.IGNORECASE,
)
_SIZE = re.compile(r"(per_?page|page_?size|limit|size|max_?results|rows|count|take|top|n)\Z", re.IGNORECASE)
_HOME = re.compile(
    r"_?(meta(data)?|paging|pagination|paginator|page|page_?(info|able)|info|query|params|parameters|responseheader)\Z",
    re.IGNORECASE,
)


def parameters_of(answer: Answer, path: tuple[str, ...], named: tuple[str, ...] = ()) -> list[Node]:
    """OpenAPI parameters of the query that an answer shows; `named` are those of a template that led to it, and `path` is
    where its records stand."""
    found: dict[str, Node] = {}
    for name, value in [*_in_links(answer, path), *_repeated(answer, path)]:
        found.setdefault(name, _parameter(name, value))
    for name in named:
        found.setdefault(
            name, {"name": name, "in": "query", "schema": {"type": "string" if not _counts(name) else "integer"}}
        )
    for name in answer.query:  # what is part of the URL in every request is no parameter
        found.pop(name, None)
    return list(found.values())[:12]


def _in_links(answer: Answer, path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    targets = [target for relation in _RELATIONS for target in link_targets(answer.headers.get("link", ""), relation)]
    for keys, value in members(answer.body):
        if path and keys[: len(path)] == path:
            continue
        named = any(
            re.sub(r"_?(url|link|uri|href|page)\Z", "", key, flags=re.I).lower() in _RELATIONS for key in keys[-2:]
        )
        if isinstance(value, str) and named and "?" in value:
            targets.append(value)
    for target in targets:
        for name, _ in parse_qsl(urlsplit(target).query, keep_blank_values=True):
            if re.fullmatch(r"[A-Za-z_$][\w$.\[\]-]{0,40}", name):
                yield name, None


def _repeated(answer: Answer, path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    """`{"page": 1, "per_page": 20, "items": [...]}`: both are asked for by these names, usually, and the first page has this
    number. Only where a position and a size stand together."""
    homes: dict[tuple[str, ...], dict[str, int]] = {}
    for keys, value in members(answer.body):
        if (path and keys[: len(path)] == path) or not all(map(is_word, keys)):
            continue
        number = int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 6 else value
        near = len(keys) == 1 or all(_HOME.match(key) or key == path[0] for key in keys[:-1]) if path else False
        if near and isinstance(number, int) and not isinstance(number, bool):
            homes.setdefault(keys[:-1], {})[keys[-1]] = number
    for numbers in homes.values():
        position = next((key for key in numbers if _POSITION.match(key)), None)
        size = next((key for key in numbers if _SIZE.match(key) and key != position and numbers[key] > 0), None)
        if position is None or size is None or numbers[position] not in (0, 1):
            continue
        # Spring says `number` of what is asked for as `page`.
        asked = "page" if position.lower() in ("number", "current_page", "currentpage") else position
        yield asked, numbers[position]
        yield size, numbers[size]
        return


def _parameter(name: str, value: Any) -> Node:
    schema: Node = {"type": "integer"} if _counts(name) else {"type": "string"}
    if isinstance(value, int):
        schema["default"] = value
    return {"name": name, "in": "query", "schema": schema}


def _counts(name: str) -> bool:
    bare = re.sub(r"\A_|page\[(\w+)\]\Z", r"\1", name)
    return bool(_POSITION.match(bare) or _SIZE.match(bare))
