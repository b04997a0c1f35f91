"""Path keys as templates that a driver can fill."""

import pytest
from driversmith.engine.research.openapi.paths import InvalidPathError, path_template


@pytest.mark.parametrize(
    ("key", "declared", "path", "names"),
    [
        ("/pets", (), "/pets", ()),
        ("pets/{id}", ("id",), "/pets/{id}", ("id",)),
        ("/a/{id}/b/{id}", ("id",), "/a/{id}/b/{id}", ("id",)),
        ("/pets/{petid}", ("petId",), "/pets/{petId}", ("petId",)),
        ("/pets/{pet_id}", ("petId",), "/pets/{petId}", ("petId",)),
        ("/pets/:id", ("id",), "/pets/{id}", ("id",)),
        ("/pets/:id", (), "/pets/:id", ()),
        ("/v1/{+name}:cancel", ("name",), "/v1/{name}:cancel", ("name",)),
        ("/files/{path*}", (), "/files/{path}", ("path",)),
        ("/list{.format}", (), "/list.{format}", ("format",)),
        ("/list{.format}", (".format",), "/list{.format}", (".format",)),
        ("/Accounts/{Sid}.json", ("Sid",), "/Accounts/{Sid}.json", ("Sid",)),
        ("/#X-Amz-Target=Foo", (), "/", ()),
        ("/{Bucket}#acl", (), "/{Bucket}", ("Bucket",)),
        ("/a/", (), "/a/", ()),
        ("", (), "/", ()),
    ],
)
def test_a_path_key_becomes_a_template(key: str, declared: tuple[str, ...], path: str, names: tuple[str, ...]) -> None:
    template = path_template(key, declared)
    assert (template.path, template.names) == (path, names)


def test_a_query_in_the_key_stays_where_it_is_fixed_and_becomes_a_parameter_where_it_is_not() -> None:
    template = path_template("/search?action=list&flag&term={q}", ("q",))
    assert template.path == "/search?action=list&flag"
    assert template.fixed == {"action", "flag"}
    assert template.query_names == {"term": "q"}
    assert path_template("/x?a=b c&a=\u00e9", ()).path == "/x?a=b%20c&a=%C3%A9"
    assert path_template("/x?q=a%2Fb+c&f[k]=1,2&v#then=gone", ()).path == "/x?q=a%2Fb+c&f[k]=1,2&v"
    assert path_template("/search{?q,page*}", ()).query_names == {"q": "q", "page": "page"}


def test_a_parameter_may_stand_within_a_value_of_the_query() -> None:
    template = path_template("/audit?filter=user:{User-ID}&sort=asc", ("userId",))
    assert (template.path, template.names) == ("/audit?filter=user:{userId}&sort=asc", ("userId",))
    assert (template.fixed, template.within) == ({"filter", "sort"}, {"userId"})
    both = path_template("/users/{id}?self={id}", ("id",))
    assert (both.path, both.names, both.within, both.query_names) == ("/users/{id}?self={id}", ("id",), set(), {})


@pytest.mark.parametrize(
    "key",
    [
        "/{id",
        "/id}",
        "/{}",
        "/{a{b}}",
        "/../etc",
        "/./x",
        "/a\nb",
        "/a\x00",
        "https://evil.test/x",
        "/x?a={b}c{",
        "/x?{a}b=c",
        "/" + "x" * 3000,
    ],
)
def test_a_key_without_a_request_in_it_is_refused(key: str) -> None:
    with pytest.raises(InvalidPathError):
        path_template(key, ())
