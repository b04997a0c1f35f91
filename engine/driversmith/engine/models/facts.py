"""Corrections of facts, and where a description and the API differ."""

from typing import Literal

from pydantic import Field, JsonValue

from .base import Value

KnownBy = Literal["described", "quoted", "observed", "guessed", "stated"]
"""By what a fact is known: a document says so; prose says so, word for word; the API showed it; a rule's default; an author
says so, unproven."""


class Correction(Value):
    """A changed fact, and its reason."""

    fact: str = Field(max_length=500)
    """Its address in the catalogue (facts.catalogue): `/objects/ships/records`, ..."""
    value: JsonValue
    """The value of a fact, or those members of it that change."""
    because: str = Field(max_length=1_000)
    """One sentence."""
    quote: str = Field(default="", max_length=2_000)
    """Words of a document that say so."""


class Contradiction(Value):
    """A fact that the API showed to be otherwise than described."""

    fact: str
    described: JsonValue
    observed: JsonValue
    because: str
