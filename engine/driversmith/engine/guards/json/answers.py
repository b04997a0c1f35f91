"""`recover_json`: the JSON value in a model's answer (research, diagnosis, simplify mode), and how it was come by.

No general repair library reads these answers: those that exist close, drop and guess without saying so.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, NoReturn, TypeVar, cast, overload

from pydantic import BaseModel, ValidationError

from ...models.findings import Finding
from ..limits import MAX_ANSWER_CHARACTERS, MAX_FENCES, MAX_JSON_STARTS
from .reader import JsonError, JsonReader

M = TypeVar("M", bound=BaseModel)

_FENCE = re.compile(
    r"^[ \t]*(`{3,}|~{3,})[ \t]*(?:json[c5l]?|python|py|javascript|js)?[ \t]*$", re.MULTILINE | re.IGNORECASE
)
_OPENING = re.compile(r"[{\[]")
_LOOKS_LIKE_JSON = re.compile(r"\{\s*[\"'\u201c{]|\[\s*[\"'\u201c{\[]")
_THINKING = re.compile(r"^\s*<(think|thinking|reasoning)>.*?</\1>", re.DOTALL)
_HINT = "Answer with the JSON value alone: no fence, no prose, no comments."


@dataclass(frozen=True)
class Recovered(Generic[M]):
    """A JSON value out of an answer."""

    value: Any
    """An object or a list, of plain JSON values."""
    model: M | None = None
    """The value as the model that was asked for."""
    how: tuple[str, ...] = ()
    """What was done to get at it, in words; () where the answer was the value."""
    complete: bool = True
    """False where the answer was cut off, and the value closed behind the last part that was complete."""


@overload
def recover_json(text: str, model: None = None) -> Recovered[BaseModel] | Finding: ...
@overload
def recover_json(text: str, model: type[M]) -> Recovered[M] | Finding: ...
def recover_json(text: str, model: type[Any] | None = None) -> Recovered[Any] | Finding:
    """The one JSON object or list in an answer, validated as `model` where one is given; else a P0 finding.

    Strict readings come before forgiving ones, the whole answer before a fence, a fence before prose. Where several
    values could be meant and are not the same, none is taken. A plain word, number or string is no answer. Bounded.
    """
    if len(text) > MAX_ANSWER_CHARACTERS:
        return _finding("json-too-large", f"The answer has {len(text)} characters.")
    body = _THINKING.sub("", text.lstrip("\ufeff"), count=1).strip()
    if not body:
        return _finding("json-empty", "The answer is empty.")
    problem: Finding | None = None
    for reading in _readings(body):
        candidates = _distinct(reading)
        if not candidates:
            continue
        judged = [_validated(candidate, model) for candidate in candidates]
        fitting = [found for found in judged if isinstance(found, Recovered)]
        if len(fitting) == 1 or (fitting and not any(c.complete for c in fitting[1:])):
            return fitting[0]
        if fitting:
            return _finding(
                "json-ambiguous", f"The answer holds {len(fitting)} JSON values, any of which could be meant."
            )
        problem = problem or next((found for found in judged if isinstance(found, Finding)), None)
    return problem or _finding("json-missing", f"The answer holds no JSON value: {_reason(body)}.")


@dataclass(frozen=True)
class _Candidate:
    value: Any
    how: tuple[str, ...] = ()
    complete: bool = True


def _readings(body: str) -> Iterator[list[_Candidate]]:
    yield _strict(body, ())
    fenced = list(_fenced(body))
    yield [c for part in fenced for c in _strict(part, ("took it out of a fence",))]
    yield _forgiving(body, ())
    yield [c for part in fenced for c in _forgiving(part, ("took it out of a fence",))]
    yield list(_embedded(body))


def _strict(text: str, how: tuple[str, ...]) -> list[_Candidate]:
    try:
        value: object = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return []
    return [_Candidate(value, how)] if isinstance(value, dict | list) and not _odd(cast("object", value)) else []


def _forgiving(text: str, how: tuple[str, ...]) -> list[_Candidate]:
    reader = JsonReader(text)
    try:
        value = reader.read()
    except JsonError:
        return []
    rest = text[reader.at :].strip() if reader.complete else ""
    if not isinstance(value, dict | list) or rest.strip(";`~ \n"):
        return []
    return [_Candidate(value, (*how, *reader.how), reader.complete)]


def _fenced(body: str) -> Iterator[str]:
    marks = list(islice(_FENCE.finditer(body), MAX_FENCES))
    for number in range(0, len(marks), 2):
        end = marks[number + 1].start() if number + 1 < len(marks) else len(body)
        yield body[marks[number].end() : end].strip()


def _embedded(body: str) -> Iterator[_Candidate]:
    """Values between prose, each read strictly where that goes. What lies inside a value that cannot be read is none."""
    decoder = json.JSONDecoder(parse_constant=_no_constant)
    at = 0
    for _ in range(MAX_JSON_STARTS):
        found = _OPENING.search(body, at)
        if found is None:
            return
        how: tuple[str, ...] = ("took it out of prose",)
        complete = True
        try:
            value, at = decoder.raw_decode(body, found.start())
        except (ValueError, RecursionError):
            value = None
        if value is None or _odd(value):
            reader = JsonReader(body, found.start())
            try:
                value = reader.read()
            except JsonError:
                if _LOOKS_LIKE_JSON.match(body, found.start()):
                    return
                at = found.end()
                continue
            at, how, complete = reader.at, (*how, *reader.how), reader.complete
        if _says_something(value):
            yield _Candidate(value, how, complete)


def _says_something(value: object) -> bool:
    # `[1]` and `[]` in prose are references, not answers.
    if isinstance(value, dict):
        return bool(cast("dict[str, Any]", value))
    return isinstance(value, list) and any(isinstance(item, dict | list) for item in cast("list[object]", value))


def _distinct(candidates: list[_Candidate]) -> list[_Candidate]:
    found: list[_Candidate] = []
    for candidate in candidates:
        if not any(candidate.value == other.value for other in found):
            found.append(candidate)
    return found


def _validated(candidate: _Candidate, model: type[M] | None) -> Recovered[M] | Finding:
    if model is None:
        return Recovered(candidate.value, None, candidate.how, candidate.complete)
    first: ValidationError | None = None
    for value, step in _unwrapped(candidate.value):
        try:
            valid = model.model_validate(value)
        except ValidationError as error:
            first = first or error
            continue
        return Recovered(value, valid, (*candidate.how, *step), candidate.complete)
    cut = "" if candidate.complete else "The answer was cut off. "
    return _finding("json-invalid", f"{cut}The JSON does not fit: {_errors(first)}.")


def _unwrapped(value: Any) -> Iterator[tuple[Any, tuple[str, ...]]]:
    yield value, ()
    if isinstance(value, dict) and len(cast("dict[str, Any]", value)) == 1:
        (key, inner), *_ = cast("dict[str, Any]", value).items()
        if isinstance(inner, dict):
            yield cast("Any", inner), (f"took it out of the key {key[:40]!r}",)
    elif isinstance(value, list) and len(cast("list[Any]", value)) == 1:
        yield cast("list[Any]", value)[0], ("took it out of a list of one",)


def _errors(error: ValidationError | None) -> str:
    if error is None:
        return "it is no object"
    said = [f"{'.'.join(str(p) for p in e['loc']) or 'the value'}: {e['msg']}" for e in error.errors()[:8]]
    return "; ".join(said).rstrip(".")


def _odd(value: object) -> bool:
    # Halves of surrogate pairs cannot be stored or sent: the forgiving reader replaces them.
    return any("\ud800" <= c <= "\udfff" for c in json.dumps(value, ensure_ascii=False))


def _reason(body: str) -> str:
    start = _OPENING.search(body)
    if start is None:
        return f"it begins with {body[:80]!r}"
    try:
        JsonReader(body, start.start()).read()
    except JsonError as fault:
        line = body.count("\n", 0, fault.at) + 1
        return f"line {line}: {fault}"
    return f"it begins with {body[:80]!r}"


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")


def _finding(code: str, message: str) -> Finding:
    return Finding(code=code, severity="P0", file="", message=message, hint=_HINT)
