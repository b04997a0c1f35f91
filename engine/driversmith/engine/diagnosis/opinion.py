"""What the model answers to the question for a cause: data, checked against closed lists."""

import math
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator

from ..models.diagnosis import ErrorType, FaultKind, FixStrategy

MAX_MODIFICATION = 1500
MAX_CAUSE = 600


class Opinion(BaseModel):
    """A cause as a model sees it; what it says besides is dropped."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    error_type: ErrorType
    fault_kind: FaultKind
    root_cause: str = Field(min_length=1)
    fix_strategy: FixStrategy
    prompt_modification: str = ""
    confidence: float
    """0 to 1; what lies outside is brought in."""

    @field_validator("root_cause")
    @classmethod
    def _bounded_cause(cls, text: str) -> str:
        text = " ".join(text.split())
        if not text:
            raise ValueError("it says nothing")
        return cut(text, MAX_CAUSE)

    @field_validator("prompt_modification")
    @classmethod
    def _bounded_modification(cls, text: str) -> str:
        return cut(text.strip(), MAX_MODIFICATION)

    @field_validator("confidence")
    @classmethod
    def _clamped(cls, value: float) -> float:
        return 0.0 if math.isnan(value) else min(max(value, 0.0), 1.0)


def schema() -> dict[str, Any]:
    """The JSON schema of an Opinion, in the words that structured output knows."""
    closed = {"error_type": ErrorType, "fault_kind": FaultKind, "fix_strategy": FixStrategy}
    properties: dict[str, Any] = {}
    for name in Opinion.model_fields:
        if name in closed:
            properties[name] = {"type": "string", "enum": list(get_args(closed[name]))}
        else:
            properties[name] = {"type": "number" if name == "confidence" else "string"}
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def cut(text: str, limit: int) -> str:
    """A text of at most `limit` characters."""
    return text if len(text) <= limit else text[: limit - 3] + "..."
