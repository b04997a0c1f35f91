"""What a detector is given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ...models.facts import Correction
from ...models.profile import ApiProfile, ObjectProfile, OperationProfile
from ..answer import Answer


@dataclass(frozen=True)
class Given:
    """The credentials that a user gave for the API's origin: their names, never a value."""

    arguments: frozenset[str] = frozenset()
    """`api_key`, `token`, `username`, ..."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Headers as they go on the wire, with the word before the key (`Bearer `, `Token `; "" where there is none)."""
    query: frozenset[str] = frozenset()
    """Query parameters as they go on the wire."""

    @property
    def is_empty(self) -> bool:
        """Whether there are none."""
        return not (self.arguments or self.headers or self.query)


@dataclass(frozen=True)
class Case:
    """One object that was read through a driver: by which facts, and what the API answered."""

    profile: ApiProfile
    name: str
    """Of the object."""
    answers: tuple[Answer, ...]
    """In order, the first page first."""
    error: str = ""
    """How the read failed; "" where it did not."""
    given: Given | None = None
    """None: it is not known."""
    others_are_read: bool = False
    """Whether other objects are read by these facts, so that what holds for all is likely right."""

    @property
    def described(self) -> ObjectProfile:
        """The object as the facts have it."""
        return self.profile.objects[self.name]

    @property
    def operation(self) -> OperationProfile:
        """The operation that lists it."""
        return self.profile.operations[self.described.operations["read"]]

    @property
    def first(self) -> Answer | None:
        """The first good answer."""
        return next((answer for answer in self.answers if answer.is_good), None)


Detector = Callable[[Case], list[Correction]]
"""Gives corrections that could explain what was seen, the likeliest first; each is tried live before it counts."""
