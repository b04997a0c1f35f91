"""Costs come from dated prices; what is not known is never free."""

from datetime import date
from pathlib import Path

import pytest
from driversmith.engine.errors import InvalidArgumentError
from driversmith.engine.llm.port import TokenUsage
from driversmith.engine.llm.prices import load_prices
from driversmith.engine.settings import Settings

PRICES = load_prices()
MILLION = 1_000_000


def dollars(model: str, **usage: int) -> float | None:
    return PRICES.cost(model, TokenUsage(**usage))


def test_the_prices_are_dated_and_know_every_default_model() -> None:
    assert date.fromisoformat(PRICES.date) > date(2026, 11, 1)
    assert set(Settings().models.values()) <= set(PRICES.models)


@pytest.mark.parametrize(
    ("model", "read", "written", "fresh", "answered"),
    [
        ("claude-opus-5-5", 0.2, 5.0, 4.0, 20.0),
        ("claude-sonnet-5-5", 0.1, 2.5, 2.0, 10.0),
    ],
)
def test_a_million_tokens_cost_what_the_price_list_says(
    model: str, read: float, written: float, fresh: float, answered: float
) -> None:
    assert dollars(model, input_tokens=MILLION) == pytest.approx(fresh)
    assert dollars(model, output_tokens=MILLION) == pytest.approx(answered)
    assert dollars(model, cache_read_tokens=MILLION) == pytest.approx(read)
    assert dollars(model, cache_write_tokens=MILLION) == pytest.approx(written)


def test_the_small_model_is_dearer_as_a_whole_above_its_limit_whatever_the_cache_gives() -> None:
    short = dollars("claude-haiku-5-5", input_tokens=40_000, cache_read_tokens=60_000, output_tokens=1000)
    long = dollars("claude-haiku-5-5", input_tokens=40_001, cache_read_tokens=60_000, output_tokens=1000)
    assert short == pytest.approx(0.04 * 0.1 + 0.06 * 0.01 + 0.001 * 0.5)
    assert long == pytest.approx(0.040001 * 0.5 + 0.06 * 0.05 + 0.001 * 2.5)


def test_the_cache_saves_by_reading_and_costs_by_writing() -> None:
    saved = PRICES.saved("claude-sonnet-5-5", TokenUsage(cache_read_tokens=MILLION))
    assert saved == pytest.approx(1.9)
    written = PRICES.saved("claude-sonnet-5-5", TokenUsage(cache_write_tokens=MILLION))
    assert written == pytest.approx(-0.5)
    assert PRICES.saved("claude-sonnet-5-5", TokenUsage(input_tokens=MILLION)) == 0


def test_cost_and_saving_add_up_to_the_cost_without_a_cache() -> None:
    usage = TokenUsage(input_tokens=300, cache_read_tokens=5000, cache_write_tokens=700, output_tokens=90)
    plain = TokenUsage(input_tokens=6000, output_tokens=90)
    for model in PRICES.models:
        paid, saved = PRICES.cost(model, usage), PRICES.saved(model, usage)
        assert paid is not None
        assert saved is not None
        assert paid + saved == pytest.approx(PRICES.cost(model, plain))


def test_a_dated_snapshot_costs_what_its_model_costs() -> None:
    assert PRICES.price("claude-sonnet-5-5-20261007") == PRICES.price("claude-sonnet-5-5")


def test_an_unknown_model_costs_nothing_known() -> None:
    assert dollars("my-own", input_tokens=5) is None
    assert PRICES.saved("my-own", TokenUsage()) is None


def test_a_budget_in_dollars_is_refused_for_models_without_a_price() -> None:
    with pytest.raises(
        InvalidArgumentError, match=r"budget_usd cannot be kept: the price of my-own is not known"
    ) as caught:
        PRICES.check_budget(1.0, ["claude-sonnet-5-5", "my-own"])
    assert "prices.toml" in caught.value.next_action
    PRICES.check_budget(None, ["my-own"])
    PRICES.check_budget(1.0, ["claude-sonnet-5-5"])


def test_a_persons_prices_go_before_ours(tmp_path: Path) -> None:
    path = Settings(home=tmp_path).prices_file
    path.write_text(
        'date = 2026-12-01\n[models.my-own]\ninput = 0\noutput = 0\n[models."claude-sonnet-5-5"]\ninput = 3\noutput = 15\n'
    )
    prices = load_prices(path)
    assert prices.date == "2026-12-01"
    assert prices.cost("my-own", TokenUsage(input_tokens=5)) == 0
    assert prices.cost("claude-sonnet-5-5", TokenUsage(input_tokens=MILLION)) == pytest.approx(3)
    assert prices.price("claude-opus-5-5") == PRICES.price("claude-opus-5-5")


def test_no_file_of_their_own_means_our_prices(tmp_path: Path) -> None:
    assert load_prices(tmp_path / "prices.toml") == PRICES


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[models.x]\ninput = = 1", "line 2"),
        ("[models.x]\ninput = 1", "models.x.output"),
        ("[models.x]\ninput = inf\noutput = 2", "models.x.input"),
        ("[models.x]\ninput = -1\noutput = 2", "models.x.input"),
        ("[models.x]\ninput = 1\noutput = 2\ncached = 3", "models.x.cached"),
    ],
)
def test_broken_prices_are_named_with_their_place(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(text)
    with pytest.raises(InvalidArgumentError, match=r"prices\.toml") as caught:
        load_prices(path)
    assert reason in caught.value.message
