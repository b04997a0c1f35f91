"""However a model wraps a file, the driver holds the file itself; an answer that holds none is asked for again."""

import json
from collections.abc import Callable, Mapping

import pytest

from ....end_to_end.healing.author import Author
from ....end_to_end.healing.conftest import Heal
from ....end_to_end.healing.tiny import CLIENT, README, WRITTEN
from ....stand_ins.messages_script import REPLIES, Answer, Reply

Envelope = Callable[[str], Answer]

ENVELOPES: dict[str, tuple[str, Envelope]] = {
    "prose around a fence": (CLIENT, lambda text: f"Here is the client:\n\n```python\n{text}```\n\nShall I go on?"),
    "a README in a markdown fence": (README, lambda text: f"```markdown\n{text}```"),
    "a JSON map in a fence": (CLIENT, lambda text: f"```json\n{json.dumps({CLIENT: text}, indent=2)}\n```"),
    "a thinking block": (CLIENT, lambda text: Reply(text, thinking="Pages first.")),
}


@pytest.mark.parametrize("name", ENVELOPES)
async def test_the_file_is_taken_out_of(name: str, heal: Heal, right: Mapping[str, str]) -> None:
    path, envelope = ENVELOPES[name]
    healed = await heal(Author(right, {path: [envelope(right[path])]}))
    assert healed.result["success"]
    assert healed.on_disk(path) == right[path]
    assert healed.tried(path)[-1][0] == "accepted"
    assert len(healed.tried(path)) == 1
    assert len(healed.asked) == len(WRITTEN)
    assert healed.authors[path] == "model"


HOLLOW: dict[str, tuple[Envelope, str, str]] = {
    "an answer cut where it still parses": (
        lambda t: Reply(t[: t.index("    def pets")], stop_reason="max_tokens"),
        "truncated",
        "answer-truncated",
    ),
    "a refusal": (lambda _: REPLIES["refusal"], "refused", "answer-refused"),
    "a diff": (lambda _: f"--- a/{CLIENT}\n+++ b/{CLIENT}\n@@ -1,2 +1,2 @@\n-x\n+y\n", "unusable", "answer-is-diff"),
}


@pytest.mark.parametrize("name", HOLLOW)
async def test_the_file_is_asked_for_again_after(name: str, heal: Heal, right: Mapping[str, str]) -> None:
    answer, outcome, code = HOLLOW[name]
    healed = await heal(Author(right, {CLIENT: [answer(right[CLIENT])]}))
    assert healed.result["success"]
    (first, codes), second = healed.tried(CLIENT)
    assert first == outcome
    assert code in codes
    assert second == ("accepted", set())
    requests = healed.requests(CLIENT)
    assert [r["task"]["role"] for r in requests] == ["generate", "generate"], "there was no file to mend"
    assert requests[0]["instruction"] != requests[1]["instruction"], "the second says what was wrong"
    assert (outcome == "truncated") == (requests[1]["max_tokens"] > requests[0]["max_tokens"])
    assert healed.on_disk(CLIENT) == right[CLIENT]
    assert (healed.result["supervisor_attempts"], healed.result["diagnostics_run"]) == (1, 0)
