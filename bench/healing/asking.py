"""How the arms that are no driversmith ask: in the product's own words, through the same adapter, gate and patience."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from driversmith.engine.authoring.requests import FileRequests
from driversmith.engine.authoring.write_file import Asking
from driversmith.engine.llm.patience import PatientModel
from driversmith.engine.llm.port import ModelAnswer, RequestRecord
from driversmith.engine.llm.request import ModelRequest, Task, TextBlock, Turn

from .subjects import Subject, in_session, marked


@dataclass
class Spent:
    """What the requests of a session took."""

    requests: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    dollars: float = 0.0
    saved: float = 0.0
    spans: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    """When requests were under way."""

    @property
    def tokens(self) -> int:
        """All of them."""
        return self.input_tokens + self.cached_tokens + self.output_tokens

    @property
    def chain(self) -> float:
        """Seconds in which at least one request was under way."""
        total, end = 0.0, float("-inf")
        for began, ended in sorted(self.spans):
            total += max(0.0, ended - max(began, end))
            end = max(end, ended)
        return total

    async def record(self, record: RequestRecord) -> None:
        """One more request, however it ended."""
        usage = record.answer.usage
        self.requests += 1
        self.input_tokens += usage.input_tokens + usage.cache_write_tokens
        self.cached_tokens += usage.cache_read_tokens
        self.output_tokens += usage.output_tokens
        self.dollars += record.answer.cost_usd or 0.0
        self.saved += record.answer.saved_usd or 0.0
        now = time.monotonic()
        self.spans.append((now - record.answer.latency_seconds, now))


class Asker:
    """Asks for the files of one session."""

    def __init__(self, model: PatientModel, subject: Subject, session: int) -> None:
        self.spent = Spent()
        self._model = model
        self._profile, template = in_session(subject, session)
        self._requests = FileRequests(profile=self._profile, template=template, adjustments={})
        self._client = marked(subject.paths[0], session)

    async def write(self, path: str, *, attempt: int, client: str) -> ModelAnswer:
        """The first answer for a file; `client` is the text of the client, once there is one."""
        return await self._send(self._first(path, attempt, client))

    async def retry(
        self, path: str, *, attempt: int, client: str, number: int, earlier: Sequence[tuple[str, str]]
    ) -> ModelAnswer:
        """The answer to the same request with every earlier answer and its errors appended: (answer, errors), oldest first."""
        first = self._first(path, attempt, client)
        turns: list[Turn] = []
        said = first.instruction
        for answer, errors in earlier:
            turns += [Turn(speaker="user", text=said), Turn(speaker="assistant", text=answer or "(nothing)")]
            said = f"The last answer has errors:\n{errors}\nWrite the file again."
        task = Task(role="repair", path=path, attempt=attempt, try_number=number)
        return await self._send(first.model_copy(update={"task": task, "turns": tuple(turns), "instruction": said}))

    async def fix(self, path: str, *, attempt: int, number: int, text: str, output: str) -> ModelAnswer:
        """The answer to a failing test and the file alone, as classic fixers ask: without the API's description."""
        request = ModelRequest(
            task=Task(role="repair", path=path, attempt=attempt, try_number=number),
            system=self._requests.system,
            prefix=(TextBlock(text=f"The driver for {self._profile.api_name}."),),
            instruction=f"The tests of this file fail:\n\n{output}\n\nThe file:\n\n{text}\n\nAnswer with the whole file, mended.",
            max_tokens=24_000,
            effort="high",
        )
        return await self._send(request)

    def _first(self, path: str, attempt: int, client: str) -> ModelRequest:
        asking = Asking(path=path, attempt=attempt, try_number=1, reason="first")
        return self._requests.compose(asking, "" if path == self._client else client)

    async def _send(self, request: ModelRequest) -> ModelAnswer:
        return await self._model.ask(request, record=self.spent.record)
