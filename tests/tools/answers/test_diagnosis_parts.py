"""How a diagnosis is told."""

import pytest
from driversmith.engine.models.diagnosis import Diagnosis, SimilarDiagnosis
from driversmith.engine.views.weights import weight
from driversmith.tools.answers.diagnosis_parts import diagnosis_answer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import TextContent

FOUND = Diagnosis(
    error_type="logic",
    fault_kind="list_objects_shape",
    root_cause="list_objects returns dicts.",
    can_fix=True,
    fix_strategy="prompt_adjustment",
    fix_description="Ask again.",
    prompt_modification="In client.py: return the names only.",
    confidence=0.9,
    evidence=("confidence 0.90: rule, list_objects_shape",),
    repair_request={"role": "repair", "path": "pets_driver/client.py", "messages": [{"content": "x" * 30_000}]},
)


def test_the_next_request_is_handed_over_whole_whatever_else_is_cut() -> None:
    answered = diagnosis_answer(FOUND.model_copy(update={"root_cause": "y" * 90_000}))
    assert answered.structured_content is not None
    assert answered.structured_content["repair_request"] == FOUND.repair_request
    assert len(answered.structured_content["root_cause"]) < 5_000


def test_a_host_that_shows_texts_alone_shows_the_request_too() -> None:
    system = [{"type": "text", "text": "The rules."}]
    messages = [
        {"role": "user", "content": [{"type": "text", "text": "The task."}]},
        {"role": "assistant", "content": [{"type": "text", "text": "def f(:"}]},
        {"role": "user", "content": [{"type": "text", "text": "Line 1: invalid syntax."}]},
    ]
    request = {"role": "repair", "path": "a/client.py", "system": system, "messages": messages}
    (text,) = diagnosis_answer(FOUND.model_copy(update={"repair_request": request})).content
    assert isinstance(text, TextContent)
    assert text.text.endswith(
        "repair_request holds the next model request (repair, a/client.py):\n\n"
        "The rules.\n\nThe task.\n\nThe answer so far:\ndef f(:\n\nLine 1: invalid syntax."
    )


@pytest.mark.parametrize("size", [30_000, 200_000])
def test_a_request_that_no_text_can_hold_comes_in_parts_that_are_its_text(size: int) -> None:
    asked = " ".join(f"word {n}" for n in range(size // 8))
    request = {"role": "repair", "path": "a/client.py", "system": [], "messages": [{"content": asked}], "max_tokens": 9}
    found = FOUND.model_copy(update={"repair_request": request})
    told, cursor = "", None
    while cursor or not told:
        answered = diagnosis_answer(found, cursor)
        (text,) = answered.content
        assert isinstance(text, TextContent) and answered.structured_content is not None
        assert len(text.text.encode()) + weight(answered.structured_content) < 60_000
        told += text.text.partition(":\n\n")[2]
        cursor = answered.structured_content["next_cursor"]
        assert (f"cursor='{cursor}'" in text.text) == (cursor is not None)
    assert told == asked


def test_data_of_a_request_is_whole_as_long_as_an_answer_holds_it() -> None:
    for size, whole in ((30_000, True), (60_000, False)):
        request = {"role": "repair", "path": "", "messages": [{"content": "x" * size}], "output_config": {"a": 1}}
        answered = diagnosis_answer(FOUND.model_copy(update={"repair_request": request})).structured_content
        assert answered is not None and answered["repair_request"]["output_config"] == {"a": 1}
        assert (answered["repair_request"] == request) == whole


@pytest.mark.parametrize("cursor", ["x", "0", "99"])
def test_a_cursor_that_nobody_gave_out_is_refused(cursor: str) -> None:
    for found in (FOUND, FOUND.model_copy(update={"repair_request": None})):
        with pytest.raises(ToolError, match="cursor must be"):
            diagnosis_answer(found, cursor)


def test_evidence_and_what_was_found_before_are_told() -> None:
    similar = SimilarDiagnosis(session_id="s0", api_name="Toys", root_cause="The same.", fix_strategy="abort")
    (text,) = diagnosis_answer(FOUND.model_copy(update={"similar": (similar,)})).content
    assert isinstance(text, TextContent)
    for part in ("Evidence: confidence 0.90: rule", "Before: s0 Toys: The same. [abort]"):
        assert part in text.text


def test_the_text_says_cause_repair_words_and_what_comes_with_it() -> None:
    (text,) = diagnosis_answer(FOUND).content
    assert isinstance(text, TextContent)
    for part in ("list_objects returns dicts.", "confidence 90%, by rules", "return the names only", "repair_request"):
        assert part in text.text


def test_without_a_request_the_text_promises_none() -> None:
    (text,) = diagnosis_answer(FOUND.model_copy(update={"repair_request": None})).content
    assert isinstance(text, TextContent)
    assert "repair_request" not in text.text
