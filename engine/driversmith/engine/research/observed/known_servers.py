"""Software that is run in many places, known by its answers: where it has its collections."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from ..documents.nodes import is_object


def known_paths(headers: Mapping[str, str], title: str, body: Any) -> list[str]:
    """Paths at the origin that a server is known to have, by a header, the title of a page or a member of its root; [] where it
    is not known."""
    for server in _servers():
        named = server.get("header", "") in headers or (server.get("page") and server["page"].lower() in title.lower())
        if named or (is_object(body) and server.get("member", "") in body):
            return list(server["paths"])
    return []


@cache
def _servers() -> tuple[dict[str, Any], ...]:
    text = files(__package__ or __name__).joinpath("data/known_servers.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["server"])
