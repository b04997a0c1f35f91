"""The closed list of facts: corrected as a unit, checked, and nothing else."""

from typing import Any

import pytest
from driversmith.engine.facts.catalogue import RefusedError, address, apply, current
from driversmith.engine.models.facts import Correction
from driversmith.engine.models.profile import ApiProfile

from ..testing.harbour import harbour_profile


def correct(fact: str, value: Any, profile: ApiProfile | None = None) -> ApiProfile:
    correction = Correction(fact=fact, value=value, because="The answer shows it.")
    return apply(profile or harbour_profile(), correction, known_by="observed")


def test_a_fact_is_merged_over_the_current_one_and_says_how_it_is_known():
    ships = correct("/objects/ships/records", {"record_path": ["results"]}).objects["ships"]
    assert (ships.record_path, ships.shape, ships.item_path) == (("results",), "list", ("data",))
    assert ships.records_evidence is not None
    assert (ships.records_evidence.known_by, ships.records_evidence.rule) == ("observed", "The answer shows it.")


def test_paging_brings_its_parameter_to_the_operation_and_takes_it_from_the_filters():
    value = {"style": "cursor", "position_parameter": "after", "next_path": ["meta", "next"]}
    profile = correct("/objects/ships/pagination", value)
    assert "after" in [p.name for p in profile.operations["list_ships"].parameters]
    assert "after" not in profile.objects["ships"].filters
    assert "page" in profile.objects["ships"].filters  # no longer paging's own


def test_a_parameter_that_clashes_with_ours_gets_another_argument():
    value = {"style": "offset", "position_parameter": "batch_size"}
    operation = correct("/objects/ships/pagination", value).operations["list_ships"]
    assert next(p.argument for p in operation.parameters if p.name == "batch_size") == "batch_size_"


@pytest.mark.parametrize(
    ("fact", "value", "told"),
    [
        ("/objects/ships/pagination", {"style": "next_url"}, "needs next_path"),
        ("/objects/ships/pagination", {"style": "cursor", "next_path": ["next"], "position_parameter": None}, "needs"),
        ("/objects/ships/records", {"record_path": "$.results"}, "record_path"),
        ("/objects/ships/records", {"evidence": {}}, "evidence"),
        ("/objects/ships/records", ["results"], "members"),
        ("/objects/unicorns/records", {}, "no object 'unicorns'"),
        ("/operations/unicorns/path", "/x", "no operation"),
        ("/base_url", "https://evil.example", "no fact '/base_url'"),
        ("/auth/key/credentials", {}, "no fact"),
        ("records", {}, "no fact"),
        ("/base_path", "https://evil.example", "no fact changes the origin"),
        ("/base_path", "@evil.example/x", "no fact changes the origin"),
        ("/base_path", "//evil.example", "no fact changes the origin"),
        ("/operations/list_ships/path", "@evil.example/x", "one leading slash"),
        ("/operations/list_ships/path", ".evil.example/x", "one leading slash"),
        ("/operations/list_ships/path", "/\\evil.example", "one leading slash"),
        ("/operations/list_ships/path", "/a/../b", "one leading slash"),
        ("/operations/get_ship/path", "/ships", "ship_id"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(fact: str, value: Any, told: str):
    with pytest.raises(RefusedError) as refused:
        correct(fact, value)
    assert told in str(refused.value)


def test_a_path_within_the_origin_can_be_corrected():
    profile = correct("/operations/get_ship/path", "/vessels/{ship_id}")
    assert profile.operations["get_ship"].path == "/vessels/{ship_id}"
    assert correct("/base_path", "/api/v1").base_url.endswith("/api/v1")
    assert current(correct("/base_path", ""), "/base_path") == ""


def test_names_are_escaped():
    assert address("objects", "a/b~c", "records") == "/objects/a~1b~0c/records"
