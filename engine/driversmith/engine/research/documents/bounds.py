"""How much of a description is taken in, and what is said of one that is more."""

from ...errors import DescriptionError
from ...settings import DESCRIPTION_TOO_LARGE

MAX_NODES = 6_000_000
"""Values of a document, each YAML alias counted at the size of what it stands for; they take about 100 bytes each."""
MAX_DEPTH = 400
"""Levels of a document, each YAML alias counted with what it stands for."""
WORKER_BYTES = 4 << 30
"""Memory of the process that reads a large description."""
WORKER_SECONDS = 20.0
"""On the processor, for one piece of work on a description, beside what its size takes."""
WORKER_SECONDS_A_MIB = 5.0
"""For each MiB: ten times what YAML takes."""


def too_large(location: str, size: int | None, max_bytes: int) -> DescriptionError:
    """The error for a description of `size` bytes (None: it was not read to its end)."""
    actual = f"{size:,} bytes" if size is not None else "larger"
    return _refused(
        f"{location} is {actual}; a description may have at most {max_bytes:,} bytes.", DESCRIPTION_TOO_LARGE
    )


def too_many_values(location: str, max_nodes: int) -> DescriptionError:
    """The error for a document that unfolds to more than `max_nodes` values."""
    return _refused(
        f"{location} unfolds to more than {max_nodes:,} values.",
        "Give a smaller description, or one without nested YAML aliases.",
    )


def too_much_memory() -> DescriptionError:
    """The error for a document that could not be read in the memory that there is for it."""
    return _refused(
        f"Reading the description takes more than {WORKER_BYTES >> 30} GiB of memory.", "Give a smaller description."
    )


def too_much_work() -> DescriptionError:
    """The error for a document whose reading ended the process that read it: in time on the processor, or memory."""
    return _refused(
        "Reading the description takes more time on the processor, or more memory, than it may.",
        "Give a smaller description, or name the objects that you want (objects).",
    )


def too_deep(location: str) -> DescriptionError:
    """The error for a document that nests too deeply."""
    return DescriptionError(
        f"{location} nests deeper than {MAX_DEPTH} levels.",
        next_action="Give an OpenAPI or Swagger description in JSON or YAML.",
    )


def _refused(message: str, next_action: str) -> DescriptionError:
    return DescriptionError(message, code="description_too_large", next_action=next_action)
