"""The model of these tests: it writes the right files, after what a test has it say first."""

from collections.abc import Callable, Mapping, Sequence

from ...stand_ins.messages_script import Answer, Asked

NO_FACTS: Mapping[str, list[str]] = {"corrections": []}
"""What an author says who finds all facts right."""
Line = Answer | Callable[[Asked], Answer]


class Author:
    """A reply function for the stand-in of the Messages API.

    `lines` (path -> answers, one a request for it) come before the right file; `always` gives the same answer to every
    request for a path. Corrections of facts are `facts` in turn, then none. A question for a cause is answered by
    `diagnoses` in turn, then by what is no answer at all.
    """

    def __init__(
        self,
        right: Mapping[str, str],
        lines: Mapping[str, Sequence[Line]] = {},
        *,
        always: Mapping[str, Line] = {},
        diagnoses: Sequence[Line] = (),
        slots: Sequence[Line] = (),
        facts: Sequence[Line] = (),
    ) -> None:
        self._right = right
        self._lines = {path: list(answers) for path, answers in lines.items()}
        self._always = always
        self._diagnoses = list(diagnoses)
        self._slots = list(slots)
        self._facts = list(facts)

    def __call__(self, asked: Asked) -> Answer:
        """The answer to one request."""
        line = self._line(asked)
        return line(asked) if callable(line) else line

    def _line(self, asked: Asked) -> Line:
        task = asked.task
        if task.role == "research":
            return self._facts.pop(0) if self._facts else NO_FACTS
        if task.role == "diagnose":
            return self._diagnoses.pop(0) if self._diagnoses else "I cannot say."
        if task.mode == "simplify":
            return self._slots.pop(0) if self._slots else {}
        if left := self._lines.get(task.path):
            return left.pop(0)
        if task.path in self._always:
            return self._always[task.path]
        return self._right[task.path]


def until(words: str, wrong: str, right: str) -> Callable[[Asked], Answer]:
    """Wrong as long as the request does not say `words`."""
    return lambda asked: right if words in asked.last_text else wrong
