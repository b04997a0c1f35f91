"""What requests cost: dated prices that come with driversmith, and those that a person sets in their place."""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from ..errors import InvalidArgumentError
from ..models.base import Value
from .port import TokenUsage

_PER_TOKEN = 1e-6
_SNAPSHOT = re.compile(r"-\d{8}$")


class TokenPrice(Value):
    """Dollars per million tokens."""

    input: float = Field(ge=0, allow_inf_nan=False)
    output: float = Field(ge=0, allow_inf_nan=False)


class LongPromptPrice(TokenPrice):
    """The price of a whole request whose prompt is longer than `above` tokens."""

    above: int = Field(ge=1)


class ModelPrice(TokenPrice):
    """The price of one model."""

    cache_write: float = Field(default=1.25, ge=0, allow_inf_nan=False)
    """Times the input price, for the five-minute cache."""
    cache_read: float = Field(default=0.1, ge=0, allow_inf_nan=False)
    """Times the input price."""
    long_prompt: LongPromptPrice | None = None

    def cost(self, usage: TokenUsage) -> float:
        """Dollars."""
        price = self._price(usage)
        prompt = (
            usage.input_tokens + usage.cache_write_tokens * self.cache_write + usage.cache_read_tokens * self.cache_read
        )
        return (prompt * price.input + usage.output_tokens * price.output) * _PER_TOKEN

    def saved(self, usage: TokenUsage) -> float:
        """Dollars less than without a cache."""
        read = usage.cache_read_tokens * (1 - self.cache_read)
        written = usage.cache_write_tokens * (self.cache_write - 1)
        return (read - written) * self._price(usage).input * _PER_TOKEN

    def _price(self, usage: TokenUsage) -> TokenPrice:
        if self.long_prompt and usage.prompt_tokens > self.long_prompt.above:
            return self.long_prompt
        return self


class PriceTable(Value):
    """Prices by model id."""

    date: str
    """The day on which they were looked up, ISO 8601."""
    models: dict[str, ModelPrice]

    def cost(self, model: str, usage: TokenUsage) -> float | None:
        """Dollars, or None where the model's price is not known."""
        price = self.price(model)
        return price.cost(usage) if price else None

    def saved(self, model: str, usage: TokenUsage) -> float | None:
        """Dollars that the prompt cache saved, or None where the model's price is not known."""
        price = self.price(model)
        return price.saved(usage) if price else None

    def price(self, model: str) -> ModelPrice | None:
        """The price of a model; a dated snapshot (`...-20261007`) costs what its model costs."""
        return self.models.get(model) or self.models.get(_SNAPSHOT.sub("", model))

    def check_budget(self, budget_usd: float | None, models: Iterable[str]) -> None:
        """Refuse a budget in dollars that could not be kept.

        Raises:
            InvalidArgumentError: there is a budget, and one of the models has no known price.
        """
        unknown = sorted({model for model in models if self.price(model) is None})
        if budget_usd is not None and unknown:
            raise InvalidArgumentError(
                f"budget_usd cannot be kept: the price of {', '.join(unknown)} is not known (prices of {self.date}).",
                next_action="Add the price to prices.toml in DRIVERSMITH_HOME, choose another model, or leave out "
                "budget_usd.",
            )


def load_prices(override: Path | None = None) -> PriceTable:
    """The prices that come with driversmith; those in the file `override`, where it exists, go before them.

    Raises:
        InvalidArgumentError: the file cannot be read, or is not a price table.
    """
    table = _shipped()
    if override is None or not override.exists():
        return table
    try:
        theirs = PriceTable.model_validate({"date": table.date, **_parsed(override.read_text("utf-8"))})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as exc:
        raise InvalidArgumentError(
            f"The prices in {override} cannot be used: {_reason(exc)}",
            next_action="Correct the file, or remove it to use the prices that come with driversmith.",
        ) from exc
    return PriceTable(date=theirs.date, models={**table.models, **theirs.models})


@cache
def _shipped() -> PriceTable:
    text = files(__spec__.parent).joinpath("data", "prices.toml").read_text("utf-8")
    return PriceTable.model_validate(_parsed(text))


def _parsed(text: str) -> dict[str, Any]:
    """TOML, whose own dates become text."""
    table = tomllib.loads(text)
    return {**table, **({"date": str(table["date"])} if "date" in table else {})}


def _reason(exc: Exception) -> str:
    if isinstance(exc, ValidationError):
        return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in exc.errors()[:3])
    return str(exc)
