"""All that a request of the calling agent rests on, also what earlier requests told: for an agent that lost it."""

from typing import Any

from pydantic import BaseModel

from ...journal.port import StepResults
from ...llm.request import Reference, Turn
from ...models.session import HostRequest
from .host_request import in_order, spelled_schema


async def whole_context(journal: StepResults, session_id: str, wanted: HostRequest) -> list[str]:
    """The texts in the order in which they are told first: rules, contract, plumbing, facts; then schema and files."""
    stored = await journal.step_result(session_id, wanted.step)
    if not isinstance(stored, dict) or "request" not in stored:
        return []
    asked = _Asked.model_validate(stored["request"])
    context = _Context.model_validate(await journal.step_result(session_id, f"context/{asked.context}"))
    return [
        *in_order(context.system, context.prefix),
        *([spelled_schema(asked.json_schema)] if asked.json_schema else []),
        *(reference.shown for reference in asked.references),
        *(f"`{wanted.path}` as it stands:\n{turn.text}" for turn in asked.turns),
    ]


class _Asked(BaseModel):
    """What it takes of a journalled request (JournalledAsk)."""

    context: str
    json_schema: dict[str, Any] | None
    references: tuple[Reference, ...]
    turns: tuple[Turn, ...]


class _Context(BaseModel):
    system: tuple[str, ...]
    prefix: tuple[str, ...]
