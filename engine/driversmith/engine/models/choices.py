"""What only the user knows."""

from typing import Literal

from .base import Value


class Choice(Value):
    """One thing that was taken although only the user knows it."""

    argument: Literal["server", "auth"]
    """The argument of `generate_driver_supervised` that says it."""
    question: str
    options: tuple[str, ...]
    """The values that it may have."""
    taken: str = ""
    """The one that holds as long as nothing is said; "" where all of them do."""

    @property
    def told(self) -> str:
        """In one line, with the argument to give."""
        taken = f"{self.taken} was taken" if self.taken else "the driver takes each of them"
        return f"{self.question} As nothing was said, {taken}; {self.argument} chooses: {', '.join(self.options)}."
