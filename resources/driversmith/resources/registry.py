"""All resources and prompts of the server. A new one is a function in a file of its noun, and one line here."""

from typing import Any

from mcp.server.apps import APP_MIME_TYPE
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.prompts import Prompt
from mcp.server.mcpserver.resources import FunctionResource
from mcp_types import Resource

from . import overview, prompts, sessions
from .dashboard.document import document
from .uris import DASHBOARD, DIAGNOSTICS, METRICS, SESSIONS

JSON = "application/json"
NDJSON = "application/x-ndjson"
TEXT = "text/plain"
ZIP = "application/zip"
ONE = f"{SESSIONS}/{{session_id}}"
_BORDERED = {"ui": {"prefersBorder": True}}
"""No domain stands beside it: the page fetches nothing from anywhere, and hosts allow it nothing."""

TEMPLATES = (
    (f"{SESSIONS}{{?status,api_name,limit,cursor}}", sessions.list_sessions, "sessions", JSON),
    (f"{DIAGNOSTICS}{{?error_type,api_name,limit,cursor}}", overview.list_diagnostics, "diagnostics", JSON),
    (f"{METRICS}{{?since,cursor}}", overview.read_metrics, "metrics", JSON),
    (f"{ONE}{{?cursor}}", sessions.read_session, "session", JSON),
    (f"{ONE}/log{{?cursor}}", sessions.read_log, "session log", NDJSON),
    (f"{ONE}/diagnostics{{?cursor}}", sessions.read_diagnostics, "session diagnostics", JSON),
    (f"{ONE}/archive", sessions.read_archive, "session archive", ZIP),
    (f"{ONE}/files/{{+path}}{{?cursor}}", sessions.read_file, "session file", TEXT),
)
LISTED = {
    f"{METRICS}{{?since,cursor}}": f"{METRICS}{{?since}}",
    **{f"{uri}{{?cursor}}": uri for uri in (ONE, f"{ONE}/log", f"{ONE}/diagnostics", f"{ONE}/files/{{+path}}")},
}
"""How a template is listed whose cursor nobody needs to know: a page names the URI of the next."""
PROMPTS = ((prompts.create_driver, "Make a driver for an API"), (prompts.repair_driver, "Find out why a driver failed"))


def register(server: MCPServer[Any]) -> None:
    """Register the templates and prompts with the server."""
    for uri, read, name, mime_type in TEMPLATES:
        server.resource(uri, name=name, title=name.capitalize(), mime_type=mime_type)(read)
    server.add_resource(
        FunctionResource.from_function(
            dashboard_app,
            DASHBOARD,
            name="dashboard",
            title="Dashboard",
            description=_said(dashboard_app),
            mime_type=APP_MIME_TYPE,
            meta=_BORDERED,
        )
    )
    for prompt, title in PROMPTS:
        server.add_prompt(Prompt.from_function(prompt, title=title))


def dashboard_app() -> str:
    """What was made and what healed, on a page that hosts of MCP Apps show; `query_history(kind="dashboard")` says it in text."""
    return document("app")


def plain_resources() -> list[Resource]:
    """What `resources/list` begins with: the templates whose parameters may all be left out.

    A static resource cannot take a Context, so these are read through their templates and only listed here.
    """
    return [
        Resource(
            uri=SESSIONS, name="sessions", title="Sessions", description=_said(sessions.list_sessions), mime_type=JSON
        ),
        Resource(
            uri=DIAGNOSTICS,
            name="diagnostics",
            title="Diagnoses",
            description=_said(overview.list_diagnostics),
            mime_type=JSON,
        ),
        Resource(
            uri=METRICS, name="metrics", title="Metrics", description=_said(overview.read_metrics), mime_type=JSON
        ),
        Resource(
            uri=DASHBOARD,
            name="dashboard",
            title="Dashboard",
            description=_said(dashboard_app),
            mime_type=APP_MIME_TYPE,
            _meta=_BORDERED,
        ),
    ]


def _said(function: Any) -> str:
    return (function.__doc__ or "").strip()
