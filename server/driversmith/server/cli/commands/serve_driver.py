"""`driversmith serve-driver`: a driver as an MCP server of its own."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from ..context import command_settings
from ..terminal.driver_folder import own_addresses


def serve_driver(
    driver_dir: Annotated[
        Path, typer.Argument(metavar="DIR", help="Project folder of the driver (with its driver.json).")
    ],
    *,
    write: Annotated[
        bool, typer.Option("--write", help="Let operations be called that create, change or delete something.")
    ] = False,
) -> None:
    """Serve a driver's objects and operations as MCP tools on stdin and stdout, each call in the sandbox."""
    from driversmith.engine.drivers.records import driver_profile
    from driversmith.tools.driver.served import ServedDriver

    from ...driver_app import create_driver_server
    from ...stdio import serve_on_stdio

    settings = command_settings()
    project = driver_dir.expanduser().absolute()
    served = ServedDriver(project, driver_profile(project), own_addresses(project), write)
    raise typer.Exit(serve_on_stdio(partial(create_driver_server, served, settings)))
