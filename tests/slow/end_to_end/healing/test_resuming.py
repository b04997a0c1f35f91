"""A session that is broken off while any of its requests is under way goes on to the same end, and asks nothing twice."""

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anyio
import pytest

from ....end_to_end.healing.author import Author
from ....end_to_end.healing.conftest import Houses
from ....end_to_end.healing.edits import lists_dicts, reads_one_page
from ....end_to_end.healing.house import Healed
from ....end_to_end.healing.tiny import CLIENT, README
from ....patience import LONG
from ....stand_ins.messages_script import Answer, Asked


class Held:
    """Replies as another does, and holds one request until whoever sent it is gone."""

    def __init__(self, reply: Callable[[Asked], Answer], held: int | None = None) -> None:
        self._reply = reply
        self._held = held
        self._seen = 0
        self.reached = anyio.Event()

    async def __call__(self, asked: Asked) -> Answer:
        number, self._seen = self._seen, self._seen + 1
        if number == self._held:
            self._held = None
            self.reached.set()
            await anyio.sleep_forever()
        return self._reply(asked)


def unfinished(right: Mapping[str, str]) -> Author:
    """Leaves the README unfinished in every attempt, so that diagnoses are made and the ladder is climbed."""

    def readme(asked: Asked) -> Answer:
        return f"{right[README]}\nTODO: say more, {asked.task.attempt}.{asked.task.try_number}.\n"

    return Author(right, always={README: readme})


def one_page(right: Mapping[str, str]) -> Author:
    """Has a client that only the run shows to be wrong, and a repair that the checks reject."""

    def client(asked: Asked) -> Answer:
        edit = {1: reads_one_page, 2: lists_dicts}.get(asked.task.try_number, str)
        return edit(right[CLIENT])

    return Author(right, always={CLIENT: client})


SCRIPTS = {"unfinished": (unfinished, (2, 5, 6, 8, 9)), "one page": (one_page, (4, 5))}
CASES = [(name, held) for name, (_, places) in SCRIPTS.items() for held in places]


def path_taken(healed: Healed) -> dict[str, Any]:
    """What does not depend on when, and how often, a session was broken off."""
    return {
        "modes": [a["data"]["mode"] for a in healed.attempts],
        "tries": [a["data"]["tries"] for a in healed.attempts],
        "findings": [a["data"]["findings"] for a in healed.attempts],
        "diagnoses": [(d.attempt, d.diagnosis["fix_strategy"], d.helped) for d in healed.diagnoses],
        "fixes": healed.result["fixes_applied"],
        "rejected": sorted(_told(e.data) for e in healed.of_kind("file.rejected")),
        "plans": [e.message for e in healed.of_kind("plan.made")],
        "authors": healed.authors,
        "iterations": healed.result["iterations"],
        "attempts": healed.result["supervisor_attempts"],
        "diagnostics": healed.result["diagnostics_run"],
    }


def _told(data: Mapping[str, Any]) -> tuple[Any, ...]:
    return data["path"], data["attempt"], data["try"], data["outcome"]


@pytest.mark.parametrize("engine", ["model", "auto"])
@pytest.mark.parametrize("case", CASES, ids=str)
async def test_it_comes_to_the_same(
    case: tuple[str, int], engine: str, housed: Houses, right: Mapping[str, str], tmp_path: Path
) -> None:
    script, held = SCRIPTS[case[0]][0], case[1]
    arguments = {"engine": engine, "max_retries": 2}
    whole, broken = script(right), Held(script(right), held)
    async with housed(broken) as house, anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: house.make(**arguments))
        with anyio.fail_after(LONG):
            await broken.reached.wait()
        tasks.cancel_scope.cancel()
    async with housed(broken) as house:
        again = await house.make(**arguments)
    async with housed(whole) as house:
        straight = await house.make(**arguments, output_dir=str(tmp_path / "straight"))
    assert again.kinds.count("session.resumed") == 1
    assert again.result["success"]
    assert path_taken(again) == path_taken(straight)
    assert paid_for(again) == paid_for(straight), "an answer that was given is not asked for again"
    assert set(paid_for(again).values()) == {1}


def paid_for(healed: Healed) -> Counter[tuple[Any, ...]]:
    """The requests that were answered."""
    paid = [row for row in healed.usage if row["outcome"] == "answered"]
    return Counter((row["role"], row["path"], row["attempt"], row["try"], row["mode"]) for row in paid)
