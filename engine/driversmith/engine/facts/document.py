"""facts.json, as an author hands it in: corrections, what is open, and values for reading."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from pydantic import JsonValue, ValidationError

from ..models.facts import Correction
from .catalogue import RefusedError, address, check
from .refused import shown
from .units.auth import AuthFact
from .units.operations import ParameterFact
from .units.pagination import PaginationFact
from .units.records import RecordsFact
from .units.unit import members, no_member, some_of
from .units.whole import RateLimitFact

MAX_CORRECTIONS = 200
MAX_OPEN = 100
MAX_PROBES = 100
MAX_VALUE = 2_000
"""Characters of a question, or of a value for reading."""
FORM = (
    '{"corrections": [{"fact": "/objects/ships/records", "value": {"record_path": ["results"]}, "because": "<a sentence>",'
    ' "quote": "<words of a document>"}], "open": [{"fact": ..., "question": ...}], "probe": {"<argument>": <value>}}'
)
_SAID = ("because", "quote")


@dataclass(frozen=True)
class Refusal:
    """What of a document was not taken, and what may be given instead."""

    fact: str
    """The address of the fact; "" where it is about the document."""
    message: str


@dataclass(frozen=True)
class Question:
    """What an author does not know of a fact."""

    fact: str
    question: str


@dataclass(frozen=True)
class FactsDocument:
    """The content of facts.json, and what of it is refused whatever the profile."""

    corrections: tuple[Correction, ...] = ()
    """In order; those of one fact are one, and none contradicts another."""
    refusals: tuple[Refusal, ...] = ()
    open: tuple[Question, ...] = ()
    probe: dict[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    """Argument -> value for reading; never a default."""


def parse_corrections(document: object) -> FactsDocument:
    """What a facts.json says: decoded JSON, facts by address (`{"fact": "/objects/ships/records", "value": {...}}`) or by
    name (`{"object": "ships", "record_path": [...]}`, `{"operation": ..., "path": ...}`, `{"auth": ..., "prefix": ...}`).

    Whether a name is one of the API's, and whether members go together, is checked when a correction is applied.
    """
    if not isinstance(document, dict):
        return FactsDocument(refusals=(Refusal("", f"A JSON object is wanted: {FORM}."),))
    content = cast("dict[str, Any]", document)
    refusals = [
        Refusal("", f"There is no member {shown(name)}; members are corrections, open and probe.")
        for name in list(content.keys() - {"corrections", "open", "probe"})[:5]
    ]
    given = content.get("corrections", [])
    if not isinstance(given, list):
        refusals.append(Refusal("", f"corrections: an array is wanted: {FORM}."))
        given = []
    entries = cast("list[Any]", given)
    if len(entries) > MAX_CORRECTIONS:
        told = (
            f"There are {len(entries)} corrections; at most {MAX_CORRECTIONS} are taken: give those that matter most."
        )
        return FactsDocument(refusals=(*refusals, Refusal("", told)))
    found: list[Correction] = []
    for number, entry in enumerate(entries):
        try:
            found += _corrections(entry)
        except RefusedError as error:
            refusals.append(Refusal(_fact_of(entry), f"corrections[{number}]: {error}"))
    united, contradictions = _united(found)
    questions, unasked = _questions(content.get("open", []))
    probe, unprobed = _probe(content.get("probe", {}))
    return FactsDocument(united, (*refusals, *contradictions, *unasked, *unprobed), questions, probe)


def _fact_of(entry: object) -> str:
    fact = cast("dict[str, Any]", entry).get("fact") if isinstance(entry, dict) else None
    return fact[:500] if isinstance(fact, str) else ""


def _corrections(entry: object) -> Iterator[Correction]:
    if not isinstance(entry, dict):
        raise RefusedError(f"An object is wanted, not {shown(entry)}: {FORM}.")
    content = cast("dict[str, Any]", entry)
    said = {name: content[name] for name in _SAID if content.get(name) is not None}
    because = said.get("because")
    if not isinstance(because, str) or not because.strip():
        raise RefusedError('because: one sentence is wanted that says why, such as "The answer shows it.".')
    rest = {name: value for name, value in content.items() if name not in _SAID}
    by_address = "fact" in rest
    if by_address and rest.keys() != {"fact", "value"}:
        more = sorted(rest.keys() - {"fact", "value"})
        raise RefusedError(
            f"fact and value go together, with because and quote; not {shown(more) if more else 'fact alone'}."
        )
    for fact, value in [(rest["fact"], rest["value"])] if by_address else list(_named(rest)):
        if not isinstance(fact, str):
            raise RefusedError(f'fact: an address such as "/objects/ships/records" is wanted, not {shown(fact)}.')
        check(fact)
        try:
            yield Correction.model_validate({"fact": fact, "value": value, **said})
        except ValidationError as error:
            first = error.errors()[0]
            raise RefusedError(f"{first['loc'][0]}: {first['msg']}.") from None


_OF_OBJECTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(members(RecordsFact), ("records",)),
    **dict.fromkeys(members(PaginationFact), ("pagination",)),
}
"""Member -> unit, below an object."""
_WHOLE = ("base_path", "trailing_slash", "error_path")
_NAMED = '{"object": ...}, {"operation": ...}, {"auth": ...}, {"header": ...}, {"rate_limit": {...}}, ' + ", ".join(
    f'{{"{name}": ...}}' for name in _WHOLE
)


def _named(entry: dict[str, Any]) -> Iterator[tuple[str, JsonValue]]:
    """Addresses and values of the named form."""
    by_kind: dict[str, Callable[[str, dict[str, Any]], Iterator[tuple[str, JsonValue]]]] = {
        "object": _of_object,
        "operation": _of_operation,
        "auth": _of_auth,
        "header": _of_header,
    }
    for kind, facts in by_kind.items():
        if kind in entry:
            name = entry[kind]
            if not isinstance(name, str) or not name:
                raise RefusedError(f"{kind}: a name is wanted, not {shown(name)}.")
            rest = {member: value for member, value in entry.items() if member != kind}
            if not rest:
                raise RefusedError(f"Of {kind} {shown(name)} nothing is said: give the members that change.")
            yield from facts(name, rest)
            return
    for member, value in entry.items():
        if member in _WHOLE:
            yield address(member), value
        elif member == "rate_limit":
            yield address(member), some_of(members(RateLimitFact), value)
        else:
            raise no_member(member, (_NAMED,))
    if not entry:
        raise RefusedError(f'"fact" and "value" are wanted, or one of {_NAMED}.')


def _of_object(name: str, rest: dict[str, Any]) -> Iterator[tuple[str, JsonValue]]:
    grouped: dict[str, dict[str, JsonValue]] = {}
    for member, value in rest.items():
        if member in ("operation", "identifier"):
            yield address("objects", name, member), value
        elif member in ("records", "pagination"):
            grouped.setdefault(member, {}).update(some_of(_OF_OBJECTS, value))
        elif member in _OF_OBJECTS:
            grouped.setdefault(_OF_OBJECTS[member][0], {})[member] = value
        else:
            raise no_member(member, ("operation", "identifier", "records", "pagination", *_OF_OBJECTS))
    for unit, value in grouped.items():
        yield address("objects", name, unit), value


def _of_operation(name: str, rest: dict[str, Any]) -> Iterator[tuple[str, JsonValue]]:
    if "parameter" in rest:
        place, parameter = rest.get("place", "query"), rest["parameter"]
        if not isinstance(place, str) or not isinstance(parameter, str):
            raise RefusedError("parameter: a name is wanted, and place: one of query, header, path, cookie.")
        value = {member: v for member, v in rest.items() if member not in ("parameter", "place")}
        yield address("operations", name, "parameters", place, parameter), some_of(members(ParameterFact), value)
        return
    for member, value in rest.items():
        if member not in ("path", "media_type"):
            raise no_member(member, ("path", "media_type", "parameter (with place, required, enum, default)"))
        yield address("operations", name, member), value


def _of_auth(name: str, rest: dict[str, Any]) -> Iterator[tuple[str, JsonValue]]:
    yield address("auth", name), some_of(members(AuthFact), rest)


def _of_header(name: str, rest: dict[str, Any]) -> Iterator[tuple[str, JsonValue]]:
    if rest.keys() != {"value"}:
        raise RefusedError("header goes with value: the text that is sent, or null.")
    yield address("headers", name), rest["value"]


def _united(found: list[Correction]) -> tuple[tuple[Correction, ...], list[Refusal]]:
    """Corrections of one fact as one, where they say different things of it; those that contradict each other are refused."""
    by_fact: dict[str, Correction] = {}
    torn: dict[str, Refusal] = {}
    for correction in found:
        fact = correction.fact
        known = by_fact.get(fact)
        if known is None:
            by_fact[fact] = correction
        elif (difference := _difference(known.value, correction.value)) is not None:
            torn[fact] = Refusal(
                fact, f"The corrections of this fact contradict each other{difference}: give one, with its reason."
            )
        elif known.value != correction.value:
            both = {**cast("dict[str, JsonValue]", known.value), **cast("dict[str, JsonValue]", correction.value)}
            reasons = " ".join(dict.fromkeys((known.because, correction.because)))[:1_000]
            quote = known.quote if known.quote or not correction.quote else correction.quote
            by_fact[fact] = Correction(fact=fact, value=both, because=reasons, quote=quote)
    return tuple(c for fact, c in by_fact.items() if fact not in torn), list(torn.values())


def _difference(one: JsonValue, other: JsonValue) -> str | None:
    """In words, how two values of a fact contradict each other; None where they do not."""
    if isinstance(one, dict) and isinstance(other, dict):
        apart = [name for name in one if name in other and not _same(one[name], other[name])]
        if not apart:
            return None
        name = apart[0]
        return f": {name} is {shown(one[name])} and {shown(other[name])}"
    return None if _same(one, other) else f": it is {shown(one)} and {shown(other)}"


def _same(one: JsonValue, other: JsonValue) -> bool:
    return type(one) is type(other) and one == other


def _questions(given: object) -> tuple[tuple[Question, ...], list[Refusal]]:
    wanted = 'open: an array of {"fact": <address>, "question": <a sentence>} is wanted'
    if not isinstance(given, list) or len(cast("list[Any]", given)) > MAX_OPEN:
        return (), [Refusal("", f"{wanted}, of at most {MAX_OPEN}.")]
    found: list[Question] = []
    refusals: list[Refusal] = []
    for number, entry in enumerate(cast("list[Any]", given)):
        pair = cast("dict[str, Any]", entry) if isinstance(entry, dict) else {}
        fact, question = pair.get("fact"), pair.get("question")
        if not isinstance(fact, str) or not isinstance(question, str) or pair.keys() != {"fact", "question"}:
            refusals.append(Refusal("", f"open[{number}]: {wanted}."))
            continue
        try:
            check(fact)
        except RefusedError as error:
            refusals.append(Refusal(fact[:500], f"open[{number}]: {error}"))
            continue
        found.append(Question(fact, question[:MAX_VALUE]))
    return tuple(found), refusals


def _probe(given: object) -> tuple[dict[str, JsonValue], list[Refusal]]:
    wanted = "probe: an object of argument -> text, number, boolean, or array of these, is wanted"
    if not isinstance(given, dict) or len(cast("dict[str, Any]", given)) > MAX_PROBES:
        return {}, [Refusal("", f"{wanted}, of at most {MAX_PROBES}.")]
    found: dict[str, JsonValue] = {}
    refusals: list[Refusal] = []
    for name, value in cast("dict[str, Any]", given).items():
        items = cast("list[Any]", value) if isinstance(value, list) else [value]
        if all(isinstance(item, str | int | float | bool) for item in items) and len(json.dumps(value)) <= MAX_VALUE:
            found[name] = value
        else:
            refusals.append(Refusal("", f"{wanted}, not {shown(name)}: {shown(value)}."))
    return found, refusals
