"""A request as the calling agent is told it: nothing that it was told before, and nothing that it wrote itself."""

from collections.abc import Mapping
from typing import Any

from driversmith.engine.llm.request import ModelRequest, Reference, Task, TextBlock, Turn
from driversmith.engine.models.session import HostRequest
from driversmith.engine.supervision.asks.host_request import Known, changes, host_request

CLIENT = "pets_driver/client.py"
TEXT = "".join(f"line_{n} = {n}\n" for n in range(30))
SCHEMA = {"type": "object", "properties": {"readme_intro": {"type": "string"}}}


def a_request(path: str | None = CLIENT, *references: Reference, try_number: int = 1, **values: Any) -> ModelRequest:
    given = {
        "task": Task(role="generate", path=path, attempt=1, try_number=try_number),
        "system": (TextBlock(text="Rules."),),
        "prefix": (TextBlock(text="Facts that are longer."), TextBlock(text="Plumbing.")),
        "instruction": "Write it.",
        "references": references,
        "max_tokens": 100,
        "effort": "low",
    }
    return ModelRequest(**{**given, **values})


async def told(
    request: ModelRequest, known: Known | None = None, files: Mapping[str, str] | None = None
) -> tuple[HostRequest, Known]:
    """The request, for an agent that knows so much and handed in these files."""

    async def handed_in(path: str) -> str | None:
        return (files or {}).get(path)

    return await host_request(request, "step", known=known or Known(), handed_in=handed_in, now=1.0)


def accepted(text: str = TEXT) -> Reference:
    return Reference(kind="file", path=CLIENT, text=text)


TASK = Reference(kind="task", path=CLIENT, text="The module with the class.")


async def test_the_first_request_holds_all_and_the_longest_last() -> None:
    wanted, _ = await told(a_request(CLIENT, TASK))
    assert wanted.context == ("Rules.", "Plumbing.", "Facts that are longer.")
    assert wanted.instruction.startswith(f"Task: generate path={CLIENT} attempt=1 try=1 mode=full\nWrite it.")
    assert "The module with the class." in wanted.instruction
    assert not wanted.told_before


async def test_what_was_told_before_is_not_told_again() -> None:
    _, known = await told(a_request(CLIENT, TASK))
    wanted, _ = await told(a_request(CLIENT, TASK, try_number=2), known)
    assert wanted.context == () and wanted.told_before
    assert "The module with the class." not in wanted.instruction
    assert f"What is wanted of `{CLIENT}` is as before." in wanted.instruction


async def test_what_is_new_is_told_beside_what_is_known() -> None:
    _, known = await told(a_request())
    wanted, _ = await told(a_request(system=(TextBlock(text="Other rules."),)), known)
    assert wanted.context == ("Other rules.",)


async def test_a_file_that_was_handed_in_is_not_sent_back() -> None:
    _, known = await told(a_request())
    wanted, _ = await told(a_request("README.md", accepted()), known, {CLIENT: TEXT})
    assert "line_7" not in wanted.model_dump_json()
    assert f"The accepted `{CLIENT}` is the one that you handed in." in wanted.instruction


async def test_slips_that_were_mended_in_it_are_told_once() -> None:
    _, known = await told(a_request())
    request, files = a_request("README.md", accepted(TEXT.replace("line_7 = 7", "line_7 = 8"))), {CLIENT: TEXT}
    first, known = await told(request, known, files)
    second, _ = await told(request, known, files)
    assert "+line_7 = 8" in first.instruction and "line_20" not in first.instruction
    assert "+line_7" not in second.instruction and "that you were told of" in second.instruction


async def test_a_file_that_is_hardly_the_same_any_more_is_shown_whole() -> None:
    _, known = await told(a_request())
    other = TEXT.replace("line_", "row_")
    shown, _ = await told(a_request("README.md", accepted(other)), known, {CLIENT: TEXT})
    assert any("row_7 = 7" in text for text in shown.context)
    turns = (Turn(speaker="assistant", text=other),)
    to_mend, _ = await told(a_request(try_number=2, turns=turns), known, {CLIENT: TEXT})
    assert to_mend.last_answer == other
    assert "changed in many places" in to_mend.instruction


async def test_a_file_to_mend_is_known_to_who_wrote_it() -> None:
    _, known = await told(a_request())
    turns = (Turn(speaker="assistant", text=TEXT),)
    wanted, _ = await told(a_request(try_number=2, turns=turns), known, {CLIENT: TEXT})
    assert wanted.last_answer == "" and "line_7" not in wanted.instruction
    mended = (Turn(speaker="assistant", text=TEXT.replace("line_7 = 7", "line_7 = 8")),)
    wanted, _ = await told(a_request(try_number=2, turns=mended), known, {CLIENT: TEXT})
    assert "+line_7 = 8" in wanted.instruction


async def test_what_an_agent_never_handed_in_is_shown_to_it() -> None:
    wanted, _ = await told(a_request("README.md", accepted()))
    assert any("line_7" in text for text in wanted.context)


async def test_a_schema_is_told_once() -> None:
    first, known = await told(a_request(None, json_schema=SCHEMA))
    second, _ = await told(a_request(None, json_schema=SCHEMA, try_number=2), known)
    assert (first.path, first.json_schema) == ("-", SCHEMA)
    assert second.json_schema is None and second.told_before


def test_line_ends_at_the_end_are_no_change() -> None:
    assert changes("a = 1\n", "a = 1") == ""
    assert changes(None, "a = 1") is None
