"""A small real HTTP API on loopback: a description, two collections in pages, and a door that can be held shut."""

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ..patience import LONG

RECORDS = {
    "pets": [{"id": number, "name": f"pet {number}"} for number in range(1, 8)],
    "toys": [{"id": number, "label": f"toy {number}"} for number in range(1, 4)],
}


class Shop:
    """The API; `base_url` is where it listens."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.address = f"127.0.0.1:{server.server_port}"
        self.base_url = f"http://{self.address}"
        self.door = threading.Event()
        """While it is not set, `/held.json` does not answer."""
        self.asked_for_held = threading.Event()
        self.asked: list[str] = []
        """Targets of all requests."""


@contextmanager
def open_shop() -> Generator[Shop]:
    """A shop that is open as long as this context."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shop.asked.append(self.path)
            url = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            if url.path == "/held.json":
                shop.asked_for_held.set()
                shop.door.wait(LONG)
            found = _answer(url.path, query)
            body = json.dumps({"error": "not found"} if found is None else found).encode()
            self.send_response(404 if found is None else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass  # a client that was killed in a test

    with Server(("127.0.0.1", 0), Handler) as server:
        shop = Shop(server)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield shop
        finally:
            shop.door.set()
            server.shutdown()
            thread.join(5)


def _answer(path: str, query: dict[str, str]) -> Any:
    if path in {"/openapi.json", "/held.json"}:
        return _description()
    records = RECORDS.get(path.strip("/"))
    if records is None:
        return None
    size, page = int(query.get("per_page", 3)), int(query.get("page", 1))
    return {"data": records[(page - 1) * size : page * size]}


def _description() -> dict[str, Any]:
    return {
        "openapi": "3.0.3",
        "info": {"title": "Shop", "version": "1"},
        "servers": [{"url": "/"}],
        "paths": {f"/{name}": {"get": _operation(name, records[0])} for name, records in RECORDS.items()},
    }


def _operation(name: str, record: dict[str, Any]) -> dict[str, Any]:
    fields = {key: {"type": "integer" if isinstance(value, int) else "string"} for key, value in record.items()}
    item = {"type": "object", "required": ["id"], "properties": fields}
    body = {"type": "object", "properties": {"data": {"type": "array", "items": item}}}
    return {
        "operationId": f"list_{name}",
        "parameters": [
            {"name": "page", "in": "query", "schema": {"type": "integer", "default": 1}},
            {"name": "per_page", "in": "query", "schema": {"type": "integer", "default": 3, "maximum": 50}},
        ],
        "responses": {"200": {"description": "A page.", "content": {"application/json": {"schema": body}}}},
    }
