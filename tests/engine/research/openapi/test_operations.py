"""Every operation is callable, or skipped with a reason."""

from typing import Any

import pytest

OK = {"responses": {"200": {"description": "ok"}}}


def test_names_are_identifiers_and_unique(study: Any) -> None:
    ids = [
        "listPets", "list_pets", "GET /users/{id}", "HTMLPage", "class", "2fa", "__import__('os')", "a" * 300, "", "日本語", "Größe",
        'x"; import os #', 5, ["list"], None, "repos/list-issues",
    ]  # fmt: skip
    paths = {f"/p{n}": {"get": {"operationId": name, **OK}} for n, name in enumerate(ids)}
    names = list(study({"paths": paths}).operations)
    assert names[:7] == ["list_pets", "list_pets_2", "get_users_id", "html_page", "class_", "op_2fa", "import_os"]
    assert names[8:10] == ["get_p8", "get_p9"]
    assert names[10] == "groe"
    assert names[12:] == ["get_p12", "get_p13", "get_p14", "repos_list_issues"]
    assert all(name.isidentifier() and name.isascii() and len(name) <= 60 for name in names)


def test_every_operation_is_counted(study: Any) -> None:
    methods = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
    item = {**dict.fromkeys(methods, OK), "x-note": {}, "summary": "s", "parameters": []}
    profile = study({"paths": {"/a": item, "/{": item, "/b": {"get": [], "put": None}, "x-vendor": {"get": {}}}})
    assert len(profile.operations) + len(profile.skipped) == 8 + 8 + 2
    assert sorted({(entry.operation, entry.reason) for entry in profile.skipped if "{" not in entry.operation}) == [
        ("GET /b", "invalid_operation"),
        ("PUT /b", "invalid_operation"),
        ("TRACE /a", "unsupported_method"),
    ]
    assert {entry.operation for entry in profile.skipped if entry.reason == "invalid_path"} == {
        f"{method.upper()} /{{" for method in methods if method != "trace"
    }


def test_a_path_item_may_be_a_reference(study: Any) -> None:
    paths = {
        "/a": {"$ref": "#/components/pathItems/Shared"},
        "/b": {"$ref": "#/paths/~1a", "post": OK},
        "/c": {"$ref": "elsewhere.yaml", "get": OK},
        "/d": {"$ref": "#/nowhere"},
        "/e": "nothing",
    }
    profile = study({"paths": paths, "components": {"pathItems": {"Shared": {"get": OK}}}})
    assert [operation.signature for operation in profile.operations.values()] == [
        "GET /a",
        "GET /b",
        "POST /b",
        "GET /c",
    ]
    assert [(entry.operation, entry.reason) for entry in profile.skipped] == [
        ("* /c", "unresolvable_reference"),
        ("* /d", "unresolvable_reference"),
        ("* /e", "invalid_path"),
    ]


def test_undeclared_path_parameters_are_strings_and_strangers_are_dropped(study: Any) -> None:
    item = {
        "get": {"parameters": [{"name": "other", "in": "path", "required": True, "schema": {"type": "integer"}}], **OK}
    }
    profile = study({"paths": {"/pets/{id}": item}})
    (operation,) = profile.operations.values()
    assert [(p.name, p.type, p.required, p.style) for p in operation.parameters] == [("id", "string", True, "simple")]
    assert len(profile.warnings) == 2


def test_a_fixed_query_stays_in_the_path(study: Any) -> None:
    parameters = [{"name": "term", "in": "path"}, {"name": "action", "in": "query", "required": True}]
    profile = study({"paths": {"/api?action=list&q={term}": {"get": {"parameters": parameters, **OK}}}})
    (operation,) = profile.operations.values()
    assert operation.path == "/api?action=list"
    assert [(p.name, p.location) for p in operation.parameters] == [("q", "query")]
    assert list(profile.objects) == ["api"]


def test_a_parameter_within_a_fixed_value_is_one_of_the_path(only: Any) -> None:
    for location in ("query", "path"):
        declared = {"name": "id", "in": location, "schema": {"type": "integer"}}
        operation = only("/audit?filter=user:{id}", {"get": {"parameters": [declared], **OK}})
        assert (operation.bare_path, operation.fixed_query) == ("/audit", "filter=user:{id}")
        assert [(p.name, p.location, p.type) for p in operation.parameters] == [("id", "path", "integer")]


