"""`sessions`, `show`, `resume`, `cancel`, `prune`."""

from pathlib import Path

import pytest

from ..conftest import ActivitiesStandIn, Command


@pytest.fixture
def session_id(command: Command, activities: ActivitiesStandIn) -> str:
    return str(command("generate", "Pets", "https://pets.example", "--json").json["session_id"])


def test_without_sessions_the_list_says_so(command: Command) -> None:
    assert command("sessions").out == "No sessions.\n"
    assert command("sessions", "--json").json == []


def test_a_session_is_listed_and_shown(command: Command, session_id: str) -> None:
    listed = command("sessions").out
    for told in (session_id, "succeeded", "Pets", "live"):
        assert told in listed
    assert command("sessions", "--status", "failed", "--json").json == []
    shown = command("show", session_id)
    assert shown.code == 0
    assert "Found a description." in shown.out
    assert "pets_driver" in shown.out
    whole = command("show", session_id, "--json").json
    assert whole["result"]["success"] is True
    assert whole["events"][0]["kind"] == "session.created"


def test_a_session_is_written_as_one_page(command: Command, session_id: str, here: Path) -> None:
    named = command("show", session_id, "--html")
    assert named.out == f"{here / f'pets_driver-{session_id}.html'}\n"
    page = Path(named.out.strip()).read_text("utf-8")
    assert page.startswith("<!doctype html>") and session_id in page and "Rex" not in page
    chosen = command("show", session_id, "--html", "story.html")
    assert chosen.code == 0 and session_id in (here / "story.html").read_text("utf-8")
    assert command("show", session_id, "--html", "-").out.startswith("<!doctype html>")


def test_a_page_that_cannot_be_written_and_arguments_that_do_not_go_together_are_refused(
    command: Command, session_id: str, here: Path
) -> None:
    ran = command("show", session_id, "--html", str(here / "none" / "x.html"))
    assert (ran.code, ran.out) == (2, "") and "cannot be written" in ran.err
    for arguments in (["x.html"], ["--html", "--json"]):
        assert command("show", session_id, *arguments).code == 2
    assert command("show", "nope", "--html").code == 2 and not list(here.glob("*.html"))


def test_an_unknown_session_is_exit_code_2_everywhere(command: Command) -> None:
    for name in ("show", "resume", "cancel"):
        ran = command(name, "nope")
        assert (ran.code, ran.out) == (2, "")
        assert "`driversmith sessions`" in ran.err


def test_resuming_or_cancelling_a_finished_session_gives_it_as_it_is(command: Command, session_id: str) -> None:
    assert command("resume", session_id, "--json").json["status"] == "succeeded"
    assert command("cancel", session_id).out == f"Session {session_id} is succeeded.\n"


def test_prune_forgets_finished_sessions_that_are_old_enough(command: Command, session_id: str) -> None:
    assert "Forgot 0" in command("prune").err
    assert len(command("sessions", "--json").json) == 1
    assert "Forgot 1 finished session " in command("prune", "--days", "0").err
    assert command("prune", "--days", "99999999999").code == 2
    assert command("sessions", "--json").json == []
