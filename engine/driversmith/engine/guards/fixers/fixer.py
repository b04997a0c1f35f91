"""What a fixer is."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from anyio import to_thread

from ...models.findings import Finding
from ...validation.limits import is_heavy
from ...validation.parsed.project import Project, load_project
from ...validation.parsed.python_file import PythonFile, parse


@dataclass(frozen=True)
class Change:
    """One way to mend a file: its whole new text, and what that changes, in words."""

    text: str
    did: str


@dataclass
class Case:
    """A file with findings, among the other files of its driver."""

    files: Mapping[str, str]
    """POSIX path in the project folder -> text."""
    path: str
    findings: tuple[Finding, ...]
    """Those in the file that the fixer is for."""

    @property
    def text(self) -> str:
        return self.files[self.path]

    @property
    def whole(self) -> bool:
        """Whether other files of the driver are known."""
        return len(self.files) > 1

    @cached_property
    def file(self) -> PythonFile:
        """The file, parsed, in its project where there is one."""
        found = self.project.python.get(self.path)
        return found if found is not None else parse(self.path, self.text)

    @cached_property
    def project(self) -> Project:
        """The driver that the file belongs to; texts too heavy to parse in this process are left empty."""
        texts = {p: "" if p.endswith((".py", ".pyi")) and is_heavy(t) else t for p, t in self.files.items()}
        return load_project(texts, whole=self.whole)


Propose = Callable[[Case], Iterable[Change]]


@dataclass(frozen=True)
class Fixer:
    """One kind of repair. It proposes; whether a proposal is taken is measured."""

    name: str
    codes: frozenset[str]
    """Findings that it is for."""
    propose: Propose
    suffixes: tuple[str, ...] = (".py", ".pyi")

    async def changes(self, case: Case) -> list[Change]:
        """Proposals for a file, the farthest-reaching first."""
        return await to_thread.run_sync(lambda: [c for c in self.propose(case) if c.text != case.text])
