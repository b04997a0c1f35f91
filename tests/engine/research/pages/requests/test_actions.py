"""GETs that would do something are told by their words."""

import pytest
from driversmith.engine.research.pages.requests.actions import holds_action


@pytest.mark.parametrize(
    "path",
    [
        "/{session}/delete",
        "/users/{id}/reset-password",
        "/deleteAll",
        "/logout.php",
        "/counter/hit/{key}",
        "/send_mail",
    ],
)
def test_a_verb_of_action_is_a_deed(path: str) -> None:
    assert holds_action(path)


@pytest.mark.parametrize(
    "path", ["/posts", "/updates", "/orders/{id}", "/order_list", "/settings", "/v1/{delete}", "/addresses"]
)
def test_things_are_no_deeds(path: str) -> None:
    assert not holds_action(path)


def test_what_a_query_chooses_may_be_a_deed() -> None:
    assert holds_action("/api.php", (("action", "delete"),))
    assert not holds_action("/api.php", (("action", "list"), ("q", "delete")))
