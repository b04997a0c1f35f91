"""Every fault on the way to the model is waited out, counts as no try, and never ends without a driver."""

import socket
from collections.abc import Mapping
from contextlib import closing

import pytest

from ....end_to_end.healing.author import Author
from ....end_to_end.healing.conftest import Heal, Houses
from ....end_to_end.healing.tiny import CLIENT, WRITTEN
from ....patience import LONG
from ....stand_ins.messages_script import FAULTS, REPLIES, Fault, rate_limited

PASSING = {
    "429 with Retry-After": (rate_limited(0.02), "rate_limited"),
    "500": (FAULTS["server_error"], "server_error"),
    "504": (FAULTS["gateway_timeout"], "server_error"),
    "529": (FAULTS["overloaded"], "overloaded"),
    "a connection that is reset": (FAULTS["reset"], "connection"),
    "silence": (FAULTS["silence"], "stall"),
    "a stall in the answer": (FAULTS["stall"], "stall"),
    "a stream that is cut": (FAULTS["cut_stream"], "cut_stream"),
    "a stream that ends early": (REPLIES["early_end"], "cut_stream"),
    "an error in the stream": (FAULTS["overloaded_in_stream"], "overloaded"),
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


async def test_retry_after_is_obeyed(heal: Heal, right: Mapping[str, str]) -> None:
    healed = await heal(Author(right, {CLIENT: [rate_limited(0.03)]}))
    (waiting,) = healed.of_kind("model.waiting")
    assert waiting.data["seconds"] == 0.03


async def test_a_burst_is_waited_out(heal: Heal, right: Mapping[str, str]) -> None:
    burst: list[Fault] = [FAULTS["overloaded"], FAULTS["reset"], FAULTS["overloaded_in_stream"]]
    healed = await heal(Author(right, {CLIENT: burst}))
    assert [e.data["fault"] for e in healed.of_kind("model.waiting")] == ["overloaded", "connection", "overloaded"]
    assert healed.tried(CLIENT) == [("accepted", set())]
    assert (healed.result["supervisor_attempts"], healed.result["diagnostics_run"]) == (1, 0)


@pytest.mark.parametrize("engine", ["model", "auto"])
async def test_an_endpoint_that_is_down_for_good_leaves_the_templates_driver_and_says_so(
    engine: str, heal: Heal
) -> None:
    healed = await heal(lambda _: FAULTS["overloaded"], engine=engine)
    assert healed.result["success"]
    assert set(healed.authors.values()) == {"template"}
    assert "overloaded" in healed.result["notes"][0] and "the templates'" in healed.result["notes"][0]
    assert {row["outcome"] for row in healed.usage} == {"overloaded"}
    assert healed.tried(CLIENT) == []
    assert [d.diagnosis["fault_kind"] for d in healed.diagnoses] == ["model_overloaded"]
    assert len({asked.text for asked in healed.asked}) == 1, "a fault of the transport changes no prompt"
    assert "def list_objects" in healed.on_disk(CLIENT)


@pytest.mark.parametrize("engine", ["model", "auto"])
async def test_where_nobody_listens_the_templates_driver_stands_and_it_is_said(
    engine: str, housed: Houses, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with housed(lambda _: "") as house:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", f"http://127.0.0.1:{_free_port()}")
        healed = await house.make(engine=engine)
    assert healed.result["success"]
    assert set(healed.authors.values()) == {"template"}
    assert "the templates'" in healed.result["notes"][0]
    assert {row["outcome"] for row in healed.usage} == {"connection"}
    assert healed.result["model_usage"]["output_tokens"] == 0


def _free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
