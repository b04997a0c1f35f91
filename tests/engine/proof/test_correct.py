"""A correction counts only where a read through a driver built from it confirms it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from driversmith.engine.facts.answer import Answer
from driversmith.engine.facts.catalogue import apply
from driversmith.engine.facts.contradictions import contradictions
from driversmith.engine.facts.detectors.case import Given
from driversmith.engine.models.facts import Correction
from driversmith.engine.models.profile import ApiProfile, PaginationProfile
from driversmith.engine.models.report import LiveRead
from driversmith.engine.proof.confirm import is_better
from driversmith.engine.proof.correct import Corrected, corrected
from driversmith.engine.proof.live_reads import Reading
from driversmith.engine.sandbox.port import Raised

from ..testing.harbour import harbour_profile

ROWS = [{"id": n} for n in range(40)]
PREFIX = Correction(fact="/base_path", value="/api", because="It is below /api.")


def reading(*bodies: Any, ok: bool = True, count: int | None = None, raised: bool = False) -> Reading:
    """A read of ships with these answers."""
    answers = tuple(Answer(f"/ships?page={n}", 200, {}, json.loads(json.dumps(b))) for n, b in enumerate(bodies))
    given = sum(len(b["data"]) for b in bodies if "data" in b) if count is None else count
    live = LiveRead(object_name="ships", ok=ok, wrong=not ok, count=given if ok else 0, pages=len(bodies))
    return Reading(live, answers, Raised(type="UnexpectedResponseError", message="circle") if raised else None)


class Api:
    """Reads again as the test says, and remembers by which facts."""

    def __init__(self, *answers: Reading | None) -> None:
        self.asked: list[ApiProfile] = []
        self.zero: Answer | None = Answer("/ships?page=0", 200, {}, {"data": [{"id": 99}]})
        """What a request for page 0 gives."""
        self.bare: Answer | None = Answer("/ships", 401)
        """What a request without credentials gives."""
        self._answers = list(answers)

    async def read(self, profile: ApiProfile, name: str) -> Reading | None:
        self.asked.append(profile)
        return self._answers.pop(0) if self._answers else None

    async def peek(self, profile: ApiProfile, name: str, answer: Answer, query: Mapping[str, str]) -> Answer | None:
        return self.zero

    async def peek_bare(self, profile: ApiProfile, name: str, answer: Answer) -> Answer | None:
        return self.bare


async def outcome(first: Reading, *later: Reading | None) -> tuple[Corrected, Sequence[ApiProfile]]:
    api = Api(*later)
    return await corrected(harbour_profile(), [first], api), api.asked


async def test_a_place_where_records_are_is_kept_and_told_with_what_was_described():
    now, _ = await outcome(reading({"results": ROWS}, ok=False), reading({"results": ROWS}, count=40))
    assert now.profile.objects["ships"].record_path == ("results",)
    (contradiction,) = contradictions(harbour_profile(), now.profile, now.corrections)
    assert contradiction.fact == "/objects/ships/records"
    assert contradiction.described == {"record_path": ["data"], "shape": "list", "item_path": ["data"]}
    assert contradiction.observed == {"record_path": ["results"], "shape": "list", "item_path": ["data"]}
    assert now.readings[0].live.ok


async def test_what_no_read_confirms_is_taken_back():
    bad = reading({"results": ROWS}, ok=False)
    now, asked = await outcome(bad, bad)
    assert asked[0].objects["ships"].record_path == ("results",)
    assert (now.profile, now.corrections) == (harbour_profile(), ())
    assert now.tried == 1


async def test_right_facts_are_never_lost_to_a_proposal_that_reads_no_more():
    good = reading({"data": ROWS[:20]}, {"data": ROWS[20:]})
    refused = reading(ok=False)
    now, _ = await outcome(good, refused, refused, refused)
    assert now.profile == harbour_profile()


async def test_without_requests_left_nothing_changes():
    now, asked = await outcome(reading({"results": ROWS}, ok=False), None)
    assert now.profile == harbour_profile()
    assert len(asked) == 1


def test_a_read_that_begins_a_page_earlier_is_better():
    one, two, zero = {"data": ROWS[10:20]}, {"data": ROWS[20:30]}, {"data": ROWS[:10]}
    assert is_better(reading(zero, one), reading(one, two))
    assert not is_better(reading(one, two), reading(zero, one))


def test_more_records_behind_the_same_first_page_are_better_and_others_are_not():
    first, second = {"data": ROWS[:20]}, {"data": ROWS[20:]}
    assert is_better(reading(first, second), reading(first))
    assert not is_better(reading(second, {"data": [{"id": 99}]}), reading(first))
    assert not is_better(reading(first), reading(first))


def test_a_read_that_goes_in_a_circle_or_gives_nothing_confirms_nothing():
    first = {"data": ROWS[:20]}
    assert not is_better(reading(first, first, raised=True), reading(first))
    assert not is_better(reading({"data": []}), reading(ok=False))
    assert is_better(reading(first), reading(first, first, raised=True, count=20))


async def test_what_holds_for_all_objects_is_held_against_those_that_were_read_before():
    gone = Reading(LiveRead(object_name="ships", ok=False), (Answer("/ships", 404),))
    berths = Reading(LiveRead(object_name="berths", ok=False), (Answer("/berths", 404),))
    found = reading({"data": ROWS})
    # A slash, the first base path, the second, pages from 0 there; then berths again.
    api = Api(gone, gone, found, found, found)
    now = await corrected(harbour_profile(), [gone, berths], api)
    assert [c.fact for c in now.corrections] == ["/base_path"]
    assert api.asked[4].base_url == now.profile.base_url != harbour_profile().base_url
    assert [reading.live.ok for reading in now.readings] == [True, True]


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("/headers/X-Version", "2"),
        ("/trailing_slash", True),
        ("/error_path", ["fault"]),
        ("/rate_limit", {"statuses": [403]}),
    ],
)
async def test_every_fact_of_all_requests_is_held_against_objects_that_were_read_before(fact: str, value: Any):
    gone = Reading(LiveRead(object_name="ships", ok=False), (Answer("/ships", 500),))
    berths = Reading(LiveRead(object_name="berths", ok=False), (Answer("/berths", 500),))
    api = Api(reading({"data": ROWS[:7]}), reading({"data": ROWS[:7]}))
    api.zero = None
    helps = Correction(fact=fact, value=value, because="It helped before.")
    now = await corrected(harbour_profile(), [gone, berths], api, remembered=[helps])
    assert now.corrections == (helps,)
    assert api.asked == [now.profile, now.profile]


@pytest.mark.parametrize(
    "zero", [None, Answer("/ships", 400), Answer("/ships", 200, {}, {"data": ROWS[:20]}), Answer("/ships", 200, {}, [])]
)
async def test_a_page_0_that_is_none_costs_one_request_and_no_driver(zero: Answer | None):
    good, api = reading({"data": ROWS[:20]}, {"data": ROWS[20:]}), Api()
    api.zero = zero
    now = await corrected(harbour_profile(), [good], api)
    assert (api.asked, now.profile) == ([], harbour_profile())


def open_to_all() -> ApiProfile:
    """The harbour as its description would be that says nothing of credentials."""
    described = harbour_profile()
    operations = {name: o.model_copy(update={"security": ()}) for name, o in described.operations.items()}
    return described.model_copy(update={"auth": (), "operations": operations})


@pytest.mark.parametrize(("status", "is_kept"), [(401, True), (403, True), (200, False), (404, False)])
async def test_a_credential_of_the_user_is_the_drivers_where_nothing_comes_without_it(status: int, is_kept: bool):
    good = reading({"data": ROWS[:7]})
    api = Api(good, good)
    api.bare = Answer("/ships", status)
    now = await corrected(open_to_all(), [good], api, given=Given(headers={"X-Ship-Pass": ""}))
    assert [(s.parameter, s.credentials[0].argument) for s in now.profile.auth] == (
        [("X-Ship-Pass", "api_key")] if is_kept else []
    )
    assert [(c.fact, c.described) for c in contradictions(open_to_all(), now.profile, now.corrections)] == (
        [("/auth/X-Ship-Pass", None)] if is_kept else []
    )


async def test_what_tells_of_more_and_is_not_followed_is_read_wrongly():
    first = reading({"data": ROWS[:7], "nextToken": "abc"})
    described = harbour_profile()
    ships = described.objects["ships"].model_copy(update={"pagination": PaginationProfile()})
    described = described.model_copy(update={"objects": {**described.objects, "ships": ships}})
    now = await corrected(described, [first], Api(first, first, first, first))
    (after,) = now.readings
    assert (after.live.ok, after.live.wrong) == (False, True)
    assert "/objects/ships/pagination is to be corrected" in after.live.error


async def test_what_was_tried_is_not_tried_twice():
    unpaid = Reading(LiveRead(object_name="ships", ok=False), (Answer("/ships", 400, {}, {"flag": ["is required"]}),))
    _, asked = await outcome(unpaid, unpaid, unpaid, unpaid)
    assert len(asked) == 1


async def test_what_would_lose_an_object_that_was_read_is_no_fact_of_all():
    gone = Reading(LiveRead(object_name="ships", ok=False), (Answer("/ships", 404),))
    prefixed = apply(harbour_profile(), PREFIX, known_by="observed")

    class Split(Api):
        """Ships are below /api, berths are not."""

        async def read(self, profile: ApiProfile, name: str) -> Reading | None:
            self.asked.append(profile)
            return (
                reading({"data": ROWS[:20]}) if (profile.base_url == prefixed.base_url) == (name == "ships") else gone
            )

    alone = await corrected(harbour_profile(), [gone], Split(), remembered=[PREFIX])
    assert PREFIX in alone.corrections
    beside = await corrected(harbour_profile(), [gone], Split(), remembered=[PREFIX], proven="berths")
    assert not any(correction.fact == "/base_path" for correction in beside.corrections)
