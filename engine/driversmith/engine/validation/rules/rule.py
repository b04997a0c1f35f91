"""What a rule is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from ...models.findings import Severity
from ..fault import Fault
from ..parsed.project import Project
from ..parsed.python_file import PythonFile

FileCheck = Callable[[PythonFile, Project], Iterable[Fault]]
ProjectCheck = Callable[[Project], Iterable[Fault]]

ANY: Final = ("package", "test", "example", "other")
DRIVER: Final = ("package", "test", "example")
PACKAGE: Final = ("package",)
CLIENT: Final = ("package", "example", "other")
"""Whatever sends requests: drivers, and files that are no driver."""
OUTSIDE: Final = ("test", "example")


@dataclass(frozen=True)
class FileRule:
    """A rule that looks at one parsed Python file at a time."""

    id: str
    severity: Severity
    check: FileCheck
    roles: tuple[str, ...] = DRIVER


@dataclass(frozen=True)
class ProjectRule:
    """A rule that looks at the driver as a whole; its faults name their file."""

    id: str
    severity: Severity
    check: ProjectCheck
    partial: bool = False
    """Whether it can also judge a lone file, without the rest of the driver."""


Rule = FileRule | ProjectRule
