"""What an author, a model or the calling agent, is to write for one attempt."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..llm.port import Ask
from ..models.driver import Author, DriverBundle
from ..models.profile import ApiProfile
from ..models.tries import Mode, OnTry


@dataclass(frozen=True)
class Assignment:
    """One attempt's work for one author."""

    profile: ApiProfile
    template: DriverBundle
    """The templates' driver for the same profile."""
    ask: Ask
    attempt: int
    mode: Mode = "full"
    author: Author = "model"
    max_retries: int = 3
    """Tries of one file, at least 1."""
    adjustments: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Path, or `*` for all files -> words of diagnoses, which enter the requests for these files as they are."""
    accepted: Mapping[str, str] = field(default_factory=dict[str, str])
    """Files that passed in an earlier attempt (path -> text): they are not asked for."""
    on_try: OnTry | None = None
