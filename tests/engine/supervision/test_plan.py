"""The plan after a failed attempt: what passed is not written again."""

import pytest
from driversmith.engine.models.diagnosis import Diagnosis
from driversmith.engine.supervision.plan import Plan, next_plan

CLIENT = "pets_driver/client.py"
PASSED = {CLIENT: "class PetsDriver: ...\n", "README.md": "# Pets\n", "examples/read_records.py": "print()\n"}


def adjusted() -> Diagnosis:
    return Diagnosis(
        error_type="logic",
        fault_kind="unknown",
        root_cause="It is wrong.",
        can_fix=True,
        fix_strategy="prompt_adjustment",
        fix_description="Say it.",
        prompt_modification="Mind the envelope.",
        confidence=0.9,
    )


@pytest.mark.parametrize("path", PASSED)
def test_only_the_file_at_fault_is_written_again(path: str) -> None:
    plan = next_plan(Plan(mode="full"), adjusted(), path=path, cured=False, accepted=PASSED)
    assert plan is not None
    assert set(plan.accepted) == set(PASSED) - {path}


def test_where_no_file_is_named_the_client_is_written_again() -> None:
    plan = next_plan(Plan(mode="full"), adjusted(), path=None, cured=False, accepted=PASSED)
    assert plan is not None
    assert set(plan.accepted) == set(PASSED) - {CLIENT}
