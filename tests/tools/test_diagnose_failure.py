"""How a diagnosis is told."""

from driversmith.engine.models.diagnosis import Diagnosis, SimilarDiagnosis
from driversmith.tools.diagnose_failure import diagnosis_answer
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


def test_a_request_that_no_text_can_hold_is_told_with_another_way_to_it() -> None:
    (text,) = diagnosis_answer(FOUND).content
    assert isinstance(text, TextContent)
    assert 'engine="host"' in text.text and "xxx" not in text.text


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
