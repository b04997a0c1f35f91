"""What is a collection, and so an object, and what is one answer, and so an operation."""

from typing import Any

import pytest

Document = dict[str, Any]

TEXT = {"type": "string"}
RECORD = {"type": "object", "properties": {"id": {"type": "integer"}, "name": TEXT}}
RECORDS = {"type": "array", "items": RECORD}

PAGE = {"name": "page", "in": "query", "schema": {"type": "integer"}}


def shape(**properties: Any) -> Document:
    return {"type": "object", "properties": properties}


def giving(schema: Any, summary: str = "", **more: Any) -> Document:
    """An operation that answers with this schema; None: the description does not say what with."""
    content = {"application/json": {} if schema is None else {"schema": schema}}
    return {"summary": summary, "responses": {"200": {"description": "", "content": content}}, **more}


def asking(schema: Any, summary: str = "", body: Any = None, **more: Any) -> Document:
    sent = {"content": {"application/json": {"schema": body or shape(name=TEXT)}}}
    return giving(schema, summary, requestBody=sent, **more)


def objects(
    study: Any, gets: dict[str, Document], posts: dict[str, Document] | None = None
) -> dict[str, dict[str, str]]:
    paths: Document = {path: {"get": operation} for path, operation in gets.items()}
    for path, operation in (posts or {}).items():
        paths.setdefault(path, {})["post"] = operation
    profile = study({"paths": paths})
    return {
        name: {verb: profile.operations[operation].signature for verb, operation in entry.operations.items()}
        for name, entry in profile.objects.items()
    }


def reads(study: Any, path: str, operation: Document, method: str = "get") -> dict[str, str]:
    """What objects read beside the boats, where an operation is added to them."""
    given = {"/boats": giving(RECORDS)} | ({path: operation} if method == "get" else {})
    found = objects(study, given, {path: operation} if method == "post" else None)
    return {name: verbs["read"] for name, verbs in found.items() if "read" in verbs and name != "boats"}


@pytest.mark.parametrize(
    ("path", "operation"),
    [
        ("/status", giving(shape(uptime=TEXT, load={"type": "number"}))),
        ("/account", giving(RECORD, "Get the authenticated account")),
        ("/settings", giving(shape(id=TEXT, theme=TEXT), "Get all settings")),
        ("/boats/count", giving(shape(count={"type": "integer"}))),
        ("/boats/{id}/owner", giving(RECORD)),
        ("/inventory", giving({"type": "object", "additionalProperties": {"type": "integer"}})),
        ("/search", giving(shape(people=RECORDS, places=RECORDS))),
        ("/introspect", giving(shape(features={"type": "array", "items": TEXT}, issued=TEXT))),
        ("/boats/delete", giving(RECORDS, "Delete boats")),
        ("/language-pairs", giving(shape(source=RECORDS["items"], targets={"type": "array"}), "List language pairs")),
        ("/version", giving(None)),
        ("/signature", giving(None, "Verify a signature")),
    ],
)
def test_what_there_is_one_of_is_an_operation(study: Any, path: str, operation: Document):
    assert reads(study, path, operation) == {}


@pytest.mark.parametrize(
    ("path", "operation", "name"),
    [
        ("/crews", giving(RECORDS), "crews"),
        ("/crews", giving(shape(ok={"type": "boolean"}), "List crews"), "crews"),
        ("/admin.crews.list", giving(shape(ok={"type": "boolean"}), "List crews"), "admin_crews_list"),
        ("/crews", giving(RECORD, "Get a list of crews"), "crews"),
        ("/crews", giving(RECORD, "Crews that sailed together"), "crews"),
        ("/edge-config", giving(RECORD, "Get Edge Configs"), "edge_config"),
        ("/sms/incoming", giving(shape(credits={"type": "integer"}, smsMessages=RECORDS), "Get a list of SMS"), "incoming"),
        ("/languages", giving(shape(languages={"type": "array", "items": TEXT})), "languages"),
        ("/logs/{account}", giving(shape(logs=RECORDS)), "logs"),
        ("/ships/findByStatus/{status}", giving(RECORDS), "findByStatus"),
        ("/words/search/{query}", giving(shape(total={"type": "integer"}, results=RECORDS)), "search"),
        ("/postcodes/{postcode}", giving(RECORDS), "postcodes"),
        ("/news/by/{team}", giving(RECORDS), "news"),
        ("/regions", giving({"type": "object", "additionalProperties": RECORD}), "regions"),
        ("/crews", giving(None), "crews"),
        ("/crew", giving(shape(action=TEXT, result=TEXT, data=shape(sailors=RECORDS))), "crew"),
        ("/crews", giving(shape(action=TEXT, data=shape(crewData=shape(id=TEXT))), "List all crews"), "crews"),
        ("/boats/owners/{owner_name}", giving(shape(boats=RECORDS), "By name", parameters=[PAGE]), "owners"),
        ("/edits/{project}", giving(shape(edits=RECORDS), "Edits beside the previous one"), "edits"),
    ],
)  # fmt: skip
def test_a_list_is_a_collection_however_it_is_told(study: Any, path: str, operation: Document, name: str):
    assert reads(study, path, operation) == {name: f"GET {path}"}


