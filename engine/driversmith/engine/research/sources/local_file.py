"""Reading a description from a local file."""

import stat
from pathlib import Path

import anyio.to_thread

from ...disk.open_folder import LinkInTheWayError, open_folder
from ...errors import InvalidArgumentError, ResearchError
from ..documents.bounds import too_large

SUFFIXES = (".json", ".yaml", ".yml", ".har", ".sh", ".curl", ".xml", ".edmx", ".graphql", ".graphqls", ".gql")


async def read_local(spec: str, *, max_bytes: int) -> tuple[str, bytes]:
    """The name and the bytes of a description file.

    Raises:
        InvalidArgumentError: not an absolute path, another suffix than those of SUFFIXES, or no regular file.
        ResearchError: code `description_not_found` where there is no such file or it cannot be read.
        DescriptionError: code `description_too_large`.
    """
    if "\x00" in spec or not Path(spec).is_absolute():
        raise InvalidArgumentError(
            f"spec {spec[:200]!r} is neither an http(s) URL nor an absolute path.",
            next_action="Give the whole path, such as /home/me/openapi.json.",
        )
    return await anyio.to_thread.run_sync(_read, Path(spec), max_bytes)


def _read(path: Path, max_bytes: int) -> tuple[str, bytes]:
    if path.suffix.lower() not in SUFFIXES:
        raise InvalidArgumentError(
            f"spec {str(path)!r} does not end in {', '.join(SUFFIXES)}.",
            next_action="Give an API description in JSON or YAML.",
        )
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            what = "a folder" if stat.S_ISDIR(status.st_mode) else "no regular file"
            raise InvalidArgumentError(f"spec {str(path)!r} is {what}.", next_action="Give the path of a file.")
        if status.st_size > max_bytes:
            raise too_large(path.name, status.st_size, max_bytes)
        with open_folder(path.parent) as folder:
            content = folder.read(path.name, most=max_bytes + 1)
    except LinkInTheWayError as error:
        raise ResearchError(
            f"The file {str(path)!r} is not read: {error.filename} is a symbolic link.",
            next_action="Give the path that it points to as spec.",
        ) from None
    except FileNotFoundError:
        raise ResearchError(f"There is no file {str(path)!r}.", next_action="Correct spec.") from None
    except OSError as error:
        raise ResearchError(
            f"The file {str(path)!r} cannot be read: {error.strerror or error}.",
            next_action="Make it readable, or correct spec.",
        ) from None
    if content is None:
        raise InvalidArgumentError(f"spec {str(path)!r} is no regular file.", next_action="Give the path of a file.")
    return path.name, content
