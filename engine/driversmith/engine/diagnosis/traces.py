"""Reading failure texts: the exception that ended it, and where in the code."""

import re
from dataclasses import dataclass

from ..network.url_keys import mask_urls

MAX_CHARACTERS = 60_000
"""Of longer texts only the end is read: that is where failures speak."""

_EXCEPTION = re.compile(
    r"^(?:E\s+)?(?P<type>(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Interrupt|Timeout|Exit|Group|Failure|Warning))"
    r"(?::[ ]?(?P<text>.*))?$",
    re.MULTILINE,
)
_FRAME = re.compile(r'^\s*File "(?P<file>[^"\n]{1,400})", line (?P<line>\d+)(?:, in (?P<function>\S+))?', re.MULTILINE)
_PYTEST_FRAME = re.compile(r"^(?P<file>[\w./\\-]{1,200}\.py):(?P<line>\d+): (?:in (?P<function>\S+)|\w+)", re.MULTILINE)
_FOREIGN = re.compile(r"site-packages|dist-packages|[/\\]lib[/\\]python3|<frozen|<string>|importlib")
_SECRET = re.compile(
    r"(?i)\b(bearer|basic|digest|negotiate)\s+[A-Za-z0-9._~+/=-]{8,}"
    r"|((?:api[_-]?key|app[_-]?key|access[_-]?key|auth[_-]?key|token|passw(?:or)?d|passphrase|pwd|secret|credentials?|signature"
    r"|session[_-]?id|cookie|authorization)[\"']?\s*[=:]\s*[\"']?(?:(?:bearer|basic|digest|token)\s+)?)[^\s\"'&,;]{6,}"
    r"|\b(?:sk|pk|rk)[-_](?:live|test|proj|ant)?[-_A-Za-z0-9]{12,}|\b(?:gh[pousr]_|glpat-|xox[abposr]-|shpat_|npm_|hf_)[A-Za-z0-9_-]{8,}"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b|\bAIza[A-Za-z0-9_-]{20,}|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]{0,8000}?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
)


@dataclass(frozen=True)
class Place:
    """A place in the code: file name without its folders, line, function."""

    file: str
    line: int
    function: str = ""

    def __str__(self) -> str:
        return f" in {self.file}, line {self.line}" + (f" ({self.function})" if self.function else "")


def tail(text: str) -> str:
    """The end of a text, with what looks like a secret taken out."""
    return _SECRET.sub(_mask, mask_urls(text[-MAX_CHARACTERS:]))


def headline(text: str) -> str:
    """The exception line that ended it: of the last traceback, or the last line that names an exception; else ""."""
    found = list(_EXCEPTION.finditer(text))
    return re.sub(r"^E\s+", "", found[-1][0]).strip() if found else ""


def place(text: str) -> Place | None:
    """The last frame of the driver's own code, else the last frame at all."""
    frames = [*_FRAME.finditer(text), *_PYTEST_FRAME.finditer(text)]
    own = [f for f in frames if not _FOREIGN.search(f["file"])]
    if not frames:
        return None
    last = (own or frames)[-1]
    name = re.split(r"[/\\]", last["file"])[-1]
    function = last["function"] or ""
    return Place(name, int(last["line"]), "" if function == "<module>" else function)


def _mask(match: re.Match[str]) -> str:
    kept = match[1] or match[2] or ""
    return f"{kept} [redacted]" if match[1] else f"{kept}[redacted]"


def short(text: str, limit: int = 200) -> str:
    """One line of at most `limit` characters."""
    line = " ".join(text[: 4 * limit].split())
    return line if len(line) <= limit else line[: limit - 3] + "..."
