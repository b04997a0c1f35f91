"""An author's correction counts by its quote or by a live read; a live read that contradicts it wins."""

import json
from collections.abc import Mapping
from typing import Any

from driversmith.engine.facts.answer import Answer
from driversmith.engine.facts.catalogue import current
from driversmith.engine.models.facts import Correction
from driversmith.engine.models.profile import ApiProfile
from driversmith.engine.models.report import LiveRead
from driversmith.engine.proof.judge import Claim, Judged, judged
from driversmith.engine.proof.live_reads import Reading

from ..testing.harbour import harbour_profile

ROWS = [{"id": n} for n in range(5)]
RESULTS = {"/objects/ships/records": {"record_path": ["results"]}}
DATA = LiveRead(object_name="ships", ok=True, count=5, pages=1, records=tuple(ROWS))
FAILED = LiveRead(object_name="ships", ok=False, wrong=True, error="There is no 'data' in the answer.")


def claim(fact: str, value: Any, **values: Any) -> Claim:
    return Claim(Correction(fact=fact, value=value, because="So it is."), **values)


def members(profile: ApiProfile, fact: str) -> dict[str, Any]:
    value = current(profile, fact)
    assert isinstance(value, dict)
    return value


class World:
    """An API of one object that is read rightly only where its facts are true."""

    def __init__(self, truth: Mapping[str, Mapping[str, Any]] | None = None, *, requests: int = 100) -> None:
        self.truth = truth or {}
        self.requests = requests
        self.asked = 0

    async def read(self, profile: ApiProfile, name: str) -> Reading | None:
        if self.asked == self.requests:
            return None
        self.asked += 1
        wrong = [f for f, value in self.truth.items() if not value.items() <= members(profile, f).items()]
        records = members(profile, "/objects/ships/records")["record_path"]
        place = self.truth.get("/objects/ships/records", {"record_path": ["data"]})["record_path"]
        body = json.loads(json.dumps({place[0]: ROWS}))
        if wrong or records != place:
            live = LiveRead(object_name=name, ok=False, wrong=True, error=f"There is no {records} in the answer")
            return Reading(live, (Answer("/ships", 200, {}, body),))
        return Reading(DATA, (Answer("/ships", 200, {}, body),))


async def outcome(world: World | None, *claims: Claim, before: LiveRead = FAILED) -> tuple[dict[str, Any], Judged]:
    done = await judged(harbour_profile(), claims, {"ships": before}, world)
    return {j.claim.correction.fact: j.known_by or j.why for j in done.judgements}, done


async def test_a_correction_that_a_read_confirms_is_observed():
    found, done = await outcome(World(RESULTS), claim("/objects/ships/records", {"record_path": ["results"]}))
    assert found == {"/objects/ships/records": "observed"}
    assert done.profile.objects["ships"].record_path == ("results",)
    assert done.reads["ships"].ok


async def test_one_that_a_read_contradicts_is_taken_back_whatever_its_quote():
    quoted = claim("/objects/ships/records", {"record_path": ["results"]}, is_quoted=True)
    found, done = await outcome(World(), quoted, before=DATA)
    assert "a live read says otherwise: There is no ['results']" in found["/objects/ships/records"]
    assert "without it, 5 records are read" in found["/objects/ships/records"]
    assert done.profile == harbour_profile()


async def test_one_that_no_read_shows_needs_its_quote():
    def size(**more: Any) -> Claim:
        return claim("/objects/ships/pagination", {"max_size": 7}, **more)

    assert "as quote" in (await outcome(World(), size(), before=DATA))[0]["/objects/ships/pagination"]
    assert (await outcome(World(), size(is_quoted=True), before=DATA))[0] == {"/objects/ships/pagination": "quoted"}
    bad = await outcome(World(), size(quote_problem="quote not found: nothing."), before=DATA)
    assert "quote not found" in bad[0]["/objects/ships/pagination"]


async def test_where_nothing_can_be_asked_it_is_stated_but_never_against_what_was_observed():
    mine = ("/objects/ships/pagination", {"max_size": 7})
    assert (await outcome(None, claim(*mine)))[0] == {mine[0]: "stated"}
    assert "quote not found" in (await outcome(None, claim(*mine, quote_problem="quote not found: x.")))[0][mine[0]]
    assert "live read" in (await outcome(None, claim(*mine, overrules=True)))[0][mine[0]]
    spent, _ = await outcome(World(RESULTS, requests=0), claim("/objects/ships/records", {"record_path": ["results"]}))
    assert spent == {"/objects/ships/records": "stated"}


