"""The closed list of event kinds in a session's log, and what each says."""

from typing import Literal, get_args

EventKind = Literal[
    "session.created",
    "session.started",
    "session.resumed",
    "session.interrupted",
    "session.succeeded",
    "session.failed",
    "session.cancelled",
    "attempt.started",
    "attempt.succeeded",
    "attempt.failed",
    "step.started",
    "step.progress",
    "step.finished",
    "step.reused",
    "diagnosis.made",
    "retry.waiting",
    "files.published",
    "files.kept",
    "exception.caught",
]
"""`step.reused`: a resumed session found the step's result in the journal. `retry.waiting`: a pause before the next
attempt. `files.kept`: the user had edited them. `exception.caught`: a fault of driversmith itself, kept from the server."""

EVENT_KINDS: tuple[EventKind, ...] = get_args(EventKind)
