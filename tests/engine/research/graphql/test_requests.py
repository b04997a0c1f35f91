"""What is asked of a schema, by rule: every text is checked by graphql-core against the schema that it was made of."""

import json
from typing import Any

import pytest
from driversmith.engine.errors import DescriptionError
from driversmith.engine.research.graphql import introspection, sdl
from driversmith.engine.research.graphql.requests import Request, requests_of
from driversmith.engine.research.graphql.schema import Schema
from driversmith.engine.research.sources.registry import read_description
from graphql import build_schema, graphql_sync, parse, validate

from tests.stand_ins.graphql_api import SDL


def requests(source: str) -> dict[str, Request]:
    """By name, each of them valid."""
    schema = build_schema(source)
    found = list(requests_of(sdl.schema_of(source, location="given")))
    assert [error for request in found for error in validate(schema, parse(request.text))] == []
    return {request.name: request for request in found}


def introspected(source: str) -> dict[str, Any]:
    done = graphql_sync(build_schema(source), introspection.QUERY)
    assert done.data is not None and not done.errors
    return done.data


def schema_of(data: dict[str, Any]) -> Schema:
    return introspection.schema_of(introspection.schema_node(data) or {})


def described(content: str | dict[str, Any], **beside: Any) -> Any:
    given = content if isinstance(content, str) else json.dumps(content)
    return read_description(given.encode(), location="given", max_bytes=1 << 26, **beside)


def test_introspection_and_sdl_say_the_same() -> None:
    assert list(requests_of(schema_of(introspected(SDL)))) == list(requests(SDL).values())


def test_lists_become_objects_wherever_they_stand() -> None:
    found = {
        name: request.path for name, request in requests(SDL).items() if request.object_name and not request.is_single
    }
    assert found == {
        "ships": ("ships", "edges"),
        "ports": ("ports",),
        "crews": ("crews", "results"),
        "berths": ("Page", "berths"),
        "Page_crews": ("Page", "crews"),
        "posts": ("posts", "data"),
        "tags": ("tags",),
    }
    assert requests(SDL)["ships"].item_path == ("node",)


def test_one_record_belongs_to_the_list_of_its_type_and_other_fields_are_operations() -> None:
    found = requests(SDL)
    assert (found["ship"].object_name, found["ship"].is_single) == ("ships", True)
    assert found["version"].object_name == "" and found["node"].object_name == ""
    assert found["addPort"].is_mutation and found["addPort"].object_name == ""


def test_what_pages_what_is_deprecated_what_needs_arguments_and_what_goes_in_a_circle_is_not_selected() -> None:
    text = requests(SDL)["ships"].text
    assert "{ node { id name weight home { id name kind } } }" in text
    assert "crews { results { id name ship { id name weight" in requests(SDL)["crews"].text.replace(
        "(page: $page, filter: $filter)", ""
    )


def test_arguments_that_read_a_connection_from_its_end_are_left_out() -> None:
    assert [argument.keys for argument in requests(SDL)["ships"].arguments] == [("first",), ("after",), ("where",)]


def test_paging_inside_an_input_object_is_taken_apart_and_other_input_objects_stay_whole() -> None:
    assert [argument.keys for argument in requests(SDL)["posts"].arguments] == [
        ("options", "paginate", "page"),
        ("options", "paginate", "limit"),
        ("options", "search"),
    ]
    assert [argument.keys for argument in requests(SDL)["sink"].arguments] == [("input",)]


def test_fields_of_a_union_that_have_one_name_and_two_types_are_asked_for_once() -> None:
    source = """
      type Query { search(q: String!): [Thing!]! }
      union Thing = Ship | Port
      type Ship { id: ID! name: String! tons: Int }
      type Port { id: ID! name: String depth: Int }
    """
    text = requests(source)["search"].text
    assert "__typename ... on Ship { id name tons } ... on Port { id depth }" in text


