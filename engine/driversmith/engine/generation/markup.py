"""Text of a description in Markdown and TOML, where it must not become markup."""

import re

_SPECIAL = re.compile(r"([\\`*_\[\]{}<>#|~&!$:+=-])")


def markdown(text: str) -> str:
    """Text as Markdown shows it, on one line: no HTML, no links, no code, nothing that begins a block."""
    escaped = _SPECIAL.sub(r"\\\1", _line(text))
    escaped = re.sub(r"\b(www)\.", r"\1\\.", escaped, flags=re.IGNORECASE)
    return re.sub(r"^(\d+)([.)])", r"\1\\\2", escaped).replace("@", "\\@")


def code(text: str) -> str:
    """A name as a code span, also within a table."""
    return "`" + _line(text).replace("`", "'").replace("|", "\\|") + "`"


def toml(text: str) -> str:
    """A basic string of TOML."""
    return '"' + _line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _line(text: str) -> str:
    return "".join(c if c.isprintable() else "\ufffd" for c in " ".join(text.split()))
