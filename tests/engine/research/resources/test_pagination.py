"""How all pages of a collection are read."""

from typing import Any

import pytest

TEXT = {"type": "string"}
NUMBER = {"type": "integer"}
ITEMS = {"type": "array", "items": {"type": "object", "properties": {"id": NUMBER}}}


def query(name: str, schema: Any = NUMBER, description: str = "") -> Any:
    return {"name": name, "in": "query", "schema": schema, "description": description}


def body(**properties: Any) -> Any:
    return {"type": "object", "properties": {"data": ITEMS, **properties}}


def paging_of(study: Any, parameters: list[Any], schema: Any = ITEMS, **operation: Any) -> Any:
    response = {"content": {"application/json": {"schema": schema}}, **operation.pop("response", {})}
    get = {"parameters": parameters, "responses": {"200": response}, **operation}
    return study({"paths": {"/pets": {"get": get}}}).objects["pets"].pagination


@pytest.mark.parametrize(
    ("names", "style", "position", "size", "first"),
    [
        (["page", "per_page"], "page", "page", "per_page", 1),
        (["pageNumber", "pageSize"], "page", "pageNumber", "pageSize", 1),
        (["page[number]", "page[size]"], "page", "page[number]", "page[size]", 1),
        (["_page", "_limit"], "page", "_page", "_limit", 1),
        (["offset", "limit"], "offset", "offset", "limit", 0),
        (["$skip", "$top"], "offset", "$skip", "$top", 0),
        (["startAt", "maxResults"], "offset", "startAt", "maxResults", 0),
        (["page"], "page", "page", None, 1),
        (["limit"], "none", None, None, 0),
        (["q"], "none", None, None, 0),
    ],
)
def test_counting(
    study: Any, *, names: list[str], style: str, position: str | None, size: str | None, first: int
) -> None:
    found = paging_of(study, [query(name) for name in names])
    assert (found.style, found.position_parameter, found.size_parameter, found.first) == (style, position, size, first)


@pytest.mark.parametrize(
    ("schema", "description", "first"),
    [
        ({"type": "integer", "default": 0}, "", 0),
        ({"type": "integer", "default": 1, "minimum": 0}, "", 1),
        ({"type": "integer", "minimum": 0}, "", 0),
        (NUMBER, "Zero-based page index.", 0),
        (NUMBER, "Page number, starting at 0", 0),
        ({"type": "integer", "minimum": 0}, "1-based page number", 1),
        ({"type": "integer", "default": "0"}, "", 0),
        ({"type": "integer", "default": 7}, "", 1),
    ],
)
def test_the_first_page(study: Any, schema: Any, description: str, first: int) -> None:
    assert paging_of(study, [query("page", schema, description)]).first == first


@pytest.mark.parametrize(
    ("schema", "description", "default", "maximum"),
    [
        ({"type": "integer", "default": 20, "maximum": 100}, "", 20, 100),
        (NUMBER, "Results per page (default 30, max 100).", 30, 100),
        (NUMBER, "The default is `25`. Maximum value is 1000.", 25, 1000),
        (NUMBER, "Up to 50 at once", None, 50),
        (NUMBER, "Between 1 and 200.", None, 200),
        (NUMBER, "How many.", None, None),
        ({"type": "integer", "maximum": 2147483647}, "", None, None),
        ({"type": "integer", "default": 50, "maximum": 10}, "", 50, None),
    ],
)
def test_sizes(study: Any, schema: Any, description: str, default: int | None, maximum: int | None) -> None:
    found = paging_of(study, [query("page"), query("limit", schema, description)])
    assert (found.default_size, found.max_size) == (default, maximum)


def inside(**properties: Any) -> Any:
    return {"type": "object", "properties": properties}


