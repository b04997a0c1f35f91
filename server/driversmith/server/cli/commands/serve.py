"""`driversmith serve`: the MCP server itself."""

from typing import Annotated

import typer


def serve(
    http: Annotated[
        str | None, typer.Option(help="Serve streamable HTTP here instead of stdio.", metavar="HOST:PORT")
    ] = None,
) -> None:
    """Serve MCP on stdin and stdout, or over HTTP on this machine."""
    if http is None:
        from ...stdio import serve_stdio

        raise typer.Exit(serve_stdio())
    from ...http import serve_http

    raise typer.Exit(serve_http(http))
