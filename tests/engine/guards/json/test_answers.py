"""JSON comes out of an answer, each value with how it was come by."""

import json
import time
from typing import Any

import pytest
from driversmith.engine.guards.json.answers import Recovered, recover_json
from driversmith.engine.models.findings import Finding
from pydantic import BaseModel


class Cause(BaseModel):
    root_cause: str
    can_fix: bool = False
    confidence: float | None = None


DIAGNOSIS = {"root_cause": "list_objects gives dicts\nline 2", "can_fix": True, "files": ["a.py", {"n": 1.5}]}


@pytest.mark.parametrize(
    ("text", "value", "how"),
    [
        (json.dumps(DIAGNOSIS), DIAGNOSIS, ""),
        (f"```json\n{json.dumps(DIAGNOSIS, indent=2)}\n```", DIAGNOSIS, "fence"),
        (f"Here it is:\n\n```\n{json.dumps(DIAGNOSIS)}\n```\nThat is all.", DIAGNOSIS, "fence"),
        (f"The cause is {json.dumps(DIAGNOSIS)}, I think [1].", DIAGNOSIS, "prose"),
        ('{"a": [1, 2,], "b": {"c": 3,},}', {"a": [1, 2], "b": {"c": 3}}, "trailing comma"),
        ('{"a": 1, // one\n /* two */ "b": "// no comment" # three\n}', {"a": 1, "b": "// no comment"}, "comment"),
        (
            "{'a': True, 'b': None, 'c': 'it\\'s', 'd': \"x\"}",
            {"a": True, "b": None, "c": "it's", "d": "x"},
            "single quotes",
        ),
        ('{a: 1, b_c: "x"}', {"a": 1, "b_c": "x"}, "key without quotes"),
        ("{\u201ca\u201d: \u201cit\u2019s\u201d}", {"a": "it\u2019s"}, "typographic"),
        ('{"a": 1\n "b": 2}', {"a": 1, "b": 2}, "comma between lines"),
        ('{"a": "x\ny"}', {"a": "x\ny"}, "raw line end"),
        (r'{"a": "\d+ C:\\x \u00e9"}', {"a": "\\d+ C:\\x é"}, "kept a backslash"),
        ('{"a": NaN}', {"a": None}, "NaN"),
        ('<think>{"a": 0}</think>\n{"a": 1}', {"a": 1}, ""),
        (f"Twice: {json.dumps(DIAGNOSIS)} and {json.dumps(DIAGNOSIS)}", DIAGNOSIS, "prose"),
        ('[{"a": 1}, {"a": 2}]', [{"a": 1}, {"a": 2}], ""),
    ],
)
def test_a_value_is_recovered(text: str, value: Any, how: str) -> None:
    found = recover_json(text)
    assert isinstance(found, Recovered), found
    assert found.value == value
    assert found.complete
    assert how in "; ".join(found.how) if how else not found.how


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1, "b": "cut in the mid', {"a": 1}),
        ('{"a": 1, "b": [1, 2, 34', {"a": 1, "b": [1, 2]}),
        ('{"a": [{"x": 1}, {"x": 2, "y"', {"a": [{"x": 1}, {"x": 2}]}),
        ('```json\n{"a": true, "b": fal', {"a": True}),
        ('{"a": {"b": {"c": 1}}, "d": {', {"a": {"b": {"c": 1}}}),
        ('{"a": 1,', {"a": 1}),
        ('{"a": "x\\', None),
        ('{"a": "\\u00', None),
        ("{", None),
    ],
)
def test_a_cut_answer_is_closed_at_its_last_complete_value(text: str, value: Any) -> None:
    found = recover_json(text)
    if value is None:
        assert isinstance(found, Finding)
    else:
        assert isinstance(found, Recovered), found
        assert found.value == value
        assert not found.complete
        assert "cut off" in "; ".join(found.how)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "json-empty"),
        ("I do not know.", "json-missing"),
        ("true", "json-missing"),
        ('"a string"', "json-missing"),
        ('First {"a": 1}, then {"a": 2}.', "json-ambiguous"),
        ('{"a": {"b": 1}, "c": {"d" 2}}', "json-missing"),
        ('The answer: {"a": {"b": 1}, "c": "he said "hi""}', "json-missing"),
        ('{"a": "he said "hi" to me"}', "json-missing"),
        ("{name} and [1]", "json-missing"),
        ('{"a" "b"}', "json-missing"),
    ],
)
def test_nothing_is_guessed(text: str, code: str) -> None:
    found = recover_json(text)
    assert isinstance(found, Finding), found
    assert (found.code, found.severity) == (code, "P0")
    assert found.message
    assert found.hint


def test_a_model_picks_the_value_that_fits() -> None:
    found = recover_json('Not {"name": "x"} but {"root_cause": "paging", "can_fix": "yes"}.', Cause)
    assert isinstance(found, Recovered)
    assert found.model == Cause(root_cause="paging", can_fix=True)


def test_a_wrapped_value_is_unwrapped() -> None:
    for text in ('{"diagnosis": {"root_cause": "x"}}', '[{"root_cause": "x"}]'):
        found = recover_json(text, Cause)
        assert isinstance(found, Recovered)
        assert found.model == Cause(root_cause="x")
        assert found.how


def test_a_value_that_does_not_fit_is_told_with_its_fields() -> None:
    found = recover_json('{"can_fix": true, "confidence": "high"}', Cause)
    assert isinstance(found, Finding)
    assert found.code == "json-invalid"
    assert "root_cause: Field required" in found.message
    assert "confidence" in found.message


def test_a_cut_value_that_lacks_a_field_says_that_it_was_cut() -> None:
    found = recover_json('{"can_fix": true, "root_cause": "pag', Cause)
    assert isinstance(found, Finding)
    assert "cut off" in found.message


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        '{"a":' * 100_000,
        "{" * 500_000,
        '{"a": "' + "x" * 900_000,
        "[1," * 100_000,
        "{'a': " * 50_000 + "1",
        "/*" * 300_000,
        "{/*" * 100_000,
        '{"n": ' + "9" * 900_000 + "}",
        "\u201c" * 500_000,
        "```\n" * 200_000,
        "{}" * 300_000,
        "x" * 2_000_000,
        "\x00" * 1000,
        '{"a": "\\ud800"}',
        "{" + " " * 900_000,
        "{a\n" * 200_000,
    ],
)
def test_bad_input_is_bounded(text: str) -> None:
    started = time.process_time()
    found = recover_json(text)
    assert time.process_time() - started < 10
    if isinstance(found, Recovered):
        json.dumps(found.value).encode()
