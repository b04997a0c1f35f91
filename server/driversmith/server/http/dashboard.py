"""The dashboard over HTTP: the page, which holds nothing of anybody's, and the figures of whoever asks for them."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from driversmith.engine.errors import DriversmithError, InvalidArgumentError, SessionNotFoundError
from driversmith.engine.settings import Settings
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..lifespan import EngineFactory, engine_life, opened_engine
from ..updates import Subscriptions
from .access import Access
from .names import LOCAL_NAMES, KnownNamesOnly, Names

if TYPE_CHECKING:
    from driversmith.engine.api import Engine

PATH = "/dashboard"
DATA = f"{PATH}/data"
_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def dashboard_routes(engine: "Callable[[], Engine]") -> list[Route]:
    """The page and its data, for an app whose guard says who asks."""

    async def data(request: Request) -> Response:
        return await _data(engine(), request)

    return [Route(PATH, _page, methods=["GET"]), Route(DATA, data, methods=["GET"])]


def dashboard_page(*, token_wanted: bool = False, status: int = 200) -> Response:
    """The page; `token_wanted`: it asks for a token before it asks for anything else."""
    from driversmith.resources.dashboard.document import document, policy

    headers = {**_HEADERS, "Content-Security-Policy": f"{policy('http')}; frame-ancestors 'none'"}
    return HTMLResponse(document("http", token_wanted=token_wanted), status, headers)


class SignInPage:
    """Where somebody opens the dashboard in a browser, which sends no token, the refusal is the page that asks for one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and put the page in the place of a 401 that a person would see."""
        if not (scope["type"] == "http" and scope["path"] == PATH and scope["method"] == "GET" and _is_person(scope)):
            await self._app(scope, receive, send)
            return
        refusal: Message | None = None

        async def seen(message: Message) -> None:
            nonlocal refusal
            if message["type"] == "http.response.start" and message["status"] == 401:
                refusal = message
            elif refusal is None:
                await send(message)

        await self._app(scope, receive, seen)
        if refusal is not None:
            page = dashboard_page(token_wanted=True, status=401)
            MutableHeaders(raw=page.raw_headers).update(
                {"WWW-Authenticate": Headers(raw=refusal["headers"]).get("WWW-Authenticate", "Bearer")}
            )
            await page(scope, receive, send)


def local_dashboard(settings: Settings, access: Access, *, engine_factory: EngineFactory = opened_engine) -> ASGIApp:
    """The dashboard alone, for the local user's browser: the page is there for all of this machine, the data for the token."""
    found: list[Engine] = []

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncGenerator[None]:
        async with engine_life(settings, engine_factory, Subscriptions()) as engine:
            found.append(engine)
            yield

    data = Starlette(routes=dashboard_routes(lambda: found[0]))
    routes = [
        Route("/", _to_the_page, methods=["GET"]),
        Route(PATH, _asking_page, methods=["GET"]),
        Route(DATA, access.guard(data), methods=["GET"]),
    ]
    return KnownNamesOnly(Starlette(routes=routes, lifespan=life), Names(LOCAL_NAMES))


async def _page(_: Request) -> Response:
    return dashboard_page()


async def _asking_page(_: Request) -> Response:
    return dashboard_page(token_wanted=True)


async def _to_the_page(_: Request) -> Response:
    return RedirectResponse(PATH)


async def _data(engine: "Engine", request: Request) -> Response:
    from driversmith.engine.views.dashboard import dashboard
    from driversmith.resources.dashboard.document import as_json

    asked = request.query_params
    try:
        own = engine.acting_for(request.user.access_token.principal)
        found = await dashboard(own.journal, since=asked.get("since"), session_id=asked.get("session"))
        status, told = 200, found.model_dump(mode="json")
    except DriversmithError as error:
        status, told = _status_of(error), {"error": str(error)}
    return Response(as_json(told), status, _HEADERS, "application/json")


def _status_of(error: DriversmithError) -> int:
    if isinstance(error, SessionNotFoundError):
        return 404
    return 400 if isinstance(error, InvalidArgumentError) else 503


def _is_person(scope: Scope) -> bool:
    return "text/html" in Headers(scope=scope).get("Accept", "")
