"""How requests are authenticated, as far as samples and sentences show it."""

import re
from collections.abc import Iterable, Sequence

from ..documents.nodes import Node
from .text.page_text import PageText

_AUTHORIZATION = re.compile(
    r"""\bAuthorization["'`]?\s*(?:[:=,]|=>)\s*["'`]?\s*(Bearer|Basic|Token|ApiKey|Api-Key|Key|OAuth)\b""",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"""(?:-H|--header)\s*["']Authorization\s*:\s*([^\s"']+)["']""", re.IGNORECASE)
"""A key that is sent without a word before it."""
_HEADER = re.compile(
    r"""(?:(?:-H|--header)\s*["']|["'`]|^|\s)"""
    r"""(X-[\w-]*(?:Key|Token|Auth)|api[-_]?key|apikey|x-auth-token|Ocp-Apim-Subscription-Key|X-RapidAPI-Key)["'`]?\s*:\s*\S""",
    re.IGNORECASE | re.MULTILINE,
)
_SPOKEN = re.compile(r"""["'`]?\b(X-[\w-]*(?:Key|Token|Auth))\b["'`]?\s+(?:http\s+|request\s+)?header""", re.IGNORECASE)
_BASIC = re.compile(r"\bcurl\b[^\n]{0,200}\s(?:-u|--user)\s|\bauth\s*=\s*\(|\bHTTP Basic\b", re.IGNORECASE)


def security_schemes(pages: Sequence[PageText]) -> Node:
    """OpenAPI's security schemes by name; the first that the pages show comes first, and no more than two are taken."""
    found: dict[str, Node] = {}
    for block in (block for page in pages for block in page.blocks):
        text = block.text[:20_000]
        for word in _AUTHORIZATION.findall(text):
            found.setdefault(*_named(word.lower()))
        if _PLAIN.search(text):
            found.setdefault("key", {"type": "apiKey", "in": "header", "name": "Authorization"})
        for name in (*_headers(text, _HEADER), *_headers(text, _SPOKEN)):
            found.setdefault("key", {"type": "apiKey", "in": "header", "name": name})
        if _BASIC.search(text):
            found.setdefault("basic", {"type": "http", "scheme": "basic"})
    return dict(list(found.items())[:2])


def _headers(text: str, words: re.Pattern[str]) -> Iterable[str]:
    return (name for name in words.findall(text) if not name.lower().startswith("x-csrf"))


def _named(word: str) -> tuple[str, Node]:
    if word in ("bearer", "oauth"):
        return "bearer", {"type": "http", "scheme": "bearer"}
    if word == "basic":
        return "basic", {"type": "http", "scheme": "basic"}
    return "key", {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": f"Sent as `Authorization: {word.title()} <key>`.",
    }
