"""A stable name for a fault: the same fault on another day, machine or API gives the same one."""

import hashlib
import re

from .context import FailureContext
from .traces import headline, tail

_NOISE = (
    (re.compile(r"https?://[^\s'\"<>)]+", re.IGNORECASE), "<url>"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE), "<id>"),
    (re.compile(r"\b(?:req|msg|sess|ses|run)_\w{6,}\b"), "<id>"),
    (re.compile(r"\b0x[0-9a-f]+\b", re.IGNORECASE), "<id>"),
    (re.compile(r"\b(?=[0-9a-f]*\d)[0-9a-f]{12,}\b", re.IGNORECASE), "<id>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"), "<time>"),
    (re.compile(r"(?:[A-Za-z]:)?(?:[\\/][\w.@ +-]+){2,}[\\/]?"), "<path>"),
    (re.compile(r"\b[\w-]+\.(?:py|json|toml|md)\b"), "<file>"),
    (re.compile(r"\b\w+Driver\b(?!\w)"), "<Driver>"),
    (re.compile(r"\b\w+_driver\b"), "<driver>"),
    (re.compile(r"\d+"), "#"),
    (re.compile(r"\s+"), " "),
)
_OWN_EXCEPTION = re.compile(r"\b(?:[a-z_]\w*\.)+(?=[A-Z])")


def fingerprint(failure: FailureContext) -> str:
    """32 hex digits that do not depend on paths, line numbers, ids, times or numbers."""
    parts = [f"code:{failure.code or ''}"]
    parts += sorted({f"finding:{f.code}:{normal(f.message)}" for f in failure.findings if f.severity != "P3"})
    parts += sorted({f"behaviour:{b.name}" for b in failure.behaviours if not b.passed})
    message = tail(failure.message)
    log = tail("\n".join(failure.log))
    text = headline(message) or message.strip().partition("\n")[0] or headline(log)
    if not text and len(parts) == 1:
        text = log.strip().rpartition("\n")[2]
    parts.append(f"text:{normal(text)}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def normal(text: str) -> str:
    """A text without what changes from run to run."""
    text = _OWN_EXCEPTION.sub("", text)
    for pattern, replacement in _NOISE:
        text = pattern.sub(replacement, text)
    return text.strip().lower()
