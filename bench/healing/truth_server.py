"""The APIs as real servers on loopback, each an origin of its own: `/<slug>/...`, and `/<slug>!<status>/...`, which only fails."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from .apis import APIS, Answer


class TruthServer:
    """A context manager; `base_url` is that of an API, or of the same API out of order."""

    def __init__(self) -> None:
        self._servers = {slug: ThreadingHTTPServer(("127.0.0.1", 0), _Requests) for slug in APIS}
        self._threads = [
            threading.Thread(target=server.serve_forever, args=(0.5,), daemon=True) for server in self._servers.values()
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._servers.values():
            server.shutdown()
            server.server_close()
        for thread in self._threads:
            thread.join(10)

    def origin(self, slug: str) -> str:
        """Host and port of an API."""
        return f"127.0.0.1:{self._servers[slug].server_address[1]}"

    def base_url(self, slug: str, *, failing: int | None = None) -> str:
        """Where the API is; with `failing` everything there answers with this status."""
        suffix = "" if failing is None else f"!{failing}"
        return f"http://{self.origin(slug)}/{slug}{suffix}"


class _Requests(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        answer = self._answer()
        body = json.dumps(answer.body).encode()
        self.send_response(answer.status)
        for name, value in {"Content-Type": "application/json", **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _answer(self) -> Answer:
        parts = urlsplit(self.path)
        slug, _, rest = parts.path.lstrip("/").partition("/")
        slug, _, failing = slug.partition("!")
        api = APIS.get(slug)
        if failing:
            return Answer({"message": "out of order"}, int(failing))
        if api is None:
            return Answer({"message": "no such API"}, 404)
        if api.key and self.headers.get(api.key[0], "") != api.key[1]:
            return Answer({"message": "who are you?"}, 401)
        found = next((c for c in api.collections.values() if c.path == f"/{rest}"), None)
        if found is None:
            return Answer({"message": "no such path"}, 404)
        try:
            return found.serve(parts.path, dict(parse_qsl(parts.query)), found.records)
        except ValueError:
            return Answer({"message": "that is no number"}, 400)

    def log_message(self, format: str, *args: object) -> None:
        pass
