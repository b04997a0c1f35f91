"""The console script. Without arguments, or with `serve` alone, it serves on stdio and loads no command line."""

import gc
import sys


def main() -> None:
    """Run `driversmith`; never returns."""
    if sys.argv[1:] in ([], ["serve"]):
        gc.disable()  # importing makes half a million objects that all stay; looking for garbage in them costs 0.1 s
        from .stdio import serve_stdio

        gc.freeze()
        gc.enable()
        sys.exit(serve_stdio())
    try:
        from .cli.app import run
    except KeyboardInterrupt:  # Ctrl-C before there is anything to stop
        sys.exit(130)
    sys.exit(run())
