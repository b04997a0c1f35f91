"""RunState: how far one run of a session has come."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ..llm.port import Ask
from ..models.driver import DriverBundle
from ..models.profile import ApiProfile
from ..models.report import LiveProof
from ..models.session import ErrorInfo, FixApplied
from .healing.attempt_history import AttemptRecord
from .healing.decision import Decision
from .template_verifier import SoundTemplate
from .verify import VerifiedDriver

AtWork = tuple[Callable[[], AttemptRecord], float]
"""What tells an attempt as it stands, and when it began, on the monotonic clock."""


@dataclass
class RunState:
    """What a run has found out, made and decided so far; the supervisor and its attempts write it as they go."""

    ask: Ask | None = None
    """None where no model is to be asked."""
    profile: ApiProfile | None = None
    """The facts; once the template's driver is proven, of as much of the API as it is proven for."""
    draft: DriverBundle | None = None
    """The template's driver."""
    sound: SoundTemplate | None = None
    """The template's driver as far as it is proven: what the two above are, from then on."""
    proof: LiveProof | None = None
    """What live reads showed of it, and of the facts."""
    standing: VerifiedDriver | None = None
    """The template's driver where it is published already: engine `auto`, or a fallback."""
    attempts: int = 0
    diagnoses: int = 0
    contract_runs: int = 0
    fixes: list[FixApplied] = field(default_factory=list[FixApplied])
    left_out: tuple[str, ...] = ()
    """What was left out since it was read wrongly, and which facts would help, a sentence each."""
    facts_settled: bool = False
    """Whether an author was asked for corrections of facts."""
    corrected_as: str = ""
    """Names the last facts.json of which something was kept."""
    objections: int = 0
    """How many facts.json were handed in unasked and have been heard."""
    notes: list[str] = field(default_factory=list[str])
    at_work: AtWork | None = None
    """The current attempt, until it is recorded."""
    attempt: AttemptRecord | None = None
    """The last one that was recorded."""
    last: Decision | None = None
    """What led to the current attempt."""
    error: ErrorInfo | None = None
    """Why there is no driver, as far as is known."""
