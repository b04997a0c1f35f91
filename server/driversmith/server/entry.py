"""The console script. Without arguments, or with `serve` alone, it serves on stdio and loads no command line."""

import gc
import sys
from collections.abc import Callable


def main() -> None:
    """Run `driversmith`; never returns."""
    try:
        command = _server() if sys.argv[1:] in ([], ["serve"]) else _command_line()
    except KeyboardInterrupt:  # Ctrl-C before there is anything to stop
        sys.exit(130)
    sys.exit(command())


def _server() -> Callable[[], int]:
    gc.disable()  # importing makes half a million objects that all stay; looking for garbage in them costs 0.1 s
    from .stdio import serve_stdio

    gc.freeze()
    gc.enable()
    return serve_stdio


def _command_line() -> Callable[[], int]:
    gc.set_threshold(50_000, 20, 50)  # as above, for what a command imports on its way
    from .cli.app import run

    return run
