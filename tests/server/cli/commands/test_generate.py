"""`generate`: the session that MCP clients start, seen from a terminal."""

import json
import os
import re
import signal
import sys
from pathlib import Path

import anyio
import pytest
from driversmith.engine.errors import DescriptionError, FetchError

from ..conftest import ActivitiesStandIn, Command

URL = "https://pets.example"


def test_the_driver_is_made_in_the_current_folder_and_its_records_are_shown(
    command: Command, activities: ActivitiesStandIn, here: Path
) -> None:
    ran = command("generate", "Pets", URL)
    assert ran.code == 0, ran.err
    assert (here / "pets_driver" / "pets_driver" / "client.py").is_file()
    for told in (str(here / "pets_driver"), "verified: live", "Rex [bold]", "driversmith read"):
        assert told in ran.out
    assert "% Found a description." in ran.err
    assert "100%" in ran.err or "% " in ran.err


def test_json_is_all_that_goes_to_stdout(command: Command, activities: ActivitiesStandIn, here: Path) -> None:
    ran = command("generate", "Pets", URL, "--json", "--output", "made/deep")
    assert (ran.code, ran.err) == (0, "")
    assert (ran.json["success"], ran.json["driver_name"]) == (True, "pets_driver")
    assert ran.json["output_path"] == str(here / "made" / "deep" / "pets_driver")


def test_options_reach_the_request(command: Command, activities: ActivitiesStandIn, here: Path) -> None:
    (here / "spec.json").write_text("{}")
    options = [
        "--spec",
        "spec.json",
        "--objects",
        "dogs, cats",
        "--live",
        "false",
        "--engine",
        "template",
        "--budget",
        "1.5",
    ]
    assert command("generate", "Pets", URL, *options).code == 0
    (request,) = activities.requests
    assert request.spec == str(here / "spec.json")
    assert request.objects == ("cats", "dogs")
    assert (request.live, request.engine, request.budget_usd) == ("false", "template", 1.5)


def test_the_engine_host_is_refused_before_a_session_begins(command: Command, activities: ActivitiesStandIn) -> None:
    ran = command("generate", "Pets", URL, "--engine", "host")
    assert ran.code == 2
    assert "--engine template" in ran.err
    assert activities.requests == []
    assert command("sessions", "--json").json == []
    assert command("generate", "Pets", URL).code == 0, "nothing blocks the folder"


def test_the_output_setting_counts_where_no_option_is_given(
    command: Command, activities: ActivitiesStandIn, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRIVERSMITH_OUTPUT_DIR", str(here / "elsewhere"))
    assert command("generate", "Pets", URL, "--json").json["output_path"] == str(here / "elsewhere" / "pets_driver")


def test_typed_urls_are_allowed_for_this_session(command: Command, activities: ActivitiesStandIn) -> None:
    command("generate", "Pets", "http://localhost:8000/api", "--spec", "http://127.0.0.1:9000/openapi.json")
    assert activities.requests[0].allow_local == ("127.0.0.1:9000", "localhost:8000")


def test_a_failed_session_is_exit_code_1_with_its_reason(command: Command, activities: ActivitiesStandIn) -> None:
    activities.fault = FetchError("pets.example refused the connection.", next_action="Start it.")
    ran = command("generate", "Pets", URL, "--fresh")
    assert (ran.code, ran.out) == (1, "")
    assert "[unreachable]" in ran.err
    assert "pets.example refused the connection." in ran.err
    ran = command("generate", "Pets", URL, "--json")
    assert (ran.code, ran.json["error"]["code"]) == (1, "unreachable")


def test_on_a_terminal_what_tells_of_healing_stays_in_sight_once(
    command: Command, activities: ActivitiesStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    activities.fault = DescriptionError("There is no description.", code="description_not_found")
    ran = command("generate", "Pets", URL, "--fresh")
    lines = [re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", line) for line in ran.err.splitlines()]
    lasting = [line for line in lines if line.startswith(("failed    ", "diagnosed "))]
    assert [line.partition(": ")[0] for line in lasting] == [
        "failed    Attempt 1 failed",
        "diagnosed description_missing, by rules",
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["", URL], "NAME"),
        (["Pets/../x", URL], "NAME"),
        (["Pets", "pets.example"], "URL"),
        (["Pets", URL, "--spec", "missing.json"], "missing.json"),
        (["Pets", URL, "--budget", "-1"], "--budget"),
    ],
)
def test_a_bad_argument_is_exit_code_2_and_says_what_to_change(
    command: Command, activities: ActivitiesStandIn, arguments: list[str], told: str
) -> None:
    ran = command("generate", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert "Traceback" not in ran.err
    assert activities.requests == []


def test_a_database_that_cannot_be_used_is_exit_code_1(
    command: Command, activities: ActivitiesStandIn, here: Path
) -> None:
    home = here.parent / "home"
    home.mkdir()
    (home / "driversmith.db").write_bytes(b"not a database, and long enough to be noticed as such" * 40)
    ran = command("generate", "Pets", URL)
    assert (ran.code, ran.out) == (1, "")
    assert "driversmith.db" in ran.err


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT to itself")
def test_ctrl_c_leaves_a_session_that_can_be_resumed(command: Command, activities: ActivitiesStandIn) -> None:
    async def press() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        await anyio.sleep(5)

    activities.during = press
    ran = command("generate", "Pets", URL)
    assert (ran.code, ran.out) == (130, "")
    (session,) = command("sessions", "--json").json
    assert session["status"] == "interrupted"
    assert f"driversmith resume {session['session_id']}" in ran.err

    activities.during = None
    ran = command("resume", session["session_id"], "--json")
    assert (ran.code, ran.json["status"]) == (0, "succeeded")
    assert json.loads(command("show", session["session_id"], "--json").out)["resumed"] == 1
