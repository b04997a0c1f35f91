"""A stable name for a fault: the same fault on another day, machine or API gives the same one."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import cache

from ..contract.surface import METHODS
from ..models.findings import Finding
from .context import FailureContext
from .evidence import behaviour_clues
from .tables import tables
from .traces import headline, tail

_NOISE = (
    (re.compile(r"https?://[^\s'\"<>)]+", re.IGNORECASE), "<url>"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE), "<id>"),
    (re.compile(r"\b(?:req|msg|sess|ses|run)_\w{6,}\b"), "<id>"),
    (re.compile(r"\b0x[0-9a-f]+\b", re.IGNORECASE), "<id>"),
    (re.compile(r"\b(?=[0-9a-f]*\d)[0-9a-f]{12,}\b", re.IGNORECASE), "<id>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"), "<time>"),
    (re.compile(r"(?:[A-Za-z]:)?(?:[\\/][\w.@ +-]+){2,}[\\/]?"), "<path>"),
    (re.compile(r"(?<![\w>.])/[\w{}.@+-]+(?:/[\w{}.@+-]+)*"), "<path>"),
    (re.compile(r"\b[\w-]+\.(?:py|json|toml|md)\b"), "<file>"),
    (re.compile(r"\b\w+Driver\b(?!\w)"), "<Driver>"),
    (re.compile(r"\b\w+_driver\b"), "<driver>"),
    (re.compile(r"\d+"), "#"),
    (re.compile(r"\s+"), " "),
)
_OWN_EXCEPTION = re.compile(r"\b(?:[a-z_]\w*\.)+(?=[A-Z])")
_WHAT_THERE_IS = re.compile(
    r"[;,.:]? *(?:\bit|\bthere|\bthe API's [a-z]+|\bthe driver's|\bits [a-z]+)(?: (?:has|is|binds|defines|takes|begin with))?: .*$"
    r"|; the [\w ]+: .*$",
    re.DOTALL,
)
_QUOTED = re.compile(r"`[^`\n]{1,80}`|'[^'\n]{1,80}'")
_VARIABLE = re.compile(r"\b[A-Z][A-Z0-9]*_(?:[A-Z0-9]+_?)*")
_IDENTIFIER = re.compile(r"(?<![<\w])[A-Za-z_]\w*")
_COMMON_WORDS = """
    add all api array body call class client code content create data delete detail dict driver entrie error exception
    field file find get id item key list method model name object page param parameter patch path payload post put query
    read record remove request response result row search statu str string test text type update url user value version
"""
"""Parts of names (in the singular) that errors of any API are full of: they are nobody's own."""
_SEVERITIES = ("P0", "P1", "P2")
MAX_FINDINGS = 100
MAX_MESSAGE = 500
"""Characters of a message that are looked at."""


def fingerprint(failure: FailureContext) -> str:
    """32 hex digits that do not depend on paths, line numbers, ids, times, numbers, or on the names of one API.

    Where checks or a run say what is wrong, their worst fault alone counts: error messages only sum them up, and how
    many lesser faults stand beside it differs from try to try.
    """
    if findings := sorted(_findings(failure)):
        return _digest([findings[0]])
    if ran := next(behaviour_clues(failure.behaviours, tables()), None):
        return _digest([f"run:{ran.kind}"])
    message = tail(failure.message)
    log = tail("\n".join(failure.log))
    text = headline(message) or message.strip().partition("\n")[0] or headline(log)
    if not text and failure.code is None:
        text = log.strip().rpartition("\n")[2]
    return _digest([f"code:{failure.code or ''}", f"text:{normal(text[:MAX_MESSAGE], _own_words(failure.names))}"])


def normal(text: str, own_words: frozenset[str] = frozenset()) -> str:
    """A text without what changes from run to run, and without the words of one API."""
    text = _OWN_EXCEPTION.sub("", text)
    for pattern, replacement in _NOISE:
        text = pattern.sub(replacement, text)
    return _without(own_words, text).strip().lower()


def _findings(failure: FailureContext) -> Iterator[str]:
    by_severity: dict[str, list[Finding]] = {}
    for finding in failure.findings:
        by_severity.setdefault(finding.severity, []).append(finding)
    worst = next((severity for severity in _SEVERITIES if severity in by_severity), "")
    words = _own_words(failure.names)
    for finding in by_severity.get(worst, [])[:MAX_FINDINGS]:
        said = _WHAT_THERE_IS.sub("", finding.message[:MAX_MESSAGE])
        said = _QUOTED.sub(lambda found: _unless_of_the_contract(found[0]), said)
        yield f"finding:{finding.code}:{normal(_VARIABLE.sub('<variable>', said), words)}"


def _unless_of_the_contract(quoted: str) -> str:
    """What a finding quotes is a name of this driver, unless every driver has it."""
    words = _IDENTIFIER.findall(quoted)
    return quoted if words and all(word in _contract_words() for word in words) else "<name>"


def _without(own_words: frozenset[str], text: str) -> str:
    """The text without the API's words, wherever they stand as identifiers or parts of such."""
    if not own_words:
        return text

    def replaced(found: re.Match[str]) -> str:
        name = found[0]
        if name in _contract_words():
            return name
        return "<name>" if any(part in own_words for part in _parts(name)) else name

    return _IDENTIFIER.sub(replaced, text)


def _own_words(names: Iterable[str]) -> frozenset[str]:
    """The words that the names of an API are made of, but for those that any API has."""
    return frozenset(part for name in names for part in _parts(name)) - frozenset(_COMMON_WORDS.split())


def _parts(name: str) -> list[str]:
    """The words of a name, in the singular: `findPetsByStatus` -> find, pet, by, statu."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)
    return [word.lower().rstrip("s") for word in words if len(word) >= 3]


@cache
def _contract_words() -> frozenset[str]:
    arguments = {"object_name", "limit", "params", "data", "record_id", "batch_size", "self", "method", "path", "json"}
    types = {"list", "dict", "str", "int", "float", "bool", "None", "Any", "Iterator"}
    return frozenset({method.name for method in METHODS} | arguments | types)


def _digest(parts: list[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
