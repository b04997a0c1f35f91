"""The closed list of facts: corrected as a unit, checked, and nothing else."""

import json
from typing import Any

import pytest
from driversmith.engine.facts.catalogue import UNITS, RefusedError, address, apply, compact, current, facts, known_by
from driversmith.engine.facts.units.pagination import ONLY_ONE_PAGE
from driversmith.engine.models.facts import Correction
from driversmith.engine.models.profile import ApiProfile

from ..testing.harbour import harbour_profile


def correct(fact: str, value: Any, profile: ApiProfile | None = None) -> ApiProfile:
    correction = Correction(fact=fact, value=value, because="The answer shows it.")
    return apply(profile or harbour_profile(), correction, known_by="observed")


def test_a_fact_is_merged_over_the_current_one_and_says_how_it_is_known():
    profile = correct("/objects/ships/records", {"record_path": ["results"]})
    ships = profile.objects["ships"]
    assert (ships.record_path, ships.shape, ships.item_path) == (("results",), "list", ("data",))
    assert known_by(profile, "/objects/ships/records") == "observed"
    assert profile.facts_evidence["/objects/ships/records"].rule == "The answer shows it."


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
        ("/objects/unicorns/records", {}, 'no object "unicorns"'),
        ("/operations/unicorns/path", "/x", "no operation"),
        ("/base_url", "https://evil.example", "no fact changes the origin"),
        ("/auth/key/credentials", {}, "credentials follow from the scheme"),
        ("/objects/ships/fields/id", "string", "by observation only"),
        ("/objects/ships/evidence", {}, "evidence follows"),
        ("/objects/ships/records", {"record_path": "data.items"}, '["data", "items"] perhaps'),
        ("/objects/ships/records", {"record_path": ["$.items"]}, "no key"),
        ("/objects/ships/records", {"record_path": None}, "array of"),
        ("/objects/ships/records", {"shape": "tree"}, "one of list, record"),
        ("/objects/ships/records", {"shape": "table", "record_path": []}, "needs record_path"),
        ("/objects/ships/records", {"key_field": "id"}, "for shape map"),
        ("/objects/ships/records", {"columns_path": ["columns"]}, "for shape table"),
        ("/objects/ships/records", {}, "some of these members"),
        (
            "/objects/ships/pagination",
            {"style": "cursor", "total_path": ["n"], "next_path": ["next"]},
            "page or offset",
        ),
        ("/objects/events/pagination", {"next_path": ["a"], "next_header": "X-Next"}, "one place"),
        ("/objects/cranes/pagination", {"short_page_ends": True}, "page or offset"),
        ("/objects/ships/pagination", {"short_page_ends": True, "size_parameter": None}, "needs size_parameter"),
        ("/objects/ships/pagination", {"first": "0"}, "0 or 1"),
        ("/objects/ships/pagination", {"first": True}, "0 or 1"),
        ("/objects/ships/pagination", {"max_size": 0}, "most records"),
        ("/objects/ships/pagination", {"default_size": 90}, "above max_size"),
        ("/objects/ships/pagination", {"position_in": "body"}, "takes no JSON object"),
        ("/objects/events/pagination", {"next_path": "$.next"}, '["next"] perhaps'),
        ("/objects/ships/operation", "list_unicorns", "Operations are: list_ships"),
        ("/objects/ships/operation", "delete_ship", "GET, or POST"),
        ("/objects/ships/operation", "get_paper", "holds no records"),
        ("/objects/ships/operation", None, "name of an operation"),
        ("/objects/ships/identifier", "number", "fields are: id, name"),
        ("/headers/Authorization", "Bearer x", "credential"),
        ("/headers/Cookie", "a=b", "credential"),
        ("/headers/X-Api-Key", "x", "credential"),
        ("/headers/Host", "evil.example", "transport"),
        ("/headers/Content-Length", "1", "transport"),
        ("/headers/Accept", "text/html", "media_type"),
        ("/headers/X-Version", "a\r\nHost: evil", "printable"),
        ("/headers/X-Version", None, "No header X-Version is sent"),
        ("/headers/X Version", "1", "no name of a header"),
        ("/trailing_slash", "yes", "true"),
        ("/error_path", "$.error", '["error"] perhaps'),
        ("/error_path", ["data"], "records of 'ships' stand there"),
        ("/rate_limit", {"statuses": [401]}, "something else"),
        ("/rate_limit", {"statuses": [200]}, "400 to 599"),
        ("/rate_limit", {"header": "a b"}, "header"),
        ("/auth/oauth", {"prefix": "x"}, "nothing can be corrected"),
        ("/auth/nobody", {"prefix": "x"}, "there are: key, bearer"),
        ("/auth/key", {"kind": "bearer", "location": "query"}, "kind api_key can have another"),
        ("/auth/key", {"kind": "basic", "prefix": "Token "}, "kind api_key can have another"),
        ("/auth/bearer", {"location": "cookie"}, "prefix: a cookie holds"),
        ("/objects/tide/pagination", {"style": "page", "position_parameter": "p"}, "One record has no pages"),
        ("/auth/key", {"kind": "oauth2_client_credentials"}, "one of api_key"),
        ("/operations/search/parameters/query/q", None, "null removes no parameter"),
        ("/operations/search/parameters/query/q", {"type": "string"}, "required, enum, default"),
        ("/operations/search/parameters/form/q", {"required": True}, "places are"),
        ("/operations/search/parameters/body/q", {"required": True}, "takes no JSON object"),
        ("/operations/search/parameters/path/q", {"required": True}, "has no {q}"),
        ("/operations/get_ship/parameters/path/ship_id", {"required": False}, "always required"),
        ("/operations/search/parameters/query/q", {"enum": ["a"], "default": "b"}, "one of enum"),
        ("/operations/search/parameters/header/Cookie", {"required": True}, "credential"),
        ("/operations/search/parameters/query/api_key", {"required": True}, "carries a credential"),
        ("/operations/list_ships/media_type", "text/html", "JSON media type"),
        ("/operations/get_ship/media_type", "text/csv", "JSON media type"),
        ("/operations/list_ships/media_type", "json", "media type such as"),
        ("/operations/list_ships/path", "/a/%2e%2e/b", "one leading slash"),
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


