"""Characters that editors and chats put in place of those that Python reads: typographic quotes, spaces, invisible ones.

What stands in string contents and comments is left as it is.
"""

import re
from dataclasses import dataclass

_DOUBLE = "\u201c\u201d\u201e\u201f\u2033"
_SINGLE = "\u2018\u2019\u201a\u201b\u2032"
_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
ODD = re.compile(f"[{_DOUBLE}{_SINGLE}{_SPACES}{_INVISIBLE}]")
_PREFIX = re.compile(r"(?<![A-Za-z0-9_])(?:[rRbBuUfF]{1,2})$")


@dataclass(frozen=True)
class Repaired:
    """A text, and how many characters of each kind were replaced in it."""

    text: str
    quotes: int = 0
    spaces: int = 0
    invisible: int = 0

    @property
    def how(self) -> list[str]:
        """What was done, in words."""
        said = [
            (self.quotes, "replaced {} typographic quotes"),
            (self.spaces, "replaced {} unusual spaces"),
            (self.invisible, "removed {} invisible characters"),
        ]
        return [text.format(count) for count, text in said if count]


def repair_characters(text: str, *, quotes: bool = True, spaces: bool = True, invisible: bool = True) -> Repaired:
    """A Python text with these kinds of characters put right in its code, whether or not it then compiles."""
    if not ODD.search(text):
        return Repaired(text)
    return _Scan(text, quotes, spaces, invisible).run()


class _Scan:
    """Goes through a text as Python's tokenizer would: code, comments, strings and what f-strings hold."""

    def __init__(self, text: str, quotes: bool, spaces: bool, invisible: bool) -> None:
        self._text = text
        self._quotes, self._spaces, self._invisible = quotes, spaces, invisible
        self._at = 0
        self._out: list[str] = []
        self._counts = [0, 0, 0]

    def run(self) -> Repaired:
        while self._at < len(self._text):
            self._code()
        return Repaired("".join(self._out), *self._counts)

    def _code(self) -> None:
        char = self._text[self._at]
        if char == "#":
            end = self._text.find("\n", self._at)
            self._copy(len(self._text) if end < 0 else end)
        elif char in "\"'" or (self._quotes and char in _DOUBLE + _SINGLE):
            self._string()
        else:
            self._plain(char)

    def _plain(self, char: str) -> None:
        self._at += 1
        if self._spaces and char in _SPACES:
            self._counts[1] += 1
            self._out.append(" ")
        elif self._invisible and char in _INVISIBLE:
            self._counts[2] += 1
        else:
            self._out.append(char)

    def _string(self) -> None:
        text, start = self._text, self._at
        ascii_quote = '"' if text[start] in '"' + _DOUBLE else "'"
        kind = ascii_quote + (_DOUBLE if ascii_quote == '"' else _SINGLE) if self._quotes else ascii_quote
        typographic = text[start] != ascii_quote
        head = "".join(self._out[-3:])
        prefix = (found[0].lower() if (found := _PREFIX.search(head)) else "") if start else ""
        width = 3 if len(text) >= start + 3 and all(c in kind for c in text[start : start + 3]) else 1
        if width == 3 and not typographic and text[start : start + 3] != ascii_quote * 3:
            # An empty string before something else, unless the mixture opens a long one.
            width = 1 if text[start + 1] == ascii_quote else 3
        end = self._end(start + width, ascii_quote, kind, width, typographic)
        if end is None:
            self._copy(min(start + width, len(text)))
            return
        self._delimiter(text[start : start + width], ascii_quote)
        self._at = start + width
        if "f" in prefix:
            self._fields(end, ascii_quote)
        else:
            self._copy(end)
        self._delimiter(text[end : end + width], ascii_quote)
        self._at = end + width

    def _end(self, begin: int, ascii_quote: str, kind: str, width: int, typographic: bool) -> int | None:
        text = self._text
        # An ASCII quote closes what it opened; a typographic one closes only where no ASCII one can.
        closers = [ascii_quote] if not typographic else [kind]
        if not typographic and self._quotes:
            closers.append(kind)
        for number, closing in enumerate(closers):
            at = begin
            while at < len(text):
                if text[at] == "\\":
                    at += 2
                    continue
                if width == 1 and text[at] == "\n":
                    break
                if text[at] in closing and all(c in closing for c in text[at : at + width]) and at + width <= len(text):
                    if number and self._several(begin, at, kind):
                        return None
                    return at
                at += 1
        return None

    def _several(self, begin: int, at: int, kind: str) -> bool:
        # `"a” and “b”`: nobody can tell which one was meant to close.
        end = self._text.find("\n", begin)
        rest = self._text[begin : end if end >= 0 else len(self._text)]
        return sum(1 for c in rest if c in kind) > 1 and at - begin < len(rest)

    def _fields(self, end: int, outer: str) -> None:
        depth = 0
        while self._at < end:
            char = self._text[self._at]
            if self._text[self._at : self._at + 2] in {"{{", "}}"} and depth == 0:
                self._copy(self._at + 2)
            elif char in "{}":
                depth = max(depth + (1 if char == "{" else -1), 0)
                self._copy(self._at + 1)
            elif depth and self._quotes and char in _DOUBLE + _SINGLE:
                # Python 3.11 wants the other kind of quote inside.
                self._counts[0] += 1
                self._out.append("'" if outer == '"' else '"')
                self._at += 1
            elif depth:
                self._plain(char)
            else:
                self._copy(self._at + 1)

    def _delimiter(self, found: str, ascii_quote: str) -> None:
        self._counts[0] += sum(1 for c in found if c != ascii_quote)
        self._out.append(ascii_quote * len(found))

    def _copy(self, end: int) -> None:
        self._out.append(self._text[self._at : end])
        self._at = end
