"""A ScriptedModel that knows the right files of a driver, and what it was asked."""

from collections.abc import Callable, Mapping
from typing import Any

from driversmith.engine.authoring.assignment import Assignment
from driversmith.engine.authoring.file_writer import FileWriter
from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.llm.port import ModelAnswer, RequestRecord
from driversmith.engine.llm.prices import load_prices
from driversmith.engine.llm.request import ModelRequest
from driversmith.engine.llm.scripted import Line, Reply, ScriptedModel, TransportTrouble
from driversmith.engine.models.driver import DriverBundle
from driversmith.engine.models.profile import ApiProfile
from driversmith.engine.models.tries import Tried

from ..generation import profiles

CLIENT = "petstore_driver/client.py"
README = "README.md"
LIST_OBJECTS = "examples/list_objects.py"
READ_RECORDS = "examples/read_records.py"
REFUSED = Reply(text="I cannot help with that.", stop_reason="refusal")
LOST = TransportTrouble(fault="overloaded")

Answer = Line | Callable[[str], str]
"""A line of the script, or what to make of the right file."""


_IMPORT = "from ._transport import Transport\n"
_LIST_PETS = '''
    def list_pets(self, *, limit: int | None = None) -> list[Record]:
        """All pets."""
        return self.read("pets", limit=limit)
'''
_LISTS_DICTS = '''
    def list_objects(self) -> list[str]:
        """This API has no way to ask for them."""
        return [{"name": name} for name in super().list_objects()]
'''


class Writer:
    """Answers the n-th request for a file with the n-th of its answers, and with the right file after the last.

    The right files are the template's own, with a method in the API's language.
    """

    def __init__(self, answers: Mapping[str, list[Answer]] | None = None, *, profile: ApiProfile | None = None) -> None:
        self.profile = profile or profiles.petstore()
        self.template: DriverBundle = write_driver(self.profile)
        self.requests: list[ModelRequest] = []
        self.tried: list[Tried] = []
        self._answers = {path: list(lines) for path, lines in (answers or {}).items()}
        self._model = ScriptedModel(self._script, prices=load_prices())

    def right(self, path: str) -> str:
        text = self.template[path].text
        if path.endswith("client.py"):
            text = text.replace(_IMPORT, f"{_IMPORT}from .types import Record\n") + _LIST_PETS
        return text

    async def ask(self, request: ModelRequest) -> ModelAnswer:
        """Waits out nothing: what the script has for transport is raised."""

        async def forget(_: RequestRecord) -> None:
            pass

        self.requests.append(request)
        return await self._model.ask(request, record=forget)

    async def note(self, tried: Tried) -> None:
        self.tried.append(tried)

    def work(self, **values: Any) -> Assignment:
        given = {"attempt": 1, "on_try": self.note, **values}
        return Assignment(profile=self.profile, template=self.template, ask=self.ask, **given)

    def engine(self, *, in_parallel: bool = False, **values: Any) -> FileWriter:
        return FileWriter(self.work(**values), in_parallel=in_parallel)

    async def written(self, engine: FileWriter | None = None, **values: object) -> DriverBundle:
        """The whole driver, as an engine (a new one with these values) writes it."""
        writing = engine or self.engine(**values)
        return await writing.complete(await writing.write())

    def script(self, path: str, *answers: Answer) -> None:
        """What comes next for a file."""
        self._answers[path] = list(answers)

    def asked(self, path: str) -> list[ModelRequest]:
        return [r for r in self.requests if r.task.path == path]

    def outcomes(self, path: str) -> list[str]:
        return [t.outcome for t in self.tried if t.path == path]

    def _script(self, request: ModelRequest) -> Line:
        path = request.task.path or "-"
        waiting = self._answers.get(path)
        answer = waiting.pop(0) if waiting else self.right(path)
        return answer(self.right(path)) if callable(answer) else answer


def list_of_dicts(client: str) -> str:
    return client + _LISTS_DICTS


def calls_what_is_not_there(readme: str) -> str:
    return readme.replace('driver.read("', 'driver.fetch_everything("')
