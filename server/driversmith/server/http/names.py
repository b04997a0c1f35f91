"""The names by which a server may be called: no page of another site reaches it through a browser (DNS rebinding)."""

import re
from collections.abc import Iterable

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")
_PLACE = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)(?::([0-9]{1,5}))?", re.ASCII)
_SCHEME = re.compile(r"https?://", re.ASCII)


class Names:
    """Host names, each with one port or with any."""

    def __init__(self, places: Iterable[str]) -> None:
        """`places`: `host` (any port) or `host:port`, IPv6 addresses in brackets.

        Raises:
            ValueError: one of them is something else.
        """
        self._places: set[tuple[str, str | None]] = set()
        for place in places:
            parsed = _parsed(place)
            if parsed is None:
                raise ValueError(f"{place!r} is not HOST or HOST:PORT")
            self._places.add(parsed)

    def patterns(self) -> list[str]:
        """As the SDK's own check takes them."""
        return [
            p for host, port in self._places for p in ((host, f"{host}:*") if port is None else (f"{host}:{port}",))
        ]

    def knows(self, place: str) -> bool:
        """Whether a Host header names this server: a name and a port, and nothing else such as a user."""
        parsed = _parsed(place)
        return parsed is not None and ((parsed[0], None) in self._places or parsed in self._places)

    def knows_origin(self, origin: str) -> bool:
        """Whether an Origin header names a page of this server."""
        scheme = _SCHEME.match(origin.lower())
        return scheme is not None and self.knows(origin[scheme.end() :])


class KnownNamesOnly:
    """Answers 421 to requests for another host and 403 to those of another origin, before anything else looks at them."""

    def __init__(self, app: ASGIApp, names: Names) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is for us."""
        if scope["type"] == "http":
            hosts, origins = (
                [value.decode("latin-1") for name, value in scope["headers"] if name == header]
                for header in (b"host", b"origin")
            )
            if len(hosts) != 1 or not self._names.knows(hosts[0]):
                await PlainTextResponse("Invalid Host header", 421)(scope, receive, send)
                return
            if not all(self._names.knows_origin(origin) for origin in origins):
                await PlainTextResponse("Invalid Origin header", 403)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _parsed(place: str) -> tuple[str, str | None] | None:
    match = _PLACE.fullmatch(place.lower())
    return (match[1], match[2]) if match else None
