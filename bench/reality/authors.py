"""Models that answer the question about facts, over the real protocol on loopback; what they write is the template's."""

import re
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from unittest import mock

from .api import Api
from .right_facts import Fact
from .wrong_facts import mixed, only_wrong

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.stand_ins.messages_api import StandInMessages
from tests.stand_ins.messages_script import REPLIES, Answer, Asked

Who = Literal["template", "knowing", "hallucinating", "misled"]
"""No model; one that knows each API; one that says wrong things beside the right ones; one that says wrong things alone."""
_CLIENT = re.compile(r"# The template's client\n\n```python\n(.*?)\n```(?:\n|\Z)", re.DOTALL)
_FILE = re.compile(r"The template's `[^`]+`[^\n]*\n+(`{3,})\w*\n(.*?)\n\1(?:\n|\Z)", re.DOTALL)


@dataclass
class Author:
    """A reply function for the stand-in of the Messages API, for one API."""

    told: list[Fact]
    """The corrections that it gives."""
    wrong: list[Fact] = field(default_factory=list)
    """Those of them that are wrong."""
    writes: bool = True
    """Whether it writes files; else it refuses, and the templates write them."""

    @classmethod
    def of(cls, who: Who, api: Api, *, seed: str, writes: bool) -> "Author":
        """`seed` decides what is made up."""
        objects = list(api.objects)
        if who == "hallucinating":
            told, wrong = mixed(api.facts, objects, f"{seed} {api.name}")
            return cls(told, wrong, writes)
        if who == "misled":
            wrong = only_wrong(api.facts, objects, f"{seed} {api.name}")
            return cls(wrong, wrong, writes)
        return cls(list(api.facts), writes=writes)

    def __call__(self, asked: Asked) -> Answer:
        """The answer to one request."""
        task = asked.task
        if task.role == "research":
            corrections = [{"fact": f, "value": v, "because": "It is known of this API."} for f, v in self.told]
            return {"corrections": corrections}
        if not self.writes:
            return REPLIES["refusal"]
        if task.role == "diagnose":
            return "I cannot say."
        if task.mode == "simplify":
            return {}
        found = _CLIENT.search(asked.text) if task.path.endswith("client.py") else _FILE.search(asked.last_text)
        if found is None:
            raise AssertionError(f"{task.path}: the request does not hold the template's")
        return found[found.re.groups] + "\n"


@contextmanager
def answering(author: Author) -> Generator[StandInMessages]:
    """The author behind an endpoint, to which this process' environment points."""
    with StandInMessages(author) as api:
        environment = {**api.environment, "DRIVERSMITH_MODEL_LOOPBACK_ONLY": "1"}
        with mock.patch.dict("os.environ", environment):
            yield api
