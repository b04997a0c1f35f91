"""How the steps of a session are called in its journal. A name is a promise: sessions that earlier versions left waiting are
taken up again by it, and what a failed attempt left is found by it."""

CLOCK = "clock"
"""Seconds that the session was worked on."""
RESEARCH = "research"
"""The profile."""
PROSE = "research/prose"
"""The texts of the description, which quotes are looked for in."""
GENERATE = "generate"
"""What the templates wrote."""
LIVE_REQUESTS = "live/requests"
"""How many requests went to the API's origin: no step, a count."""
HOST_WANTED = "host/wanted"
"""The request that a session waits for, and what the calling agent knows."""
TEMPLATE = "template/"
"""Begins the steps that prove the templates' driver, which belong to no attempt."""
TEMPLATE_PROOF = "template/proof"
"""What live reads showed of it, and of the facts."""
TEMPLATE_CORRECTED = "template/corrected/"
"""Begins the steps that prove it anew, from corrected facts."""
TEMPLATE_FACTS_ALONE = "template/facts_alone/"
"""Begins the steps that prove it from corrected facts, with its fields as they are described."""
TEMPLATE_DIAGNOSES = "template/diagnoses"
"""How many diagnoses of it were stored."""
TEMPLATE_LEFT = "template/left/"
"""Begins the steps that prove it without the objects that are read wrongly."""
TEMPLATE_ATTEMPT = "template/attempt"
"""Which attempt was the first to prove it."""
TEMPLATE_PUBLISHED = "template/publish"
"""There as soon as the templates' driver is published."""

DOCUMENTATION = "description/pages"
"""The pages that an author writes a description from: there as soon as research found none."""
DESCRIPTION_ASKED = "description/asked"
"""In which attempt an author was asked for a description: there once that is over."""

FACTS_DIAGNOSED = "facts/diagnosed"
"""What became of the corrections of a diagnosis of objects that were still read wrongly."""
FACTS_DIAGNOSES = "facts/diagnoses"
"""How many diagnoses that made."""
FACTS_ASKED = "facts/asked"
"""In which attempt an author was asked for corrections of facts: there once that is over."""


def description_judged_step(turn: int) -> str:
    """What became of answer `turn` (1, 2, ...) to the request for description.yaml."""
    return f"description/judged/{turn}"


def facts_judged_step(turn: int) -> str:
    """What became of the corrections in answer `turn` (1, 2, ...) to the request for facts.json."""
    return f"facts/judged/{turn}"


def facts_handed_step(number: int) -> str:
    """A facts.json that was handed in unasked, the first (1), the second, ...: an objection."""
    return f"facts/handed/{number}"


def facts_objection_step(number: int) -> str:
    """What became of that."""
    return f"facts/objection/{number}"


def facts_place(name: str) -> str:
    """Begins the steps that prove the templates' driver anew from facts that an author corrected."""
    return f"{TEMPLATE}facts/{name}/"


def attempt_place(number: int) -> str:
    """Begins the steps of attempt `number` (1, 2, ...)."""
    return f"attempt/{number}/"


def turn_step(place: str, name: str, turn: int) -> str:
    """A step that comes more than once at a place; `turn` counts from 0."""
    return f"{place}{name}/{turn + 1}" if turn else f"{place}{name}"


def decision_step(number: int) -> str:
    """What follows from attempt `number`."""
    return f"attempt/{number}/decision"


def report_step(number: int, name: str) -> str:
    """The last report, `validate` or `contract`, of attempt `number`: no step of its work, which a resumed session goes
    through again as it was."""
    return f"attempt/{number}/left/{name}"


def tried_step(attempt: int, path: str, try_number: int) -> str:
    """One try of a file, and what became of it."""
    return f"attempt/{attempt}/tried/{path}/{try_number}"


def request_step(attempt: int, role: str, path: str | None, try_number: int, digest: str) -> str:
    """A request to a model, and its answer; `digest` is of all that is asked."""
    return f"attempt/{attempt}/{role}/{path or '-'}/{try_number}#{digest}"


def context_step(digest: str) -> str:
    """What is the same in many requests."""
    return f"context/{digest}"
