"""facts.json: what is taken, and what is refused before a profile is looked at."""

from typing import Any

import pytest
from driversmith.engine.facts.document import FactsDocument, parse_corrections


def parsed(*corrections: Any, **more: Any) -> FactsDocument:
    return parse_corrections({"corrections": list(corrections), **more})


def entry(fact: str, value: Any, because: str = "The page says so.", **more: Any) -> dict[str, Any]:
    return {"fact": fact, "value": value, "because": because, **more}


@pytest.mark.parametrize(
    ("named", "fact", "value"),
    [
        ({"object": "ships", "record_path": ["a"]}, "/objects/ships/records", {"record_path": ["a"]}),
        ({"object": "ships", "style": "link_header"}, "/objects/ships/pagination", {"style": "link_header"}),
        ({"object": "ships", "pagination": {"first": 0}}, "/objects/ships/pagination", {"first": 0}),
        ({"object": "a/b", "operation": "list_ships"}, "/objects/a~1b/operation", "list_ships"),
        ({"object": "ships", "identifier": None}, "/objects/ships/identifier", None),
        ({"operation": "search", "path": "/find"}, "/operations/search/path", "/find"),
        (
            {"operation": "search", "parameter": "v", "place": "header", "required": True},
            "/operations/search/parameters/header/v",
            {"required": True},
        ),
        ({"auth": "key", "prefix": "Token "}, "/auth/key", {"prefix": "Token "}),
        ({"header": "X-Version", "value": "2"}, "/headers/X-Version", "2"),
        ({"base_path": "/v2"}, "/base_path", "/v2"),
        ({"rate_limit": {"statuses": [403]}}, "/rate_limit", {"statuses": [403]}),
    ],
)
def test_the_named_form_says_the_same_as_an_address(named: dict[str, Any], fact: str, value: Any):
    found = parsed({**named, "because": "The page says so."})
    assert found.refusals == ()
    assert [(c.fact, c.value) for c in found.corrections] == [(fact, value)]


def test_members_of_several_units_become_a_correction_each():
    found = parsed({"object": "ships", "record_path": ["a"], "style": "none", "because": "So it is."})
    assert [c.fact for c in found.corrections] == ["/objects/ships/records", "/objects/ships/pagination"]


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ([], "A JSON object is wanted"),
        ({"corrections": {}}, "an array is wanted"),
        ({"facts": []}, "members are corrections, open and probe"),
        ({"corrections": ["x"]}, "An object is wanted"),
        ({"corrections": [{"fact": "/base_path", "value": "/x"}]}, "because: one sentence"),
        ({"corrections": [{"fact": "/base_path", "because": "So."}]}, "fact and value go together"),
        ({"corrections": [entry("/base_path", "/x", evidence={})]}, "fact and value go together"),
        ({"corrections": [entry("/base_url", "https://evil.example")]}, "no fact changes the origin"),
        ({"corrections": [entry("/auth/key/credentials", {})]}, "credentials follow"),
        ({"corrections": [entry("/objects/ships/fields", {})]}, "by observation only"),
        ({"corrections": [{"object": "ships", "fields": {}, "because": "So."}]}, "by observation only"),
        ({"corrections": [{"object": "ships", "because": "So."}]}, "nothing is said"),
        ({"corrections": [{"because": "So."}]}, "are wanted"),
        ({"corrections": [{"ship": "x", "because": "So."}]}, "What may be given"),
        ({"open": [{"fact": "/nowhere", "question": "?"}]}, "Facts are"),
        ({"probe": {"q": {"a": 1}}}, "probe: an object of argument"),
    ],
)
def test_what_is_no_correction_is_refused_with_what_may_be_given(document: Any, told: str):
    found = parse_corrections(document)
    assert found.corrections == ()
    assert told in found.refusals[0].message


def test_one_that_is_refused_costs_none_of_the_others():
    found = parsed(entry("/nowhere", 1), entry("/base_path", "/v2"))
    assert [c.fact for c in found.corrections] == ["/base_path"]
    assert [(r.fact, r.message[:14]) for r in found.refusals] == [("/nowhere", "corrections[0]")]


def test_ten_thousand_corrections_are_refused():
    found = parsed(*[entry("/base_path", f"/{n}") for n in range(10_000)])
    assert found.corrections == ()
    assert "at most 200" in found.refusals[0].message


def test_corrections_that_contradict_each_other_are_refused():
    found = parsed(
        entry("/objects/ships/pagination", {"first": 0}),
        entry("/objects/ships/pagination", {"first": 1, "max_size": 5}),
        entry("/trailing_slash", True),
        entry("/trailing_slash", 1),
    )
    assert found.corrections == ()
    assert "first is 0 and 1" in found.refusals[0].message
    assert found.refusals[1].fact == "/trailing_slash"


def test_corrections_of_one_fact_that_agree_are_one():
    found = parsed(
        entry("/objects/ships/pagination", {"first": 0}),
        {"object": "ships", "max_size": 5, "because": "It is capped.", "quote": "at most 5"},
    )
    (correction,) = found.corrections
    assert correction.value == {"first": 0, "max_size": 5}
    assert (correction.because, correction.quote) == ("The page says so. It is capped.", "at most 5")


def test_questions_and_values_for_reading_are_taken():
    found = parsed(open=[{"fact": "/error_path", "question": "Is it errors?"}], probe={"q": "cat", "ids": [1, 2]})
    assert found.refusals == ()
    assert [q.fact for q in found.open] == ["/error_path"]
    assert found.probe == {"q": "cat", "ids": [1, 2]}
