"""Of the Petstore what the README's commands ask it for, on loopback."""

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

PETS = [{"id": n, "name": name, "status": "available"} for n, name in ((1, "Rex"), (2, "Mia"))]
_PET = {
    "type": "object",
    "properties": {"id": {"type": "integer"}, "name": {"type": "string"}, "status": {"type": "string"}},
}
_STATUS = {
    "name": "status",
    "in": "query",
    "required": True,
    "schema": {"type": "string", "enum": ["available", "sold"]},
}
DESCRIPTION: dict[str, Any] = {
    "openapi": "3.0.4",
    "info": {"title": "Petstore", "version": "1"},
    "servers": [{"url": "/api/v3"}],
    "paths": {
        "/pet/findByStatus": {
            "get": {
                "operationId": "findPetsByStatus",
                "parameters": [_STATUS],
                "responses": {
                    "200": {
                        "description": "pets",
                        "content": {"application/json": {"schema": {"type": "array", "items": _PET}}},
                    }
                },
            }
        },
        "/store/inventory": {
            "get": {
                "operationId": "getInventory",
                "responses": {
                    "200": {
                        "description": "counts",
                        "content": {
                            "application/json": {
                                "schema": {"type": "object", "additionalProperties": {"type": "integer"}}
                            }
                        },
                    }
                },
            }
        },
    },
}


@contextmanager
def open_petstore() -> Generator[str]:
    """Its URL, as long as this context is open."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            status = parse_qs(url.query).get("status", [""])[0]
            found: Any = {
                "/api/v3/openapi.json": DESCRIPTION,
                "/api/v3/pet/findByStatus": [pet for pet in PETS if pet["status"] == status],
                "/api/v3/store/inventory": {"available": len(PETS)},
            }.get(url.path)
            body = json.dumps({"message": "not found"} if found is None else found).encode()
            self.send_response(404 if found is None else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/api/v3"
        finally:
            server.shutdown()
