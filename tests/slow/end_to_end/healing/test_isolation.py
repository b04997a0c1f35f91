"""Twenty sessions at once share the gate and the price table, and nothing else."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import anyio

from ....end_to_end.healing.author import NO_FACTS, Author, Line
from ....end_to_end.healing.conftest import Houses
from ....end_to_end.healing.edits import lists_dicts
from ....end_to_end.healing.house import Healed
from ....end_to_end.healing.tiny import CLIENT, README, WRITTEN
from ....patience import LONG
from ....stand_ins.messages_script import FAULTS, REPLIES, Answer, Asked, Reply

LIMIT = 3
AT_ONCE = 20


@dataclass(frozen=True)
class Part:
    """What one session's model does, and how the session is to end."""

    lines: Mapping[str, list[Line]] = field(default_factory=dict)
    always: Mapping[str, Line] = field(default_factory=dict)
    arguments: Mapping[str, Any] = field(default_factory=dict)
    success: bool = True
    author: str = "model"
    """Of the client."""
    error: str | None = None
    requests: int | None = len(WRITTEN)
    kinds: tuple[str, ...] = ()
    """Kinds of event that are among its own, and of no session without them here."""


def parts(right: Mapping[str, str]) -> list[Part]:
    """Different faults, budgets and outcomes."""
    dicts = lists_dicts(right[CLIENT])
    once = {"max_supervisor_attempts": 1, "max_retries": 1}
    found, waited = ("file.rejected",), ("model.waiting",)
    return [
        Part(),
        Part(lines={CLIENT: [dicts]}, requests=5, kinds=found),
        Part(lines={CLIENT: [FAULTS["overloaded"]]}, requests=5, kinds=waited),
        Part(always={CLIENT: FAULTS["bad_key"]}, success=False, author="", error="model_key_rejected", requests=1),
        Part(arguments={"budget_usd": 0.0001}, author="template", requests=0),  # the question about facts spends it
        Part(always={CLIENT: dicts}, arguments=once, author="template", requests=1, kinds=found),
        Part(always={CLIENT: REPLIES["refusal"]}, arguments=once, author="template", requests=1, kinds=found),
        Part(lines={README: [Reply("# Ti", stop_reason="max_tokens")]}, requests=5, kinds=found),
        Part(always={CLIENT: FAULTS["spend_limit"]}, arguments={"engine": "auto"}, author="template", requests=1),
        Part(arguments={"engine": "template"}, author="template", requests=0),
    ]


async def test_each_ends_as_its_own_script_says_and_none_hears_of_another(
    housed: Houses, right: Mapping[str, str]
) -> None:
    mine = [*parts(right), *parts(right)]
    assert len(mine) == AT_ONCE
    authors = [Author(right, part.lines, always=part.always) for part in mine]
    of_session: dict[int, list[Asked]] = defaultdict(list)
    diagnoses: list[Asked] = []
    full = anyio.Event()

    async def reply(asked: Asked) -> Answer:
        if asked.task.role == "research":
            return NO_FACTS
        if house.api.under_way == LIMIT:
            full.set()
        with anyio.fail_after(LONG):
            await full.wait()
        if asked.task.role == "diagnose":
            diagnoses.append(asked)
            return "I cannot say."
        number = session_of(asked)
        of_session[number].append(asked)
        answer = authors[number](asked)
        if isinstance(answer, str):
            return Reply(f"{answer.rstrip()}\n{mark(number, asked.task.path)}\n", first_token_after=0.01)
        return answer

    healed: dict[int, Healed] = {}
    async with housed(reply, model_concurrency=LIMIT, concurrent_sessions=AT_ONCE) as house:

        async def run(number: int) -> None:
            folder = str(house.engine.settings.home / "drivers" / str(number))
            url = f"https://tiny{number}.example"
            healed[number] = await house.make(
                **{"api_url": url, "output_dir": folder, **mine[number].arguments},
            )

        async with anyio.create_task_group() as tasks:
            for number in range(AT_ONCE):
                tasks.start_soon(run, number)
        assert house.api.most_under_way == LIMIT, "the gate is full, and never fuller"
    for number, part in enumerate(mine):
        _ended(healed[number], part, of_session[number])
        assert all(heard(asked) <= {number} for asked in of_session[number])
    assert all(len(heard(asked)) <= 1 for asked in diagnoses)
    assert len({healed[number].result["session_id"] for number in healed}) == AT_ONCE


def _ended(healed: Healed, part: Part, asked: list[Asked]) -> None:
    assert healed.result["success"] == part.success, healed.result
    assert (healed.result["error"] or {}).get("code") == part.error
    assert healed.authors.get(CLIENT, "") == part.author
    assert len(asked) == part.requests
    of_files = [row for row in healed.usage if row["role"] != "diagnose"]
    assert len(of_files) == part.requests, "each request is counted once, where it belongs"
    assert healed.result["model_usage"]["calls"] - len(healed.usage) in {0, 1}, "the facts may have been asked for"
    for kind in ("model.waiting", "file.rejected"):
        assert (kind in healed.kinds) == (kind in part.kinds)


def mark(number: int, path: str) -> str:
    """A comment that only one session's files hold."""
    words = f"written for session {number};"
    return f"<!-- {words} -->" if path.endswith(".md") else f"# {words}"


def heard(asked: Asked) -> set[int]:
    """The sessions whose files, or whose API, a request speaks of."""
    of_files = re.findall(r"written for session (\d+);", asked.text)
    return {int(number) for number in (*of_files, *re.findall(r"https://tiny(\d+)\.example", asked.text))}


def session_of(asked: Asked) -> int:
    """The session by the host in the facts of its API."""
    (number,) = heard(asked)
    return number


async def test_a_session_that_is_cancelled_gives_its_place_in_the_gate_back(
    housed: Houses, right: Mapping[str, str], tmp_path: Any
) -> None:
    begun = anyio.Event()

    async def reply(asked: Asked) -> Answer:
        if "https://held.example" in asked.text:
            begun.set()
            await anyio.sleep_forever()
        return Author(right)(asked)

    async with housed(reply, model_concurrency=1) as house:
        held = house.arguments(api_url="https://held.example", output_dir=str(tmp_path / "held"), wait_seconds=0)
        session = (await house.call("generate_driver_supervised", **held))["session_id"]
        with anyio.fail_after(LONG):
            await begun.wait()
        await house.call("cancel_session", session_id=session)
        healed = await house.make()
        left = await house.left(session)
    assert healed.result["success"]
    assert left.result["status"] == "cancelled"
    assert left.outcomes == ["cancelled"]
