"""The console script. Without arguments, or with `serve` alone, it serves on stdio and loads no command line."""

import sys


def main() -> None:
    """Run `driversmith`; never returns."""
    if sys.argv[1:] in ([], ["serve"]):
        from .stdio import serve_stdio

        sys.exit(serve_stdio())
    from .cli.app import run

    sys.exit(run())
