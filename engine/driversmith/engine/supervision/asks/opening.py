"""Which way to a model a session takes."""

from collections.abc import Callable
from dataclasses import dataclass

from ...llm.patience import PatientModel
from ...llm.port import Ask
from ..context import SessionContext
from .budgeted import BudgetedAsk
from .host import HostAsk
from .journalled import JournalledAsk


@dataclass(frozen=True)
class Asks:
    """Opens the Ask of a session; `model` gives the model that is set up, if any."""

    model: Callable[[], PatientModel | None] = lambda: None
    session_tokens: int = 2_000_000
    """What one session may use."""
    host_wait_seconds: float = 3600.0
    """How long a session waits for a file of the calling agent."""

    def open(self, session: SessionContext) -> Ask | None:
        """The session's way to a model, or to the calling agent's; None where its engine asks nobody, or nobody is set up.

        Raises:
            InvalidArgumentError: what somebody set up for a model cannot be used.
        """
        engine = session.request.engine
        if engine == "template":
            return None
        if engine == "host":
            source = HostAsk(steps=session.steps, log=session.log, patience_seconds=self.host_wait_seconds)
            return JournalledAsk(source, steps=session.steps)
        model = self.model()
        if model is None:
            return None
        return JournalledAsk(BudgetedAsk(model, session, session_tokens=self.session_tokens), steps=session.steps)
