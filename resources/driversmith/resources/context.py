"""What a resource gets besides its parameters, and how its errors are told."""

import functools
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from driversmith.engine.errors import DriversmithError, InvalidArgumentError, SessionNotFoundError
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS

if TYPE_CHECKING:
    from driversmith.engine.api import Engine
    from driversmith.engine.journal.own import OwnJournal

P = ParamSpec("P")
R = TypeVar("R", str, bytes)
logger = logging.getLogger(__name__)


def journal_of(ctx: Context[Any, Any]) -> "OwnJournal":
    """The journal behind a request, as its principal sees it."""
    return engine_of(ctx).journal


def engine_of(ctx: Context[Any, Any]) -> "Engine":
    """The engine behind a request, as its principal."""
    return ctx.request_context.lifespan_context


def read_from_journal(read: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """Wrap the function of a resource, so that the engine's errors reach the client as the protocol's.

    Raises:
        ResourceNotFoundError: no such session (-32602).
        MCPError: a parameter of the URI that must change (-32602).
        ResourceError: anything else, with a text that says what to do (-32603).
    """

    @functools.wraps(read)
    async def reading(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await read(*args, **kwargs)
        except (ResourceError, MCPError):
            raise
        except SessionNotFoundError as error:
            raise ResourceNotFoundError(str(error)) from error
        except InvalidArgumentError as error:
            raise MCPError(INVALID_PARAMS, str(error)) from error
        except DriversmithError as error:
            raise ResourceError(str(error)) from error
        except Exception as error:  # the edge: a fault of ours must not end as a bare "Error reading resource"
            logger.exception("a resource raised an unexpected exception")
            with suppress(Exception):  # what failed may be the journal itself
                await journal_of(cast("Context[Any, Any]", kwargs["ctx"])).count("unhandled_exceptions")
            raise ResourceError(
                f"The server failed inside ({type(error).__name__}). The traceback is in its log (standard error)."
            ) from error

    return reading
