"""The calling agent's own model writes the files: handed in, checked, run, diagnosed and finished like any other."""

import json
from collections.abc import Mapping
from typing import Any

import anyio

from ...patience import LONG
from ...stand_ins.connection import refused
from .author import NO_FACTS
from .conftest import Houses
from .edits import lists_dicts
from .house import Healed, House
from .tiny import CLIENT, README, WRITTEN


def silent(_: Any) -> str:
    """No model of ours may be asked."""
    raise AssertionError("a host session asks no model but the host's")


async def begun(house: House, **arguments: Any) -> dict[str, Any]:
    """A host session that waits for its first file."""
    waiting = await house.call("generate_driver_supervised", **house.arguments(engine="host", **arguments))
    assert waiting["status"] == "waiting_for_host"
    assert waiting["host_request"]["path"] == "facts.json"
    told = await handed_in(house, waiting["session_id"], "facts.json", json.dumps(NO_FACTS))
    assert told["ok"]
    return {"session_id": waiting["session_id"], "status": "waiting_for_host", "host_request": told["next_request"]}


async def handed_in(house: House, session: str, path: str, text: str) -> dict[str, Any]:
    """What the tool says of a file, once it is checked."""
    with anyio.fail_after(LONG):
        return await house.call("submit_file", session_id=session, path=path, content=text)


async def written(house: House, waiting: dict[str, Any], files: Mapping[str, str]) -> Healed:
    """Hand in whatever is asked for until the session is over."""
    session, wanted = waiting["session_id"], waiting["host_request"]
    for _ in range(30):
        told = await handed_in(house, session, wanted["path"], files[wanted["path"]])
        if told["result"]:
            return await house.left(session)
        wanted = told["next_request"]
    raise AssertionError("it never ends")


async def over(house: House, session: str) -> Healed:
    """The session once it is finished without us."""
    for _ in range(200):
        if (await house.call("get_session", session_id=session, wait_seconds=1))["status"] in {"succeeded", "failed"}:
            return await house.left(session)
        await anyio.sleep(0.05)
    raise AssertionError("it never ends")


async def test_a_host_that_does_it_right_has_its_driver_with_its_name_in_it(
    housed: Houses, right: Mapping[str, str]
) -> None:
    async with housed(silent) as house:
        waiting = await begun(house)
        first = waiting["host_request"]
        healed = await written(house, waiting, right)
    assert first["path"] == CLIENT
    assert first["instruction"].startswith(f"Task: generate path={CLIENT} attempt=1 try=1 mode=full\n")
    assert any("list_objects" in text for text in first["context"]), "the contract comes with the first request"
    assert healed.result["success"]
    assert healed.result["verification"]["level"] == "mock"
    assert {healed.authors[path] for path in WRITTEN} == {"host"}
    assert healed.on_disk(CLIENT) == right[CLIENT]
    assert healed.result["model_usage"]["calls"] == 0
    assert [e.data["path"] for e in healed.of_kind("file.wanted")] == ["facts.json", *WRITTEN]
    assert healed.attempts[0]["engine"] == "host"


async def test_nonsense_is_told_what_is_wrong_and_asked_for_again(housed: Houses, right: Mapping[str, str]) -> None:
    async with housed(silent) as house:
        waiting = await begun(house)
        session = waiting["session_id"]
        told = await handed_in(house, session, CLIENT, "I am afraid I cannot do that.")
        assert not told["ok"]
        assert told["findings"][0]["code"].startswith(("answer-", "syntax"))
        assert told["next_request"]["path"] == CLIENT
        assert told["next_request"]["try_number"] == 2
        told = await handed_in(house, session, CLIENT, f"Sure:\n```python\n{lists_dicts(right[CLIENT])}```")
        assert [f["code"] for f in told["findings"]] == ["list-objects-shape"]
        assert told["next_request"]["role"] == "repair"
        assert "list-objects-shape" in told["next_request"]["instruction"]
        told = await handed_in(house, session, CLIENT, f"```python\n{right[CLIENT]}```")
        assert told["ok"]
        healed = await written(house, {"session_id": session, "host_request": told["next_request"]}, right)
    assert healed.result["success"]
    assert [outcome for outcome, _ in healed.tried(CLIENT)] == ["unusable", "rejected", "accepted"]
    assert healed.on_disk(CLIENT) == right[CLIENT]


async def test_a_path_that_was_not_asked_for_is_refused_and_changes_nothing(
    housed: Houses, right: Mapping[str, str]
) -> None:
    async with housed(silent) as house:
        waiting = await begun(house)
        for path in (README, "tiny_driver/_transport.py", "../../etc/passwd", "client.py", "/etc/hosts"):
            arguments = {"session_id": waiting["session_id"], "path": path, "content": right[CLIENT]}
            assert CLIENT in refused(await house.client.call_tool("submit_file", arguments))
        after = await house.call("get_session", session_id=waiting["session_id"])
        healed = await house.left(waiting["session_id"])
    assert after["status"] == "waiting_for_host"
    assert healed.tried(CLIENT) == []


async def test_a_file_for_a_session_that_waits_for_none_is_refused(housed: Houses, right: Mapping[str, str]) -> None:
    async with housed(silent) as house:
        waiting = await begun(house)
        healed = await written(house, waiting, right)
        arguments = {"session_id": waiting["session_id"], "path": CLIENT, "content": "print(1)"}
        text = refused(await house.client.call_tool("submit_file", arguments))
        assert "waits for no file" in text
        assert healed.on_disk(CLIENT) == right[CLIENT]


async def test_a_host_that_never_comes_back_leaves_the_templates_driver(housed: Houses) -> None:
    async with housed(silent, host_wait_seconds=0.3) as house:
        waiting = await house.call("generate_driver_supervised", **house.arguments(engine="host"))
        healed = await over(house, waiting["session_id"])
    assert healed.result["success"]
    assert set(healed.authors.values()) == {"template"}
    assert "not handed in" in healed.result["notes"][0]
    assert healed.diagnoses[0].diagnosis["fix_strategy"] == "fallback"
    assert len(healed.of_kind("file.wanted")) == 1


async def test_a_session_that_waits_survives_a_restart_of_the_server(housed: Houses, right: Mapping[str, str]) -> None:
    async with housed(silent) as house:
        waiting = await begun(house)
        told = await handed_in(house, waiting["session_id"], CLIENT, right[CLIENT])
        wanted = told["next_request"]
    async with housed(silent) as house:
        again = await house.call("generate_driver_supervised", **house.arguments(engine="host"))
        assert again["session_id"] == waiting["session_id"], "the same call attaches to it"
        assert again["host_request"]["path"] == wanted["path"]
        healed = await written(house, again, right)
    assert healed.result["success"]
    assert {healed.authors[path] for path in WRITTEN} == {"host"}
    assert [path for path, _ in healed.tried(CLIENT)] == ["accepted"], "what was handed in is not asked for again"
