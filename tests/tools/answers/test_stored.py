"""A result that was there before says how old it is, and how to find out whether it still fits."""

from datetime import UTC, datetime, timedelta

import pytest
from driversmith.engine.models.session import GenerateRequest, SessionRecord, SupervisedResult
from driversmith.tools.answers.stored import told_before, with_age

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
RESULT = SupervisedResult(session_id="s1", status="succeeded", success=True, output_path="/d/pets_driver", notes=["x"])


def record(age: timedelta, *, delivered: bool = True) -> SessionRecord:
    return SessionRecord(
        session_id="s1",
        key="k",
        request=GenerateRequest(api_name="Pets", api_url="https://pets.example", output_dir="/d"),
        status="succeeded",
        project_path="/d/pets_driver",
        created_at="2026-11-01T00:00:00.000Z",
        updated_at="2026-11-01T00:00:00.000Z",
        finished_at=(NOW - age).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        delivered=delivered,
    )


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (timedelta(days=9, hours=3), "9 days ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(hours=2), "2 hours ago"),
        (timedelta(seconds=3), "just now"),
    ],
)
def test_its_age_and_the_advice_to_check_come_first(age: timedelta, said: str) -> None:
    note, other = with_age(RESULT, record(age), now=NOW).notes
    assert said in note and "driversmith check /d/pets_driver" in note and "fresh=true" in note
    assert other == "x"


def test_a_result_that_nobody_heard_is_new() -> None:
    assert not told_before(record(timedelta(), delivered=False))
    assert told_before(record(timedelta()))
