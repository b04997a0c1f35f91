"""URLs that would do something."""

import pytest
from driversmith.engine.research.observed.actions import asks_for_action


@pytest.mark.parametrize(
    "path",
    [
        "/session/delete",
        "/{session}/delete",
        "/ships/7/delete",
        "/api/deleteAll",
        "/ship-remove",
        "/reset.php",
        "/logout",
        "/auth/sign-out",
        "/cache/purge",
        "/admin/restart",
        "/v1/RebootServer",
        "/index.php?action=delete",
        "/api?method=removeShip",
        "/%64elete",
        "/users/{id}/reset-password",
        "/logout.php",
        "/counter/hit/{key}",
        "/send_mail",
        "/chat.postMessage/delete",
        "/api.php?action=delete",
    ],
)
def test_a_path_that_speaks_of_doing_something_is_told(path: str) -> None:
    assert asks_for_action(f"https://api.test{path}")


@pytest.mark.parametrize(
    "path",
    [
        "/posts",
        "/updates",
        "/ships",
        "/work-order",
        "/api/v1/deliveries",
        "/settings",
        "/runs",
        "/query?query=up",
        "/",
        "/orders/{id}",
        "/order_list",
        "/v1/{delete}",
        "/addresses",
        "/api.php?action=list&q=delete",
    ],
)
def test_things_are_no_deeds(path: str) -> None:
    assert not asks_for_action(f"https://api.test{path}")


def test_what_somebody_typed_is_not_looked_at() -> None:
    assert not asks_for_action("https://api.test/import/v1/ships", below="/import/v1")
    assert asks_for_action("https://api.test/import/v1/ships/clear", below="/import/v1")


@pytest.mark.parametrize("path", ["/order", "/api/v1/post", "/fleet/transfer"])
def test_a_noun_at_the_end_of_what_is_listed_to_be_read_is_a_collection(path: str) -> None:
    assert asks_for_action(f"https://api.test{path}")
    assert not asks_for_action(f"https://api.test{path}", listed=True)


@pytest.mark.parametrize(
    "path",
    ["/session/delete", "/logout", "/{session}/order", "/ships/{id}/transfer", "/order/cancel", "/order?action=delete"],
)
def test_what_could_act_is_told_wherever_it_is_listed(path: str) -> None:
    assert asks_for_action(f"https://api.test{path}", listed=True)
