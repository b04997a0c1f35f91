"""What a calling agent reads in a session: all of it as text, and nothing that it does not need."""

from collections.abc import Mapping
from typing import Any

import pytest
from driversmith.engine.models.findings import Finding, ValidationReport
from driversmith.engine.validation import package

from ....end_to_end.healing.conftest import Houses
from ....end_to_end.healing.edits import lists_dicts, put, reads_one_page
from ....end_to_end.healing.test_host import begun
from ....end_to_end.healing.text_host import TextHost
from ....end_to_end.healing.tiny import CLIENT, LIST_OBJECTS, READ_RECORDS, README, WRITTEN


def silent(_: Any) -> str:
    """No model of ours may be asked."""
    raise AssertionError("a host session asks no model but the host's")


async def test_a_host_is_given_the_schema_that_its_answer_has_to_fit_and_given_it_once(
    housed: Houses, right: Mapping[str, str]
) -> None:
    slots = ["I cannot say.", '{"readme_intro": "Tiny keeps a list of pets, oldest first."}']

    def written(text: str) -> str:
        return slots.pop(0) if 'path="-"' in text else f"{lists_dicts(right[CLIENT])}# {len(text)}\n"

    async with housed(silent) as house:
        host = TextHost(house)
        healed = await host.write(await host.begin(max_retries=2), written)
    first, second = [text for text in host.heard if 'path="-"' in text]
    assert "Answer with one JSON object of the schema" in first
    assert '"readme_intro"' in first and '"example_parameters"' in first, "the request holds the schema"
    assert '"example_parameters"' not in second and "readme_intro" not in second
    assert 'cursor="told-1"' in second
    assert "Base URL" not in first, "the facts were told with the client"
    assert healed.result["success"]
    assert healed.authors[README] == "simplified"


async def test_the_run_comes_before_readme_and_examples_are_asked_for(housed: Houses, right: Mapping[str, str]) -> None:
    clients = [reads_one_page(right[CLIENT]), right[CLIENT]]

    def written(text: str) -> str:
        path = next(path for path in WRITTEN if f'path="{path}"' in text)
        return clients.pop(0) if path == CLIENT else right[path]

    async with housed(silent) as house:
        host = TextHost(house)
        healed = await host.write(await host.begin(), written)
    assert [e.data["path"] for e in healed.of_kind("file.wanted")][1:] == [CLIENT, *WRITTEN]
    assert healed.result["success"]
    assert healed.result["iterations"] == 3, (
        "the templates' own, and two of the client: README and examples change nothing"
    )
    broken = host.heard[1]
    assert broken.startswith(f"{CLIENT} passes its own checks. The driver breaks ")
    assert "read-every-page" in broken and "does not pass with it" in broken
    assert "no findings" not in broken
    assert host.heard[2].startswith(f"{CLIENT} passes its own checks. The driver keeps ")


async def test_what_the_run_showed_is_no_ok_in_the_structured_answer(housed: Houses, right: Mapping[str, str]) -> None:
    async with housed(silent) as house:
        waiting = await begun(house)
        answer = {"session_id": waiting["session_id"], "path": CLIENT, "content": reads_one_page(right[CLIENT])}
        told = await house.call("submit_file", **answer)
    assert not told["ok"]
    assert {f["code"] for f in told["findings"]} >= {"contract-run-read-every-page"}
    assert {f["file"] for f in told["findings"]} == {CLIENT}
    assert (told["next_request"]["path"], told["next_request"]["role"]) == (CLIENT, "repair")
    assert told["next_request"]["last_answer"] == "" and told["next_request"]["context"] == []


async def test_a_file_that_passed_is_not_asked_for_again_in_a_later_attempt(
    housed: Houses, right: Mapping[str, str]
) -> None:
    def written(text: str) -> str:
        path = next(path for path in WRITTEN if f'path="{path}"' in text)
        wrong = path == READ_RECORDS and "attempt=1" in text
        return f"{right[path]}\nTODO = 'say more {len(text)}'  # TODO\n" if wrong else right[path]

    async with housed(silent) as house:
        host = TextHost(house)
        healed = await host.write(await host.begin(max_retries=2), written)
    assert healed.result["success"], healed.result["notes"]
    assert [e.data["path"] for e in healed.of_kind("file.wanted")][1:] == [*WRITTEN, READ_RECORDS, READ_RECORDS]
    assert {healed.authors[path] for path in WRITTEN} == {"host"}


async def test_slips_that_were_mended_are_told_as_such_and_not_with_the_whole_file(
    housed: Houses, right: Mapping[str, str]
) -> None:
    slip = put("from .types import Record\n", "")(right[CLIENT])
    files = {**right, CLIENT: slip}
    async with housed(silent) as house:
        host = TextHost(house)
        healed = await host.write(await host.begin(), files)
    assert healed.result["success"]
    assert healed.on_disk(CLIENT) != slip
    assert "+from .types import Record" in host.heard[1], "whoever wrote the client has to know how it stands"
    assert not any("+from .types import Record" in text for text in host.heard[2:])
    assert "with the slips mended that you were told of" in host.heard[2]
    assert "def read_batched" not in "".join(host.heard[1:])


@pytest.mark.parametrize("file", ["tiny_driver/_transport.py", "tests/test_client.py", "pyproject.toml"])
async def test_nobody_is_asked_to_mend_what_a_template_wrote(
    file: str, housed: Houses, right: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = package._validate

    async def finds_more(*values: Any) -> ValidationReport:
        report = await checked(*values)
        ours = Finding(code="unused-argument", severity="P2", file=file, message=f"{len(values[0].texts)} files.")
        return ValidationReport.of([*report.findings, ours])

    monkeypatch.setattr(package, "_validate", finds_more)
    async with housed(silent) as house:
        host = TextHost(house)
        healed = await host.write(await host.begin(), right)
    assert healed.result["success"], healed.result["notes"]
    assert [e.data["path"] for e in healed.of_kind("file.wanted")][1:] == list(WRITTEN)
    assert {healed.authors[path] for path in WRITTEN} == {"host"}
    assert not any("unused-argument" in text for text in host.heard)


async def test_the_examples_are_as_small_a_request_as_they_are_files(housed: Houses, right: Mapping[str, str]) -> None:
    async with housed(silent) as house:
        host = TextHost(house)
        await host.write(await host.begin(), right)
    asked = {path: next(t for t in host.heard if f'path="{path}"' in t) for path in (LIST_OBJECTS, READ_RECORDS)}
    assert all(len(text) < 2_500 for text in asked.values())