def test_a_list_below_a_list_is_a_collection_of_its_own(study: Any):
    found = objects(study, {"/players": giving(RECORDS), "/players/{team}": giving(RECORDS, "Players of a team")})
    assert found == {"players": {"read": "GET /players"}, "players_by_team": {"read": "GET /players/{team}"}}


@pytest.mark.parametrize(
    "one",
    [
        giving(RECORD, "Get a player"),
        giving(shape(players=RECORDS), "Get a specific player"),
        giving(shape(result=RECORDS), "Get player by id"),
        giving(RECORDS),
        giving(None),
    ],
)
def test_one_record_is_told_from_a_list_below_a_list(study: Any, one: Document):
    found = objects(study, {"/players": giving(RECORDS, "List players"), "/players/{playerId}": one})
    assert found == {"players": {"read": "GET /players", "read_one": "GET /players/{playerId}"}}


def test_a_word_that_says_little_tells_lists_apart_where_it_is_all_there_is(study: Any):
    paths = ["/gists", "/gists/public", "/branches/{branch}", "/branches/{branch}/apis", "/search/artists"]
    found = objects(study, {path: giving(RECORD if path == "/branches/{branch}" else RECORDS) for path in paths})
    assert {verbs.get("read"): name for name, verbs in found.items()} == {
        "GET /gists": "gists",
        "GET /gists/public": "gists_public",
        None: "branches",
        "GET /branches/{branch}/apis": "apis",
        "GET /search/artists": "artists",
    }


def test_a_name_that_several_would_have_is_that_of_all_of_them(study: Any):
    paths = [
        "/user/issues",
        "/issues",
        "/repos/{owner}/{repo}/issues",
        "/repos/{owner}/{repo}/commits/{sha}/pulls",
        "/repos/{owner}/{repo}/pulls",
        "/users/{id}/posts",
        "/albums/{id}/posts",
    ]
    found = objects(study, {path: giving(RECORDS) for path in paths})
    assert dict(zip(paths, found, strict=True)) == {
        "/user/issues": "user_issues",
        "/issues": "issues",
        "/repos/{owner}/{repo}/issues": "repos_issues",
        "/repos/{owner}/{repo}/commits/{sha}/pulls": "commits_pulls",
        "/repos/{owner}/{repo}/pulls": "pulls",
        "/users/{id}/posts": "users_posts",
        "/albums/{id}/posts": "albums_posts",
    }


def test_an_api_without_a_collection_keeps_its_single_answers_as_objects(study: Any):
    assert objects(study, {"/current": giving(shape(temperature={"type": "number"}))}) == {
        "current": {"read": "GET /current"}
    }


def test_records_that_can_only_be_made_are_an_object_where_they_are_records(study: Any):
    posts = {
        "/schedules": asking(RECORD, "Schedule a boat"),
        "/payments": asking(RECORD, "Make a payment"),
        "/payments/cancel": asking(shape(status=TEXT)),
        "/authorise": asking(shape(code=TEXT, reference=TEXT)),
        "/capture": asking(RECORD),
    }
    gets = {"/boats": giving(RECORDS), "/schedules": giving(shape(send_at=TEXT))}
    assert objects(study, gets, posts) == {
        "boats": {"read": "GET /boats"},
        "payments": {"create": "POST /payments"},
    }


