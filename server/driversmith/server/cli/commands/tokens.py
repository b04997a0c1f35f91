"""`driversmith tokens`: who may come in over HTTP. A token is shown once, when it is made; its digest is kept."""

import json
from typing import Annotated

import typer

from ..context import command_settings
from ..terminal.console import FAILED, print_json, stderr, stdout

Name = Annotated[str, typer.Argument(metavar="NAME", help="Whose token it is: their sessions go by this name.")]

app = typer.Typer(help="Bearer tokens for `driversmith serve --http`.", no_args_is_help=True)


@app.command("add")
def add(name: Name) -> None:
    """Make a token, and show it this once, in a client's configuration. Servers know it from their next start on."""
    from ...http.tokens import add_token

    settings = command_settings()
    token = add_token(settings.tokens_file, name)
    headers = {"Authorization": f"Bearer {token}"}
    entry = {"type": "http", "url": "http://127.0.0.1:8931/mcp", "headers": headers}
    stderr().print(f"Kept the digest of {name}'s token in {settings.tokens_file}.", markup=False, soft_wrap=True)
    stderr().print("A client's configuration (the URL is that of your server):", markup=False, soft_wrap=True)
    typer.echo(json.dumps({"mcpServers": {"driversmith": entry}}))


@app.command("list")
def list_names(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Show whose tokens there are."""
    from ...http.tokens import token_names

    settings = command_settings()
    names = token_names(settings.tokens_file)
    if as_json:
        print_json(names)
        return
    for name in names:
        stdout().print(name, markup=False)
    if not names:
        stderr().print(f"No tokens in {settings.tokens_file}.", markup=False, soft_wrap=True)


@app.command("remove")
def remove(name: Name) -> None:
    """Take a token away. Servers know that from their next start on; sessions of the name stay."""
    from ...http.tokens import remove_token

    settings = command_settings()
    if not remove_token(settings.tokens_file, name):
        stderr().print(f"There is no token of {name}.", markup=False, soft_wrap=True)
        raise typer.Exit(FAILED)
    stderr().print(f"Removed the token of {name}.", markup=False, soft_wrap=True)