def test_a_required_parameter_with_one_value_has_it_as_default(only: Any) -> None:
    target = {
        "name": "X-Amz-Target",
        "in": "header",
        "required": True,
        "schema": {"type": "string", "enum": ["Foo.Bar"]},
    }
    (parameter,) = only("/#X-Amz-Target=Foo.Bar", {"post": {"parameters": [target], **OK}}).parameters
    assert parameter.default == "Foo.Bar"


def test_headers_that_follow_from_the_call_are_no_parameters(only: Any) -> None:
    parameters = [{"name": name, "in": "header", "required": True} for name in ("Accept", "content-type", "X-Trace")]
    assert [p.name for p in only("/a", {"get": {"parameters": parameters, **OK}}).parameters] == ["X-Trace"]


def test_a_parameter_that_cannot_be_sent_is_left_out_or_skips_the_operation(study: Any) -> None:
    evil = {"name": "X-Bad\r\nHeader", "in": "header"}
    paths = {
        "/a": {"get": {"parameters": [evil, {"name": "b", "in": "nowhere"}, {"in": "query"}, "junk"], **OK}},
        "/b": {"get": {"parameters": [{**evil, "required": True}], **OK}},
    }
    profile = study({"paths": paths})
    assert [(o.signature, o.parameters) for o in profile.operations.values()] == [("GET /a", ())]
    assert [(entry.operation, entry.reason) for entry in profile.skipped] == [("GET /b", "unsupported_parameter")]


@pytest.mark.parametrize(
    ("top", "own", "path"),
    [
        ([{"url": "https://api.test/v1"}], [{"url": "https://api.test/v1/beta"}], "/beta/a"),
        ([{"url": "https://api.test/v1"}], [{"url": "https://api.test/v1/"}], "/a"),
        ([{"url": "https://api.test/v1"}], [{"url": "https://api.test/v2"}], "/v2 /a"),
        ([{"url": "https://api.test/v1"}], [{"url": "https://api.test"}], " /a"),
        ([{"url": "https://api.test"}], [{"url": "/v2"}], "/v2/a"),
        ([{"url": "https://api.test/v4"}], [{"url": "/v4beta"}], "/v4beta /a"),
        ([{"url": "https://api.test/v4"}], [{"url": "https://api.test/../x"}], None),
        ([{"url": "https://api.test/v4"}], [{"url": "https://api.test//evil.test"}], None),
        ([{"url": "https://api.test/v4"}], [{"url": "https://api.test/%s@evil.test"}], None),
        ([{"url": "https://api.test"}], [{"url": "https://upload.test"}, {"url": "https://api.test"}], "/a"),
        ([{"url": "https://api.test"}], [{"url": "https://upload.test"}], None),
        (
            [{"url": "https://{r}.api.test", "variables": {"r": {"default": "eu"}}}],
            [{"url": "https://eu.api.test/x"}],
            "/x/a",
        ),
        ([], [{"url": "https://own.test/v3"}], "/a"),
        ([{"url": "/"}], [{"url": "https://own.test"}], "/a"),
    ],
)
def test_servers_of_an_operation_are_near_or_elsewhere(study: Any, top: Any, own: Any, path: str | None) -> None:
    document = {"servers": top, "paths": {"/a": {"get": {**OK, "servers": own}}, "/b": {"get": OK}}}
    profile = study(document, base_url="http://localhost:1")
    found = [
        operation.path if operation.base_path is None else f"{operation.base_path} {operation.path}"
        for operation in profile.operations.values()
        if operation.path.endswith("/a")
    ]
    assert found == ([path] if path else [])
    assert [entry.reason for entry in profile.skipped] == ([] if path else ["other_server"])


def test_what_is_told_beyond_the_summary_is_kept_on_one_line(study: Any) -> None:
    told = {"summary": "List pets.", "description": "Pages count from 0.\nThe records stand under `data`."}
    paths = {"/pets": {"get": {**told, **OK}}, "/dogs": {"get": {"description": "List dogs.", **OK}}}
    pets, dogs = study({"paths": paths}).operations.values()
    assert (pets.summary, pets.description) == ("List pets.", "Pages count from 0. The records stand under `data`.")
    assert (dogs.summary, dogs.description) == ("List dogs.", "")
