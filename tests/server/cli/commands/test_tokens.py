"""`tokens`: a token is shown once, when it is made."""

import json
from pathlib import Path

from ..conftest import Command


def test_a_token_is_shown_once_and_goes_by_its_name(command: Command, here: Path) -> None:
    made = command("tokens", "add", "alice")
    entry = json.loads(made.out)["mcpServers"]["driversmith"]
    token = entry["headers"]["Authorization"].removeprefix("Bearer ")
    assert made.code == 0 and len(token) > 40 and token not in made.err
    listed = command("tokens", "list")
    assert listed.out.split() == ["alice"] and command("tokens", "list", "--json").json == ["alice"]
    assert token not in listed.out + (here.parent / "home" / "tokens.toml").read_text()
    again = command("tokens", "add", "alice")
    assert (again.code, again.out) == (2, "") and "driversmith tokens remove alice" in again.err
    assert command("tokens", "remove", "alice").code == 0
    assert command("tokens", "remove", "alice").code == 1
    assert command("tokens", "list").out == ""


def test_a_name_that_cannot_be_one_is_refused(command: Command) -> None:
    for name in ("al ice", "", "../x", "a" * 65):
        assert command("tokens", "add", name).code == 2


def test_no_token_is_for_http(command: Command) -> None:
    ran = command("serve", "--no-token")
    assert ran.code == 2 and "--http" in ran.err
