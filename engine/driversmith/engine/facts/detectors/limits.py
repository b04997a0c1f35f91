"""A rate limit that is told by another status than 429."""

import re

from pydantic import JsonValue

from ...models.facts import Correction
from ..answer import Answer
from ..complaints import sentences
from .case import Case

_WORDS = re.compile(
    r"rate.?limit|too many (requests|calls)|quota|throttl|requests? (per|a) (second|minute|hour|day)|slow down|"
    r"exceeded .{0,40}(limit|quota|requests)|limit .{0,20}exceeded",
    re.IGNORECASE,
)
_STATUSES = (403, 400, 420, 503)
"""Statuses that some APIs tell a rate limit by; 429 always does, and 503 with Retry-After is tried again anyway."""


def limited_otherwise(case: Case) -> list[Correction]:
    """That a refusal is a rate limit: its headers say when to come again, or that nothing is left, or its words say so."""
    told = next((a for a in case.answers if a.status in _STATUSES and is_limit(a)), None)
    if told is None or told.status in case.profile.rate_limit_signs.statuses:
        return []
    value: dict[str, JsonValue] = {"statuses": [*case.profile.rate_limit_signs.statuses, told.status]}
    because = f"{case.operation.signature} is refused with {told.status} where too much was asked."
    return [Correction(fact="/rate_limit", value=value, because=because)]


def is_limit(answer: Answer) -> bool:
    """Whether an answer says that too much was asked."""
    if any(
        answer.headers.get(name) == "0"
        for name in ("x-ratelimit-remaining", "ratelimit-remaining", "x-rate-limit-remaining")
    ):
        return True
    words = any(_WORDS.search(text) for text in sentences(answer.body))
    return words or ("retry-after" in answer.headers and answer.status == 403)
