"""The base of all values."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen value: compared by content, safe to share between sessions."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
