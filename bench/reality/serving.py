"""One API on loopback, with all that was asked of it."""

import json
from copy import deepcopy
from typing import Any
from urllib.parse import parse_qs, urlsplit

from driversmith.engine.network.loopback import LoopbackServer, Request, Response

from .api import CREWS, PORTS, Answered, Api, Headers

DESCRIPTION = "/openapi.json"


class Served:
    """An async context manager; `url` is the origin, `asked` the targets that were asked for beside the description."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.asked: list[str] = []
        self._ships = deepcopy(api.answer)  # some answer otherwise the second time
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
        url = urlsplit(request.target)
        if url.path == DESCRIPTION:
            body, headers, status = self.api.description(), Headers(), 200
        else:
            self.asked.append(request.target)
            query = {name: values[-1] for name, values in parse_qs(url.query).items()}
            sent = {name.lower(): value for name, value in request.headers}
            body, headers, status = _whole(self._answered(url.path, query, sent))
        told = {"Content-Type": "application/json", **headers}
        return Response(status, body if isinstance(body, bytes) else json.dumps(body).encode(), tuple(told.items()))

    def _answered(self, path: str, query: dict[str, str], sent: Headers) -> Answered:
        api = self.api
        is_ships = path == api.prefix + api.path
        if not api.allows(sent, query):
            return api.refusal
        if (is_ships or api.all_refused) and (refused := api.refuses(sent, query)):
            return refused
        if api.redirect and path == api.described_path:
            return {}, {"Location": api.redirect}, 302
        if is_ships:
            return self._ships(query, self.url)
        if api.many and path in (f"{api.prefix}/ports", f"{api.prefix}/crews"):
            return (PORTS if path.endswith("ports") else CREWS), {}
        return {"error": "not found"}, {}, 404


def _whole(answered: Answered) -> tuple[Any, Headers, int]:
    """Body, headers and status."""
    return answered if len(answered) == 3 else (*answered, 200)
