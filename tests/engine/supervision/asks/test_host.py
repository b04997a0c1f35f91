"""A session that waits for its host goes on with what was handed in, and asks for nothing twice."""

from typing import Any, cast

import pytest
from driversmith.engine.errors import HostSilentError
from driversmith.engine.llm.port import ModelAnswer
from driversmith.engine.llm.request import ModelRequest, Task, TextBlock
from driversmith.engine.supervision.asks.host import HostAsk, Suspended, handed_in

CLIENT = "pets_driver/client.py"
GOOD = "class PetsDriver: ...\n"


class Steps:
    """The steps of a session, and whatever is written to its log."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}
        self.written: list[str] = []

    async def stored(self, name: str) -> Any:
        return self.kept.get(name)

    async def store(self, name: str, result: Any) -> None:
        self.kept[name] = result

    async def write(self, kind: str, message: str, **_: Any) -> None:
        self.written.append(message)


def a_source(steps: Steps, now: float = 0.0) -> HostAsk:
    return HostAsk(steps=cast("Any", steps), log=cast("Any", steps), patience_seconds=60, now=lambda: now)


def asked(path: str = CLIENT, words: str = "Write it.", try_number: int = 1) -> ModelRequest:
    task = Task(role="generate", path=path, attempt=1, try_number=try_number)
    return ModelRequest(task=task, system=(TextBlock(text="Rules."),), instruction=words, max_tokens=100, effort="low")


async def wanted(steps: Steps, request: ModelRequest, step: str, now: float = 0.0) -> Suspended:
    with pytest.raises(Suspended) as caught:
        await a_source(steps, now).answer(request, step, never_kept)
    return caught.value


async def never_kept(_: ModelAnswer) -> None:
    raise AssertionError("nothing was handed in")


def hand_in(steps: Steps, step: str, text: str = GOOD) -> None:
    steps.kept[step] = {"answer": handed_in(text).model_dump(mode="json")}


async def test_a_request_is_told_once_and_waited_for_from_then_on() -> None:
    steps = Steps()
    first = await wanted(steps, asked(), "one")
    again = await wanted(steps, asked(), "one", now=50.0)
    assert again.wanted == first.wanted
    assert (first.seconds_left, again.seconds_left) == (60, 10)
    assert len(steps.written) == 1
    with pytest.raises(HostSilentError, match="60 seconds ago"):
        await a_source(steps, 61.0).answer(asked(), "one", never_kept)


async def test_what_a_request_told_is_known_once_it_is_answered() -> None:
    steps = Steps()
    first = await wanted(steps, asked(), "one")
    hand_in(steps, "one")
    second = await wanted(steps, asked("README.md"), "two")
    assert first.wanted.context == ("Rules.",)
    assert second.wanted.context == () and second.wanted.told_before


async def test_what_nobody_answered_is_told_anew_where_the_words_changed() -> None:
    steps = Steps()
    await wanted(steps, asked(), "one")
    other = await wanted(steps, asked(words="Write it well."), "one in other words")
    assert other.wanted.context == ("Rules.",)


async def test_a_file_that_was_handed_in_answers_the_words_of_a_newer_version_too() -> None:
    steps = Steps()
    await wanted(steps, asked(), "one")
    hand_in(steps, "one")
    await wanted(steps, asked("README.md"), "two")
    hand_in(steps, "two", "# Pets\n")
    kept: list[str] = []

    async def keep(answer: ModelAnswer) -> None:
        kept.append(answer.text)

    source = a_source(steps)
    for request, step in ((asked(words="Write it well."), "1"), (asked("README.md", words="Write it well."), "2")):
        await source.answer(request, step, keep)
    assert kept == [GOOD, "# Pets\n"]
    assert (await wanted(steps, asked(try_number=2), "three")).wanted.try_number == 2


async def test_an_answer_is_whole_and_costs_nothing() -> None:
    answer = handed_in(GOOD)
    assert (answer.text, answer.stop_reason, answer.cost_usd, answer.usage.output_tokens) == (GOOD, "end_turn", 0.0, 0)