@pytest.mark.parametrize(
    ("path", "operation"),
    [
        ("/boats/search", asking(RECORDS)),
        ("/boats:search", asking(shape(boats=RECORDS))),
        ("/boats/advanced-search", asking(shape(hits=RECORDS))),
        ("/{index}/_search", asking(shape(hits=shape(total={"type": "integer"}, hits=RECORDS)))),
        ("/crews/query", asking(shape(results=RECORDS, next_cursor=TEXT), "Query a crew list")),
        ("/crews/list", asking(shape(data=RECORDS))),
        ("/findCrews", asking(RECORDS)),
        ("/invoices", asking(shape(items=RECORDS), "Returns the list of invoices for an account")),
        ("/episodes", asking(shape(episodes=RECORDS), "Batch fetch basic data for episodes")),
        ("/events", asking(shape(items=RECORDS), "Retrieves events", shape(limit={"type": "integer"}, cursor=TEXT))),
        ("/crews/lookup", asking(None)),
    ],
)
def test_a_post_that_is_called_a_read_is_a_collection(study: Any, path: str, operation: Document):
    assert list(reads(study, path, operation, "post").values()) == [f"POST {path}"]


@pytest.mark.parametrize(
    ("path", "operation"),
    [
        ("/searches", asking(RECORD, "Create a saved search")),
        ("/search", asking(RECORD)),
        ("/list", asking(RECORDS, "Add records to a list")),
        ("/tokens", asking(shape(tokens=RECORDS), "Get tokens for an account")),
        ("/orders/find", asking(RECORDS, "Find and cancel orders")),
        ("/crews/query", {**asking(RECORDS), "responses": {"201": giving(RECORDS)["responses"]["200"]}}),
        ("/crews/search", asking(RECORDS, **{"x-driversmith-read": False})),
        ("/files/search", giving(RECORDS, requestBody={"content": {"multipart/form-data": {"schema": RECORD}}})),
        ("/crews/batch", asking(shape(items=RECORDS), "Update many crews")),
        ("/events", asking(shape(items=RECORDS), "Retrieves events")),
        ("/accounts/{id}/listKeys", asking(shape(keys=RECORDS), "Lists the access keys of an account")),
        ("/secrets/list", asking(shape(items=RECORDS), "List all", **{"x-ms-pageable": {"nextLinkName": "next"}})),
        ("/jobs/next", asking(shape(items=RECORDS), "Cancel jobs", **{"x-ms-pageable": {"nextLinkName": "next"}})),
    ],
)
def test_a_post_that_may_change_something_is_never_taken_for_a_read(study: Any, path: str, operation: Document):
    profile = study({"paths": {"/boats": {"get": giving(RECORDS)}, path: {"post": operation}}})
    assert not any(found.only_reads for found in profile.operations.values())


def test_filters_of_a_read_by_post_are_arguments_and_its_pages_go_into_the_body(study: Any):
    body = shape(status=TEXT, page={"type": "integer"}, page_size={"type": "integer", "maximum": 50})
    profile = study({"paths": {"/boats/search": {"post": asking(shape(data=RECORDS), body=body)}}})
    (boats,) = profile.objects.values()
    assert (boats.filters, boats.record_path) == (("status",), ("data",))
    assert (boats.pagination.style, boats.pagination.position_in) == ("page", "body")


def test_a_path_that_chooses_a_format_gets_json_and_an_identifier_no_default(study: Any):
    def there(name: str, **schema: Any) -> Document:
        return {"name": name, "in": "path", "required": True, "schema": {"type": "string", **schema}}

    teams = giving(RECORDS, parameters=[there("format", enum=["XML", "JSON"], default="XML")])
    version = giving(RECORDS, parameters=[there("version", default="v2"), there("area", default="north")])
    profile = study({"paths": {"/{format}/teams": {"get": teams}, "/{version}/{area}/crews": {"get": version}}})
    told = {p.name: (p.fallback, p.must_be_given) for o in profile.operations.values() for p in o.parameters}
    assert told == {"format": ("JSON", False), "version": ("v2", False), "area": (None, True)}


def test_lists_that_a_fragment_tells_apart_are_called_by_what_they_list(study: Any):
    paths = {
        f"/#X-Target=Service_1.{name}": {"post": asking(shape(apps=RECORDS), "List them")}
        for name in ("ListApps", "ListJobs")
    }
    assert sorted(study({"paths": paths}).objects) == ["Apps", "Jobs"]