@pytest.mark.parametrize(
    ("parameter", "schema", "path"),
    [
        (query("cursor", TEXT), body(next_cursor=TEXT), "next_cursor"),
        (query("cursor", TEXT), body(cursor=TEXT), "cursor"),
        (query("pageToken", TEXT), body(nextPageToken=TEXT), "nextPageToken"),
        (query("cursor", TEXT), body(response_metadata=inside(next_cursor=TEXT)), "response_metadata.next_cursor"),
        (query("after", TEXT), body(paging=inside(next=inside(after=TEXT, link=TEXT))), "paging.next.after"),
        (
            query("cursor", TEXT),
            body(links=inside(next=TEXT), meta=inside(cursors=inside(next=TEXT))),
            "meta.cursors.next",
        ),
        (query("offset", TEXT), body(next_page=inside(offset=TEXT, uri=TEXT)), "next_page.offset"),
        (query("page"), body(next_page=NUMBER), "next_page"),
        (query("until"), body(pagination=inside(next={"type": "number"})), "pagination.next"),
    ],
)
def test_cursors(study: Any, parameter: Any, schema: Any, path: str) -> None:
    found = paging_of(study, [parameter, query("limit")], schema)
    assert (found.style, found.position_parameter, found.next_path) == (
        "cursor",
        parameter["name"],
        tuple(path.split(".")),
    )
    assert found.size_parameter == "limit"
    assert found.evidence is not None


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        (body(next={"type": ["string", "null"], "format": "uri"}, previous=TEXT), ("next",)),
        (body(next=TEXT, previous=TEXT), ("next",)),
        (body(next={"type": "string", "description": "Link to the next page"}), ("next",)),
        (body(next={"type": "string", "example": "https://api.test/pets?page=2"}), ("next",)),
        (body(links={"properties": {"next": TEXT}}), ("links", "next")),
        (body(_links={"properties": {"next": {"properties": {"href": TEXT}}}}), ("_links", "next", "href")),
        (body(next_page_uri=TEXT), ("next_page_uri",)),
        (body(**{"@odata.nextLink": TEXT}), ("@odata.nextLink",)),
        (body(meta={"properties": {"next_page_url": TEXT}}), ("meta", "next_page_url")),
    ],
)
def test_next_urls(study: Any, schema: Any, path: tuple[str, ...]) -> None:
    found = paging_of(study, [query("page"), query("page_size")], schema)
    assert (found.style, found.next_path, found.position_parameter) == ("next_url", path, "page")


def test_a_size_of_all_pages_together_is_not_the_size_of_a_page(study: Any) -> None:
    schema = body(**{"@odata.nextLink": TEXT})
    found = paging_of(study, [query("$top", {"type": "integer", "maximum": 50}), query("$skip")], schema)
    assert (found.style, found.size_parameter, found.max_size) == ("next_url", None, None)


@pytest.mark.parametrize(("name", "first"), [("page", 1), ("page", 0), ("offset", 0), ("cursor", 0)])
def test_the_first_page_before_a_link_header_is_asked_for_by_its_number(study: Any, name: str, first: int) -> None:
    schema = {"type": "integer", "default": first} if name == "page" else TEXT if name == "cursor" else NUMBER
    header = {"headers": {"Link": {"schema": TEXT}}}
    found = paging_of(study, [query(name, schema), query("_limit")], response=header)
    assert (found.style, found.first) == ("link_header", first)
    assert found.sent == ({"page", "_limit"} if first else {"_limit"})


def test_a_link_header_is_known_from_the_response_or_the_words(study: Any) -> None:
    header = {"headers": {"Link": {"schema": TEXT}}}
    assert paging_of(study, [query("page"), query("per_page")], response=header).style == "link_header"
    assert paging_of(study, [], description="Follow the `Link` header to the next page.").style == "link_header"
    assert paging_of(study, [], description="Links pets to owners.").style == "none"


def test_whether_more_follows(study: Any) -> None:
    assert paging_of(study, [query("page")], body(has_more={"type": "boolean"})).more_path == ("has_more",)
    meta = {"properties": {"hasNextPage": {"type": "boolean"}}}
    assert paging_of(study, [query("page")], body(meta=meta)).more_path == ("meta", "hasNextPage")


@pytest.mark.parametrize("name", ["last", "isLast", "is_last", "lastPage"])
def test_a_flag_may_say_that_a_page_is_the_last(study: Any, name: str) -> None:
    assert paging_of(study, [query("page")], body(**{name: {"type": "boolean"}})).last_path == (name,)
    assert paging_of(study, [query("page")], body(**{name: {"type": "string"}})).last_path == ()


@pytest.mark.parametrize(
    ("parameter", "schema", "path"),
    [
        (query("starting_after", TEXT), body(has_more={"type": "boolean"}), ("data", "id")),
        (query("after", TEXT, "The ID of the last item of the previous page."), body(), ("data", "id")),
        (query("after", TEXT, "Get members after this user ID."), ITEMS, ("id",)),
        (query("starting_after", TEXT), {"type": "array", "items": {"properties": {"name": TEXT}}}, None),
    ],
)
def test_the_last_record_may_lead_on(study: Any, parameter: Any, schema: Any, path: tuple[str, ...] | None) -> None:
    found = paging_of(study, [parameter, query("limit")], schema)
    assert (found.style, found.next_path) == (("cursor", path) if path else ("none", ()))


