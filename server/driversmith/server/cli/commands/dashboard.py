"""`driversmith dashboard`: what was made and what healed, in the browser."""

from typing import Annotated

import typer


def dashboard(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 is a free one.", min=0, max=65535)] = 0,
    open_browser: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
) -> None:
    """Show sessions, healing, drivers and costs on a page of this machine, until Ctrl-C."""
    from ...http.serve import serve_dashboard

    raise typer.Exit(serve_dashboard(port, open_browser=open_browser))
