"""`write_file`: one file, asked for until it is right; each family of answer takes its own way."""

from collections.abc import Sequence
from typing import Any

import pytest
from driversmith.engine.authoring.write_file import Asking, Faulty, WrittenFile, write_file
from driversmith.engine.errors import FileGenerationError, ModelTransportError
from driversmith.engine.llm.request import ModelRequest, Task
from driversmith.engine.llm.scripted import Reply
from driversmith.engine.models.findings import Finding
from driversmith.engine.models.report import BehaviourResult
from driversmith.engine.validation.package import validate_package

from .writer import CLIENT, LOST, REFUSED, Answer, Writer, list_of_dicts

BROKEN = BehaviourResult(
    name="read-all-pages", subject="pets", passed=False, sent="read('pets')", received="3 records", expected="7 records"
)


class Desk:
    """One file asked of a script, with every Asking that was put into words."""

    def __init__(self, *answers: Answer, path: str = CLIENT) -> None:
        self.path = path
        self.writer = Writer({path: list(answers)})
        self.files = {f.path: f.text for f in self.writer.template.files}
        self.askings: list[Asking] = []
        self.right = self.writer.right(path)

    async def write(self, **values: Any) -> WrittenFile:
        given: dict[str, Any] = {"attempt": 1, "tries": 3, "on_try": self.writer.note, **values}
        return await write_file(
            self.path,
            files=self.files,
            profile=self.writer.profile,
            ask=self.writer.ask,
            compose=self.compose,
            **given,
        )

    async def fail(self, **values: Any) -> FileGenerationError:
        with pytest.raises(FileGenerationError) as caught:
            await self.write(**values)
        return caught.value

    def compose(self, asking: Asking) -> ModelRequest:
        self.askings.append(asking)
        task = Task(role=asking.role, path=asking.path, attempt=asking.attempt, try_number=asking.try_number)
        return ModelRequest(task=task, instruction="Write it.", max_tokens=1000, effort="low")

    @property
    def outcomes(self) -> list[str]:
        return self.writer.outcomes(self.path)

    @property
    def reasons(self) -> list[str]:
        return [asking.reason for asking in self.askings]


RENAMED = '''
    def shut(self) -> None:
        """End."""
        self.finish()
'''
NARROWED = '''
    def get_fields(self) -> dict[str, dict[str, object]]:
        """All objects of this API have the same fields."""
        return {}
'''


async def test_a_right_answer_is_taken_as_it_is() -> None:
    desk = Desk()
    written = await desk.write()
    assert (written.text, written.tries, written.fixes) == (desk.right, 1, ())
    assert desk.outcomes == ["accepted"]


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda text: f"```python\n{text}```",
        lambda text: f"Here is the file:\n\n```python\n{text}```\n\nLet me know if anything is missing.",
        lambda text: f"\ufeff{text}".replace("\n", "\r\n"),
    ],
    ids=["fence", "prose", "byte order mark"],
)
async def test_an_envelope_costs_no_try_and_is_told(wrapped: Any) -> None:
    desk = Desk(wrapped)
    assert (await desk.write()).text == desk.right
    assert desk.outcomes == ["accepted"]
    assert desk.writer.tried[0].how


async def test_a_faulty_file_comes_back_with_its_findings_and_nothing_older() -> None:
    desk = Desk(list_of_dicts, lambda text: list_of_dicts(text) + RENAMED)
    await desk.write()
    assert desk.outcomes == ["rejected", "rejected", "accepted"]
    first, second, third = desk.askings
    assert (first.role, second.role, third.role) == ("generate", "repair", "repair")
    assert [a.try_number for a in desk.askings] == [1, 2, 3]
    assert second.text == list_of_dicts(desk.right)
    assert "list-objects-shape" in second.findings and "P1" in second.findings
    assert 'return [{"name": name} for name in super().list_objects()]' in second.findings
    assert "finish" in third.findings and "def shut" in third.text


