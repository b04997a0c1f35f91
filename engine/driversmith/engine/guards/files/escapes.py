"""Whole files that came written down one level too deep: escaped line ends, HTML entities, line numbers, indentation."""

import html
import json
import re
import textwrap

from .parsing import literal

_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.)|$)", re.DOTALL)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "'": "'", "\\": "\\", "/": "/"}
_FEWEST_LINE_ENDS = 3
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|apos|nbsp|#\d{1,5}|#x[0-9a-fA-F]{1,4});")
_NUMBERED = re.compile(r"[ \t]*(\d{1,5})(?:[ ]?[|:│→]|\t)[ ]?")


def unescape_lines(text: str) -> str | None:
    """A file whose line ends are all written as a backslash and n, read once; None where it is no such file."""
    body = text.strip()
    if quoted := _quoted(body):
        return quoted
    if "\n" in body or body.count("\\n") < _FEWEST_LINE_ENDS:
        return None
    unknown = False

    def replace(match: re.Match[str]) -> str:
        nonlocal unknown
        if match[1] or match[2]:
            return chr(int(match[1] or match[2], 16))
        if match[3] not in _SIMPLE:
            unknown = True  # `\d` would be `\\d` had the whole text been escaped
        return _SIMPLE.get(match[3] or "", "")

    found = _ESCAPE.sub(replace, body)
    return None if unknown or any("\ud800" <= c <= "\udfff" for c in found) else found


def unescape_html(text: str) -> str | None:
    """A file that was escaped for HTML as a whole; None where some of its characters show that it was not."""
    if not _ENTITY.search(text) or "<" in text or ">" in text or text.count("&") != len(_ENTITY.findall(text)):
        return None
    return html.unescape(text)


def drop_line_numbers(text: str) -> str | None:
    """A listing without its line numbers; None where the lines are not all numbered one after the other."""
    lines = text.strip("\n").split("\n")
    found = [_NUMBERED.match(line) for line in lines]
    if len(lines) < _FEWEST_LINE_ENDS or not all(found):
        return None
    numbers = [int(match[1]) for match in found if match]
    if numbers != list(range(numbers[0], numbers[0] + len(lines))):
        return None
    rest = [line[match.end() :] for line, match in zip(lines, found, strict=True) if match]
    return "\n".join(rest)


def dedent(text: str) -> str | None:
    """A file that is indented as a whole, moved to the left; None where it is not."""
    moved = textwrap.dedent(text)
    return moved if moved != text else None


def _quoted(body: str) -> str | None:
    if len(body) < 2 or body[0] != body[-1] or body[0] not in "\"'" or body.startswith(('"""', "'''")):
        return None
    if body.count("\\n") < _FEWEST_LINE_ENDS:
        return None
    if body[0] == "'":
        value = literal(body)
    else:
        try:
            value = json.loads(body, strict=False)
        except (ValueError, RecursionError):
            return None
    return value if isinstance(value, str) else None
