"""The real server in a process of its own."""

import os
import subprocess
import sys
import sysconfig
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from mcp import StdioServerParameters

from .shop import Shop

COMMAND = str(Path(sysconfig.get_path("scripts")) / ("driversmith.exe" if sys.platform == "win32" else "driversmith"))


def environment(folder: Path, shop: Shop) -> dict[str, str]:
    """The variables of a server whose state and output lie below a folder, and that may reach the shop."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("DRIVERSMITH_")}
    return {
        **ours,
        "DRIVERSMITH_HOME": str(folder / "home"),
        "DRIVERSMITH_OUTPUT_DIR": str(folder / "drivers"),
        "DRIVERSMITH_ALLOW_LOCAL": shop.address,
    }


def over_stdio(folder: Path, shop: Shop) -> StdioServerParameters:
    """How a client starts the server."""
    return StdioServerParameters(command=COMMAND, args=["serve"], env=environment(folder, shop))


@contextmanager
def started(folder: Path, shop: Shop, *arguments: str) -> "Generator[subprocess.Popen[bytes]]":
    """`driversmith serve` with raw pipes; killed at the end where it still runs."""
    process = subprocess.Popen(
        [COMMAND, "serve", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(folder, shop),
    )
    with process:
        try:
            yield process
        finally:
            process.kill()