def test_a_cursor_is_found_under_the_own_name_of_its_parameter(study: Any) -> None:
    found = paging_of(study, [query("scroll_param")], body(scroll_param=TEXT))
    assert (found.style, found.position_parameter, found.next_path) == ("cursor", "scroll_param", ("scroll_param",))


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        (body(total=NUMBER), ("total",)),
        (body(count=NUMBER, total_count=NUMBER), ("total_count",)),
        (body(page=inside(totalElements=NUMBER)), ("page", "totalElements")),
        (body(total=TEXT), ("total",)),
        (body(count=TEXT), ()),
        (body(total=inside(value=NUMBER, relation=TEXT)), ("total", "value")),
        (body(total=inside(value=TEXT)), ()),
        (ITEMS, ()),
    ],
)
def test_how_many_there_are(study: Any, schema: Any, path: tuple[str, ...]) -> None:
    assert paging_of(study, [query("page"), query("limit")], schema).total_path == path
    assert paging_of(study, [query("limit")], schema).total_path == ()


def test_what_feeds_a_cursor_is_not_guessed(study: Any) -> None:
    get = {"parameters": [query("after", TEXT), query("limit", {"type": "integer", "maximum": 100})],
           "responses": {"200": {"content": {"application/json": {"schema": body(has_more={"type": "boolean"})}}}}}  # fmt: skip
    profile = study({"paths": {"/customers": {"get": get}}})
    paging = profile.objects["customers"].pagination
    assert (paging.style, paging.size_parameter, paging.max_size) == ("none", "limit", 100)
    assert "'after'" in profile.warnings[0]


def test_an_opaque_offset_is_not_counted(study: Any) -> None:
    parameter = query("offset", TEXT, "An offset token returned by the API for the next page.")
    assert paging_of(study, [parameter, query("limit")]).style == "none"


def test_a_body_that_is_not_described_is_paged_through_as_a_list(study: Any) -> None:
    get = {"parameters": [query("skip"), query("limit")], "responses": {"200": {"description": "ok"}}}
    profile = study({"paths": {"/pets": {"get": get}}})
    assert profile.objects["pets"].pagination.style == "offset"
    assert "only if it is a list" in profile.warnings[0]


def test_times_and_choices_are_no_positions(study: Any) -> None:
    parameters = [
        query("start", NUMBER, "Unix timestamp"),
        query("page", {"type": "string", "enum": ["home", "about"]}),
    ]
    assert paging_of(study, parameters).style == "none"


def test_one_record_has_no_pages(study: Any) -> None:
    record = {"type": "object", "properties": {"latitude": {"type": "number"}, "city": TEXT}}
    assert paging_of(study, [query("page")], record).style == "none"


def test_filters_are_what_is_neither_path_nor_paging(study: Any) -> None:
    get = {
        "parameters": [query("page"), query("limit"), query("status", TEXT), {"name": "X-Shard", "in": "header"}],
        "responses": {"200": {"content": {"application/json": {"schema": ITEMS}}}},
    }
    profile = study({"paths": {"/shops/{shop}/pets": {"get": get}}})
    assert profile.objects["pets"].filters == ("status", "X-Shard")


LINK = {"headers": {"Link": {"schema": TEXT}}}
URL = {"type": "string", "format": "uri"}


@pytest.mark.parametrize(
    ("name", "schema", "response", "style", "first"),
    [
        ("page", body(next_page=NUMBER), {}, "cursor", 1),
        ("page", body(next=URL), {}, "next_url", 1),
        ("offset", body(next=URL), {}, "next_url", 0),
        ("page", ITEMS, LINK, "link_header", 1),
        ("offset", ITEMS, LINK, "link_header", 0),
    ],
)
def test_a_required_number_of_the_first_page_is_sent_whatever_leads_on(
    study: Any, *, name: str, schema: Any, response: Any, style: str, first: int
) -> None:
    required = {**query(name), "required": True}
    found = paging_of(study, [required], schema, response=response)
    assert (found.style, found.first, found.first_required, found.counted) == (style, first, True, True)
    assert found.sent == {name}
    free = paging_of(study, [query(name)], schema, response=response)
    assert (free.style, free.first_required) == (style, False)


@pytest.mark.parametrize("name", ["page_token", "starting_after", "cursor"])
def test_a_required_token_is_the_callers(study: Any, name: str) -> None:
    schema = body(next_page_token=TEXT, next_cursor=TEXT) if name != "starting_after" else body(has_more={})
    found = paging_of(study, [{**query(name, TEXT), "required": True}], schema)
    assert (found.style, found.first_required, found.sent) == ("cursor", False, frozenset())


def test_a_required_number_with_a_default_is_sent_as_that(study: Any) -> None:
    required = {**query("page", {"type": "integer", "default": 1}), "required": True}
    assert not paging_of(study, [required], body(next=URL)).first_required


