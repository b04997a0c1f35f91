"""`driversmith serve`: the MCP server itself."""

from typing import Annotated

import typer


def serve(
    http: Annotated[
        str | None, typer.Option(help="Serve streamable HTTP here instead of stdio.", metavar="HOST:PORT")
    ] = None,
    no_token: Annotated[
        bool,
        typer.Option(
            "--no-token",
            help="With --http on loopback: ask for no token, so that every account of this machine may come in.",
        ),
    ] = False,
) -> None:
    """Serve MCP on stdin and stdout, or over HTTP."""
    if http is None:
        if no_token:
            raise typer.BadParameter("it goes with --http HOST:PORT.", param_hint="--no-token")
        from ...stdio import serve_stdio

        raise typer.Exit(serve_stdio())
    from ...http.serve import serve_http

    raise typer.Exit(serve_http(http, no_token=no_token))
