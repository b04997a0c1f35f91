"""What a detector is given."""

from collections.abc import Callable
from dataclasses import dataclass

from ...models.facts import Correction
from ...models.profile import ApiProfile, ObjectProfile, OperationProfile
from ..answer import Answer


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
