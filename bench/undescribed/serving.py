"""One API on loopback, with all that was asked of it."""

import json
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
        url = urlsplit(request.target)
        query = {name: values[-1] for name, values in parse_qs(url.query, keep_blank_values=True).items()}
        asked = Asked(url.path, query, {name.lower(): value for name, value in request.headers}, self._server.url)
        told = self.api.answer(asked) or Told({"detail": "Not found."}, 404)
        body = told.body
        content = (
            body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
        )
        return Response(told.status, content, tuple({"Content-Type": "application/json", **told.headers}.items()))
