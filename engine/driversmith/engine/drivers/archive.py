"""A driver as one file: what a session published, out of the journal, whatever lies on disk by now."""

import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import anyio.to_thread

from ..errors import InvalidArgumentError, OutputError
from ..generation.manifest import MANIFEST, parse_manifest
from ..models.base import Value
from .publish import check_path, listed_hashes
from .receipt import RECEIPT

if TYPE_CHECKING:
    from ..journal.own import OwnJournal

MOST_BYTES = 64 << 20
"""Of all files together, before they are packed."""
UNRUN = "unrun"
"""Folder beside the package for what was written and may not be run here."""
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The earliest date of the format: when a driver was made is in no file of it."""


class Archive(Value):
    """A zip file, in which all stands in one folder."""

    name: str
    content: bytes


async def archive(journal: "OwnJournal", session_id: str) -> Archive:
    """The files that a session published, as it wrote and verified them, with what was laid beside them. The same files
    make the same bytes. No folder is read: neither edits nor links that came there later are in it.

    Raises:
        SessionNotFoundError: no such session.
        InvalidArgumentError: it has no driver, or one that is too large.
    """
    record = await journal.session(session_id)
    manifest = await journal.file_text(session_id, MANIFEST)
    if manifest is None:
        raise InvalidArgumentError(
            f"Session {session_id} is {record.status} and has no driver.",
            next_action="Wait for it with get_session, or make the driver with generate_driver_supervised.",
        )
    listed = {MANIFEST, RECEIPT, *listed_hashes(parse_manifest(manifest.encode(), Path(record.project_path)))}
    files = [f for f in await journal.files(session_id) if f.path in listed or f.path.startswith(f"{UNRUN}/")]
    if sum(file.size for file in files) > MOST_BYTES:
        raise InvalidArgumentError(
            f"The driver of session {session_id} has more than {MOST_BYTES >> 20} MiB of files.",
            next_action='Fetch them one by one: get_session(view="files").',
        )
    texts = [(file.path, await journal.file_text(session_id, file.path) or "") for file in files]
    project = Path(record.project_path).name
    content = await anyio.to_thread.run_sync(zipped, project, texts)
    return Archive(name=f"{project}.zip", content=content)


def zipped(folder: str, files: Sequence[tuple[str, str]]) -> bytes:
    """Texts by their paths below a folder, as a zip file: in the order of their paths, without dates.

    Raises:
        OutputError: a path leads out of the folder.
    """
    if "/" in folder:
        raise OutputError(f"{folder!r} is not the name of a folder.", next_action="Report this: it is a fault.")
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path, text in sorted(files):
            check_path(path)
            entry = zipfile.ZipInfo(f"{folder}/{path}", date_time=_FIRST_DAY)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o100644 << 16
            archive.writestr(entry, text.encode())
    return packed.getvalue()
