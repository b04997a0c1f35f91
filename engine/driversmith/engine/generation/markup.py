"""Text of a description in Markdown and TOML, where it must not become markup."""

import re

_SPECIAL = re.compile(r"[\\`*_\[\]<>|~@]|:(?=//)|(?<=www)\.|&(?=#?\w+;)", re.IGNORECASE)
_BLOCK_START = re.compile(r"^(?:[#=+-]|\d+(?=[.)]))")


def markdown(text: str) -> str:
    """Text as Markdown shows it, on one line: no HTML, no links, no code, nothing that begins a block."""
    escaped = _SPECIAL.sub(lambda match: "\\" + match[0], _line(text))
    return _BLOCK_START.sub(lambda match: match[0] + "\\" if match[0].isdigit() else "\\" + match[0], escaped)


def code(text: str) -> str:
    """A name as a code span, also within a table."""
    return "`" + _line(text).replace("`", "'").replace("|", "\\|") + "`"


def toml(text: str) -> str:
    """A basic string of TOML."""
    return '"' + _line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _line(text: str) -> str:
    return "".join(c if c.isprintable() else "\ufffd" for c in " ".join(text.split()))
