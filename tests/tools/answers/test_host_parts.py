"""A request in parts: the task first, nothing lost, and no part that a host would cut."""

import json

import pytest
from driversmith.engine.models.session import HostRequest
from driversmith.tools.answers.host_parts import LARGEST_PART, Piece, _parts, first_part

MOST_TOKENS = 20_000
CHARACTERS_A_TOKEN = 3.5


def wanted(*context: str, **values) -> HostRequest:
    return HostRequest(
        **{
            "path": "client.py",
            "role": "generate",
            "attempt": 1,
            "try_number": 1,
            "instruction": "Task: generate path=client.py\nWrite it.",
            "context": context,
            "step": "s",
            "wanted_at": 1.0,
            **values,
        }
    )


def test_a_small_request_is_whole_and_says_how_to_answer_it() -> None:
    text, shown = first_part("s1", wanted("Rules.", "Facts."))
    assert 'submit_file(session_id="s1", path="client.py"' in text.splitlines()[0]
    assert text.index("Task: generate") < text.index("Rules.") < text.index("Facts.")
    assert shown == wanted("Rules.", "Facts.")
    assert "told-1" not in text and "part-2" not in text


def test_of_a_large_one_the_task_comes_first_and_the_rest_is_in_parts() -> None:
    facts = "".join(f"fact {n}\n" for n in range(20_000))
    text, shown = first_part("s1", wanted("Rules.", facts))
    assert text.index("Task: generate") < 1_000
    assert shown.next_cursor == "part-2"
    assert text.count('cursor="part-2"') == 2, "at the beginning, and where a reader has come to the end"
    parts = _parts(Piece("context", t) for t in ("Rules.", facts))
    assert "".join(piece.text for part in parts for piece in part) == f"Rules.{facts}", "nothing is lost"


@pytest.mark.parametrize("text", ["x" * 200_000, "a word\n" * 30_000, "\u6c34" * 90_000, "\u00e9t\u00e9\n" * 40_000])
def test_no_part_is_larger_than_a_host_takes(text: str) -> None:
    for part in _parts(iter([Piece("instruction", "Task."), Piece("context", text)])):
        held = "".join(piece.text for piece in part)
        told, spelled = len(held.encode()), len(json.dumps(held, ensure_ascii=False).encode())
        assert (told + spelled) / CHARACTERS_A_TOKEN < MOST_TOKENS
        assert told <= LARGEST_PART


def test_a_schema_stands_behind_the_task() -> None:
    text, shown = first_part("s1", wanted("Rules.", path="-", json_schema={"type": "object"}))
    assert text.index("Task: generate") < text.index('{"type": "object"}') < text.index("Rules.")
    assert shown.json_schema == {"type": "object"}
    assert 'path="-"' in text and "JSON object" in text.splitlines()[0]


def test_what_was_told_before_can_be_had_again() -> None:
    text, _ = first_part("s1", wanted(told_before=True))
    assert 'get_session(session_id="s1", cursor="told-1")' in text
