"""Bounds of static checks: what is read, and what is parsed inside this process."""

import contextlib
import math
import re
import sys
from typing import Final

MAX_FILE_BYTES: Final = 8 << 20
"""A larger file is not read. The table of 20,000 operations takes 3 MB."""
MAX_PROFILE_BYTES: Final = 64 << 20
"""`profile.json` alone may be larger: it is data, and as long as its API's description."""
MAX_NESTING: Final = 2_900
"""Levels of a syntax tree that Python 3.11, whose limit is the lowest, compiles with room for who calls it."""
MAX_PACKAGE_FILES: Final = 400
MAX_PACKAGE_BYTES: Final = 16 << 20
"""A driver folder with more text (`profile.json` aside) is not read further; what follows is left out of cross-file checks."""
MAX_PARALLEL_TOOLS: Final = 4
"""Tool processes that one event loop runs at once."""
MAX_PARALLEL_WORKERS: Final = 2
"""Worker processes that one event loop runs at once; each may take up to WORKER_MEMORY_BYTES."""
WORKER_MEMORY_BYTES: Final = 2 << 30
WORKER_SECONDS: Final = 30.0
"""On the processor."""
WORKER_SECONDS_A_MIB: Final = 15.0
"""For each MiB of Python beside that: four times what it takes."""
WORKER_PATIENCE: Final = 6.0
"""So many times as long a worker is waited for: others may want the processor, too."""
TOOL_SECONDS: Final = 20.0
MAX_FINDINGS: Final = 500
"""More findings than this are cut, the worst kept."""

_LIGHT_FILE_CHARACTERS: Final = 96_000
_LIGHT_PACKAGE_CHARACTERS: Final = 400_000
# Dotted chains cost CPython's parser quadratic time while it holds the interpreter lock.
_LONG_CHAIN = re.compile(r"(?:\.[ \t\r\n\\]*\w+[ \t\r\n\\]*){300}")


def limit_memory(most: int) -> None:
    """Have this process, a child of ours, take at most so many bytes, where the platform can see to it."""
    _limit("RLIMIT_AS", most, most)


def limit_processor(seconds: float) -> None:
    """Have this process, a child of ours, end after so many seconds on the processor, where the platform can see to it."""
    _limit("RLIMIT_CPU", math.ceil(seconds), math.ceil(seconds) + 1)  # at the first a signal that tells the reason


def _limit(name: str, soft: int, hard: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    with contextlib.suppress(ValueError, OSError):  # a lower limit of the machine stays as it is
        resource.setrlimit(getattr(resource, name), (soft, hard))


def is_heavy(python: str) -> bool:
    """Whether parsing this text could hold up or crash the process: such text goes to a worker process."""
    return len(python) > _LIGHT_FILE_CHARACTERS or _LONG_CHAIN.search(python) is not None


def is_heavy_package(texts: list[str]) -> bool:
    """Whether the Python files of a package together call for a worker process."""
    return sum(map(len, texts)) > _LIGHT_PACKAGE_CHARACTERS or any(map(is_heavy, texts))


def worker_seconds(texts: list[str]) -> float:
    """How long a worker process may take for these Python files, on the processor."""
    return WORKER_SECONDS + WORKER_SECONDS_A_MIB * sum(map(len, texts)) / (1 << 20)
