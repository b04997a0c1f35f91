"""The budget of requests to the API's origin, kept in the journal of its session."""

from driversmith.engine.models.session import GenerateRequest
from driversmith.engine.supervision.live.live_budget import LiveBudget
from pydantic import JsonValue


class Kept:
    """A journal of one session."""

    def __init__(self) -> None:
        self.steps: dict[str, JsonValue] = {}

    async def stored(self, name: str) -> JsonValue | None:
        return self.steps.get(name)

    async def store(self, name: str, result: JsonValue) -> None:
        self.steps[name] = result


def request(live: str) -> GenerateRequest:
    return GenerateRequest.model_validate(
        {"api_name": "Ships", "api_url": "https://ships.test", "output_dir": "/ships", "live": live}
    )


async def test_ten_requests_are_polite_and_a_resumed_session_has_what_is_left():
    kept = Kept()
    budget = await LiveBudget(request("auto"), kept).take_up()
    assert budget.left == budget.left_for("ships") == 10
    await budget.spend(7, "ships")
    assert (await LiveBudget(request("auto"), kept).take_up()).left == 3


async def test_six_an_object_and_three_hundred_in_all_are_thorough():
    budget = await LiveBudget(request("true"), Kept()).take_up()
    await budget.spend(5, "ships")
    assert (budget.left_for("ships"), budget.left_for("ports")) == (1, 6)
    await budget.spend(293)
    assert (budget.left, budget.left_for("ports")) == (2, 2)


async def test_what_was_counted_and_not_sent_is_taken_back():
    budget = await LiveBudget(request("true"), Kept()).take_up()
    await budget.spend(6, "ships")
    await budget.spend(-4, "ships")
    assert (budget.spent, budget.left_for("ships")) == (2, 4)


async def test_some_are_left_for_an_author_that_comes_after():
    kept = Kept()
    assert (await LiveBudget(request("auto"), kept, for_authors=True).take_up()).left == 7
    assert (await LiveBudget(request("auto"), kept).take_up()).left == 10
    assert (await LiveBudget(request("true"), kept, for_authors=True).take_up()).left == 300
