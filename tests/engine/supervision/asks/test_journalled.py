"""What was answered once is not asked again, in whatever words a later version asks."""

from typing import Any, cast

from driversmith.engine.llm.port import ModelAnswer
from driversmith.engine.llm.request import ModelRequest
from driversmith.engine.supervision.asks.journalled import JournalledAsk

from .test_host import CLIENT, Steps, asked, handed_in


class NamedSteps(Steps):
    """Steps that are found by how they begin, too."""

    async def names(self, beginning: str) -> list[str]:
        return [name for name in self.kept if name.startswith(beginning)]


class Model:
    """A source that counts what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def answer(self, request: ModelRequest, step: str, keep: Any) -> ModelAnswer:
        self.asked.append(request.instruction)
        answer = handed_in(f"{request.instruction} done")
        await keep(answer)
        return answer


def a_process(steps: Steps, model: Model) -> JournalledAsk:
    return JournalledAsk(model, steps=cast("Any", steps))


async def test_a_later_process_asks_nothing_that_was_answered() -> None:
    steps, model = NamedSteps(), Model()
    first = await a_process(steps, model)(asked())
    assert await a_process(steps, model)(asked()) == first
    assert len(model.asked) == 1


async def test_an_answer_counts_though_a_later_version_asks_in_other_words() -> None:
    steps, model = NamedSteps(), Model()
    first = await a_process(steps, model)(asked(words="In old words."))
    later = a_process(steps, model)
    assert await later(asked(words="In new words.")) == first
    assert await later(asked(words="In new words.", try_number=2)) != first
    assert (await later(asked("README.md", words="In new words."))).text == "In new words. done"
    assert model.asked == ["In old words.", "In new words.", "In new words."]


async def test_what_this_process_asks_twice_in_other_words_is_asked_twice() -> None:
    steps, model = NamedSteps(), Model()
    ask = a_process(steps, model)
    for words in ("First.", "Then."):
        await ask(asked(CLIENT, words=words))
    again = a_process(steps, model)
    texts = [(await again(asked(CLIENT, words=words))).text for words in ("First.", "Then.", "At last.")]
    assert texts == ["First. done", "Then. done", "At last. done"]
    assert model.asked == ["First.", "Then.", "At last."]
