"""Documentation for people, and what an author made of it."""

from typing import Final

from .base import Value
from .findings import Finding
from .profile import Evidence, SkippedOperation

DESCRIPTION: Final = "description.yaml"
"""What an author is asked for where there is no description: its path in a request, and in submit_file."""


class JudgedDescription(Value):
    """A description.yaml, judged: what of it is proven, and what is not."""

    document: str = ""
    """OpenAPI, as JSON: the operations that are quoted from a page, or were answered; empty where none is."""
    known: dict[str, Evidence] = {}
    """JSON pointer of an operation -> by what it is known."""
    dropped: tuple[SkippedOperation, ...] = ()
    """The operations that no page says and that the API does not answer."""
    findings: tuple[Finding, ...] = ()
    """What is wrong with it, for its author."""
    unusable: bool = False
    """Whether it was no description at all."""

    @property
    def outcome(self) -> str:
        """In words, for the log."""
        proven = f"{len(self.known)} operation{'' if len(self.known) == 1 else 's'} proven"
        return f"{proven}, {len(self.dropped)} dropped" if self.dropped else proven


class DocumentationPage(Value):
    """A page as it is kept for later."""

    url: str
    text: str
    """Its blocks a line each: headings with `#`, code in fences, rows with `|`."""
    source: str
    """Its HTML, without scripts and styles: what quotes are looked for in."""


class Documentation(Value):
    """The pages of one API."""

    pages: tuple[DocumentationPage, ...] = ()
    found: tuple[str, ...] = ()
    """The operations that rules read out of them, as `METHOD URL`."""
    rules: JudgedDescription = JudgedDescription()
    """The same, as a description."""
