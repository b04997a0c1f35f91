"""Every fault on the way to the model is waited out, counts as no try, and never ends without a driver."""

import socket
from collections.abc import Mapping
from contextlib import closing

import pytest

from ....end_to_end.healing.author import Author
from ....end_to_end.healing.conftest import Heal, Houses
from ....end_to_end.healing.tiny import CLIENT, WRITTEN
from ....patience import LONG
from ....stand_ins.messages_script import FAULTS, rate_limited

PASSING = {
    "429 with Retry-After": (rate_limited(0.02), "rate_limited"),
    "a stall in the answer": (FAULTS["stall"], "stall"),
    "a server error in the stream": (FAULTS["server_error_in_stream"], "server_error"),
}


@pytest.mark.parametrize("name", PASSING)
async def test_it_is_waited_out_and_the_file_takes_one_try(name: str, heal: Heal, right: Mapping[str, str]) -> None:
    fault, outcome = PASSING[name]
    stall_seconds = 2.0 if outcome == "stall" else LONG
    healed = await heal(Author(right, {CLIENT: [fault]}), settings={"model_stall_seconds": stall_seconds})
    assert healed.result["success"]
    assert [(e.data["fault"], e.data["retry"]) for e in healed.of_kind("model.waiting")] == [(outcome, 1)]
    assert healed.outcomes == [outcome, *["answered"] * len(WRITTEN)]
    assert healed.tried(CLIENT) == [("accepted", set())]
    (attempt,) = healed.attempts
    assert attempt["data"]["tries"] == dict.fromkeys(WRITTEN, 1)
    assert {healed.authors[path] for path in WRITTEN} == {"model"}
    assert healed.on_disk(CLIENT) == right[CLIENT]
    assert healed.result["verification"]["level"] == "mock"


async def test_an_endpoint_that_is_down_for_good_leaves_the_templates_driver_and_says_so(heal: Heal) -> None:
    healed = await heal(lambda _: FAULTS["overloaded"])
    assert healed.result["success"]
    assert set(healed.authors.values()) == {"template"}
    assert "overloaded" in healed.result["notes"][0] and "the templates'" in healed.result["notes"][0]
    assert {row["outcome"] for row in healed.usage} == {"overloaded"}
    assert healed.tried(CLIENT) == []
    assert [d.diagnosis["fault_kind"] for d in healed.diagnoses] == ["model_overloaded"]
    assert healed.asked == [], "an endpoint that does not answer for facts is asked for nothing else"
    assert "DriverBase" in healed.on_disk(CLIENT)


async def test_where_nobody_listens_the_templates_driver_stands_and_it_is_said(
    housed: Houses, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with housed(lambda _: "") as house:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", f"http://127.0.0.1:{_free_port()}")
        healed = await house.make(engine="auto")
    assert healed.result["success"]
    assert set(healed.authors.values()) == {"template"}
    assert "the templates'" in healed.result["notes"][0]
    assert {row["outcome"] for row in healed.usage} == {"connection"}
    assert healed.result["model_usage"]["output_tokens"] == 0


def _free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
