"""The token of the user that the server runs as: made at the first start, and kept in a file of theirs."""

from pathlib import Path

from driversmith.engine.errors import InvalidArgumentError

from .private_files import read_private, write_private
from .tokens import SHORTEST, new_token


def local_token(path: Path) -> str:
    """The token in the file, so that clients stay set up from one start to the next; a new one where there is none, or
    where others could have read it.

    Raises:
        InvalidArgumentError: no file can be kept there.
    """
    try:
        kept = (read_private(path) or "").strip()
    except InvalidArgumentError:
        kept = ""
    if len(kept) >= SHORTEST:
        return kept
    token = new_token()
    write_private(path, f"{token}\n")
    return token
