"""Names of files that mean the same on every platform, and cannot leave their folder."""

import re
from pathlib import PurePosixPath

_FORBIDDEN = frozenset('\\:~*?"<>|')
_DEVICES = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|clock\$|(com|lpt)[0-9\u00b9\u00b2\u00b3])\s*(\..*)?", re.IGNORECASE
)
"""Windows takes them for devices, in any folder and with any suffix."""


def is_portable(path: str) -> bool:
    """Whether this is a plain relative POSIX path whose every part can be a file name on Windows, too: no drive, no stream, no
    device, no wildcard, no end that Windows leaves out, and nothing that cannot be seen."""
    return bool(
        path.isprintable()
        and not set(path) & _FORBIDDEN
        and PurePosixPath(path).as_posix() == path
        and all(map(_is_portable_name, path.split("/")))
    )


def _is_portable_name(name: str) -> bool:
    return bool(
        name.strip(" .")
        and name == name.strip()
        and not name.endswith(".")
        and len(name.encode()) <= 255
        and not _DEVICES.fullmatch(name)
    )