def test_what_groups_fields_is_looked_into() -> None:
    source = """
      type Query { catalogue: Catalogue! me: User }
      type Catalogue { products(first: Int, after: String): Products product(id: ID!): Product }
      type Products { nodes: [Product] pageInfo: PageInfo! }
      type PageInfo { hasNextPage: Boolean! endCursor: String }
      type Product { id: ID! }
      type User { id: ID! name: String products: Products }
    """
    found = requests(source)
    assert found["products"].path == ("catalogue", "products", "nodes")
    assert found["me"].object_name == "" and "products" not in found["me"].text


def test_a_query_is_bounded_however_large_the_types_are() -> None:
    fields = " ".join(f"f{n}: String" for n in range(200))
    inner = " ".join(f"t{n}: T{n}" for n in range(12))
    types = " ".join(f"type T{n} {{ {fields} }}" for n in range(12))
    text = requests(f"type Query {{ things: [Thing] }} type Thing {{ {inner} {fields} }} {types}")["things"].text
    assert 100 < len(text.split()) < 150


@pytest.mark.parametrize(
    ("source", "line"),
    [("type Query {\n  ships: [Ship!\n}\ntype Ship { id: ID }", "line 3"), ("type Query {\n  a(: Int\n}", "line 2")],
)
def test_an_error_of_syntax_names_its_line(source: str, line: str) -> None:
    with pytest.raises(DescriptionError, match=f"no valid GraphQL schema.*{line}"):
        described(source)


def test_types_that_nothing_defines_cost_the_fields_that_have_them() -> None:
    found = list(
        requests_of(sdl.schema_of("type Query { a: [Gone] b: [B] } type B { id: ID x: Gone }", location="given"))
    )
    assert [(request.name, request.text) for request in found] == [("b", "query b { b { id } }")]


def test_introspection_that_contradicts_itself_costs_what_does_and_says_so() -> None:
    data = introspected("type Query { ships: [Ship] ports: [Port] } type Ship { id: ID } type Port { id: ID }")
    types = data["__schema"]["types"]
    types.append({"kind": "OBJECT", "name": "Port", "fields": "none"})
    types.append({"kind": "OBJECT", "name": "x } mutation { sink", "fields": []})
    ship = next(told for told in types if told["name"] == "Ship")
    ship["fields"] += [
        {"name": "gone", "args": [], "type": {"kind": "OBJECT", "name": "Gone"}},
        {"name": "no } type", "args": [], "type": {"kind": "SCALAR", "name": "ID"}},
        {"name": "odd", "args": None, "type": {"kind": "NON_NULL", "ofType": {"kind": "NON_NULL", "ofType": None}}},
    ]
    made = described(data)
    assert [path.partition("#")[2] for path in made.document["paths"]] == ["ships", "ports"]
    assert "contradicts itself" in made.notes[0]
    assert "sink" not in json.dumps(made.document) and "gone" not in json.dumps(made.document)


@pytest.mark.parametrize(
    "node",
    [
        {},
        {"types": []},
        {"queryType": {"name": "Gone"}, "types": []},
        {"queryType": None, "types": "none"},
        {"types": [1, None]},
    ],
)
def test_a_schema_without_anything_to_read_is_told(node: Any) -> None:
    with pytest.raises(DescriptionError, match=r"query type|field") as caught:
        described({"data": {"__schema": node}})
    assert caught.value.code == "no_operations"


def test_endless_nesting_ends() -> None:
    deep: Any = {"kind": "SCALAR", "name": "Int"}
    for _ in range(300):
        deep = {"kind": "LIST", "name": None, "ofType": deep}
    field = {"name": "a", "args": [], "type": deep}
    query = {
        "kind": "OBJECT",
        "name": "Query",
        "fields": [field, {**field, "name": "b", "type": {"kind": "SCALAR", "name": "Int"}}],
    }
    assert list(described({"__schema": {"queryType": {"name": "Query"}, "types": [query]}}).document["paths"]) == [
        "/graphql#b"
    ]
    with pytest.raises(DescriptionError, match=r"no valid GraphQL schema|nests too deeply"):
        described("type Query { a: " + "[" * 50_000 + "Int" + "]" * 50_000 + " }")
