"""A session: one supervised run, as asked for, as it stands, and as it ended."""

from typing import Any, Literal

from pydantic import Field, JsonValue

from ..errors import ErrorCode
from .base import Value
from .choices import Choice
from .diagnosis import FixStrategy
from .driver import Author, Verification
from .facts import Contradiction
from .principal import LOCAL, Principal
from .profile import ProfileSummary, SkippedOperation

SessionStatus = Literal["queued", "running", "waiting_for_host", "interrupted", "succeeded", "failed", "cancelled"]
FINISHED: frozenset[SessionStatus] = frozenset({"succeeded", "failed", "cancelled"})
EngineName = Literal["template", "model", "host", "auto"]
LiveMode = Literal["auto", "true", "false"]


class GenerateRequest(Value):
    """The arguments of `generate_driver_supervised`, resolved (absolute paths, defaults filled in), without `wait_seconds`."""

    api_name: str
    api_url: str
    spec: str | None = None
    """http(s) URL or absolute path of a description."""
    server: str | None = None
    """One of the servers of the description: where the API lives."""
    auth: str | None = None
    """The scheme by which operations are asked that can be asked by several."""
    output_dir: str
    """Absolute."""
    engine: EngineName = "auto"
    objects: tuple[str, ...] | None = None
    stop_after: Literal["research", "none"] = "none"
    max_supervisor_attempts: int = Field(default=3, ge=1, le=10)
    max_retries: int = Field(default=3, ge=0, le=10)
    budget_usd: float | None = None
    time_limit_seconds: float = Field(default=600, gt=0, le=86_400)
    live: LiveMode = "auto"
    fresh: bool = False
    allow_local: tuple[str, ...] = ()
    """host:port pairs typed by a person on the command line, allowed for this session only."""


class PublishedFile(Value):
    """A file as it lies on disk."""

    path: str
    """POSIX path in the project folder; a file set beside an edited one ends in `.new`."""
    sha256: str
    author: Author


class FixApplied(Value):
    """What a diagnosis changed in a later attempt, and whether that helped."""

    attempt: int
    strategy: FixStrategy
    files: tuple[str, ...] = ()
    description: str = ""
    helped: bool | None = None


class ModelUsage(Value):
    """What was asked of models."""

    calls: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = 0.0
    """None where the price of a model is unknown."""


class ErrorInfo(Value):
    """Why there is no driver."""

    code: ErrorCode
    message: str
    next_action: str = ""


class HostRequest(Value):
    """A file that the calling agent's own model is to write, and everything that it needs for that."""

    path: str
    """POSIX path in the project folder: what `submit_file` takes."""
    role: str
    attempt: int
    try_number: int
    instruction: str
    """What is wanted now."""
    last_answer: str = ""
    """The file to mend, where it was changed in so many places that it is no longer what was handed in."""
    context: tuple[str, ...] = ()
    """What it is to be written from (rules, contract, facts of the API), but for what earlier requests told."""
    json_schema: dict[str, Any] | None = None
    """The answer is to be one JSON object of this schema, in place of a file."""
    told_before: bool = False
    """Earlier requests told what this one rests on: get_session with cursor="told-1" shows it again."""
    next_cursor: str | None = None
    """What did not fit into this answer: get_session gives it with this cursor."""
    step: str
    """The step of the session that waits for the file."""
    wanted_at: float
    """Seconds since 1970."""


class SupervisedResult(Value):
    """The answer of `generate_driver_supervised`, at any time of a session."""

    session_id: str
    status: SessionStatus
    success: bool = False
    driver_name: str | None = None
    output_path: str | None = None
    """Absolute path of the project folder."""
    files: list[PublishedFile] = []
    kept_files: list[str] = []
    """Files that the user edited and that were therefore left alone; the new text lies beside each as `<name>.new`."""
    merged_files: list[str] = []
    """Files that the user edited, and that hold these edits and the new text."""
    preview: dict[str, list[dict[str, JsonValue]]] = Field(default_factory=dict)
    """Object -> its first 3 records, read live."""
    verification: Verification = Verification()
    contradictions: list[Contradiction] = []
    """Facts that the API showed to be otherwise than described; the driver keeps to what was observed."""
    choices: list[Choice] = []
    """What was taken although only the user knows it, with the argument that says it and the values that it may have."""
    supervisor_attempts: int = 0
    diagnostics_run: int = 0
    fixes_applied: list[FixApplied] = []
    iterations: int = 0
    """Contract runs."""
    skipped: list[SkippedOperation] = []
    notes: list[str] = []
    """What a person should know: why not live, what was read oddly, files kept."""
    profile: ProfileSummary | None = None
    """With `stop_after="research"`."""
    model_usage: ModelUsage = ModelUsage()
    elapsed_seconds: float = 0.0
    error: ErrorInfo | None = None
    host_request: HostRequest | None = None
    """With status `waiting_for_host`: the file that `submit_file` is to bring."""
    links: dict[str, str] = {}
    """What a server shows besides, by name: URIs of resources."""


EventLevel = Literal["debug", "info", "warning", "error"]


class SessionEvent(Value):
    """One line of a session's append-only log."""

    session_id: str
    seq: int
    """1, 2, 3, ... within the session."""
    at: str
    """UTC, ISO 8601 with milliseconds and `Z`."""
    kind: str
    """`session.started`, `step.finished`, `attempt.failed`, ... (events.py)."""
    level: EventLevel = "info"
    message: str
    """One sentence for a person."""
    progress: float | None = None
    """0 to 1, never decreasing within a session."""
    data: dict[str, Any] = Field(default_factory=dict)


class SessionRecord(Value):
    """A session as the journal keeps it."""

    session_id: str
    key: str
    """sha256 over the resolved request: what re-attaching compares."""
    principal: Principal = LOCAL
    """Whose session it is."""
    request: GenerateRequest
    status: SessionStatus
    project_path: str
    """Absolute path that it writes to."""
    created_at: str
    updated_at: str
    finished_at: str | None = None
    delivered: bool = False
    """True once a finished result has reached a caller."""
    resumed: int = 0
    """How often it was taken up again after an interruption."""
    result: SupervisedResult | None = None


class SessionFileRecord(Value):
    """The text of one file that a session made."""

    path: str
    sha256: str
    author: Author
    size: int


class DiagnosisRecord(Value):
    """A diagnosis as the journal keeps it."""

    id: int
    session_id: str
    api_name: str
    attempt: int
    at: str
    fingerprint: str
    diagnosis: dict[str, Any]
    findings: tuple[str, ...] = ()
    """What the checks said of the fault, a line each, worst first."""
    latency_seconds: float = 0.0
    cost_usd: float | None = 0.0
    helped: bool | None = None
