"""`driversmith demo`: the whole way on one machine; no key, no network."""

import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer

from ..terminal.console import FAILED, INTERRUPTED, SUCCESS, complain, print_json
from ..terminal.progress import Watched, run_watched

FOLDER = "driversmith-demo"


def demo(
    *,
    heal: Annotated[
        bool,
        typer.Option(
            "--heal",
            help="Have a scripted model write the driver, with deliberate faults, and watch guards, diagnosis and "
            "supervision heal it.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what happened as JSON, and nothing else.")] = False,
) -> None:
    """Show it all: a small real API on this machine, its driver made over MCP, and its records read."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="driversmith-demo-", ignore_cleanup_errors=True) as home:
        folder = _fresh_folder()
        show = _show(Path(home), folder, heal=heal, quiet=as_json)
        try:
            run_watched("demo", show.run, quiet=as_json, live=False if heal else None)
        except KeyboardInterrupt:
            complain("Interrupted; everything is stopped.")
            raise typer.Exit(INTERRUPTED) from None
        finally:
            with suppress(OSError):  # something is in it, as there should be
                folder.rmdir()
    seconds = time.monotonic() - started
    if as_json:
        print_json({**show.told(), "seconds": round(seconds, 2)})
    else:
        show.print(seconds)
    raise typer.Exit(SUCCESS if show.ok else FAILED)


class _Show(Protocol):
    """One run of a demo, and what came of it."""

    @property
    def ok(self) -> bool:
        """Whether all that was to be shown did happen."""
        ...

    async def run(self, shown: Watched) -> None:
        """Run it to its end; nothing is left running."""
        ...

    def told(self) -> dict[str, Any]:
        """What happened, as JSON."""
        ...

    def print(self, seconds: float) -> None:
        """What happened, for a person."""
        ...


def _show(home: Path, folder: Path, *, heal: bool, quiet: bool) -> _Show:
    if heal:
        from ...demo.healing import HealingShow

        return HealingShow(home, folder, quiet=quiet)
    from ...demo.making import MakingShow

    return MakingShow(home, folder)


def _fresh_folder() -> Path:
    """A new folder below the current one, or where that cannot be written, a temporary one."""
    for number in range(1, 1000):
        folder = Path.cwd() / (FOLDER if number == 1 else f"{FOLDER}-{number}")
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        except OSError:
            break
        return folder
    return Path(tempfile.mkdtemp(prefix=f"{FOLDER}-"))
