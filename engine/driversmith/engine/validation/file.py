"""`validate_file`: one file, alone or as a part of its driver."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from anyio import to_thread

from ..models.findings import Finding, ValidationReport
from .execution import run_inspection
from .parsed.folder import find_driver_root, read_folder
from .parsed.lone_file import soften
from .parsed.source import SourceText, check_text, read_source, resolve_path, resolve_root
from .tools.both import run_tools
from .tools.ty import run_ty

if TYPE_CHECKING:
    from .tools.ty_server import TyServer


async def validate_file(
    *,
    file_path: str,
    content: str | None = None,
    driver_root: str | None = None,
    types: "TyServer | None" = None,
) -> ValidationReport:
    """All findings in one file.

    `content` is judged in place of what lies at `file_path`, which then need not exist. With `driver_root`, or
    where the file lies in a driver's folder, the driver contract and the other files of the driver count too; `types`
    is then the warm ty that looks at them, without which one is started.

    Raises:
        InvalidArgumentError: the path or the root cannot be used; the message says why.
    """
    case = await to_thread.run_sync(_prepare, file_path, content, driver_root)
    if case.source.text is None:
        return ValidationReport.of([_unreadable(case)])
    if not case.source.text.strip() and not _may_be_empty(case.label):
        return ValidationReport.of([_empty(case)])
    own = await run_inspection(case.texts, whole=case.whole, focus=case.label)
    if not case.label.endswith((".py", ".pyi")):
        return ValidationReport.of(own)
    typed = {path: text for path, text in case.texts.items() if path.endswith((".py", ".pyi"))} if case.whole else {}
    check = partial(types.run, focus=case.label) if types is not None else run_ty
    found = await run_tools({case.label: case.source.text}, typed, own, check_types=check)
    if not case.whole:
        found = soften(found, case.source.text)
    return ValidationReport.of([f for f in found if f.file in {case.label, ""}])


@dataclass(frozen=True)
class _Case:
    label: str
    """The file as findings name it."""
    source: SourceText
    texts: dict[str, str]
    whole: bool


def _prepare(file_path: str, content: str | None, driver_root: str | None) -> _Case:
    root = resolve_root(driver_root) if driver_root is not None else None
    path = resolve_path(file_path, root)
    source = check_text(content) if content is not None else read_source(path)
    if root is None and (content is None or Path(file_path).is_absolute()):
        root = find_driver_root(path)
    if root is None or source.text is None:
        label = path.relative_to(root).as_posix() if root else file_path
        return _Case(label, source, {label: source.text or ""}, whole=False)
    label = path.relative_to(root).as_posix()
    return _Case(label, source, {**read_folder(root).texts, label: source.text}, whole=True)


def _may_be_empty(label: str) -> bool:
    return label.endswith(("__init__.py", ".typed", ".txt", ".cfg", ".ini"))


def _unreadable(case: _Case) -> Finding:
    fault = case.source.fault
    message = fault.message if fault else "The file cannot be read."
    return Finding(
        code=case.source.code or "unreadable",
        severity="P0",
        file=case.label,
        line=fault.line if fault else 1,
        message=message,
        hint=fault.hint if fault else "",
    )


def _empty(case: _Case) -> Finding:
    return Finding(
        code="empty-file", severity="P1", file=case.label, message="The file is empty.", hint="Write it, or remove it."
    )
