"""Descriptions within a page: what Redoc, Stoplight, Next.js and their like leave in scripts for themselves."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, cast

from ...documents.nodes import Node, is_object, mapping, text
from ..text.page_text import PageText
from .mentions import METHODS, Mention
from .targets import read_target

_STARTS = re.compile(r"""\{\s*"(?:openapi|swagger)"\s*:\s*"\d""")
_ESCAPED = re.compile(r"""\{(?:\\n|\s)*\\"(?:openapi|swagger)\\"\s*:\s*\\"\d""")
_CHUNK = re.compile(r"""self\.__next_f\.push\(\[\d+,\s*("(?:[^"\\]|\\.)*")\]\)""")
_ASSIGNED = re.compile(r"""(?:=|\(|:)\s*(?=[{\[])""")
_LONGEST = 8 << 20
_MOST_NODES = 200_000
_MOST_ASSIGNMENTS = 20


def description_in(page: PageText) -> Node | None:
    """The OpenAPI or Swagger description with the most paths that a page holds; None where it holds none."""
    found = [node for node in _documents(page) if _is_description(node)]
    return max(found, key=lambda node: len(mapping(node.get("paths"))), default=None)


def mentions_in_data(page: PageText, number: int = 0) -> list[Mention]:
    """Requests that the page's data speak of: objects with a method and a path."""
    found: dict[tuple[str, str], Mention] = {}
    for value in _values(page.scripts):
        for node in _objects(value):
            method = text(node.get("method") or node.get("httpMethod") or node.get("verb")).upper()
            path = node.get("path") or node.get("url") or node.get("endpoint") or node.get("uri") or node.get("route")
            if method not in METHODS or not isinstance(path, str) or not path.startswith(("/", "http://", "https://")):
                continue
            target = read_target(path) if len(path) < 500 and not re.search(r"\s", path.strip()) else None
            if target is not None and target.path != "/":
                found.setdefault(
                    (method, target.path), Mention(target, method, "embedded", f"{method} {path}", 0, page=number)
                )
    return list(found.values())


def _is_description(node: Node) -> bool:
    version = text(node.get("openapi")) or text(node.get("swagger"))
    return bool(version) and any(str(path).startswith("/") for path in mapping(node.get("paths")))


def _documents(page: PageText) -> Iterator[Node]:
    for source in _sources(page):
        for match in _STARTS.finditer(source):
            if is_object(node := _read(source, match.start())):
                yield node
    for block in page.blocks:
        if block.kind == "code" and re.match(r"""\s*["']?(openapi|swagger)["']?\s*:\s*["']?\d""", block.text):
            yield from _written(block.text)


def _sources(page: PageText) -> Iterator[str]:
    flight: list[str] = []
    for script in page.scripts:
        if len(script) > _LONGEST:
            continue
        yield script
        for chunk in _CHUNK.findall(script):
            if isinstance(value := _read(chunk, 0), str):
                flight.append(value)
        for match in _ESCAPED.finditer(script):
            start = script.rfind('"', 0, match.start())
            if start >= 0 and isinstance(value := _read(script, start), str):
                yield value
    if flight:
        yield "".join(flight)
    for block in page.blocks:
        if block.kind == "code" and len(block.text) < _LONGEST:
            yield block.text


def _written(source: str) -> Iterator[Node]:
    from ....errors import DescriptionError
    from ...documents.parse import parse_description

    try:
        yield parse_description(source.encode(), location="a page", max_bytes=_LONGEST).document
    except DescriptionError:
        return


def _values(scripts: Iterable[str]) -> Iterator[Any]:
    for script in scripts:
        if len(script) > _LONGEST or not re.search(r'"(?:method|httpMethod|verb)"\s*:', script):
            continue
        if script.lstrip()[:1] in "{[" and (value := _read(script, 0)) is not None:
            yield value
            continue
        for match in list(_ASSIGNED.finditer(script))[:_MOST_ASSIGNMENTS]:
            if isinstance(value := _read(script, match.end()), (dict, list)):
                yield value


def _objects(value: Any) -> Iterator[Node]:
    stack: list[Any] = [value]
    for _ in range(_MOST_NODES):
        if not stack:
            return
        node = stack.pop()
        if isinstance(node, dict):
            yield cast(Node, node)
            stack.extend(cast(Node, node).values())
        elif isinstance(node, list):
            stack.extend(cast(list[Any], node))


def _read(source: str, start: int) -> Any:
    try:
        return json.JSONDecoder().raw_decode(source, re.compile(r"\s*").match(source, start).end())[0]  # type: ignore[union-attr]
    except (ValueError, RecursionError):
        return None
