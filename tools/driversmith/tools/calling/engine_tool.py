"""A tool of the engine: checks its arguments in a person's words, and turns errors into something to act on."""

import json
import logging
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from driversmith.engine.errors import DriversmithError, alone
from driversmith.engine.models.visible import visible
from driversmith.engine.views.pages import PAGE
from driversmith.engine.views.weights import clipped
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from mcp.shared.exceptions import MCPError
from pydantic import Field, ValidationError

from .context import EngineContext
from .heartbeat import BEAT_SECONDS
from .paths import Marker, UserPaths
from .spoken import unknown_arguments, wrong_arguments

logger = logging.getLogger(__name__)


class EngineTool(Tool):
    """Published now, loaded at its first call."""

    load: Callable[[], Tool] = Field(exclude=True)
    """Gives the tool as its file declares it."""
    paths: UserPaths = Field(exclude=True)
    heartbeat_seconds: float = Field(default=BEAT_SECONDS, exclude=True)
    """How long whoever waits for the tool hears nothing at most."""
    memory: OrderedDict[str, Any] = Field(default_factory=OrderedDict, exclude=True)
    """What the tool keeps between calls."""

    async def run(self, arguments: dict[str, Any], context: Context[Any, Any], convert_result: bool = False) -> Any:
        """Call the tool.

        Raises:
            ToolError: an argument does not fit, or the engine refused; the text says what to change.
            MCPError: raised by the tool as it is.
        """
        try:
            declared = self.load()
            paths = self.paths.of(context.request_context.lifespan_context.principal)
            validated = self._validated(arguments, declared, paths)
            ctx = EngineContext(context, doing=f"{self.title}.", seconds=self.heartbeat_seconds, memory=self.memory)
            async with ctx.kept_up():
                return await declared.fn(**validated, **{str(declared.context_kwarg): ctx})
        except MCPError:
            raise
        except (ToolError, DriversmithError) as error:
            raise ToolError(_shown(str(error), context)) from error
        except Exception as error:  # the edge: a fault of ours must neither end the server nor say nothing
            raise await self._unexpected(error, context) from error

    def _validated(self, arguments: dict[str, Any], declared: Tool, paths: UserPaths) -> dict[str, Any]:
        properties: dict[str, Any] = self.parameters["properties"]
        if refusal := unknown_arguments(self.name, arguments, properties):
            raise ToolError(refusal)
        required: list[str] = self.parameters.get("required", [])
        given = {
            name: _parsed(value, properties[name])
            for name, value in arguments.items()
            if value is not None or name in required  # clients send null for what they leave out
        }
        try:
            validated = declared.fn_metadata.arg_model.model_validate(given).model_dump_one_level()
        except ValidationError as error:
            raise ToolError(wrong_arguments(self.name, error, self.parameters)) from error
        for name, field in declared.fn_metadata.arg_model.model_fields.items():
            for marker in field.metadata:
                if isinstance(marker, Marker) and isinstance(validated[name], str):
                    paths.check(name, validated[name], marker, frozenset(given))
        return validated

    async def _unexpected(self, error: Exception, context: Context[Any, Any]) -> ToolError:
        error = alone(error)
        if isinstance(error, DriversmithError):  # it came out of a task group
            return ToolError(_shown(str(error), context))
        logger.exception("%s raised an unexpected exception", self.name, exc_info=error)
        with suppress(Exception):  # the count is information; what failed may be the journal itself
            await context.request_context.lifespan_context.journal.count("unhandled_exceptions")
        return ToolError(
            f"{self.name} failed inside the server ({type(error).__name__}); this is a fault of driversmith, not of "
            "your arguments. The traceback is in the server's log (its standard error). Try again once; then report it."
        )


def _shown(text: str, context: Context[Any, Any]) -> str:
    """What went wrong, without secrets, also those that stand in the arguments that it quotes."""
    return clipped(visible(context.request_context.lifespan_context.redact(text)), PAGE)


def _parsed(value: Any, schema: dict[str, Any]) -> Any:
    """A list or object that a client sent as a string of JSON, parsed; texts stay texts, whatever they hold.

    A boolean where a number belongs comes as it was spelled, so that validation refuses it: for pydantic, True is 1.
    """
    kinds = {option.get("type") for option in schema.get("anyOf", [schema])}
    if isinstance(value, str) and kinds <= {"array", "object", "null"}:
        with suppress(ValueError, RecursionError):
            return json.loads(value)
    if isinstance(value, bool) and kinds <= {"integer", "number", "null"}:
        return json.dumps(value)
    return value