async def test_a_slip_that_a_fixer_mends_costs_no_try() -> None:
    desk = Desk(lambda text: text.replace("from .types import Record\n", ""))
    written = await desk.write()
    assert desk.outcomes == ["accepted"]
    assert [fix.fixer for fix in written.fixes] == [fix.fixer for fix in desk.writer.tried[0].fixes] != []
    assert "import Record" in written.text


async def test_an_answer_that_was_cut_off_is_never_read_and_gets_more_room() -> None:
    desk = Desk(
        Reply(text="class PetstoreDriver:\n", stop_reason="max_tokens"), Reply(text="x", stop_reason="max_tokens")
    )
    await desk.write()
    assert desk.outcomes == ["truncated", "truncated", "accepted"]
    assert [(a.role, a.truncated) for a in desk.askings] == [("generate", 0), ("generate", 1), ("generate", 2)]


async def test_a_refusal_is_asked_once_more_and_no_further() -> None:
    desk = Desk(REFUSED, REFUSED)
    error = await desk.fail(tries=5)
    assert desk.reasons == ["first", "refused"]
    assert error.tries == 2 and "refused" in error.message


async def test_a_second_request_may_cure_a_refusal() -> None:
    desk = Desk(REFUSED)
    assert (await desk.write()).tries == 2


@pytest.mark.parametrize(
    "nothing", ["", "   ", "I have written the client as you asked.", "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b"]
)
async def test_an_answer_without_a_file_is_asked_for_anew_with_the_reason(nothing: str) -> None:
    desk = Desk(Reply(text=nothing))
    await desk.write()
    assert desk.outcomes[-1] == "accepted" and len(desk.outcomes) == 2
    assert desk.askings[1].role == ("repair" if desk.outcomes[0] == "rejected" else "generate")
    assert desk.askings[1].problem or desk.askings[1].findings


async def test_the_same_answer_with_the_same_findings_begins_afresh_at_once() -> None:
    desk = Desk(list_of_dicts, list_of_dicts)
    await desk.write()
    assert desk.outcomes == ["rejected", "stuck", "accepted"]
    fresh = desk.askings[2]
    assert (fresh.role, fresh.reason, fresh.text) == ("generate", "stuck", "")
    assert "list-objects-shape" in fresh.findings


async def test_who_repeats_himself_afresh_is_asked_no_more() -> None:
    desk = Desk(*[list_of_dicts] * 9)
    error = await desk.fail(tries=9)
    assert desk.outcomes == ["rejected", "stuck", "stuck"]
    assert "repeated itself" in error.message


async def test_failure_carries_findings_tries_usage_and_the_last_text() -> None:
    desk = Desk(list_of_dicts, lambda text: text + RENAMED)
    error = await desk.fail(tries=2)
    assert (error.path, error.tries) == (CLIENT, 2)
    assert error.findings and all(isinstance(f, Finding) for f in error.findings)
    assert "def shut" in error.last_text
    assert error.code == "generation_failed"


async def test_a_fault_of_transport_is_no_try_and_is_passed_on() -> None:
    desk = Desk(LOST)
    with pytest.raises(ModelTransportError):
        await desk.write()
    assert desk.outcomes == []


async def test_max_retries_of_zero_still_asks_once() -> None:
    desk = Desk(list_of_dicts)
    assert (await desk.fail(tries=0)).tries == 1


async def test_what_breaks_in_another_file_is_the_fault_of_the_one_that_is_written() -> None:
    desk = Desk(lambda text: text.replace("class PetstoreDriver", "class PetShopDriver"))
    await desk.write()
    assert desk.outcomes == ["rejected", "accepted"]
    blamed = {f.file for f in desk.writer.tried[0].findings}
    assert blamed - {CLIENT}
    assert f"{sorted(blamed - {CLIENT})[0]} line" in desk.askings[1].findings


async def test_the_worst_finding_is_one_of_the_file_itself_where_others_are_as_bad() -> None:
    desk = Desk(lambda text: text + NARROWED)
    error = await desk.fail(tries=1)
    assert {f.file for f in error.findings if f.severity == error.findings[0].severity} - {CLIENT}
    assert error.findings[0].file == CLIENT
    assert error.findings[0].message in error.message


