"""What two sources know of one API, as one."""

from dataclasses import replace
from typing import Any

import pytest
from driversmith.engine.facts.structure import FieldKinds
from driversmith.engine.models.profile import ANSWERS, ApiProfile, Evidence
from driversmith.engine.research.documents.parse import Description, Observation
from driversmith.engine.research.evidence import with_evidence
from driversmith.engine.research.matching import covers, says_answers
from driversmith.engine.research.merge import merged
from driversmith.engine.research.profile import build_profile

URL = "https://api.test"
SHIP = {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}}


def reads(schema: Any = None, *parameters: Any, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "description": "",
        "content": {"application/json": {"schema": {} if schema is None else schema}},
    }
    return {"get": {"parameters": list(parameters), "responses": {"200": answer}, **more}}


def query(name: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema or {"type": "string"}}


SHIPS = reads({"type": "array", "items": SHIP})


def observed(describe: Any, paths: dict[str, Any], base: str = URL, *observations: Observation, **seen: Any) -> Any:
    evidence = {
        f"#/paths/{path.replace('/', '~1')}": Evidence(
            pointer=base + path, rule=f"GET {path} answered 200.", known_by="observed"
        )
        for path in paths
    }
    made: Description = describe({"paths": paths, "servers": [{"url": base}]}, base)
    return replace(
        made, format=ANSWERS, found_by="observed", base_url=base, evidence=evidence, observations=observations, **seen
    )


def quoted(describe: Any, paths: dict[str, Any], known_by: Any = "quoted") -> Any:
    evidence = {
        f"#/paths/{path.replace('/', '~1')}/get": Evidence(
            pointer=f"{URL}/docs", rule="the page says it", known_by=known_by
        )
        for path in paths
    }
    made: Description = describe({"paths": paths}, f"{URL}/docs")
    return replace(made, format="documentation (1 page)", evidence=evidence)


def profile_of(description: Description, base_url: str = "") -> ApiProfile:
    built = build_profile(description, api_name="Harbour", base_url=base_url or description.base_url or URL)
    return with_evidence(built, description)


@pytest.mark.parametrize(
    ("base", "seen", "path"),
    [
        ("https://api.test/v1", f"{URL}/v1", "/ships/{id}"),
        ("/v1", "http://127.0.0.1:5000", "/v1/ships/{id}"),
        ("/v2", "http://127.0.0.1:5000", "/api/v1/ships/{no}"),
        ("", "http://127.0.0.1:5000/rest", "/ships/{x}"),
    ],
)
def test_operations_are_one_whatever_their_parameters_are_called_and_wherever_the_api_stands(
    describe: Any, base: str, seen: str, path: str
) -> None:
    parameter = {"name": "shipId", "in": "path", "required": True, "schema": {"type": "integer"}}
    described = describe(
        {"servers": [{"url": base}] if base else [], "paths": {"/ships/{shipId}": reads(SHIP, parameter)}}
    )
    whole = merged(described, observed(describe, {path: reads(SHIP)}, seen))
    assert list(whole.document["paths"]) == ["/ships/{shipId}"]
    assert whole.evidence["#/paths/~1ships~1{shipId}/get"].known_by == "observed"


def test_the_api_lives_where_it_was_asked(describe: Any) -> None:
    described = describe({"servers": [{"url": "https://public.test/v1"}], "paths": {"/ships": SHIPS}})
    seen = observed(describe, {"/v1/ships": SHIPS, "/v1/ports": SHIPS}, "http://127.0.0.1:5000")
    whole = merged(described, seen)
    assert whole.base_url == "http://127.0.0.1:5000/v1"
    assert sorted(profile_of(whole).objects) == ["ports", "ships"]