def test_the_largest_page_is_told_in_one_place(study: Any) -> None:
    size = query("limit", {"type": "integer", "maximum": 50})
    get = {
        "parameters": [query("page"), size],
        "responses": {"200": {"content": {"application/json": {"schema": ITEMS}}}},
    }
    profile = study({"paths": {"/pets": {"get": get}}})
    assert profile.objects["pets"].pagination.max_size == 50
    (operation,) = profile.operations.values()
    assert next(p for p in operation.parameters if p.name == "limit").maximum is None


def header(name: str, schema: Any = TEXT) -> Any:
    return {**query(name, schema), "in": "header"}


def test_a_token_in_a_header_of_the_answer_goes_into_the_header_of_its_name(study: Any) -> None:
    answer = {"headers": {"x-ms-continuation": {"schema": TEXT}}}
    found = paging_of(study, [header("x-ms-continuation"), header("x-ms-max-item-count", NUMBER)], response=answer)
    assert (found.style, found.position_in, found.next_header) == ("cursor", "header", "x-ms-continuation")
    assert (found.position_parameter, found.size_parameter) == ("x-ms-continuation", "x-ms-max-item-count")
    answer = {"headers": {"X-Next-Cursor": {"schema": TEXT}}}
    found = paging_of(study, [query("cursor", TEXT), query("limit")], response=answer)
    assert (found.style, found.position_in, found.next_header) == ("cursor", "query", "X-Next-Cursor")
    assert found.size_parameter == "limit"


def test_a_token_of_whoever_signs_in_leads_to_no_page(study: Any) -> None:
    answer = {"headers": {"X-Token": {"schema": TEXT}}}
    assert paging_of(study, [header("X-Token")], response=answer).style == "none"


def speakeasy(kind: str, inputs: list[Any], **outputs: str) -> Any:
    return {"x-speakeasy-pagination": {"type": kind, "inputs": inputs, "outputs": outputs}}


def an_input(name: str, kind: str) -> Any:
    return {"name": name, "in": "parameters", "type": kind}


@pytest.mark.parametrize(
    ("extension", "told"),
    [
        ({"x-ms-pageable": {"nextLinkName": "more"}}, ("next_url", None, None, ("more",))),
        ({"x-ms-pageable": {"nextLinkName": None}}, ("none", None, None, ())),
        (speakeasy("url", [], nextUrl="$.links['next']"), ("next_url", None, None, ("links", "next"))),
        (
            speakeasy("cursor", [an_input("since", "cursor")], nextCursor="$.value[(@.length-1)].id"),
            ("cursor", "since", None, ("value", "id")),
        ),
        (
            speakeasy("offsetLimit", [an_input("since", "offset"), an_input("until", "limit")]),
            ("offset", "since", "until", ()),
        ),
        (speakeasy("cursor", [an_input("nobody", "cursor")], nextCursor="$.."), ("none", None, None, ())),
    ],
)
def test_extensions_say_how_pages_follow_each_other(study: Any, extension: Any, told: Any) -> None:
    answer = {"type": "object", "properties": {"value": ITEMS}}
    found = paging_of(study, [query("since"), query("until")], answer, **extension)
    assert (found.style, found.position_parameter, found.size_parameter, found.next_path) == told


def test_extensions_say_where_records_stand(study: Any) -> None:
    answer = {"type": "object", "properties": {"things": ITEMS, "others": ITEMS, "nextLink": TEXT}}
    response = {"200": {"content": {"application/json": {"schema": answer}}}}
    get = {"responses": response, "x-ms-pageable": {"itemName": "others", "nextLinkName": "nextLink"}}
    found = study({"paths": {"/pets": {"get": get}}}).objects["pets"]
    assert (found.record_path, found.pagination.next_path) == (("others",), ("nextLink",))


@pytest.mark.parametrize("name", ["total_pages", "totalPages", "pageCount", "pages"])
def test_an_answer_may_count_its_pages(study: Any, name: str) -> None:
    assert paging_of(study, [query("page")], body(**{name: {"type": "integer"}})).pages_path == (name,)
    assert paging_of(study, [query("offset")], body(**{name: {"type": "integer"}})).pages_path == ()


@pytest.mark.parametrize(
    ("said", "alone"),
    [
        ("The cursor of the next page. No other parameters may be sent with it.", True),
        ("When given, all other query parameters must be omitted.", True),
        ("It cannot be combined with other parameters.", True),
        ("Must be the only parameter of the request.", True),
        ("Where the next page begins. No other parameters are required.", False),
        ("Other parameters are not required.", False),
        ("The cursor of the next page.", False),
    ],
)
def test_words_say_that_a_cursor_stands_for_all_parameters(study: Any, said: str, alone: bool) -> None:
    cursor = {**query("cursor", TEXT), "description": said}
    assert paging_of(study, [cursor, query("limit")], body(next_cursor=TEXT)).alone is alone
