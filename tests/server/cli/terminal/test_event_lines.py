"""Events in a word and a sentence."""

from typing import Any, get_args

from driversmith.engine.events import EventKind
from driversmith.engine.models.session import SessionEvent
from driversmith.server.cli.terminal.event_lines import LASTING, LONGEST, WORDS, event_line


def event(kind: str, message: str, **data: Any) -> SessionEvent:
    return SessionEvent(session_id="s", seq=1, at="2026-11-07T10:00:00.000Z", kind=kind, message=message, data=data)


def told(kind: str, message: str, **data: Any) -> str:
    line = event_line(event(kind, message, **data))
    assert line is not None
    return line.styled().plain


def test_every_word_is_for_a_kind_of_event_that_there_is() -> None:
    words = set(WORDS)
    assert words <= set(get_args(EventKind))
    assert words >= LASTING
    assert event_line(event("step.progress", "Reading.")) is None


def test_the_word_in_front_is_not_said_again() -> None:
    assert told("model.asked", "Asking the model: client.py (generate, try 1).") == (
        "asked     client.py (generate, try 1)."
    )
    assert told("model.answered", "The model answered: client.py, 20 tokens.") == "answered  client.py, 20 tokens."


def test_a_plan_is_told_with_what_enters_the_prompt() -> None:
    line = told("plan.made", "Attempt 2: prompt_adjustment.", adjustments={"client.py": ["Read every page."]})
    assert line == "adjusted  Attempt 2: prompt_adjustment. Into the request for client.py: Read every page."


def test_a_diagnosis_is_told_with_its_kind_and_source() -> None:
    line = told("diagnosis.made", "Diagnosis: It stops.", fault_kind="pagination_stops_early", source="history")
    assert line == "diagnosed pagination_stops_early, by history: It stops."


def test_a_file_that_came_again_is_told_as_such() -> None:
    assert told("file.rejected", "client.py, try 3: stuck", outcome="stuck").endswith("that had failed before")


def test_what_others_wrote_stays_on_one_line_of_bounded_length() -> None:
    line = told("file.rejected", "x\x1b[2J\n" + "long " * 500, outcome="rejected")
    assert "\x1b" not in line
    assert "\n" not in line
    assert len(line) <= LONGEST + 10


def test_a_corrected_fact_is_told_as_one() -> None:
    assert told("fact.corrected", "Records stand under results.") == "corrected Records stand under results."
