"""Another media type than the driver asks for."""

import re

from ...models.facts import Correction
from ...models.profile import form_of
from ..answer import Answer
from ..catalogue import address
from ..complaints import sentences
from .case import Case

MOST = 3
_TYPE = re.compile(r"\b(application/[\w.+-]*json[\w.+-]*)", re.IGNORECASE)
_JSON = "application/json"
_USUAL = ("application/vnd.api+json", "application/hal+json")
_FORMATS = re.compile(r"(format|f|output|output_?format|accept|type|alt|response_?(format|type)|mode)\Z", re.IGNORECASE)
_OTHER = re.compile(r"(text/(xml|html|csv|plain)|application/([\w.+-]*xml|x-yaml|yaml|csv|rdf))", re.IGNORECASE)


def other_media_type(case: Case) -> list[Correction]:
    """What to accept where the answer is refused (406, 415), and how to ask for JSON where something else comes."""
    for answer in case.answers:
        if answer.status in (406, 415):
            return _accepted(case, answer)
        told = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if answer.is_good and form_of(told) and form_of(told) != case.operation.response.form:
            return [_correction(case, told, f"{case.operation.signature} answers with {told}.")]
        if answer.is_good and answer.body is None and _OTHER.match(answer.headers.get("content-type", "")):
            return _asked_for(case)
    return []


def _accepted(case: Case, answer: Answer) -> list[Correction]:
    operation = case.operation
    now = operation.response.media_type or _JSON
    words = " ".join([answer.headers.get("accept", ""), *sentences(answer.body)])
    told = [name for name in _TYPE.findall(words) if name.lower() != now.lower()]
    wanted = list(dict.fromkeys((*told, *(name for name in (_JSON, *_USUAL) if name != now))))
    return [
        _correction(case, name, f"{operation.signature} does not answer with {now}, and may with {name}.")
        for name in wanted[:MOST]
    ]


def _correction(case: Case, media_type: str, because: str) -> Correction:
    fact = address("operations", case.operation.name, "media_type")
    return Correction(fact=fact, value=media_type, because=because)


def _asked_for(case: Case) -> list[Correction]:
    """A parameter that chooses the format: one of the description's, else the usual one."""
    operation = case.operation
    known = [p for p in operation.parameters if p.location == "query" and _FORMATS.match(p.name)]
    names = {p.name: next((v for v in p.enum if isinstance(v, str) and "json" in v.lower()), "json") for p in known[:2]}
    return [
        Correction(
            fact=address("operations", operation.name, "parameters", "query", name),
            value={"required": True, "default": value},
            because=f"{operation.signature} answers with no JSON unless {name} asks for it.",
        )
        for name, value in (names or {"format": "json"}).items()
    ]
