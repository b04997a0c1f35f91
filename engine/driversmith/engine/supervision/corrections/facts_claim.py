"""A facts.json, and what it is held against."""

from dataclasses import dataclass
from typing import Final

from ...facts.document import FactsDocument
from ...models.profile import ApiProfile
from ...models.prose import Prose
from ...models.report import LiveRead

FACTS: Final = "facts.json"
"""Its path in a request, and in submit_file."""


@dataclass(frozen=True)
class FactsClaim:
    """A facts.json, and what it is held against."""

    document: FactsDocument
    profile: ApiProfile
    """The facts that it corrects."""
    prose: Prose
    """What its quotes are looked for in."""
    before: tuple[LiveRead, ...] = ()
    """How objects were read by these facts."""