async def test_what_was_read_is_not_given_up_for_a_statement_when_no_more_may_be_asked():
    for fact, value in (
        ("/objects/ships/pagination", {"max_size": 7}),
        ("/trailing_slash", True),
        ("/base_path", "/v3"),
    ):
        mine = claim(fact, value)
        found, done = await outcome(World(requests=0), mine, before=DATA)
        assert "records of ships were read, and no more may be asked" in found[fact]
        assert done.profile == harbour_profile()
        quoted, _ = await outcome(World(requests=0), claim(fact, value, is_quoted=True), before=DATA)
        assert quoted[fact] == "quoted"


async def test_what_one_object_needs_is_not_stated_of_all_where_another_was_read():
    before = {"berths": DATA.model_copy(update={"object_name": "berths"}), "ships": FAILED}
    done = await judged(harbour_profile(), [claim("/base_path", "/v3")], before, World(requests=0))
    assert "records of berths were read" in done.judgements[0].why


async def test_no_other_way_to_an_api_that_answers_is_stated_when_no_more_may_be_asked():
    for fact, value in (("/trailing_slash", True), ("/base_path", "/v3"), ("/operations/list_ships/path", "/v3/ships")):
        found, _ = await outcome(World(requests=0), claim(fact, value))
        assert "the API answers for ships" in found[fact]
    unreachable = LiveRead(object_name="ships", ok=False, error="It is not found.")
    found, _ = await outcome(World(requests=0), claim("/base_path", "/v3"), before=unreachable)
    assert found["/base_path"] == "stated"


async def test_a_wrong_one_beside_a_right_one_is_told_apart():
    right = claim("/objects/ships/records", {"record_path": ["results"]})
    wrong = claim("/objects/ships/pagination", {"max_size": 3})
    found, done = await outcome(World(RESULTS), right, wrong)
    assert found["/objects/ships/records"] == "observed"
    assert "the same with it and without it" in found["/objects/ships/pagination"]
    assert done.profile.objects["ships"].pagination == harbour_profile().objects["ships"].pagination


async def test_two_that_help_only_together_are_both_kept():
    truth = {**RESULTS, "/objects/ships/pagination": {"max_size": 3}}
    claims = (
        claim("/objects/ships/records", {"record_path": ["results"]}),
        claim("/objects/ships/pagination", {"max_size": 3}),
        claim("/objects/ships/identifier", "id"),
    )
    found, _ = await outcome(World(truth), *claims[:2])
    assert set(found.values()) == {"observed"}


async def test_a_right_one_is_not_lost_to_a_wrong_one_that_spoils_both():
    right = claim("/objects/ships/pagination", {"max_size": 3})
    wrong = claim("/objects/ships/records", {"record_path": ["nowhere"]})
    found, _ = await outcome(World({"/objects/ships/pagination": {"max_size": 3}}), wrong, right)
    assert found["/objects/ships/pagination"] == "observed"
    assert "live read" in found["/objects/ships/records"]


class Split:
    """Ships are below /api, berths are not."""

    async def read(self, profile: ApiProfile, name: str) -> Reading | None:
        if profile.base_url.endswith("/api") == (name == "ships"):
            return Reading(DATA.model_copy(update={"object_name": name}))
        return Reading(LiveRead(object_name=name, ok=False, error="It is not found."))


async def test_what_would_lose_an_object_that_was_read_does_not_hold_for_all():
    before = {"berths": DATA.model_copy(update={"object_name": "berths"}), "ships": FAILED}
    alone = await judged(harbour_profile(), [claim("/base_path", "/api")], {"ships": FAILED}, Split())
    assert [j.known_by for j in alone.judgements] == ["observed"]
    beside = await judged(harbour_profile(), [claim("/base_path", "/api")], before, Split())
    assert beside.profile == harbour_profile()
    assert "a live read says otherwise: berths" in beside.judgements[0].why


async def test_objects_that_were_not_read_since_are_told():
    before = {name: DATA.model_copy(update={"object_name": name}) for name in ("ships", "berths")}
    claims = [claim("/objects/berths/pagination", {"max_size": 3}, is_quoted=True)]
    assert (await judged(harbour_profile(), claims, before, World(requests=0))).unread == {"berths"}
    assert (await judged(harbour_profile(), claims, before, World())).unread == set()


async def test_a_read_that_had_to_end_early_refutes_nothing():
    class Spent:
        """Two pages may be asked for, then one more."""

        asked = 0

        async def read(self, profile: ApiProfile, name: str) -> Reading:
            self.asked += 1
            pages = 2 if self.asked == 1 else 1
            return Reading(DATA.model_copy(update={"count": 5 * pages, "pages": pages}))

    done = await judged(harbour_profile(), [claim("/objects/ships/pagination", {"first": 0})], {"ships": DATA}, Spent())
    assert "no more may be asked" in done.judgements[0].why
    assert done.profile == harbour_profile()
