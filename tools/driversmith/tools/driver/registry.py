"""All tools of one driver. A new one is a new file, and one line here."""

from functools import partial

from mcp.server.mcpserver.tools import Tool

from ..answer_schemas import AnswerSchemas
from ..calling.heartbeat import BEAT_SECONDS
from ..calling.paths import UserPaths
from ..publishing import face_of
from ..registry import published_tool
from . import call_operation, find_operations, list_objects, read
from .served import ServedDriver

_FILES = (list_objects, read, find_operations, call_operation)


def driver_tools(served: ServedDriver, *, heartbeat_seconds: float = BEAT_SECONDS) -> list[Tool]:
    """The tools, as a server registers them."""
    made, answers = [file.tool(served) for file in _FILES], AnswerSchemas()
    return [
        published_tool(t.name, face_of(t, answers), partial(_same, t), UserPaths(), heartbeat_seconds) for t in made
    ]


def _same(tool: Tool) -> Tool:
    return tool