def test_parameters_that_a_page_describes_complete_what_the_api_showed(describe: Any) -> None:
    page = quoted(
        describe,
        {
            "/ships": reads(
                None,
                {**query("limit", type="integer", default=20), "description": "How many."},
                {**query("flag"), "required": True},
                summary="All ships.",
            ),
            "/about": reads(),
        },
    )
    seen = observed(describe, {"/ships": reads({"type": "array", "items": SHIP}, query("limit"))})
    profile = profile_of(merged(seen, page))
    operation = profile.operations[profile.objects["ships"].operations["read"]]
    limit, flag = operation.parameters
    assert (limit.type, limit.default, limit.description) == ("integer", 20, "How many.")
    assert (flag.name, flag.required) == ("flag", False)  # the API answered without it
    assert (operation.summary, operation.evidence.kind) == ("All ships.", "observed")
    assert list(profile.objects["ships"].fields) == ["id", "name"]
    assert any("flag of GET /ships is said to be required" in warning for warning in profile.warnings)
    assert {o.evidence.kind for o in profile.operations.values()} == {"observed", "quoted"}
    assert profile.is_described


def test_what_is_only_guessed_is_not_added_to_what_is_known_better(describe: Any) -> None:
    page = quoted(describe, {"/ships": reads(), "/press": reads()}, known_by="guessed")
    assert list(merged(observed(describe, {"/ships": SHIPS}), page).document["paths"]) == ["/ships"]


def test_what_the_api_showed_otherwise_counts_and_is_a_contradiction(describe: Any) -> None:
    described = describe({"paths": {"/ships": reads({"type": "array", "items": SHIP}, query("page", type="integer"))}})
    seen = observed(
        describe,
        {
            "/ships": reads(
                {"type": "object", "properties": {"data": {"type": "array", "items": SHIP}}}, query("cursor")
            )
        },
        URL,
        Observation("/ships", "records", {"record_path": ["data"], "shape": "list"}, "GET /ships has them there."),
        Observation(
            "/ships",
            "pagination",
            {"style": "cursor", "position_parameter": "cursor", "next_path": ["next"]},
            "It goes on by a cursor.",
        ),
        seen={
            "/ships": {"id": FieldKinds(3, 0, frozenset({"string"})), "berth": FieldKinds(3, 0, frozenset({"integer"}))}
        },
    )
    profile = profile_of(merged(described, seen))
    ships = profile.objects["ships"]
    assert (ships.record_path, ships.pagination.style) == (("data",), "cursor")
    assert (ships.fields["id"].type, ships.fields["name"].type, ships.fields["berth"].type) == (
        "string",
        "string",
        "integer",
    )
    told = {contradiction.fact: contradiction for contradiction in profile.contradictions}
    assert sorted(told) == ["/objects/ships/fields", "/objects/ships/pagination", "/objects/ships/records"]
    assert told["/objects/ships/fields"].described == {"id": "integer"}
    assert told["/objects/ships/fields"].observed == {"id": "string"}
    assert told["/objects/ships/records"].because == "GET /ships has them there."


def test_where_both_say_the_same_nothing_contradicts(describe: Any) -> None:
    same = Observation("/ships", "records", {"record_path": [], "shape": "list"}, "GET /ships has them there.")
    seen = observed(
        describe, {"/ships": SHIPS}, URL, same, seen={"/ships": {"id": FieldKinds(3, 0, frozenset({"integer"}))}}
    )
    profile = profile_of(merged(describe({"paths": {"/ships": SHIPS}}), seen))
    assert (profile.contradictions, profile.facts_evidence) == ((), {})


def test_a_type_that_a_page_says_otherwise_is_told(describe: Any) -> None:
    described = describe({"paths": {"/ships": reads(SHIP, query("since", type="integer"))}})
    whole = merged(described, quoted(describe, {"/ships": reads(SHIP, query("since", type="boolean"))}))
    assert whole.document["paths"]["/ships"]["get"]["parameters"][0]["schema"]["type"] == "integer"
    assert any("since of GET /ships is integer" in note and "boolean" in note for note in whole.notes)


