"""`driversmith sessions`, `show`, `resume`, `cancel`, `prune`: what the journal remembers, and what to do with it."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import anyio
import typer
from driversmith.engine.errors import InvalidArgumentError
from driversmith.engine.models.session import FINISHED, SessionRecord, SessionStatus, SupervisedResult
from driversmith.engine.settings import Settings
from rich.table import Table
from rich.text import Text

from ..context import command_settings, engine_for_command
from ..terminal.console import FAILED, INTERRUPTED, SUCCESS, complain, print_json, stderr, stdout
from ..terminal.event_lines import printable
from ..terminal.interrupt import run_async
from ..terminal.progress import Watched, run_watched
from ..terminal.records import cell
from ..terminal.result import print_result

SessionId = Annotated[str, typer.Argument(metavar="ID", help="Id of the session, as `driversmith sessions` shows it.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

MOST_EVENTS = 500


def sessions(
    status: Annotated[SessionStatus | None, typer.Option(help="Only sessions with this status.")] = None,
    limit: Annotated[int, typer.Option(help="Most sessions to show.", min=1, max=1000)] = 20,
    as_json: Json = False,
) -> None:
    """List sessions, newest first."""
    settings = command_settings()

    async def read() -> list[SessionRecord]:
        async with engine_for_command(settings) as engine:
            return (await engine.journal.sessions(status=status, limit=limit)).items

    found = run_async(read)
    if as_json:
        print_json([record.model_dump(mode="json", exclude={"key"}) for record in found])
        return
    table = Table("session", "status", "api", "url", "verified", "when", box=None, header_style="bold")
    for record in found:
        level = record.result.verification.level if record.result and record.result.success else ""
        cells = (record.request.api_name, record.request.api_url, level, record.created_at[:19].replace("T", " "))
        table.add_row(record.session_id, record.status, *(Text(cell(value)) for value in cells))
    stdout().print(table if found else "No sessions.")


def show(
    session_id: SessionId,
    file: Annotated[
        Path | None, typer.Argument(help="With --html: the file to write, or - for stdout.", show_default=False)
    ] = None,
    as_json: Json = False,
    as_html: Annotated[
        bool, typer.Option("--html", help="Write the session as one page that needs nothing else: DRIVER-ID.html.")
    ] = False,
) -> None:
    """Show a session: its result and its log."""
    if as_html and as_json:
        raise typer.BadParameter("give one of --html and --json.", param_hint="--html")
    if file is not None and not as_html:
        raise typer.BadParameter("a file goes with --html.", param_hint="FILE")
    settings = command_settings()
    if as_html:
        run_async(lambda: _write_page(settings, session_id, file))
        return

    async def read() -> None:
        async with engine_for_command(settings) as engine:
            record = await engine.journal.session(session_id)
            events = await engine.journal.events(session_id, limit=MOST_EVENTS)
            result = await engine.result(session_id)
        if as_json:
            print_json(
                {
                    **record.model_dump(mode="json", exclude={"key", "result"}),
                    "result": result.model_dump(mode="json"),
                    "events": [event.model_dump(mode="json", exclude={"session_id"}) for event in events],
                }
            )
            return
        console = stdout()
        console.print(f"{record.request.api_name}  {record.request.api_url}", style="bold", markup=False)
        for event in events:
            console.print(
                Text(f"  {event.at[11:19]} {event.level:7} {printable(event.message)}", style="dim"), soft_wrap=True
            )
        print_result(console, result)

    run_async(read)


async def _write_page(settings: Settings, session_id: str, file: Path | None) -> None:
    from driversmith.engine.views.dashboard import one_session
    from driversmith.resources.dashboard.document import document

    async with engine_for_command(settings) as engine:
        found = await one_session(engine.journal, session_id)
    page = document("file", found.model_dump(mode="json"))
    if file == Path("-"):
        sys.stdout.buffer.write(page.encode())
        return
    target = anyio.Path(file or f"{found.session.line.driver}-{session_id}.html")
    try:
        await target.write_text(page, encoding="utf-8")
    except OSError as error:
        raise InvalidArgumentError(
            f"{target} cannot be written: {error.strerror or error}.", next_action="Name another file."
        ) from error
    print(await target.absolute())


def resume(
    session_id: SessionId,
    allow_local: Annotated[
        bool, typer.Option("--allow-local", help="Reach local addresses other than those typed when it began.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Go on with an interrupted session, and wait for it."""
    settings = command_settings()
    if allow_local:
        settings = settings.model_copy(update={"allow_local": True})

    async def run(shown: Watched) -> SupervisedResult:
        async with engine_for_command(settings) as engine:
            await engine.resume(session_id)
            return await engine.wait(session_id, seconds=None, on_event=shown.told)

    try:
        result = run_watched(session_id, run, quiet=as_json)
    except KeyboardInterrupt:
        complain("Interrupted.", f"Nothing is lost: `driversmith resume {session_id}` goes on where it stopped.")
        raise typer.Exit(INTERRUPTED) from None
    _finish(result, as_json)


def cancel(session_id: SessionId, as_json: Json = False) -> None:
    """Cancel a session, in whatever process it runs."""
    settings = command_settings()

    async def run() -> SupervisedResult:
        async with engine_for_command(settings) as engine:
            return await engine.cancel(session_id)

    result = run_async(run)
    if as_json:
        print_json(result)
    else:
        stdout().print(f"Session {session_id} is {result.status}.")
    raise typer.Exit(SUCCESS if result.status in FINISHED else FAILED)


def prune(
    days: Annotated[
        int, typer.Option(help="Keep sessions that finished within this many days.", min=0, max=36_500)
    ] = 30,
) -> None:
    """Forget finished sessions; drivers on disk stay."""
    settings = command_settings()
    before = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    async def run() -> int:
        async with engine_for_command(settings) as engine:
            return await engine.prune(before=before)

    removed = run_async(run)
    what = "1 finished session" if removed == 1 else f"{removed} finished sessions"
    stderr().print(f"Forgot {what} older than {days} days.")


def _finish(result: SupervisedResult, as_json: bool) -> None:
    if as_json:
        print_json(result)
    else:
        print_result(stdout() if result.success else stderr(), result)
    raise typer.Exit(SUCCESS if result.success else FAILED)