def test_every_fact_answers_by_what_it_is_known():
    profile = correct("/trailing_slash", value=True)
    kinds = {fact.fact: fact.known_by for fact in facts(profile)}
    assert kinds["/trailing_slash"] == "observed"
    assert kinds["/error_path"] == "guessed"
    assert kinds["/operations/list_ships/path"] == "described"
    assert kinds["/objects/ships/pagination"] == "guessed"
    assert all(current(profile, fact.fact) == fact.value for fact in facts(profile))


def test_each_unit_of_the_catalogue_is_told_with_what_may_be_given():
    data: dict[str, Any] = {"allowed": {unit.spelled: unit.told() for unit in UNITS}, "facts": {}}
    for fact in facts(harbour_profile()):
        data["facts"].setdefault(fact.known_by, {})[fact.fact] = compact(fact.value)
    assert len(data["allowed"]) == 13
    assert "record_path" in data["allowed"]["/objects/<object>/records"]
    assert data["facts"]["described"]["/objects/ships/records"] == {
        "record_path": ["data"],
        "shape": "list",
        "item_path": ["data"],
    }
    assert len(json.dumps(data)) < 10_000  # fifteen operations: about 2,500 tokens


@pytest.mark.parametrize("fact", [fact.fact for fact in facts(harbour_profile())])
def test_a_fact_that_is_corrected_to_what_it_is_stays_what_it_is(fact: str):
    profile = harbour_profile()
    changed = correct(fact, current(profile, fact), profile)
    assert current(changed, fact) == current(profile, fact)


def test_slashes_at_the_end_are_corrected_for_all_operations_at_once():
    profile = correct("/trailing_slash", value=True)
    assert profile.operations["get_ship"].path == "/ships/{ship_id}/"
    with pytest.raises(RefusedError, match="every path ends with a slash"):
        correct("/operations/get_ship/path", "/vessels/{ship_id}", profile)
    assert correct("/trailing_slash", False, profile).operations["get_ship"].path == "/ships/{ship_id}"


def test_a_header_that_is_always_sent_need_not_be_given():
    version = {"required": True}
    profile = correct("/operations/search/parameters/header/X-Version", version)
    profile = correct("/headers/x-version", "2", profile)
    assert profile.headers == {"x-version": "2"}
    assert not next(p for p in profile.operations["search"].parameters if p.name == "X-Version").required
    assert correct("/headers/X-Version", None, profile).headers == {}


def test_a_style_that_leads_on_otherwise_leaves_behind_what_led_on_before():
    profile = correct("/objects/events/pagination", {"next_header": "X-Next"})
    assert profile.objects["events"].pagination.next_path == ()
    profile = correct("/objects/events/pagination", {"style": "offset"}, profile)
    assert profile.objects["events"].pagination.next_header is None


def test_the_largest_page_is_known_in_one_place():
    profile = correct("/objects/ships/pagination", {"max_size": 20})
    assert profile.objects["ships"].pagination.max_size == 20
    assert next(p for p in profile.operations["list_ships"].parameters if p.name == "per_page").maximum is None


def test_the_columns_of_a_table_stand_beside_its_rows():
    profile = correct("/objects/ships/records", {"shape": "table", "record_path": ["result", "rows"]})
    assert profile.objects["ships"].columns_path == ("result", "columns")


def test_one_record_alone_has_no_pages():
    assert correct("/objects/ships/records", {"shape": "record"}).objects["ships"].pagination.style == "none"


def test_basic_has_a_name_and_a_password():
    key = correct("/auth/key", {"kind": "basic"}).auth[0]
    assert [c.argument for c in key.credentials] == ["username", "password"]
    assert (key.location, key.parameter, key.prefix) == ("header", "Authorization", "")


def test_a_parameter_that_nobody_described_is_added_with_its_default():
    profile = correct("/operations/list_ships/parameters/query/api-version", {"required": True, "default": "2024-01"})
    added = profile.operations["list_ships"].parameters[-1]
    assert (added.name, added.argument, added.fallback) == ("api-version", "api_version", "2024-01")
    assert "api_version" in profile.objects["ships"].filters


def test_another_operation_that_lists_gets_the_parameters_of_paging():
    profile = correct("/objects/ships/operation", "search")
    assert profile.objects["ships"].operations["read"] == "search"
    assert {"page", "per_page"} <= {p.name for p in profile.operations["search"].parameters}


def test_names_are_escaped():
    assert address("objects", "a/b~c", "records") == "/objects/a~1b~0c/records"


def test_the_warning_that_only_one_page_is_read_goes_when_the_way_to_the_next_is_given():
    profile = harbour_profile()
    told = (
        f"{profile.operations[profile.objects['cranes'].operations['read']].signature} takes 'after': {ONLY_ONE_PAGE}"
    )
    warned = profile.model_copy(update={"warnings": (told, "something else")})
    value = {"style": "page", "position_parameter": "page", "first": 1}
    correction = Correction(fact="/objects/cranes/pagination", value=value, because="It has pages.")
    assert apply(warned, correction, known_by="observed").warnings == ("something else",)
