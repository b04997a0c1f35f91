"""`driversmith credentials`: keys of target APIs, from a prompt or stdin, never from the command's own line."""

import getpass
import sys
from typing import Annotated

import typer
from driversmith.engine.errors import InvalidArgumentError

from ..context import command_settings
from ..terminal.console import FAILED, print_json, stderr, stdout

Origin = Annotated[str, typer.Argument(metavar="ORIGIN", help="Origin of the API, such as https://api.example.com.")]

app = typer.Typer(help="Keys of target APIs, kept by origin.", no_args_is_help=True)


@app.command("set")
def set_value(
    origin: Origin,
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="api_key, token, username, password, client_id, client_secret, headers.NAME or query.NAME; with"
            " --scheme the name of an auth scheme of the API.",
        ),
    ] = "api_key",
    scheme: Annotated[bool, typer.Option("--scheme", help="NAME is the name of an auth scheme of the API.")] = False,
) -> None:
    """Store a value, read from a prompt or from stdin; env:NAME stands for an environment variable."""
    from driversmith.engine.network.addresses import origin_of
    from driversmith.engine.network.credentials_file import set_credential

    settings = command_settings()
    origin = origin_of(origin)
    value = _value(f"{name} of {origin}")
    stored = set_credential(settings.credentials_file, origin, name, value, of_scheme=scheme)
    stderr().print(f"Stored {name} of {stored} in {settings.credentials_file}.", markup=False, soft_wrap=True)


@app.command("list")
def list_values(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Show which values are stored, without showing them."""
    from driversmith.engine.network.credentials_file import list_credentials

    settings = command_settings()
    listed = list_credentials(settings.credentials_file)
    if as_json:
        print_json(listed)
        return
    for origin, values in listed.items():
        stdout().print(origin, style="bold", markup=False)
        for name, shown in values.items():
            stdout().print(f"  {name} = {shown}", markup=False, soft_wrap=True)
    if not listed:
        stderr().print(f"No credentials in {settings.credentials_file}.", markup=False, soft_wrap=True)


@app.command("remove")
def remove_value(
    origin: Origin,
    name: Annotated[str | None, typer.Argument(help="Only this value; default: all of the origin.")] = None,
) -> None:
    """Remove the values of an origin, or one of them."""
    from driversmith.engine.network.credentials_file import remove_credential

    settings = command_settings()
    if not remove_credential(settings.credentials_file, origin, name):
        stderr().print(f"There is no {name or 'credential'} of {origin}.", markup=False, soft_wrap=True)
        raise typer.Exit(FAILED)
    stderr().print(f"Removed {name or 'all values'} of {origin}.", markup=False, soft_wrap=True)


def _value(what: str) -> str:
    """The secret, typed unseen on a terminal or else the first line of stdin."""
    typed = getpass.getpass(f"{what}: ") if sys.stdin.isatty() else sys.stdin.readline()
    value = typed.rstrip("\r\n")
    if not value:
        raise InvalidArgumentError(
            f"No value for {what}.", next_action="Type it at the prompt, or pipe it into the command."
        )
    return value
