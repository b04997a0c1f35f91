"""From mentions to endpoints: which of them are requests to the API, where it lives, and which are one and the same."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from ...observed.actions import CHOOSING
from ..text.page_text import PageText
from .bases import at_home, base_of, resolved
from .hosts import api_origins, host_of
from .mentions import Mention, Signal
from .selection import taken, without_incoming
from .targets import Target
from .templates import as_templates

_ORDER: tuple[Signal, ...] = ("method_path", "embedded", "call", "labelled", "code", "span", "path", "prose", "base")
_EXPLAINED = re.compile(r"https?://[^\s]+\s+[-\u2013:]\s")
"""A URL and what it does, as lists of endpoints have them."""
_MOST_MENTIONS = 6000


@dataclass(frozen=True)
class Endpoint:
    """A request that the API takes, as pages tell it."""

    target: Target
    method: str
    guessed: bool
    """Whether the method is only assumed: the page names none, and a URL that is opened is a GET."""
    signal: Signal
    mentions: tuple[Mention, ...]
    """All places that speak of it, the best first."""
    fixed: tuple[tuple[str, str], ...] = ()
    """The part of the query that makes it another request than others at its path: `action=list`."""

    @property
    def signature(self) -> str:
        """`GET https://api.example.com/v1/users/{id}`."""
        return f"{self.method} {self.target.origin}{self.path}"

    @property
    def path(self) -> str:
        """The path, and the fixed part of the query."""
        return self.target.path + (f"?{urlencode(self.fixed)}" if self.fixed else "")


@dataclass(frozen=True)
class Found:
    """What pages tell of an API."""

    origin: str
    """Where the API lives, as far as the pages tell; empty where they do not."""
    base_path: str
    """What stands before all paths, without a trailing slash; often empty."""
    endpoints: tuple[Endpoint, ...]


def endpoints_of(pages: Sequence[PageText], mentions: Sequence[Mention]) -> Found:
    """The endpoints among the mentions of pages that belong together; the first is the one that led to the others."""
    here = next((page.url for page in pages if page.url), "")
    spoken = at_home(without_incoming(pages, mentions[:_MOST_MENTIONS]), here)
    origins = api_origins(spoken, here)
    base = base_of(spoken, origins, here)
    merged = _merged(as_templates(resolved(taken(pages, spoken, origins), base)))
    stated = {(m.target.origin, m.target.path.rstrip("/")) for m in spoken if m.signal == "base"}
    kept = _without_bases(merged, stated | {(base.origin, base.path)})
    return Found(origin=base.origin, base_path=base.path, endpoints=tuple(kept))


Place = tuple[str, tuple[str, ...]]
"""A host, and a path with every parameter alike."""


def _merged(mentions: Sequence[Mention]) -> list[Endpoint]:
    choosing = _choosing(mentions)
    groups: dict[tuple[Place, tuple[tuple[str, str], ...]], dict[str | None, list[Mention]]] = {}
    for mention in mentions:
        place = _place(mention)
        fixed = tuple((n, v) for n, v in mention.target.query if v is not None and n == choosing.get(place))
        groups.setdefault((place, fixed), {}).setdefault(mention.method, []).append(mention)
    found: list[Endpoint] = []
    for (place, fixed), by_method in groups.items():
        silent = by_method.pop(None, [])
        if not by_method and not (place in choosing and not fixed):
            found.append(_endpoint("GET", silent, fixed=fixed, guessed=True))
        for method, told in by_method.items():
            found.append(_endpoint(method or "GET", [*told, *silent], fixed=fixed))
    return found


def _choosing(mentions: Iterable[Mention]) -> dict[Place, str]:
    """For each path the query parameter that tells its requests apart, where the pages show it with several values."""
    values: defaultdict[tuple[Place, str], set[str]] = defaultdict(set)
    for mention in mentions:
        for name, value in mention.target.query:
            if value is not None and name.lower() in CHOOSING and re.fullmatch(r"[\w.-]+", value):
                values[_place(mention), name].add(value)
    return {place: name for (place, name), told in values.items() if len(told) > 1}


def _place(mention: Mention) -> Place:
    return host_of(mention.target.origin), mention.target.shape


def _endpoint(
    method: str, mentions: list[Mention], *, fixed: tuple[tuple[str, str], ...], guessed: bool = False
) -> Endpoint:
    ranked = sorted(mentions, key=lambda m: (_ORDER.index(m.signal), not m.target.is_template, m.page, m.block))
    best = ranked[0]
    target = best.target
    query: dict[str, str | None] = {}
    for mention in ranked:
        if mention.method in (method, None):
            for name, value in mention.target.query:
                query[name] = query.get(name) or value
    for name, _ in fixed:
        query.pop(name, None)
    samples = dict(pair for mention in reversed(ranked) for pair in mention.target.samples)
    names = set(re.findall(r"\{([^{}]*)\}", target.path))
    target = replace(
        target, query=tuple(query.items()), samples=tuple((k, v) for k, v in samples.items() if k in names)
    )
    return Endpoint(target, method, guessed, best.signal, tuple(ranked), fixed)


def _without_bases(endpoints: list[Endpoint], stated: set[tuple[str, str]]) -> list[Endpoint]:
    """Without those that are only the address below which all others stand."""
    below = Counter[tuple[str, str]]()
    for endpoint in endpoints:
        parts = endpoint.target.path.rstrip("/").split("/")
        below.update((endpoint.target.origin, "/".join(parts[:count])) for count in range(1, len(parts)))
    return [endpoint for endpoint in endpoints if not _is_base(endpoint, stated, below)]


def _is_base(endpoint: Endpoint, stated: set[tuple[str, str]], below: Counter[tuple[str, str]]) -> bool:
    place = (endpoint.target.origin, endpoint.target.path.rstrip("/"))
    if not endpoint.guessed or endpoint.target.query or not below[place]:
        return False
    if place in stated or not endpoint.target.segments:
        return True
    explained = any(_EXPLAINED.search(mention.quote) for mention in endpoint.mentions)
    return endpoint.signal in ("prose", "labelled") and not explained and below[place] > 1