async def test_what_was_wrong_in_other_files_before_blocks_nothing() -> None:
    from driversmith.engine.validation.package import validate_package

    desk = Desk()
    desk.files["examples/list_objects.py"] += "\nprint(nowhere)\n"
    known = (await validate_package(desk.files, profile=desk.writer.profile)).findings
    assert any(f.file == "examples/list_objects.py" for f in known)

    async def before():
        return known

    await desk.write(known=before)
    assert desk.outcomes == ["accepted"]


async def test_what_was_wrong_in_other_files_is_known_at_its_place_though_its_words_name_what_is_new() -> None:
    desk = Desk(lambda text: text)
    desk.files["petstore_driver/_extra.py"] = "from .client import nothing_such\n"
    known = [
        Finding(code=f.code, severity=f.severity, file=f.file, line=f.line, message=f"{f.message} (of before)")
        for f in (await validate_package(desk.files, profile=desk.writer.profile)).findings
    ]

    async def before() -> list[Finding]:
        return known

    assert any(f.is_serious and f.file.endswith("_extra.py") for f in known)
    assert (await desk.write(known=before)).tries == 1


async def test_style_blocks_nothing() -> None:
    desk = Desk(lambda text: text.replace('"""All pets."""', f'"""All pets. {"word " * 60}"""'))
    await desk.write()
    assert desk.outcomes == ["accepted"]


async def test_a_repair_begins_with_the_file_and_what_failed_and_counts_on() -> None:
    desk = Desk()
    await desk.write(faulty=Faulty(text=list_of_dicts(desk.right), behaviours=(BROKEN,)), tried_before=2)
    (asking,) = desk.askings
    assert (asking.role, asking.try_number) == ("repair", 3)
    assert asking.text == list_of_dicts(desk.right)
    assert "Received: 3 records" in asking.behaviours and "Expected: 7 records" in asking.behaviours


async def test_a_repair_says_what_the_file_failed_at_and_then_what_the_repair_does() -> None:
    desk = Desk(list_of_dicts, lambda text: text.replace("All pets", "Every pet"))
    await desk.write(faulty=Faulty(text=desk.right, behaviours=(BROKEN,)))
    assert desk.reasons == ["run", "rejected"]
    finding = Finding(code="x", severity="P1", file=CLIENT, message="It does not fit.")
    desk = Desk(lambda text: text.replace("All pets", "Every pet"))
    await desk.write(faulty=Faulty(text=desk.right, findings=(finding,)))
    assert desk.reasons == ["package"]


async def test_a_repair_that_changes_nothing_is_stuck_though_the_validator_passes_it() -> None:
    desk = Desk(lambda text: text, lambda text: text)
    error = await desk.fail(faulty=Faulty(text=desk.right, behaviours=(BROKEN,)), tries=5)
    assert desk.outcomes == ["stuck", "stuck"]
    assert desk.askings[1].role == "generate" and "7 records" in desk.askings[1].behaviours
    assert error.tries == 2


async def test_what_a_run_showed_is_said_until_the_file_passes() -> None:
    desk = Desk(list_of_dicts, Reply(text="", stop_reason="end_turn"))
    other = desk.right.replace("All pets", "Every pet")
    await desk.write(faulty=Faulty(text=other, behaviours=(BROKEN,)))
    assert desk.outcomes == ["rejected", "unusable", "accepted"]
    assert all("7 records" in asking.behaviours for asking in desk.askings)


async def test_at_most_ten_findings_are_told() -> None:
    def many(text: str) -> str:
        return text + "\n\n" + "\n".join(f"first_{n} = nowhere_{n}" for n in range(30)) + "\n"

    desk = Desk(many)
    await desk.write()
    assert len(desk.writer.tried[0].findings) >= 30
    assert _entries(desk.askings[1].findings) == 10


def _entries(told: str) -> int:
    lines: Sequence[str] = told.splitlines()
    return sum(line[:1].isdigit() for line in lines)
