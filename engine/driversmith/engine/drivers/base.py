"""What we wrote of a driver, kept beside it: the base of the merge when it is written anew (ADR 0025).

One small file in the project folder, so that it travels with the driver through version control; compressed, so that no tool
takes it for code. It is in neither the wheel nor driver.json. A folder may come from anybody: what is read is text to merge with,
never run, and bounded.
"""

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from ..models.driver import DriverFile

BASE = ".driversmith/base"
MAX_STORED = 32 << 20
MAX_TEXT = 128 << 20
_HEAD = "driversmith base 1: the text of each file as it was written, for merging edits (JSON, zlib, base64)\n"
_LINE = 100


@dataclass(frozen=True)
class Base:
    """The texts that files descend from, by path, and the hashes of conflicts that lie beside them."""

    files: Mapping[str, str] = field(default_factory=dict[str, str])
    conflicts: Mapping[str, str] = field(default_factory=dict[str, str])

    def stored(self) -> DriverFile:
        """As a file of the project folder."""
        whole = json.dumps({"files": dict(self.files), "conflicts": dict(self.conflicts)}, sort_keys=True)
        text = base64.b64encode(zlib.compress(whole.encode(), 9)).decode()
        lines = (text[start : start + _LINE] for start in range(0, len(text), _LINE))
        return DriverFile(path=BASE, text=_HEAD + "\n".join(lines) + "\n")


def read_base(content: bytes | None) -> Base:
    """What a stored base holds; an empty one where there is none that can be read."""
    if content is None or len(content) > MAX_STORED or not content.startswith(_HEAD.encode()):
        return Base()
    try:
        packed = base64.b64decode(content[len(_HEAD) :])
        unpacking = zlib.decompressobj()
        whole: Any = json.loads(unpacking.decompress(packed, MAX_TEXT))
        return Base(_texts(whole["files"]), _texts(whole["conflicts"]))
    except (ValueError, KeyError, TypeError, zlib.error, RecursionError):
        return Base()


def _texts(value: Any) -> dict[str, str]:
    return {key: text for key, text in cast("dict[str, Any]", value).items() if isinstance(text, str)}
