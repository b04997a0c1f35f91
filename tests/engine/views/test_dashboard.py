"""What all faces of the dashboard show."""

from pathlib import Path
from typing import get_args

import pytest
from driversmith.engine.errors import SessionNotFoundError
from driversmith.engine.events import EventKind
from driversmith.engine.journal.own import OwnJournal
from driversmith.engine.journal.sqlite.opening import open_journal
from driversmith.engine.models.principal import LOCAL, Principal
from driversmith.engine.views import session_story as stories
from driversmith.engine.views.dashboard import dashboard, kind_of, one_session

from ...stand_ins.eventful import Clock, eventful

BOB = Principal.of_token("bob")


async def test_of_nothing_it_claims_nothing(tmp_path: Path) -> None:
    async with open_journal(tmp_path / "db") as journal:
        found = await dashboard(OwnJournal(journal, LOCAL))
    assert found.metrics["first_try_success_rate"] is None
    assert not (found.sessions or found.drivers or found.corrected or found.metrics["by_day"])


async def test_it_tells_how_it_went_before_and_after_healing(tmp_path: Path) -> None:
    clock = Clock()
    async with open_journal(tmp_path / "db", now=clock) as journal:
        first, healed, failed = await eventful(journal, clock)
        found = await dashboard(OwnJournal(journal, LOCAL))
    assert (found.metrics["first_try_success_rate"], found.metrics["after_healing_success_rate"]) == (1 / 3, 2 / 3)
    days = [(day["first_try"], day["healed"], day["failed"]) for day in found.metrics["by_day"]]
    assert days == [(1, 0, 0), (0, 1, 0), (0, 0, 1)]
    assert found.metrics["by_day"][0]["saved"] == 0.01
    told = {"prompt_adjustment": {"helped": 1, "did_not_help": 1, "unknown": 0}}
    assert found.metrics["diagnoses"]["helped_by_strategy"] == told
    assert [line.session_id for line in found.sessions] == [failed, healed, first]
    assert found.sessions[1].strategies == ["prompt_adjustment"] and found.sessions[0].error == "contract_failed"
    assert found.corrected_by_kind == {"records": 2}


async def test_a_driver_is_shown_once_as_it_was_proven_last(tmp_path: Path) -> None:
    clock = Clock()
    async with open_journal(tmp_path / "db", now=clock) as journal:
        sessions = await eventful(journal, clock, days=6)
        found = await dashboard(OwnJournal(journal, LOCAL))
        fewer = await dashboard(OwnJournal(journal, LOCAL), newest=2)
    assert [(driver.driver, driver.session_id) for driver in found.drivers] == [
        ("ships_driver", sessions[4]),
        ("ferries_driver", sessions[3]),
    ]
    assert found.drivers[0].objects["ships"].level == "live" and found.drivers[0].skipped == 1
    assert (len(fewer.sessions), fewer.more_sessions, found.more_sessions) == (2, True, False)


async def test_a_story_tells_each_try_diagnosis_and_correction_in_order(tmp_path: Path) -> None:
    clock = Clock()
    async with open_journal(tmp_path / "db", now=clock) as journal:
        _, healed, _ = await eventful(journal, clock)
        story = (await dashboard(OwnJournal(journal, LOCAL), session_id=healed)).session
        alone = await one_session(OwnJournal(journal, LOCAL), healed)
    assert story is not None and alone.session == story
    assert [moment.part for moment in story.moments] == [
        "session", "attempt", "try", "run", "attempt", "diagnosis", "plan", "fact", "session",
    ]  # fmt: skip
    assert [moment.seconds for moment in story.moments] == sorted(moment.seconds for moment in story.moments)
    diagnosis = story.moments[5].details
    assert diagnosis["root_cause"] == "It reads one page." and diagnosis["helped"] is True
    assert diagnosis["prompt_modification"] == "Follow next."
    assert story.moments[7].details["observed"] == {"record_path": ["ships"], "shape": "list"}
    assert [(one.attempt, one.outcome, one.strategy) for one in story.attempts] == [
        (1, "failed", None),
        (2, "succeeded", "prompt_adjustment"),
    ]


async def test_of_a_very_long_session_the_middle_is_left_out_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stories, "MOST_MOMENTS", 4)
    async with open_journal(tmp_path / "db") as journal:
        _, healed, _ = await eventful(journal)
        story = (await one_session(OwnJournal(journal, LOCAL), healed)).session
    assert story.moments_left_out == 5
    kinds = [moment.kind for moment in story.moments]
    assert kinds == ["session.started", "attempt.started", "fact.corrected", "session.succeeded"]


async def test_nobody_sees_what_is_anothers(tmp_path: Path) -> None:
    async with open_journal(tmp_path / "db") as journal:
        sessions = await eventful(journal)
        bobs = OwnJournal(journal, BOB)
        found = await dashboard(bobs)
        nobodys = await dashboard(OwnJournal(journal, Principal.of_token("nobody")))
        for session in (*sessions, "nope"):
            with pytest.raises(SessionNotFoundError):
                await dashboard(bobs, session_id=session)
    unsaid = {"made_at"}
    assert found.model_dump(exclude=unsaid) == nobodys.model_dump(exclude=unsaid)
    assert found.metrics["sessions"]["total"] == 0 and not found.drivers and not found.corrected


async def test_every_kind_of_event_that_a_story_tells_is_one_of_the_log() -> None:
    assert set(stories.PARTS) <= set(get_args(EventKind))


@pytest.mark.parametrize(
    ("fact", "kind"),
    [
        ("/objects/ships/records", "records"),
        ("/operations/list/parameters/query/page", "parameters"),
        ("/auth/main", "auth"),
        ("/base_path", "base_path"),
        ("", ""),
    ],
)
def test_facts_are_counted_by_what_they_are_about(fact: str, kind: str) -> None:
    assert kind_of(fact) == kind
