"""A driver that passes the checks and fails the run against a server is mended file by file, and run again."""

from collections.abc import Mapping

from ....end_to_end.healing.author import Author
from ....end_to_end.healing.conftest import Heal, Houses
from ....end_to_end.healing.edits import lists_dicts, put, reads_one_page
from ....end_to_end.healing.test_host import begun, handed_in
from ....end_to_end.healing.text_host import TextHost
from ....end_to_end.healing.tiny import CLIENT, README, WRITTEN
from ....stand_ins.messages_script import Answer, Asked
from .test_text_host import silent


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
    leaves = put("        super().__init__(", "        raise SystemExit(0)\n        super().__init__(")
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


async def test_a_repair_loop_in_vain_ends_in_a_diagnosis_and_another_attempt(
    heal: Heal, right: Mapping[str, str]
) -> None:
    def client(asked: Asked) -> Answer:
        if asked.task.attempt == 2:
            return right[CLIENT]
        return reads_one_page(right[CLIENT]) + f"# version {asked.task.try_number}\n"

    healed = await heal(Author(right, always={CLIENT: client}), max_retries=1)
    assert healed.result["success"]
    (diagnosis,) = healed.diagnoses
    assert diagnosis.diagnosis["fault_kind"] == "pagination_stops_early"
    words = diagnosis.diagnosis["prompt_modification"]
    assert [words in r["instruction"] for r in healed.requests(CLIENT)] == [False, False, True]
    assert healed.attempts[0]["data"]["error"]["code"] == "contract_failed"
    asked_again = {a.task.path for a in healed.asked if a.task.attempt == 2 and a.task.role != "diagnose"}
    assert asked_again == set(WRITTEN), "README and examples show the client: they are written anew with it"


async def test_readme_and_examples_are_asked_for_once_however_many_attempts_the_client_takes(
    housed: Houses, right: Mapping[str, str]
) -> None:
    def written(text: str) -> str:
        path = next(path for path in WRITTEN if f'path="{path}"' in text)
        wrong = path == CLIENT and "attempt=1" in text
        return f"{reads_one_page(right[CLIENT])}# {len(text)}\n" if wrong else right[path]

    async with housed(silent) as house:
        host = TextHost(house)
        healed = await host.write(await host.begin(max_retries=1), written)
    assert healed.result["success"], healed.result["notes"]
    assert [a["outcome"] for a in healed.attempts] == ["failed", "succeeded"]
    assert [e.data["path"] for e in healed.of_kind("file.wanted")][1:] == [CLIENT, CLIENT, *WRITTEN]


async def test_what_the_run_shows_goes_to_the_host_and_a_diagnosis_adjusts_its_next_attempt(
    housed: Houses, right: Mapping[str, str]
) -> None:
    wrong = reads_one_page(right[CLIENT])
    async with housed(silent) as house:
        waiting = await begun(house, max_retries=1)
        session, wanted, seen = waiting["session_id"], waiting["host_request"], [waiting["host_request"]]
        while True:
            path = wanted["path"]
            text = right[path] if path != CLIENT or wanted["attempt"] == 2 else f"{wrong}# try {wanted['try_number']}\n"
            told = await handed_in(house, session, path, text)
            if told["result"]:
                break
            wanted = told["next_request"]
            seen.append(wanted)
        healed = await house.left(session)
    repair = next(w for w in seen if w["role"] == "repair")
    assert "read-every-page" in repair["instruction"]
    words = healed.diagnoses[0].diagnosis["prompt_modification"]
    assert words
    assert any(words in w["instruction"] for w in seen if w["attempt"] == 2)
    assert not any(words in w["instruction"] for w in seen if w["attempt"] == 1)
    assert healed.result["success"]
    assert healed.authors[CLIENT] == "host"
    assert [a["outcome"] for a in healed.attempts] == ["failed", "succeeded"]
