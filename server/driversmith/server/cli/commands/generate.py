"""`driversmith generate`: the session that an MCP client would start, through an in-memory client."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from driversmith.engine.errors import InvalidArgumentError
from driversmith.engine.models.session import EngineName, LiveMode, SupervisedResult
from driversmith.engine.settings import Settings

from ..context import command_settings
from ..terminal.console import FAILED, INTERRUPTED, SUCCESS, complain, print_json, stderr, stdout
from ..terminal.driver_folder import absolute_spec, is_url
from ..terminal.progress import Watched, run_watched
from ..terminal.result import print_result
from ..terminal.typed import TypedEngines, typed_pairs

if TYPE_CHECKING:
    from mcp import Client

WAIT_SECONDS = 600
MOST_RESUMES = 3


def generate(
    name: Annotated[str, typer.Argument(metavar="NAME", help='Name of the API, such as "Open-Meteo".')],
    url: Annotated[
        str | None,
        typer.Argument(
            metavar="[URL]",
            help="URL of the API, of its description or of its documentation; may be left out where the catalogue of public APIs"
            " knows the name, and beside a URL as --spec.",
        ),
    ] = None,
    *,
    spec: Annotated[
        str | None,
        typer.Option(help="Its description (OpenAPI, Postman, HAR, ...): a URL or a file.", metavar="URL|PATH"),
    ] = None,
    server: Annotated[
        str | None, typer.Option(help="Which of the description's servers the driver is for.", metavar="URL")
    ] = None,
    auth: Annotated[
        str | None, typer.Option(help="By which of the description's schemes to authenticate.", metavar="SCHEME")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Folder for the driver's project folder; default: the current one.")
    ] = None,
    engine: Annotated[EngineName, typer.Option(help="Who writes the driver; auto needs no key.")] = "auto",
    objects: Annotated[str | None, typer.Option(help="Only these objects, separated by commas.", metavar="A,B")] = None,
    live: Annotated[LiveMode, typer.Option(help="Reads from the real API.")] = "auto",
    budget: Annotated[float | None, typer.Option(help="Most that models may cost, in dollars.", metavar="USD")] = None,
    allow_local: Annotated[
        bool, typer.Option("--allow-local", help="Also reach local addresses other than those typed here.")
    ] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start anew even where nothing changed.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON, and nothing else.")] = False,
) -> None:
    """Make a tested driver for an API, and read its first records."""
    if engine == "host":
        raise InvalidArgumentError(
            "With the engine host the agent that calls writes files, and a command line has no agent.",
            next_action="Use it from an MCP client, or take --engine template (no key), or --engine model"
            " with ANTHROPIC_API_KEY set.",
        )
    settings = command_settings()
    arguments: dict[str, Any] = {
        "api_name": name,
        "api_url": url,
        "spec": absolute_spec(spec),
        "server": server,
        "auth": auth,
        "output_dir": str((output or settings.output_dir or Path.cwd()).expanduser().absolute()),
        "engine": engine,
        "objects": None if objects is None else [o.strip() for o in objects.split(",") if o.strip()],
        "live": live,
        "budget_usd": budget,
        "fresh": fresh,
    }
    if allow_local:
        settings = settings.model_copy(update={"allow_local": True})
    engines = TypedEngines(typed_pairs([*([url] if url else []), *([spec] if spec and is_url(spec) else [])]))
    session = _Session(settings, engines, arguments)
    try:
        result = run_watched(name, session.run, quiet=as_json)
    except KeyboardInterrupt:
        complain("Interrupted.", session.how_to_resume())
        raise typer.Exit(INTERRUPTED) from None
    if as_json:
        print_json(result)
    else:
        print_result(stdout() if result.success else stderr(), result)
    raise typer.Exit(SUCCESS if result.success else FAILED)


class _Session:
    """One session, begun and waited for through MCP; remembers its id for whoever has to leave early."""

    def __init__(self, settings: Settings, engines: TypedEngines, arguments: dict[str, Any]) -> None:
        self._settings = settings
        self._engines = engines
        self._arguments = {k: v for k, v in arguments.items() if v is not None}
        self._session_id = ""

    async def run(self, shown: Watched) -> SupervisedResult:
        """The finished session's result.

        Raises:
            InvalidArgumentError: the server refused the arguments; its sentence says what to change.
            JournalError: the session database cannot be used.
        """
        from mcp import Client

        from ...app import create_server

        self._engines.on_event = shown.happened
        server = create_server(self._settings, engine_factory=self._engines.open)
        async with Client(server, raise_exceptions=True) as client:
            result = await self._call(client, shown, "generate_driver_supervised", **self._arguments, wait_seconds=0)
            self._session_id = result.session_id
            resumes = 0
            while result.status in {"queued", "running", "interrupted"} and resumes <= MOST_RESUMES:
                if result.status == "interrupted":
                    resumes += 1
                    again = {**self._arguments, "fresh": False, "wait_seconds": 0}
                    result = await self._call(client, shown, "generate_driver_supervised", **again)
                result = await self._call(
                    client, shown, "get_session", session_id=self._session_id, wait_seconds=WAIT_SECONDS
                )
        return result

    def how_to_resume(self) -> str:
        """What to do after Ctrl-C."""
        if not self._session_id:
            return "Run the same command again."
        return f"Nothing is lost: `driversmith resume {self._session_id}` goes on where it stopped."

    async def _call(self, client: "Client", shown: Watched, tool: str, **arguments: Any) -> SupervisedResult:
        answer = await client.call_tool(tool, arguments, progress_callback=shown)
        if self._engines.failure is not None:
            raise self._engines.failure
        if answer.is_error:
            raise InvalidArgumentError(" ".join(getattr(block, "text", "") for block in answer.content).strip())
        return SupervisedResult.model_validate(answer.structured_content)
