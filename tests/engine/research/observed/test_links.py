"""Where roots of APIs lead, in the styles in which they list what there is."""

from typing import Any

import pytest
from driversmith.engine.research.observed.links import description_links, links_of, resource_names

ROOT = "https://api.test/api"


def places(body: Any, url: str = ROOT) -> dict[str, str]:
    return {link.name: link.urls[0].removeprefix("https://api.test") for link in links_of(body, url)}


@pytest.mark.parametrize(
    "body",
    [
        {"ships": "https://api.test/ships"},
        {"ships": "/ships"},
        {"ships_url": "https://api.test/ships{?page,per_page}"},
        {"_links": {"self": {"href": "/"}, "ships": {"href": "/ships{?page}", "templated": True}}},
        {"_links": {"ships": [{"href": "/ships"}]}},
        {"links": {"self": "/", "ships": "/ships"}},
        {"links": [{"rel": "self", "href": "/"}, {"rel": "ships", "href": "/ships"}]},
        {"links": [{"rel": ["ships"], "href": "/ships"}]},
        {"value": [{"name": "ships", "kind": "EntitySet", "url": "/ships"}]},
        {"resources": {"https://rels.test/ships": {"href": "/ships"}}},
        {"resources": [{"name": "ships", "links": [{"rel": "self", "href": "/ships"}]}]},
        {"endpoints": [{"path": "/ships", "method": "GET"}, {"path": "/ports", "method": "POST"}]},
        {"endpoints": {"GET /ships": "all ships", "POST /ships": "a new one"}},
        {"paths": {"/ships": "all ships"}},
        {"routes": ["GET /ships - all ships", "DELETE /ships"]},
        {"data": {"links": {"ships": "/ships"}}},
        {"ships": {"url": "/ships", "methods": ["GET", "POST"]}},
        {"@id": "/", "@type": "Entrypoint", "ships": "/ships"},
        ["/ships"],
        [{"name": "ships", "url": "/ships"}],
    ],
)
def test_a_root_lists_its_ships(body: Any) -> None:
    found = places(body)
    assert [place for name, place in found.items() if name.endswith("ships")] == ["/ships"]
    assert len(found) == 1


def test_a_name_alone_is_a_guess_below_the_root_and_beside_it() -> None:
    (link,) = links_of({"resources": ["ships"]}, "https://api.test/v1")
    assert link.is_guess
    assert link.urls == ("https://api.test/v1/ships", "https://api.test/ships")


def test_a_path_may_be_meant_from_the_root_of_the_host_or_of_the_api() -> None:
    (link,) = links_of({"ships": "/ships"}, ROOT)
    assert link.urls == ("https://api.test/ships", "https://api.test/api/ships")


def test_a_word_is_relative_to_the_answer() -> None:
    assert places({"ships": "ships/", "ports": "./ports"}) == {"ships": "/api/ships/", "ports": "/api/ports"}


def test_templates_keep_what_has_to_be_filled_in_and_name_what_may_be() -> None:
    ships, ship = links_of({"_links": {"ships": {"href": "/ships{?page,size}"}, "ship": {"href": "/ships/:id"}}}, ROOT)
    assert (ships.is_template, ships.query) == (False, ("page", "size"))
    assert ship.urls[0] == "https://api.test/ships/{id}"


@pytest.mark.parametrize(
    "body",
    [
        {"ships": "https://elsewhere.test/ships"},
        {"self": "/", "docs": "/docs", "health": "/health", "login": "/login"},
        {"logo": "/logo.png", "style": "/main.css"},
        {"config.file": "/etc/harbour/config.yml"},
        {"message": "Welcome to /ships and more"},
        {"name": "Harbour", "version": "1.2"},
        {"ships": "javascript:alert(1)"},
        {"ships": "http://[bad"},
    ],
)
def test_nothing_else_leads_on(body: Any) -> None:
    assert not links_of(body, ROOT)


def test_descriptions_come_before_documentation() -> None:
    body = {
        "documentation": "/docs",
        "_links": {"service-desc": {"href": "/openapi.json"}, "ships": {"href": "/ships"}},
    }
    assert description_links(body, ROOT) == ["https://api.test/openapi.json", "https://api.test/docs"]


def test_lists_beside_each_other_are_a_dump_of_resources() -> None:
    assert resource_names({"ships": [{"id": 1}], "ports": [{"id": 2}]}) == ["ships", "ports"]
    assert not resource_names({"data": [{"id": 1}], "included": [{"id": 2}]})
    assert not resource_names({"ships": [{"id": 1}], "total": 1})


def test_endless_nesting_ends() -> None:
    body: Any = "/ships"
    for _ in range(200):
        body = {"a": body}
    assert not links_of(body, ROOT)
