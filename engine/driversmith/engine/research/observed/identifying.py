"""Which parts of recorded paths are identifiers: by their look, and by the answers, in which records carry them."""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from ...facts.answer import Answer
from ..documents.nodes import is_list, is_object
from ..names import bare, singular, snake_case
from .shapes import collection_in

_LOOKS = re.compile(
    r"\d+\Z|[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\Z|(?=\D*\d)[0-9a-f]{8,}\Z|\d{4}-\d\d-\d\d(T.*)?\Z|.*@.*\.|"
    r"[A-Za-z]{1,8}[_:-](?=[A-Za-z]*\d)[\w-]{1,}\Z|(?=(.*\d){2})(?=.*[A-Za-z])[\w=.~:-]{16,}\Z|0x[0-9a-f]+\Z|(?=.*\d[a-z].*\d)[a-z0-9]{9,}\Z|[a-z0-9]{24,}\Z",
    re.IGNORECASE,
)
_VERSION = re.compile(r"v\d+([._-]?(\d+|alpha|beta|rc)\d*)*\Z|\d+\.\d+\Z|\d{4}-\d\d(-\d\d)?\Z", re.IGNORECASE)
_BEFORE_VERSION = re.compile(r"(rest|apis?|version)\Z", re.IGNORECASE)
_IDENTIFIERS = re.compile(
    r"_?(id|uuid|guid|slug|login|username|code|key|sku|number|handle|symbol|iso|iata|icao|name|sid|ref|reference|tag|no)\Z|.*(_id|Id|_code|_number|_key|_slug)\Z",
)
_TOLD_ALONE = re.compile(r"_?(id|uuid|guid|slug|login|username|code|handle|sku)\Z|.*(_id|Id|_code|_slug)\Z")
"""Fields that identify a record where no list shows that they do."""
_MOST_RECORDS = 500

Placed = tuple[tuple[str, ...], str, tuple[Answer, ...]]
"""Segments of a path, the method, and the answers."""


def templated(requests: Sequence[Placed]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Segments of each path -> the same with `{name}` for what identifies something."""
    fields = _fields_by_answer(requests)
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for segments, _, _ in requests:
        if segments not in found:
            found[segments] = _template(segments, fields)
    return found


def _template(segments: tuple[str, ...], fields: dict[tuple[str, ...], str]) -> tuple[str, ...]:
    made: list[str] = []
    for index, segment in enumerate(segments):
        before = made[-1] if made else ""
        field = fields.get(segments[: index + 1])
        if segment.startswith("{") and segment.endswith("}"):
            made.append(_unlike(segment[1:-1], made))
        elif field is not None or _looks_like_one(segment, before, index, segments):
            noun = next((part for part in reversed(made) if "{" not in part), "")
            word = snake_case(singular(noun)) or "value"
            own = snake_case(field or "") or "id"
            name = (
                own if own.startswith(word) or own not in ("id", "name", "code", "key", "number") else f"{word}_{own}"
            )
            made.append(_unlike(name, made))
        else:
            made.append(segment)
    return tuple(made)


def _unlike(name: str, made: list[str]) -> str:
    number = 2
    told = name
    while f"{{{told}}}" in made:
        told = f"{name}_{number}"
        number += 1
    return f"{{{told}}}"


def _looks_like_one(segment: str, before: str, index: int, segments: tuple[str, ...]) -> bool:
    text = unquote(segment)
    if _BEFORE_VERSION.match(before) and re.fullmatch(r"v?\d{1,2}(\.\d+)?", text):
        return False
    if _VERSION.match(text) and index < 3 and index + 1 < len(segments) and not re.fullmatch(r"\d+", text):
        return False
    stem = re.sub(r"\.(json|xml|csv)\Z", "", text)
    return bool(_LOOKS.match(stem))


def _fields_by_answer(requests: Sequence[Placed]) -> dict[tuple[str, ...], str]:
    """Path -> the field of a record that its last segment is the value of, as the record itself or the list above shows."""
    listed: dict[tuple[str, ...], dict[str, str]] = {}
    found: dict[tuple[str, ...], str] = {}
    for segments, method, answers in requests:
        if method != "GET" or len(segments) < 1:
            continue
        last = unquote(segments[len(segments) - 1])
        for answer in answers[:3]:
            if not answer.is_good:
                continue
            if (own := _field_with(answer.body, last)) and len(segments) > 1:
                found[segments] = own
            elif shape := collection_in(answer, last, ""):
                values = listed.setdefault(segments, {})
                for record in shape.records(answer.body)[:_MOST_RECORDS]:
                    values.update({value: field for field, value in _identifiers(record)})
    for segments, _, _ in requests:
        for length in range(2, len(segments) + 1):
            field = listed.get(segments[: length - 1], {}).get(unquote(segments[length - 1]))
            if field is not None:
                found.setdefault(segments[:length], field)
    return found


def _field_with(body: Any, value: str) -> str | None:
    """The member of a single record that has this value."""
    inner = body
    if is_object(body) and len(body) <= 3:
        objects = [member for key, member in body.items() if is_object(member) and bare(key) not in ("meta", "links")]
        inner = objects[0] if len(objects) == 1 else body
    if not is_object(inner) or any(is_list(member) and len(inner) < 4 for member in inner.values()):
        return None
    matching = [field for field, told in _identifiers(inner) if told == value and _TOLD_ALONE.match(field)]
    return min(matching, key=lambda field: (bare(field) != "id", len(field)), default=None)


def _identifiers(record: Any) -> list[tuple[str, str]]:
    if not is_object(record):
        return []
    return [
        (key, str(value))
        for key, value in list(record.items())[:60]
        if _IDENTIFIERS.match(key) and isinstance(value, str | int) and not isinstance(value, bool) and str(value)
    ]
