"""`run`: the command line as a whole, and what its errors look like."""

import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated

import typer
from driversmith.engine.errors import DriversmithError, InvalidArgumentError, SessionNotFoundError, alone

from .commands import (
    catalogue,
    credentials,
    dashboard,
    demo,
    doctor,
    drift,
    generate,
    heal,
    read,
    serve,
    serve_driver,
    sessions,
    tokens,
    validate,
)
from .terminal.console import FAILED, INTERRUPTED, USAGE, complain, speak_any_encoding
from .terminal.wording import for_a_command_line

DEBUG = "--debug"


def run(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit code: 0 success, 1 the driver or command failed, 2 usage, 130 Ctrl-C."""
    speak_any_encoding()
    arguments = list(sys.argv[1:] if argv is None else argv)
    before_dashes = arguments[: arguments.index("--")] if "--" in arguments else arguments
    debug = DEBUG in before_dashes
    if debug:
        arguments.remove(DEBUG)
    try:
        typer.main.get_command(_app()).main(args=arguments, prog_name="driversmith")
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader of our output has left
        return FAILED
    except Exception as exc:  # the edge of the process: a person sees a sentence; --debug shows the traceback
        if debug:
            raise
        return _explained(alone(exc))
    return 0


def _app() -> typer.Typer:
    app = typer.Typer(
        name="driversmith",
        help="Makes tested Python drivers for HTTP APIs. Without a command it serves MCP on stdin and stdout.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    app.command()(generate.generate)
    app.command()(validate.validate)
    app.command()(drift.check)
    app.command()(heal.heal)
    app.command()(read.read)
    app.command("sessions")(sessions.sessions)
    app.command()(sessions.show)
    app.command()(sessions.resume)
    app.command()(sessions.cancel)
    app.command()(sessions.prune)
    app.command()(dashboard.dashboard)
    app.add_typer(credentials.app, name="credentials")
    app.add_typer(tokens.app, name="tokens")
    app.add_typer(catalogue.app, name="catalogue")
    app.command()(demo.demo)
    app.command()(doctor.doctor)
    app.command()(serve.serve)
    app.command()(serve_driver.serve_driver)
    return app


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"driversmith {version('driversmith')}")
        raise typer.Exit


def _options(
    show_version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
    debug: Annotated[bool, typer.Option(DEBUG, help="Show tracebacks.")] = False,
) -> None:
    pass


def _explained(exc: Exception) -> int:
    if isinstance(exc, SessionNotFoundError):
        complain(exc.message, "`driversmith sessions` lists them.")
        return USAGE
    if isinstance(exc, DriversmithError):
        complain(for_a_command_line(exc.message), for_a_command_line(exc.next_action))
        return USAGE if isinstance(exc, InvalidArgumentError) else FAILED
    if isinstance(exc, UnicodeEncodeError) and "surrogates" in exc.reason:
        complain(f"{exc.object[:80]!r} is not text in this terminal's encoding.", "Spell the argument another way.")
        return USAGE
    complain(f"Internal error: {type(exc).__name__}: {exc}", f"Run it again with {DEBUG} for the details.")
    return FAILED
