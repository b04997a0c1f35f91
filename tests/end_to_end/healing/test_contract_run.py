"""A driver that passes the checks and fails the run against a server is mended file by file, and run again."""

from collections.abc import Mapping

from .author import Author
from .conftest import Heal
from .edits import lists_dicts, put, reads_one_page
from .tiny import CLIENT, README, WRITTEN


async def test_what_the_run_shows_is_told_and_mended_within_the_attempt(heal: Heal, right: Mapping[str, str]) -> None:
    wrong = reads_one_page(right[CLIENT])
    healed = await heal(Author(right, {CLIENT: [wrong]}))
    assert healed.tried(CLIENT) == [("accepted", set()), ("accepted", set())], "the checks alone do not see it"
    (repair,) = healed.of_kind("repair.started")
    assert repair.data["path"] == CLIENT
    assert "read-every-page" in repair.data["behaviours"]
    repaired = healed.requests(CLIENT)[-1]
    assert (repaired["task"]["role"], repaired["task"]["try_number"]) == ("repair", 2)
    for words in ("read-every-page", "Sent:", "Received:", "Expected:", "/pets"):
        assert words in repaired["instruction"]
    assert repaired["turns"] == [{"speaker": "assistant", "text": wrong}]
    assert len(healed.asked) == len(WRITTEN) + 1, "files that pass stay untouched"
    assert healed.result["success"]
    assert (healed.result["iterations"], healed.result["supervisor_attempts"]) == (3, 1)
    assert healed.result["verification"]["failed"] == 0
    assert healed.on_disk(CLIENT) == right[CLIENT]
    assert healed.attempts[0]["data"]["contract_runs"] == 3


async def test_what_the_run_showed_stays_in_the_request_while_the_checks_reject_the_repair(
    heal: Heal, right: Mapping[str, str]
) -> None:
    one_page, dicts = reads_one_page(right[CLIENT]), lists_dicts(right[CLIENT])
    healed = await heal(Author(right, {CLIENT: [one_page, dicts]}))
    last = healed.requests(CLIENT)[-1]["instruction"]
    assert "list-objects-shape" in last
    assert "read-every-page" in last
    assert [outcome for outcome, _ in healed.tried(CLIENT)] == ["accepted", "rejected", "accepted"]
    assert healed.result["success"]


async def test_a_client_that_ends_its_process_proves_nothing_and_is_mended(
    heal: Heal, right: Mapping[str, str]
) -> None:
    leaves = put("        self._http = Transport(", "        os._exit(0)\n        self._http = Transport(")
    healed = await heal(Author(right, {CLIENT: [leaves(right[CLIENT])]}))
    assert healed.result["success"]
    assert healed.on_disk(CLIENT) == right[CLIENT]
    assert len(healed.requests(CLIENT)) == 2


async def test_a_readme_that_speaks_of_a_method_that_a_repair_took_away_is_mended_too(
    heal: Heal, right: Mapping[str, str]
) -> None:
    without = right[CLIENT].replace("def pets(", "def all_pets(")
    words = right[README].replace("`driver.pets(limit=3)`", "`driver.read`")
    shown = words.replace('driver.read("pets", limit=5)', "driver.pets(limit=5)")
    assert shown != words
    healed = await heal(Author(right, {CLIENT: [reads_one_page(right[CLIENT]), without], README: [shown, words]}))
    assert healed.result["success"], healed.result["notes"]
    assert "driver.pets(" not in healed.on_disk(README) or "def pets(" in healed.on_disk(CLIENT)
