"""Parts of recorded paths that identify something."""

from typing import Any

import pytest
from driversmith.engine.facts.answer import Answer
from driversmith.engine.research.observed.identifying import templated


def template(path: str, *others: tuple[str, Any]) -> str:
    """What becomes of a path, beside other GETs and their answers."""
    requests = [(tuple(p.strip("/").split("/")), "GET", (Answer(p, 200, {}, body),)) for p, body in others]
    wanted = tuple(path.strip("/").split("/"))
    return "/" + "/".join(templated([*requests, (wanted, "GET", ())])[wanted])


@pytest.mark.parametrize(
    ("path", "made"),
    [
        ("/ships/7", "/ships/{ship_id}"),
        ("/ships/7/crew/12", "/ships/{ship_id}/crew/{crew_id}"),
        ("/orders/ORD-1234", "/orders/{order_id}"),
        ("/users/3f2b8c9d-1e4f-4a6b-9c8d-7e6f5a4b3c2d", "/users/{user_id}"),
        ("/v1/ships", "/v1/ships"),
        ("/rest/api/3/issues", "/rest/api/3/issues"),
        ("/2.0/ships", "/2.0/ships"),
        ("/oauth2/clients", "/oauth2/clients"),
    ],
)
def test_identifiers_are_told_by_their_look(path: str, made: str) -> None:
    assert template(path) == made


def test_a_word_is_one_where_the_list_above_has_it() -> None:
    listed = [{"code": "HAM", "name": "Hamburg"}, {"code": "RTM", "name": "Rotterdam"}]
    assert template("/ports/RTM", ("/ports", listed)) == "/ports/{port_code}"
    assert template("/ports/nearest", ("/ports", listed)) == "/ports/nearest"


def test_a_word_is_one_where_the_record_itself_has_it() -> None:
    assert template("/users/ada", ("/users/ada", {"login": "ada", "age": 36, "city": "London"})) == "/users/{login}"
    assert template("/v1/status", ("/v1/status", {"name": "status", "up": True})) == "/v1/status"