def test_swagger_2_keeps_its_form(describe: Any) -> None:
    described = describe(
        {
            "swagger": "2.0",
            "host": "api.test",
            "paths": {"/ships": {"get": {"responses": {"200": {"description": ""}}}}},
        }
    )
    seen = observed(describe, {"/ships": reads({"type": "array", "items": SHIP}, query("limit", type="integer"))})
    seen = replace(
        seen,
        document={
            **seen.document,
            "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
            "security": [{"key": []}],
        },
    )
    profile = profile_of(merged(described, seen))
    operation = profile.operations[profile.objects["ships"].operations["read"]]
    assert [(p.name, p.type) for p in operation.parameters] == [("limit", "integer")]
    assert list(profile.objects["ships"].fields) == ["id", "name"]
    assert [(scheme.parameter, scheme.location) for scheme in profile.auth] == [("Authorization", "header")]


def test_a_scheme_that_both_know_is_one(describe: Any) -> None:
    described = describe(
        {
            "components": {"securitySchemes": {"ApiKey": {"type": "apiKey", "in": "header", "name": "X-Key"}}},
            "security": [{"ApiKey": []}],
            "paths": {"/ships": SHIPS},
        }
    )
    seen = observed(describe, {"/ships": reads(None, security=[{"key": []}])})
    seen.document["components"] = {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "x-key"}}}
    assert [scheme.name for scheme in profile_of(merged(described, seen)).auth] == ["ApiKey"]


def test_references_of_the_description_still_lead_on(describe: Any) -> None:
    shared = {"name": "limit", "in": "query", "schema": {"type": "integer"}}
    described = describe(
        {
            "components": {"schemas": {"Ship": SHIP}, "parameters": {"limit": shared}},
            "paths": {
                "/ships": reads(
                    {"type": "array", "items": {"$ref": "#/components/schemas/Ship"}},
                    {"$ref": "#/components/parameters/limit"},
                )
            },
        }
    )
    page = quoted(describe, {"/ships": reads(None, query("limit"), query("flag"))})
    profile = profile_of(merged(described, page))
    assert [p.name for p in profile.operations["get_ships"].parameters] == ["limit", "flag"]
    assert list(profile.objects["ships"].fields) == ["id", "name"]


def test_how_much_is_known_can_be_told(describe: Any) -> None:
    silent = describe({"paths": {"/a": reads(), "/b": SHIPS, "/c": reads()}})
    telling = describe({"paths": {"/a": SHIPS, "/b": reads({"type": "string"}), "/c": reads()}})
    assert (says_answers(silent), says_answers(telling), says_answers(describe({"paths": {}}))) == (False, True, False)
    assert covers(telling, describe({"paths": {"/a": reads(), "/z": reads()}}))
    assert not covers(telling, describe({"paths": {"/y": reads(), "/x": reads(), "/a": reads()}}))


@pytest.mark.parametrize(
    "paths", [{"/ships": {"get": {"parameters": [3, {"in": "query"}, None], "responses": []}}}, {"/ships": 7}, []]
)
def test_nonsense_on_either_side_costs_nothing_else(describe: Any, paths: Any) -> None:
    good = observed(describe, {"/ships": SHIPS, "/ports": SHIPS})
    assert "/ports" in merged(describe({"paths": paths}), good).document["paths"]
    odd = replace(good, document={"openapi": "3.1.0", "paths": paths})
    assert "/ships" in merged(describe({"paths": {"/ships": SHIPS}}), odd).document["paths"]


def test_two_descriptions_keep_their_own_schemas_of_the_same_name(describe: Any) -> None:
    def described(field: str, **paths: Any) -> Description:
        ship = {"type": "object", "properties": {field: {"type": "string"}}}
        return describe({"components": {"schemas": {"Ship": ship}}, "paths": paths})

    listed = reads({"type": "array", "items": {"$ref": "#/components/schemas/Ship"}})
    profile = profile_of(merged(described("mine", **{"/a": listed}), described("theirs", **{"/b": listed})))
    assert {name: list(profile.objects[name].fields) for name in ("a", "b")} == {"a": ["mine"], "b": ["theirs"]}
