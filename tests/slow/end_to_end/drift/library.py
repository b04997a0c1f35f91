"""A library on loopback that moves on: its description and its answers change together, or apart."""

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TITLES = [f"Book {n}" for n in range(1, 31)]


@dataclass(frozen=True)
class Ways:
    """How the library does things."""

    path: str = "/books"
    title: str = "title"
    envelope: str = "data"
    paging: str = "page"
    needs: str = ""
    """A parameter that must be given."""
    more: tuple[str, ...] = ()
    """Further fields of a book."""
    note: bool = True
    """Whether books have their optional note."""
    prose: str = ""

    def description(self) -> dict[str, Any]:
        """As OpenAPI has it."""
        fields: dict[str, Any] = {"id": {"type": "integer"}, self.title: {"type": "string"}, "note": {"type": "string"}}
        fields |= {name: {"type": "string"} for name in self.more}
        book = {"type": "object", "required": ["id", self.title], "properties": fields}
        whole: dict[str, Any] = {self.envelope: {"type": "array", "items": book}}
        whole["next_cursor" if self.paging == "cursor" else "total"] = {
            "type": ["string", "null"] if self.paging == "cursor" else "integer"
        }
        taken = {"page": ("page", "per_page"), "cursor": ("cursor", "limit"), "offset": ("offset", "limit")}
        kinds = {"cursor": "string"}
        parameters: list[dict[str, Any]] = [
            {"name": name, "in": "query", "schema": {"type": kinds.get(name, "integer")}} for name in taken[self.paging]
        ]
        if self.needs:
            told = {"type": "string", "enum": ["north", "south"]}
            parameters.append({"name": self.needs, "in": "query", "required": True, "schema": told})
        schema = {"type": "object", "properties": whole}
        answer = {"200": {"description": "Books.", "content": {"application/json": {"schema": schema}}}}
        return {
            "openapi": "3.1.0",
            "info": {"title": "Library", "version": "1", "description": self.prose},
            "paths": {self.path: {"get": {"summary": "All books", "parameters": parameters, "responses": answer}}},
        }

    def answer(self, path: str, query: dict[str, str]) -> tuple[int, Any]:
        """Status and body for a request of books."""
        if path != self.path:
            return 404, {"error": "not found"}
        if self.needs and query.get(self.needs) not in ("north", "south"):
            return 400, {"error": f"{self.needs} is missing"}
        size = int(query.get("per_page") or query.get("limit") or 10)
        starts = {"page": (int(query.get("page", 1)) - 1) * size, "offset": int(query.get("offset", 0))}
        start = int(query.get("cursor", "c0")[1:]) if self.paging == "cursor" else starts[self.paging]
        books: list[dict[str, Any]] = []
        for number, title in enumerate(TITLES[start : start + size], start + 1):
            book = {"id": number, self.title: title, **dict.fromkeys(self.more, "x")}
            books.append({**book, "note": "a note"} if self.note else book)
        end = start + size
        if self.paging == "cursor":
            return 200, {self.envelope: books, "next_cursor": f"c{end}" if end < len(TITLES) else None}
        return 200, {self.envelope: books, "total": len(TITLES)}


@dataclass
class Library:
    """The running API; `described` and `done` say how it does things."""

    described: Ways = Ways()
    done: Ways = Ways()
    is_up: bool = True
    url: str = ""
    asked: list[str] = field(default_factory=list[str])
    """Method and target of all requests."""

    def moves(self, **changes: Any) -> None:
        """It does so from now on, and says so."""
        self.described = self.done = replace(self.done, **changes)


@contextmanager
def open_library() -> Generator[Library]:
    """A library that is open as long as this context."""
    library = Library()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            library.asked.append(f"GET {self.path}")
            url = urlsplit(self.path)
            query = {name: values[-1] for name, values in parse_qs(url.query).items()}
            status, body = library.done.answer(url.path, query) if library.is_up else (503, {"error": "down"})
            if url.path == "/openapi.json" and library.is_up:
                status, body = 200, library.described.description()
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    library.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield library
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
