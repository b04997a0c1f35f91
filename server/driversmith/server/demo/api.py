"""A small real HTTP API of our own on loopback: an invented register of lighthouses, for `driversmith demo`.

Open to everyone: coasts (one answer) and lighthouses (page by page). With a key: keepers (one answer) and the
logbook (by cursor; also writable). Described by OpenAPI 3.1 at /openapi.json.
"""

import json
import secrets
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from importlib.resources import files
from typing import Any, NamedTuple
from urllib.parse import unquote

from driversmith.engine.network.loopback import LoopbackServer, Request, Response

BASE_PATH = "/v1"
KEY_HEADER = "X-Lantern-Key"
MAX_PER_PAGE = 20
MAX_LIMIT = 25

Record = dict[str, Any]


@dataclass(frozen=True)
class DemoApi:
    """The running API."""

    url: str
    """Its origin; the description is at `/openapi.json`."""
    key: str
    """The key that keepers and logbook ask for, drawn anew for every run."""
    requests: list[str] = field(default_factory=list[str])
    """`METHOD /path?query` of everything that was asked, oldest first."""


@asynccontextmanager
async def serve_demo_api() -> AsyncGenerator[DemoApi]:
    """Serve the register while the block runs."""
    key = secrets.token_urlsafe(18)
    register = _Register(key)
    async with LoopbackServer(register.handle) as server:
        yield DemoApi(url=server.url, key=key, requests=register.requests)


class _Answer(NamedTuple):
    status: HTTPStatus
    body: Any


class _Register:
    """The records of one run, and what the API answers about them."""

    def __init__(self, key: str) -> None:
        data = files("driversmith.server.demo").joinpath("data")
        records: dict[str, list[Record]] = json.loads(data.joinpath("records.json").read_text(encoding="utf-8"))
        self._description: Any = json.loads(data.joinpath("openapi.json").read_text(encoding="utf-8"))
        self._coasts = records["coasts"]
        self._lighthouses = records["lighthouses"]
        self._keepers = records["keepers"]
        self._logbook = records["logbook"]
        self._key = key.encode()
        self.requests: list[str] = []

    def handle(self, request: Request) -> Response:
        self.requests.append(f"{request.method} {request.target}")
        given = {name: value for name, value in request.query if value}
        status, body = self._route(request, unquote(request.path), given)
        text = json.dumps(body, ensure_ascii=False, indent=1).encode()
        return Response(status, text, (("Content-Type", "application/json; charset=utf-8"),))

    def _route(self, request: Request, path: str, query: dict[str, str]) -> _Answer:
        if request.method == "POST" and path == f"{BASE_PATH}/logbook":
            return self._keyed(request, lambda: self._add_entry(request))
        if request.method not in {"GET", "HEAD"}:
            return _problem(HTTPStatus.METHOD_NOT_ALLOWED, f"{request.method} is not possible here.")
        if path.startswith(f"{BASE_PATH}/lighthouses/"):
            return _one(self._lighthouses, path.removeprefix(f"{BASE_PATH}/lighthouses/"))
        routes: dict[str, Callable[[], _Answer]] = {
            "/openapi.json": lambda: _Answer(HTTPStatus.OK, self._description),
            BASE_PATH: lambda: _Answer(HTTPStatus.OK, {"lists": ["coasts", "lighthouses", "keepers", "logbook"]}),
            f"{BASE_PATH}/coasts": lambda: _Answer(HTTPStatus.OK, self._coasts),
            f"{BASE_PATH}/lighthouses": lambda: self._page(query),
            f"{BASE_PATH}/keepers": lambda: self._keyed(
                request, lambda: _Answer(HTTPStatus.OK, {"keepers": self._keepers})
            ),
            f"{BASE_PATH}/logbook": lambda: self._keyed(request, lambda: self._entries(query)),
        }
        if path in routes:
            return routes[path]()
        return _problem(HTTPStatus.NOT_FOUND, f"There is nothing at {path}.")

    def _keyed(self, request: Request, answer: Callable[[], _Answer]) -> _Answer:
        """The answer for whoever has the key."""
        sent = (request.header(KEY_HEADER) or "").encode("latin-1")
        if not secrets.compare_digest(sent, self._key):
            return _problem(HTTPStatus.UNAUTHORIZED, f"Send a key in the header {KEY_HEADER}.")
        return answer()

    def _page(self, query: dict[str, str]) -> _Answer:
        page, size = _number(query, "page", 1), min(_number(query, "per_page", 10), MAX_PER_PAGE)
        chosen = [r for r in self._lighthouses if query.get("coast") in {None, r["coast"]}]
        shown = chosen[(page - 1) * size : page * size]
        return _Answer(HTTPStatus.OK, {"items": shown, "page": page, "per_page": size, "total": len(chosen)})

    def _entries(self, query: dict[str, str]) -> _Answer:
        size = min(_number(query, "limit", MAX_LIMIT), MAX_LIMIT)
        chosen = [r for r in self._logbook if query.get("weather") in {None, r.get("weather")}]
        cursor = query.get("cursor", "")
        start = next((i for i, r in enumerate(chosen) if r["id"] == cursor), 0 if not cursor else len(chosen))
        following = chosen[start + size]["id"] if start + size < len(chosen) else None
        return _Answer(HTTPStatus.OK, {"entries": chosen[start : start + size], "next_cursor": following})

    def _add_entry(self, request: Request) -> _Answer:
        try:
            sent = json.loads(request.body)
            written = {name: sent[name] for name in ("lighthouse_id", "date", "note")}
        except (ValueError, TypeError, KeyError):
            return _problem(HTTPStatus.BAD_REQUEST, "An entry needs lighthouse_id, date and note.")
        observed = {name: sent[name] for name in ("weather", "visibility_nm") if name in sent}
        entry = {"id": f"entry-{len(self._logbook) + 1:03d}", **written, **observed}
        self._logbook.append(entry)
        return _Answer(HTTPStatus.CREATED, entry)


def _one(records: list[Record], record_id: str) -> _Answer:
    found = next((r for r in records if str(r["id"]) == record_id), None)
    return (
        _problem(HTTPStatus.NOT_FOUND, f"There is no {record_id!r}.")
        if found is None
        else _Answer(HTTPStatus.OK, found)
    )


def _number(query: dict[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    return max(1, int(text)) if text.isdecimal() and len(text) < 9 else default


def _problem(status: HTTPStatus, sentence: str) -> _Answer:
    return _Answer(status, {"error": sentence})
