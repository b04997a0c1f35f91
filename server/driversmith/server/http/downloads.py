"""`/sessions/{id}/driver.zip`: the driver of a session, for a client on another machine; for whoever made it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from driversmith.engine.errors import DriversmithError, InvalidArgumentError, SessionNotFoundError
from driversmith.tools.calling.downloads import DOWNLOAD
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from driversmith.engine.api import Engine


def download_route(engine: "Callable[[], Engine]") -> Route:
    """For an app whose guard says who asks. Another's session is answered like one that was never there."""

    async def download(request: Request) -> Response:
        own = engine().acting_for(request.user.access_token.principal)
        try:
            found = await own.archive(request.path_params["session_id"])
        except SessionNotFoundError:
            return PlainTextResponse("no such session\n", 404)
        except InvalidArgumentError as error:
            return PlainTextResponse(f"{error}\n", 409)
        except DriversmithError as error:
            return PlainTextResponse(f"{error.code}\n", 503)
        headers = {
            "Content-Disposition": f'attachment; filename="{found.name}"',
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(found.content, headers=headers, media_type="application/zip")

    return Route(DOWNLOAD, download, methods=["GET"])
