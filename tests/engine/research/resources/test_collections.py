"""Objects: operations on the same path, under the name of its last fixed segment."""

from typing import Any

import pytest

LIST = {
    "responses": {"200": {"content": {"application/json": {"schema": {"type": "array", "items": {"type": "object"}}}}}}
}
ONE = {
    "responses": {"200": {"content": {"application/json": {"schema": {"type": "object", "properties": {"id": {}}}}}}}
}
NOTHING = {"responses": {"204": {"description": "done"}}}
BODY = {"requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}}}


def objects_of(study: Any, **paths: Any) -> dict[str, dict[str, str]]:
    profile = study({"paths": {path.replace("__", "/"): item for path, item in paths.items()}})
    return {
        name: {verb: profile.operations[operation].signature for verb, operation in entry.operations.items()}
        for name, entry in profile.objects.items()
    }


def names_of(study: Any, *paths: str) -> list[str]:
    return list(study({"paths": {path: {"get": LIST} for path in paths}}).objects)


def test_a_collection_has_its_verbs(study: Any) -> None:
    profile = study(
        {
            "paths": {
                "/pets": {"get": LIST, "post": {**BODY, **ONE}, "delete": NOTHING},
                "/pets/{petId}": {"get": ONE, "put": {**BODY, **ONE}, "patch": {**BODY, **ONE}, "delete": NOTHING},
            }
        }
    )
    (pets,) = profile.objects.values()
    assert {verb: profile.operations[name].signature for verb, name in pets.operations.items()} == {
        "read": "GET /pets",
        "read_one": "GET /pets/{petId}",
        "create": "POST /pets",
        "update": "PATCH /pets/{petId}",
        "delete": "DELETE /pets/{petId}",
    }
    assert pets.identifier == "id"


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["/pets", "/stores"], ["pets", "stores"]),
        (["/issues", "/repos/{owner}/{repo}/issues"], ["issues", "repos_issues"]),
        (["/users/{id}/posts", "/albums/{id}/posts"], ["users_posts", "albums_posts"]),
        (["/a/{x}/b/{y}/c", "/d/{x}/b/{y}/c"], ["a_b_c", "d_b_c"]),
        (["/api/v1/pets"], ["pets"]),
        (["/v1"], ["v1"]),
        (["/api/v1/pets", "/api/v2/pets"], ["v1_pets", "v2_pets"]),
        (["/2010-04-01/Accounts.json"], ["Accounts"]),
        (["/weather-maps/current"], ["current"]),
        (["/conversations.list", "/getPets"], ["conversations_list", "getPets"]),
        (["/class/__class__", "/x/日本"], ["class", "get_x"]),
        (["/reports.{format}"], ["reports"]),
        (["/users({id})/photos"], ["photos"]),
        (["/365days"], ["n365days"]),
        (["/" + "long" * 40], [("long" * 40)[:60]]),
    ],
)
def test_names(study: Any, paths: list[str], names: list[str]) -> None:
    assert names_of(study, *paths) == names


def test_versions_of_one_collection_that_complete_each_other_are_one_object(study: Any) -> None:
    paths = {"/v5/domains": {"get": LIST}, "/v6/domains/{name}": {"delete": NOTHING}}
    profile = study({"paths": paths})
    assert {name: list(entry.operations) for name, entry in profile.objects.items()} == {"domains": ["read", "delete"]}


def test_a_path_of_parameters_only_is_called_after_its_tag_or_parameter(study: Any) -> None:
    tagged = study({"paths": {"/v1/{name}": {"get": {**ONE, "tags": ["projects"]}}}})
    bare = study({"paths": {"/{bucket}": {"get": ONE}}})
    assert list(tagged.objects) == ["projects"]
    assert list(bare.objects) == ["bucket"]


def test_things_to_do_are_no_objects(study: Any) -> None:
    paths = {
        "/orders": {"get": LIST},
        "/orders/{id}/cancel": {"post": {**BODY, **ONE}},
        "/orders/search": {"post": {**BODY, **LIST}},
        "/orders/{id}/notes": {"post": {**BODY, **ONE}},
        "/chat.delete": {"post": {**BODY, **ONE}},
        "/chat.postMessage": {"post": {**BODY, **ONE}},
    }
    assert list(study({"paths": paths}).objects) == ["orders", "notes", "chat_postMessage"]


def test_only_json_and_tables_can_be_read(study: Any) -> None:
    def responding(content: Any) -> Any:
        return {"get": {"responses": {"200": {"content": content}}}}

    paths = {
        "/pets": {"get": LIST},
        "/report": responding({"text/csv": {}}),
        "/letter": responding({"text/plain": {}}),
        "/photo": responding({"image/png": {}}),
        "/count": responding({"application/json": {"schema": {"type": "integer"}}}),
        "/silent": {"get": {"responses": {"200": {"description": "ok"}}}},
        "/gone": {"get": NOTHING},
    }
    assert list(study({"paths": paths}).objects) == ["pets", "report"]


def test_a_description_that_never_says_what_comes_back_is_believed_to_give_records(study: Any) -> None:
    silent = {"get": {"responses": {"200": {"description": "ok"}}}}
    assert list(study({"paths": {"/pets": silent, "/stores": silent}}).objects) == ["pets", "stores"]


def test_a_list_below_a_parameter_is_read(study: Any) -> None:
    schema = {"type": "object", "properties": {"logs": {"type": "array", "items": {"type": "object"}}}}
    logs = {"get": {"responses": {"200": {"content": {"application/json": {"schema": schema}}}}}}
    profile = study({"paths": {"/auditlogs/{account}": logs}})
    assert list(profile.objects["auditlogs"].operations) == ["read"]
    assert profile.objects["auditlogs"].record_path == ("logs",)


def test_a_body_that_is_no_record_makes_neither_create_nor_update(study: Any) -> None:
    lists = {"requestBody": {"content": {"application/json": {"schema": {"type": "array"}}}}, **ONE}
    text = {"requestBody": {"content": {"text/plain": {}}}, **ONE}
    profile = study(
        {"paths": {"/pets": {"get": LIST, "post": lists}, "/pets/{id}": {"get": ONE, "put": text, "post": ONE}}}
    )
    assert list(profile.objects["pets"].operations) == ["read", "read_one"]


def test_a_query_that_tells_operations_apart_names_objects_as_a_segment_would(study: Any) -> None:
    assert names_of(study, "/rest?method=photos.list&format=json", "/rest?method=albums.list&format=json") == [
        "photos_list",
        "albums_list",
    ]
    assert names_of(study, "/rest?method=photos.list", "/users") == ["rest", "users"]
    assert names_of(study, "/orders?v=1", "/orders?v=2") == ["orders"]
    found = objects_of(study, **{"__answers": {"get": LIST}, "__answers?beta=true": {"post": {**BODY, **ONE}}})
    assert found == {"answers": {"read": "GET /answers", "create": "POST /answers?beta=true"}}
