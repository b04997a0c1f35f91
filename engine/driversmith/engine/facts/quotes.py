"""Quotes: whether words stand in a document that was read, and whether they say what a correction claims."""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from pydantic import JsonValue

from ..models.prose import Passage, Prose

LEAST_WORDS = 3
"""A quote of fewer stands in any text."""
MOST_SENTENCES = 20_000
_LONGEST_TOLD = 300
_MARKUP = str.maketrans("", "", "`*")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n\s*\n|\n\s*(?=[-+#>|]|\d+\.)")
_CLOSED = frozenset({"kind", "location", "style", "shape", "in", "position_in", "short_page_ends", "required"})
"""Members with a few allowed values: they follow where the quote holds the rest of the correction."""
_NAMED: Mapping[str, str] = {
    "first": r"zero|one|first page|begin|start|based",
    "kind": r"key|token|bearer|header|auth",
    "prefix": r"prefix|without|bare|token|bearer|scheme",
    "location": r"header|query|cookie|parameter",
    "style": r"pag(?:e|ing|inat)|cursor|offset|link|next|all (?:records|results|items)|at once",
    "shape": r"list|array|map|object|keyed|dictionary|single|row|column",
    "record_path": r"bare|top[- ]level|root|directly|itself|array|list|envelope|wrapped",
    "item_path": r"bare|top[- ]level|root|directly|itself|object|envelope|wrapped",
    "next_path": r"next",
    "more_path": r"more|next|last",
    "last_path": r"last|final|end",
    "pages_path": r"pages?",
    "total_path": r"total|count",
    "total_header": r"total|count",
    "next_header": r"next|link",
    "short_page_ends": r"short|fewer|last page|less than|full",
    "position_in": r"header|query|body",
    "alone": r"other (?:query )?param|alone|only param",
    "position_parameter": r"page|offset|cursor|next|pag(?:ing|inat)",
    "size_parameter": r"size|limit|per page|many",
    "max_size": r"at most|max|limit|cap|up to",
    "default_size": r"default",
    "required": r"required|must|mandatory|always|need|optional",
    "default": r"default",
    "enum": r"one of|allowed|either|values",
    "trailing_slash": r"slash",
    "base_path": r"prefix|root|base|version|below|under",
    "media_type": r"json|media type|content[- ]type|format",
    "identifier": r"identif|key|id\b|unique",
    "statuses": r"rate|limit|throttl|too many",
    "header": r"header",
    "error_path": r"error",
    "path": r"path|url|endpoint",
}
"""By member of a fact: words with which a whole sentence names it, where it cannot hold the value: false, none, []."""


@dataclass(frozen=True)
class Quoted:
    """What became of a quote."""

    pointer: str = ""
    """Where it stands; "" where it does not count."""
    problem: str = ""
    """Why it does not count, in one sentence."""


def judge_quote(quote: str, changes: Mapping[str, JsonValue], prose: Prose) -> Quoted:
    """Whether a quote stands word for word (white space and markup folded), and holds each changed value (member -> value) or
    names it in a whole sentence."""
    folded = _folded(quote)
    if len(folded.split()) < LEAST_WORDS:
        return Quoted(problem=f"The quote {_told(folded)} is too short to say anything: quote a whole sentence.")
    found = [passage for passage in prose.passages if folded in _folded(passage.text)]
    if not found:
        nearest = _nearest(folded, prose)
        hint = f"the nearest sentence is {_told(nearest)}." if nearest else "no document with prose was read."
        return Quoted(problem=f"quote not found: {hint}")
    whole = next((passage for passage in found if _is_whole(folded, passage.text)), None)
    missing = [name for name, value in changes.items() if not _says(name, value, folded, whole is not None)]
    specific = [name for name in changes if name.rpartition("/")[2] not in _CLOSED and name not in missing]
    if missing and specific and all(name.rpartition("/")[2] in _CLOSED for name in missing):
        missing = []
    if missing:
        named = ", ".join(f"{name} = {changes[name]!r}" for name in missing[:3])
        return Quoted(
            problem=f"The quote stands in the description, but does not say {named}: quote the sentence that does."
        )
    return Quoted(pointer=(whole or found[0]).pointer)


def _says(name: str, value: JsonValue, quote: str, is_whole: bool) -> bool:
    if _holds(value, quote):
        return True
    words = _NAMED.get(name.rpartition("/")[2])
    can_be_held = isinstance(value, str) and value.strip() and name.rpartition("/")[2] not in _CLOSED
    if words is None or not is_whole or can_be_held or (isinstance(value, list) and value) or _is_number(value):
        return False
    return re.search(words, quote, re.IGNORECASE) is not None


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value not in (0, 1)


def _holds(value: JsonValue, quote: str) -> bool:
    if isinstance(value, bool) or value is None:
        return False
    if isinstance(value, list):
        return bool(value) and all(_holds(item, quote) for item in value)
    if isinstance(value, dict):
        return bool(value) and all(_holds(item, quote) for item in value.values())
    text = _folded(str(value))
    return bool(text) and re.search(rf"(?<![^\W_]){re.escape(text)}(?![^\W_])", quote, re.IGNORECASE) is not None


def _folded(text: str) -> str:
    return " ".join(text.translate(_MARKUP).split())


def _is_whole(quote: str, text: str) -> bool:
    """Whether a folded quote is one or more whole sentences of a text."""
    starts, ends = set[int](), set[int]()
    at = 0
    for sentence in map(_folded, _SENTENCE_END.split(text)):
        if sentence:
            starts.add(at)
            ends |= {at + len(sentence), at + len(sentence.rstrip(".!?:;"))}
            at += len(sentence) + 1
    folded, at = _folded(text), -1
    while (at := folded.find(quote, at + 1)) >= 0:
        if at in starts and at + len(quote) in ends:
            return True
    return False


def _sentences(passages: Sequence[Passage]) -> Iterator[str]:
    count = 0
    for passage in passages:
        for sentence in map(_folded, _SENTENCE_END.split(passage.text)):
            if sentence and count < MOST_SENTENCES:
                count += 1
                yield sentence


def _nearest(quote: str, prose: Prose) -> str:
    """The sentence with the most words of the quote; of these the most alike."""
    wanted = set(re.findall(r"\w+", quote.lower()))
    best: list[tuple[float, str]] = []
    for sentence in _sentences(prose.passages):
        words = set(re.findall(r"\w+", sentence.lower()))
        best.append((len(wanted & words) / (1 + len(wanted | words)), sentence))
    likely = [sentence for _, sentence in sorted(best, key=lambda pair: -pair[0])[:20]]
    return max(likely, key=lambda s: difflib.SequenceMatcher(None, quote[:500], s[:500]).ratio(), default="")


def _told(text: str) -> str:
    return repr(text if len(text) <= _LONGEST_TOLD else text[:_LONGEST_TOLD] + "...")


def changes_of(before: JsonValue, after: JsonValue, fact: str) -> dict[str, JsonValue]:
    """What a correction changes of a fact, by member; a fact without members by the last part of its name."""
    if isinstance(after, dict):
        known = cast("dict[str, JsonValue]", before) if isinstance(before, dict) else {}
        return {name: value for name, value in after.items() if known.get(name) != value}
    return {fact.rpartition("/")[2]: after} if before != after else {}
