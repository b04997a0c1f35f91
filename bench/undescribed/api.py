"""One small API: where it is typed, what it answers, what it holds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

Query = Mapping[str, str]
KEY = "k-93817362-argo"


@dataclass(frozen=True)
class Asked:
    """One request as an API sees it."""

    path: str
    query: Query
    headers: Mapping[str, str]
    """Names in lower case."""
    url: str
    """The origin of the server."""


@dataclass(frozen=True)
class Told:
    """One answer; a body that is bytes or text is sent as it is."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


Answer = Callable[[Asked], Told | None]
"""None: there is nothing."""


@dataclass(frozen=True)
class Api:
    """An API by its URL alone."""

    name: str
    answer: Answer
    truth: Mapping[str, list[dict[str, Any]]]
    """Object -> all its records, in order."""
    typed: str = ""
    """The path that the user types after the host."""
    credentials: str = ""
    """Lines of its table in credentials.toml."""


def ships(count: int = 57) -> list[dict[str, Any]]:
    return [{"id": n, "name": f"ship {n}", "weight": n * 1.5} for n in range(1, count + 1)]


def ports(count: int = 5) -> list[dict[str, Any]]:
    return [{"code": f"P{n:02}", "name": f"port {n}"} for n in range(1, count + 1)]


def number(asked: Asked, name: str, otherwise: int) -> int:
    text = asked.query.get(name, "")
    return int(text) if text.isdecimal() else otherwise


def page_of(
    records: list[Any], asked: Asked, *, page: str = "page", size: int = 10, first: int = 1
) -> tuple[list[Any], int, bool]:
    """The records of the page that is asked for, its number, and whether more follow."""
    at = number(asked, page, first)
    start = (at - first) * size
    return records[start : start + size] if start >= 0 else [], at, start + size < len(records)


def link(asked: Asked, *, absolute: bool = True, **query: Any) -> str:
    kept = {**asked.query, **{name: str(value) for name, value in query.items()}}
    return (asked.url if absolute else "") + asked.path + "?" + urlencode(kept, safe="[]$")
