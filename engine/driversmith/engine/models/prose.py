"""The prose of the documents that an API's facts were read from: what a quote is looked for in."""

from typing import NamedTuple

from .base import Value
from .profile import ApiProfile


class Passage(Value):
    """A text of a document."""

    pointer: str
    """JSON pointer into the document (`#/info/description`)."""
    text: str


class Prose(Value):
    """The texts of a document: titles, summaries and descriptions of all places, none twice."""

    passages: tuple[Passage, ...] = ()
    cut: bool = False
    """Whether there is more of it than is kept."""


class Researched(NamedTuple):
    """What research found."""

    profile: ApiProfile
    prose: Prose
