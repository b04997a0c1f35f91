"""DriverBundle: the generated files in memory, and how far they were verified."""

import hashlib
from typing import Literal

from .base import Value

Author = Literal["model", "simplified", "template", "host", "merged"]
"""`merged`: one of the others, and a person's edits."""
VerificationLevel = Literal["live", "mock", "static_only"]


class DriverFile(Value):
    """One file of a driver's project folder."""

    path: str
    """POSIX path in the project folder."""
    text: str
    author: Author = "template"

    @property
    def sha256(self) -> str:
        """Hex digest of the UTF-8 text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


class ObjectVerification(Value):
    """How far one object was verified."""

    level: VerificationLevel = "mock"
    records: int = 0
    """Read from the real API."""
    pages: int = 0
    complete: bool | None = None
    """Whether those are all; None where that is not known."""
    note: str = ""
    """Why it is not `live`, or what was seen beside."""


def isolation_words(isolation: str, layers: tuple[str, ...]) -> str:
    """`bubblewrap (namespaces, landlock, seccomp, limits)`."""
    return f"{isolation} ({', '.join(layers)})" if layers else isolation


class Verification(Value):
    """How far a driver was verified."""

    level: VerificationLevel = "static_only"
    passed: int = 0
    """Contract behaviours that passed."""
    failed: int = 0
    isolation: str = "none"
    """The isolation that was probed for the child: `bubblewrap`, `landlock`, `sandbox-exec` or `process`; `none` where no child
    ran."""
    layers: tuple[str, ...] = ()
    """What held it, one by one: `namespaces`, `landlock`, `seccomp`, `limits`."""
    objects: dict[str, ObjectVerification] = {}
    """By name; not in driver.json, which is the same for equal runs."""

    @property
    def held_by(self) -> str:
        """The isolation in words, with what it is made of."""
        return isolation_words(self.isolation, self.layers)


class DriverBundle(Value):
    """A whole driver, without `driver.json`, which publishing writes (it holds the hashes of all others)."""

    project: str
    """Name of the project folder and of the package in it: `open_meteo_driver`."""
    class_name: str
    files: tuple[DriverFile, ...]

    def __getitem__(self, path: str) -> DriverFile:
        for file in self.files:
            if file.path == path:
                return file
        raise KeyError(path)
