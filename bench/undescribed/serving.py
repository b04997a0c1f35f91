"""One API on loopback, with all that was asked of it; as a command, `python -m undescribed.serving NAME PORT`."""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from driversmith.engine.network.loopback import LoopbackServer, Request, Response

from .api import Api, Asked, Told


class Served:
    """An async context manager; `url` is the origin, `asked` the targets that were asked for."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.asked: list[str] = []
        self._server = LoopbackServer(self._answer)

    async def __aenter__(self) -> "Served":
        await self._server.__aenter__()
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self._server.__aexit__(*error)

    @property
    def url(self) -> str:
        return self._server.url

    def _answer(self, request: Request) -> Response:
        self.asked.append(request.target)
        status, content, headers = answered(self.api, request.target, dict(request.headers), self._server.url)
        return Response(status, content, tuple(headers.items()))


def answered(api: Api, target: str, headers: dict[str, str], origin: str) -> tuple[int, bytes, dict[str, str]]:
    """Status, body and headers of the answer to a GET."""
    url = urlsplit(target)
    query = {name: values[-1] for name, values in parse_qs(url.query, keep_blank_values=True).items()}
    asked = Asked(url.path, query, {name.lower(): value for name, value in headers.items()}, origin)
    told = api.answer(asked) or Told({"detail": "Not found."}, 404)
    body = told.body
    content = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    return told.status, content, {"Content-Type": "application/json", **told.headers}


def main() -> None:
    """Serve one API until the process is ended."""
    from .every import EVERY

    name, port = sys.argv[1:3]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, content, headers = answered(EVERY[name], self.path, dict(self.headers), f"http://127.0.0.1:{port}")
            self.send_response(status)
            for key, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def server_bind(self) -> None:
            TCPServer.server_bind(self)  # without looking up a name

    Server(("127.0.0.1", int(port)), Handler).serve_forever()


if __name__ == "__main__":
    main()
