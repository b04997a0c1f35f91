"""`validate_package` and `validate_folder`: a whole driver, in memory or on disk."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from anyio import to_thread

from ..errors import InvalidArgumentError
from ..models.findings import Finding, ValidationReport
from ..models.profile import ApiProfile
from .execution import run_inspection
from .limits import MAX_FINDINGS, MAX_PACKAGE_FILES
from .parsed.folder import FolderTexts, read_folder
from .parsed.source import SourceText, check_text, resolve_root
from .tools.both import run_tools


async def validate_package(files: Mapping[str, str], *, profile: ApiProfile | None = None) -> ValidationReport:
    """All findings in a driver; `files` maps POSIX paths in the project folder to texts.

    `profile` arms the rules against the API's facts; without it, a `profile.json` among the files does.

    Raises:
        InvalidArgumentError: a path is absolute, leaves the folder, or there are too many files.
    """
    if len(files) > MAX_PACKAGE_FILES:
        raise InvalidArgumentError(
            f"A driver of {len(files)} files; at most {MAX_PACKAGE_FILES} are checked.",
            next_action="Give the driver's own files only.",
        )
    folder = FolderTexts()
    for path, text in files.items():
        _refuse_bad_path(path)
        source = check_text(text, name=path)
        if source.text is None:
            folder.unreadable[path] = source
        else:
            folder.texts[path] = source.text
    return await _validate(folder, profile)


async def validate_folder(driver_root: str) -> ValidationReport:
    """All findings in the driver whose project folder this is.

    Raises:
        InvalidArgumentError: it is no folder, or cannot be read.
    """
    root = resolve_root(driver_root)
    return await _validate(await to_thread.run_sync(read_folder, root), None)


async def _validate(folder: FolderTexts, profile: ApiProfile | None) -> ValidationReport:
    # A file that cannot be read is there all the same: its place is kept, so that nothing else complains of it.
    texts = {**folder.texts, **dict.fromkeys(folder.unreadable, "")}
    python = {path: text for path, text in folder.texts.items() if path.endswith(".py")}
    own = await run_inspection(texts, whole=True, profile=profile)
    own = [f for f in own if f.file not in folder.unreadable]
    found = await run_tools(python, {} if folder.unreadable else python, own)
    refused = [_refusal(path, source) for path, source in folder.unreadable.items()]
    report = ValidationReport.of([*found, *refused, *folder.notes])
    return report.model_copy(update={"findings": report.findings[:MAX_FINDINGS]})


def _refuse_bad_path(path: str) -> None:
    parts = PurePosixPath(path).parts
    bad = not parts or path.startswith("/") or ".." in parts or any(c in path for c in "\\\0:")
    if bad or Path(path).is_absolute():
        raise InvalidArgumentError(
            f"{path!r} is no path in a driver's project folder.", next_action="Give POSIX paths below the folder."
        )


def _refusal(path: str, source: SourceText) -> Finding:
    fault = source.fault
    return Finding(
        code=source.code,
        severity="P0",
        file=path,
        line=fault.line if fault else 1,
        message=fault.message if fault else "The file cannot be read.",
        hint=fault.hint if fault else "",
    )
