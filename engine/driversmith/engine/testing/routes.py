"""Which operation of a profile a request is for, found without trying every path of a large API."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote, unquote

from ..models.profile import OperationProfile

_PLACEHOLDER = re.compile(r"\{[^}]*\}")
_PLAIN = re.compile(r"[A-Za-z0-9_.~/-]*")
"""What has one spelling only."""
_ANY = "\0"
"""Stands for a placeholder in a path."""


class Routes:
    """The operations of an API by method and path; of several that fit, that with the fewest placeholders."""

    def __init__(self, base_path: str, operations: Iterable[OperationProfile]) -> None:
        self._routes: defaultdict[tuple[str, _Key], list[_Route]] = defaultdict(list)
        self._masks: defaultdict[tuple[str, int], dict[_Mask, None]] = defaultdict(dict)
        for rank, operation in enumerate(sorted(operations, key=lambda o: o.path.count("{"))):
            route = _Route(rank, operation, _segments(base_path + operation.path))
            mask = tuple(_ANY not in segment for segment in route.segments)
            self._routes[operation.method, _masked(route.segments, mask)].append(route)
            self._masks[operation.method, len(mask)][mask] = None

    def find(self, method: str, path: str, *, preferred: str | None = None) -> OperationProfile | None:
        """The operation that a request is for; the one named `preferred` where it fits at all."""
        segments = tuple(spelled(path).split("/"))
        keys = [_masked(segments, mask) for mask in self._masks.get((method, len(segments)), ())]
        near = [route for key in keys for route in self._routes.get((method, key), ())]
        fitting = [route for route in near if route.pattern.fullmatch("/".join(segments))]
        best = min(fitting, key=lambda route: (route.operation.name != preferred, route.rank), default=None)
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

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile("[^/]*".join(map(re.escape, "/".join(self.segments).split(_ANY))))


def _segments(path: str) -> _Key:
    fixed = _PLACEHOLDER.sub(_ANY, path.partition("?")[0])
    return tuple(_ANY.join(map(spelled, segment.split(_ANY))) for segment in fixed.split("/"))


def _masked(segments: _Key, mask: _Mask) -> _Key:
    return tuple(s if is_fixed else _ANY for s, is_fixed in zip(segments, mask, strict=True))
