"""`sessions`, `show`, `resume`, `cancel`, `prune`."""

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
