"""What a session leaves to the user: when it comes up, and what they chose."""

import anyio
from driversmith.engine.models.choices import Choice
from driversmith.engine.models.session import SessionEvent, SupervisedResult
from mcp_types import InputRequiredResult

from .asking import Answers, Asking
from .context import EngineContext, engine_of
from .progress import ProgressTold


async def which_api(asking: Asking, api_name: str, several: dict[str, str]) -> str | InputRequiredResult | None:
    """The URL of the one of several APIs of a name that the user means; None where they do not say."""
    if (known := asking.known("api_url")) in several:
        return known
    named = "; ".join(several.values())
    message = f"The catalogue of public APIs knows {len(several)} APIs called {api_name.strip()}: {named}. Which one is meant?"
    answer = await asking.ask("api_url", message, {"api_url": list(several)})
    if isinstance(answer, InputRequiredResult):
        return answer
    asking.keep(answer)
    return answer.get("api_url")


def chosen(result: SupervisedResult, answers: Answers) -> SupervisedResult:
    """The result with what the user chose, for whoever calls again."""
    if not answers:
        return result
    given = ", ".join(f'{name}="{value}"' for name, value in answers.items())
    return result.model_copy(
        update={"notes": [f"The user chose {given}: give that, too, when you call again.", *result.notes]}
    )


class Waiting:
    """Waits for a session, up to where only the user knows how to go on."""

    def __init__(self, ctx: EngineContext, asking: Asking) -> None:
        self._ctx = ctx
        self._may_ask = asking.is_possible
        self._is_again = asking.is_again
        self.open: list[Choice] = []
        """What the user is to be asked."""

    async def wait(self, session_id: str, seconds: float) -> SupervisedResult:
        """The result, or how the session stands after `seconds`, or once there is something to ask."""
        engine, told = engine_of(self._ctx), ProgressTold(self._ctx)
        before = await self._last_event(session_id) if self._may_ask and not self._is_again else 0
        with anyio.CancelScope() as scope:

            async def happened(event: SessionEvent) -> None:
                await told(event)
                if event.kind == "choice.open" and self._may_ask and event.seq > before:
                    self._may_ask = False  # once
                    self.open = [Choice.model_validate(choice) for choice in event.data["choices"]]
                    scope.cancel()

            return await engine.wait(session_id, seconds=seconds, on_event=happened)
        return await engine.result(session_id)

    async def _last_event(self, session_id: str) -> int:
        """The last event that an earlier call may have seen: what that was asked is not asked again."""
        events = await engine_of(self._ctx).journal.events(session_id)
        asked = [event.seq for event in events if event.kind == "choice.open"]
        return asked[-1] if asked else 0
