"""Which operation of a profile a request is for, found without trying every path of a large API."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast
from urllib.parse import parse_qsl, quote, unquote

from ...models.profile import OperationProfile
from ...network.loopback import Headers
from ..wire_text import json_value

_PLACEHOLDER = re.compile(r"\{[^}]*\}")
_PLAIN = re.compile(r"[A-Za-z0-9_.~/-]*")
"""What has one spelling only."""
_ANY = "\0"
"""Stands for a placeholder in a path."""


class Routes:
    """The operations of an API by method, path and the parts of query, headers and body that are in every call.

    Of several that fit, that which fixes most of these, and then that with the fewest placeholders.
    """

    def __init__(self, base_path: str, operations: Iterable[OperationProfile]) -> None:
        self._routes: defaultdict[tuple[str, _Key], list[_Route]] = defaultdict(list)
        self._masks: defaultdict[tuple[str, int], dict[_Mask, None]] = defaultdict(dict)
        for rank, operation in enumerate(sorted(operations, key=lambda o: o.path.count("{"))):
            fixed = tuple(parse_qsl(operation.fixed_query, keep_blank_values=True))
            route = _Route(rank, operation, _segments(operation.path_below(base_path)), fixed)
            mask = tuple(_ANY not in segment for segment in route.segments)
            self._routes[operation.method, _masked(route.segments, mask)].append(route)
            self._masks[operation.method, len(mask)][mask] = None

    def find(
        self,
        method: str,
        path: str,
        query: Sequence[tuple[str, str]] = (),
        *,
        headers: Headers = (),
        content: bytes = b"",
        preferred: str | None = None,
    ) -> OperationProfile | None:
        """The operation that a request is for; the one named `preferred` where it fits at all. `content` is its body, and
        names of `headers` are in lower case."""
        segments = tuple(spelled(path).split("/"))
        keys = [_masked(segments, mask) for mask in self._masks.get((method, len(segments)), ())]
        near = [route for key in keys for route in self._routes.get((method, key), ())]
        body = json_value(content.decode("utf-8", "replace")) if any(route.members for route in near) else None
        told = dict(headers)
        placed = [r for r in near if r.fits("/".join(segments), query) and _holds(body, r.members)]
        fitting = [route for route in placed if route.headers.items() <= told.items()]
        if len(placed) == 1 and method in ("GET", "HEAD"):
            fitting = placed  # there is nothing to tell it from: at another origin it comes without its headers
        best = min(fitting, key=lambda r: (r.operation.name != preferred, -r.weight, r.rank), default=None)
        return best.operation if best else None


def spelled(path: str) -> str:
    """A path in one spelling: clients differ in which characters they send as they are."""
    if _PLAIN.fullmatch(path):
        return path
    return "/".join(quote(unquote(segment), safe="") for segment in path.split("/"))


_Key = tuple[str, ...]
_Mask = tuple[bool, ...]
"""Which segments of a path are fixed."""


@dataclass(frozen=True)
class _Route:
    rank: int
    operation: OperationProfile
    segments: _Key
    """Fixed ones as they are spelled; others with _ANY for each placeholder."""
    fixed: tuple[tuple[str, str], ...] = ()
    """Pairs of the query that every call has; a value may hold placeholders."""

    @property
    def members(self) -> dict[str, Any]:
        """What every body has."""
        body = self.operation.body
        return dict(body.fixed) if body else {}

    @cached_property
    def headers(self) -> dict[str, str]:
        """Those that every call has, with the one value that they can have (`X-Amz-Target`)."""
        only = (p for p in self.operation.parameters if p.location == "header" and p.required and len(p.enum) == 1)
        return {p.name.lower(): str(p.enum[0]) for p in only}

    @property
    def weight(self) -> int:
        """How much of a request it fixes beside the path."""
        return len(self.fixed) + len(self.headers) + len(self.members)

    def fits(self, path: str, query: Sequence[tuple[str, str]]) -> bool:
        """Whether a request is for this operation."""
        return self.pattern.fullmatch(path) is not None and all(
            any(name == key and _template(value).fullmatch(text) for key, text in query) for name, value in self.fixed
        )

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile("[^/]*".join(map(re.escape, "/".join(self.segments).split(_ANY))))


def _holds(body: Any, members: dict[str, Any]) -> bool:
    """Whether a JSON object has these members, and those in them."""
    if not members:
        return True
    held = cast("dict[str, Any]", body) if isinstance(body, dict) else {}
    return all(
        _holds(held.get(key), cast("dict[str, Any]", value)) if isinstance(value, dict) else held.get(key) == value
        for key, value in members.items()
    )


def _template(value: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, _PLACEHOLDER.split(value))), re.DOTALL)


def _segments(path: str) -> _Key:
    fixed = _PLACEHOLDER.sub(_ANY, path)
    return tuple(_ANY.join(map(spelled, segment.split(_ANY))) for segment in fixed.split("/"))


def _masked(segments: _Key, mask: _Mask) -> _Key:
    return tuple(s if is_fixed else _ANY for s, is_fixed in zip(segments, mask, strict=True))
