"""How a diagnosis is told."""

from driversmith.engine.models.diagnosis import Diagnosis
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


def test_the_next_request_is_handed_over_whole_and_all_else_kept_short() -> None:
    answered = diagnosis_answer(FOUND.model_copy(update={"root_cause": "y" * 9_000}))
    assert answered.structured_content is not None
    assert answered.structured_content["repair_request"] == FOUND.repair_request
    assert len(answered.structured_content["root_cause"]) < 2_100


def test_the_text_says_cause_repair_words_and_what_comes_with_it() -> None:
    (text,) = diagnosis_answer(FOUND).content
    assert isinstance(text, TextContent)
    for part in ("list_objects returns dicts.", "confidence 90%, by rules", "return the names only", "repair_request"):
        assert part in text.text


def test_without_a_request_the_text_promises_none() -> None:
    (text,) = diagnosis_answer(FOUND.model_copy(update={"repair_request": None})).content
    assert isinstance(text, TextContent)
    assert "repair_request" not in text.text
