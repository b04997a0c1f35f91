"""URLs and paths as prose writes them."""

import pytest
from driversmith.engine.research.pages.requests.targets import read_target


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ("https://x.dev/a/{id}.", "/a/{id}"),
        ("https://x.dev/a/:id?b=1", "/a/{id}"),
        ("/a/<user name>/b", "/a/{user_name}/b"),
        ("/a/{{id}}/[Category/-ies]", "/a/{id}/{Category_ies}"),
        ("/a/${id}", "/a/{id}"),
        ("/users/42", "/users/{user_id}"),
        ("/ships/6f1c9c1e-8a53-4a4e-9b6b-0a5a3c1d2e3f", "/ships/{ship_id}"),
        ("/v1/2/YOUR_ID", "/v1/{value}/{ID}"),
        ("/api/3/action", "/api/3/action"),
        ("/a/b{?c,d*}", "/a/b"),
        ("/days/2024-05-01", "/days/{day_id}"),
    ],
)
def test_templates(raw: str, path: str) -> None:
    target = read_target(raw)
    assert target is not None
    assert target.path == path


def test_queries_tell_names_and_values() -> None:
    target = read_target("https://x.dev:443/a?q=Rome+1&id={id}&key=YOUR_KEY&flag&filter[name]=x{&more}")
    assert target is not None
    assert target.origin == "https://x.dev"
    assert dict(target.query) == {
        "q": "Rome 1",
        "id": None,
        "key": None,
        "flag": None,
        "filter[name]": "x",
        "more": None,
    }


def test_samples_keep_their_values() -> None:
    target = read_target("/users/42/posts/7")
    assert target is not None
    assert (target.samples, target.is_template) == ((("user_id", "42"), ("post_id", "7")), False)


@pytest.mark.parametrize("raw", ["/a b", "https://[::1/a", "/a/{b", "/" + "x" * 2000])
def test_what_can_be_no_target(raw: str) -> None:
    assert read_target(raw) is None
