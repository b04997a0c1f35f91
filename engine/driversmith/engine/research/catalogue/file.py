"""The file of a catalogue: compressed JSON, the same bytes for the same entries."""

import gzip
import json
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from ...errors import InvalidArgumentError
from ..documents.nodes import is_list, is_object, mapping, sequence, text
from .entries import Catalogue, CatalogueSource, Entry

NAME = "catalogue.json.gz"
MAX_BYTES = 64 << 20
"""Of a catalogue, unpacked."""


def load_catalogue(path: Path | None = None) -> Catalogue:
    """The catalogue in a file; without one, that which comes with the package.

    Raises:
        InvalidArgumentError: it cannot be read, or is none.
    """
    if path is None:
        return _shipped()
    try:
        return _read(path.read_bytes())
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise InvalidArgumentError(
            f"{path} holds no catalogue that can be read ({type(error).__name__}).",
            next_action="Make it anew with `driversmith catalogue refresh`, or unset DRIVERSMITH_CATALOGUE.",
        ) from error


def dump(entries: Iterable[Entry]) -> bytes:
    """The bytes of a catalogue file."""
    kept = sorted(entries, key=lambda entry: (entry.key, entry.version))
    sources = list(dict.fromkeys(entry.source for entry in kept))
    document = {
        "sources": [vars(source) for source in sources],
        "apis": [
            [e.key, e.title, e.version, list(e.bases), [list(d) for d in e.descriptions], sources.index(e.source)]
            for e in kept
        ],
    }
    return gzip.compress(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(), 9, mtime=0)


@lru_cache(maxsize=1)
def _shipped() -> Catalogue:
    return _read(files(__package__ or __name__).joinpath(f"data/{NAME}").read_bytes())


def _read(content: bytes) -> Catalogue:
    whole = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    if len(whole) > MAX_BYTES:
        raise ValueError("too large")
    document: Any = json.loads(whole)
    if not is_object(document) or not is_list(document.get("apis")):
        raise ValueError("no catalogue")
    sources = [
        CatalogueSource(text(s.get("name")), text(s.get("url")), text(s.get("licence")), text(s.get("date")))
        for s in map(mapping, sequence(document.get("sources")))
    ]
    return Catalogue(
        Entry(
            key=str(key),
            title=str(title),
            version=str(version),
            bases=tuple(map(str, bases)),
            descriptions=tuple((str(kind), str(url)) for kind, url in descriptions),
            source=sources[int(number)],
        )
        for key, title, version, bases, descriptions, number in document["apis"]
    )
