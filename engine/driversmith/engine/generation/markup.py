"""Text of a description in Markdown and TOML, where it must not become markup."""

import re

_SPECIAL = re.compile(r"[\\`*_\[\]<>|~@]|:(?=//)|(?<=www)\.|&(?=#?\w+;)", re.IGNORECASE)
_BLOCK_START = re.compile(r"^(?:[#=+-]|\d+(?=[.)]))")


def markdown(text: str) -> str:
    """Text as Markdown shows it, on one line: no HTML, no links, no code, nothing that begins a block."""
    escaped = _SPECIAL.sub(lambda match: "\\" + match[0], one_line(text))
    return _BLOCK_START.sub(lambda match: match[0] + "\\" if match[0].isdigit() else "\\" + match[0], escaped)


def code(text: str) -> str:
    """A name as a code span, also within a table."""
    return "`" + one_line(text).replace("`", "'").replace("|", "\\|") + "`"


def toml(text: str) -> str:
    """A basic string of TOML."""
    return '"' + one_line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def one_line(text: str) -> str:
    """The text on one line, with nothing in it that does not print."""
    return "".join(c if c.isprintable() else "\ufffd" for c in " ".join(text.split()))
