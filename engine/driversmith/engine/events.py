"""The closed list of event kinds in a session's log, and what each says."""

from typing import Literal

EventKind = Literal[
    "session.created",
    "session.started",
    "session.resumed",
    "session.interrupted",
    "session.succeeded",
    "session.failed",
    "session.cancelled",
    "session.waiting",
    "attempt.started",
    "attempt.succeeded",
    "attempt.failed",
    "step.started",
    "step.progress",
    "step.finished",
    "step.reused",
    "model.asked",
    "model.answered",
    "model.waiting",
    "fact.corrected",
    "fact.refused",
    "facts.judged",
    "description.judged",
    "choice.open",
    "file.accepted",
    "file.rejected",
    "file.wanted",
    "driver.ran",
    "repair.started",
    "plan.made",
    "driver.kept",
    "operations.left_out",
    "findings.own",
    "diagnosis.made",
    "retry.waiting",
    "files.kept",
    "exception.caught",
]
"""`step.reused`: a resumed session found the step's result in the journal. `retry.waiting`: a pause before the next
attempt. `session.waiting`, `file.wanted`: the calling agent is to hand in a file. `model.waiting`: a fault on the way
to the model is waited out. `file.rejected`: one try of a file, with its findings. `driver.ran`: what a run against
the mock server showed. `plan.made`: what the next attempt does otherwise. `driver.kept`: the template driver stands.
`fact.corrected`: a fact is otherwise than described. `fact.refused`: a correction does not count, and why.
`facts.judged`: what became of a facts.json. `description.judged`: what became of a description.yaml.
`choice.open`: what was taken although only the user knows it.
`operations.left_out`: the template driver did not prove them. `findings.own`: in files of the templates, which stops
nothing. `files.kept`: the user had edited them. `exception.caught`: a fault of driversmith itself, kept from the
server."""
