"""A JSON reader that forgives what models write, and tells what it forgave. Never for the text of files.

It takes comments, trailing and missing commas between lines, single and typographic quotes, Python's and JavaScript's
words for constants, bare keys, raw line ends in strings, and an end that was cut off. Nothing is invented, and no
character of a string is dropped.
"""

import re
from typing import Any

from ..limits import MAX_JSON_DEPTH

_SPACE = re.compile(r"[\s\ufeff\u00a0\u200b]+")
_COMMENT = re.compile(r"//[^\n]*|#[^\n]*|/\*.*?\*/", re.DOTALL)
_NUMBER = re.compile(r"[-+]?(?:\d+(?:_\d+)*)(?:\.\d+)?(?:[eE][-+]?\d+)?")
_WORD = re.compile(r"[A-Za-z_$][\w$-]*")
_WORDS: dict[str, object] = {"true": True, "false": False, "null": None}
_FOREIGN: dict[str, object] = {
    "True": True, "False": False, "None": None, "TRUE": True, "FALSE": False, "NULL": None, "undefined": None, "NaN": None,
}  # fmt: skip
_CLOSERS = {'"': '"', "'": "'", "\u201c": "\u201d\u201c", "\u2018": "\u2019\u2018"}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", '"': '"', "\\": "\\", "/": "/"}
_MOST_DIGITS = 400


class JsonError(ValueError):
    """The text is no value, forgiven or not; `at` is the place (0-based)."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


class _Cut(Exception):  # noqa: N818 - an end, not an error
    """The text ended inside a value; `value` is what was complete of it."""

    def __init__(self, value: object = None, *, something: bool = False) -> None:
        self.value = value
        self.something = something


class JsonReader:
    """Reads one value from a text. `how` says what was forgiven, `complete` whether the value had its end."""

    def __init__(self, text: str, start: int = 0) -> None:
        self._text = text
        self.at = start
        self.how: list[str] = []
        self.complete = True

    def read(self) -> Any:
        """The value at the start; afterwards `at` is the place behind it.

        Raises:
            JsonError: there is none.
        """
        try:
            return self._value(0)
        except _Cut as cut:
            if not cut.something:
                raise self._fault("the text ends before any value is complete") from None
            self.complete = False
            self._tell("closed it at the last complete value: the answer was cut off")
            return cut.value

    def _value(self, depth: int) -> Any:
        if depth > MAX_JSON_DEPTH:
            raise self._fault(f"values are nested more than {MAX_JSON_DEPTH} deep")
        char = self._skip()
        if char == "{":
            return self._object(depth)
        if char == "[":
            return self._array(depth)
        if char in _CLOSERS:
            return self._string()
        if number := _NUMBER.match(self._text, self.at):
            return self._number(number)
        if word := _WORD.match(self._text, self.at):
            return self._constant(word)
        raise self._fault(f"no value can begin with {char!r}")

    def _object(self, depth: int) -> dict[str, Any]:
        self.at += 1
        found: dict[str, Any] = {}
        try:
            while (char := self._skip()) != "}":
                if char == ",":
                    self.at += 1
                    self._tell("left out an empty place between commas")
                    continue
                key = self._key()
                if self._skip() != ":":
                    raise self._fault(f"no colon follows the key {key[:40]!r}")
                self.at += 1
                try:
                    found[key] = self._value(depth + 1)
                except _Cut as cut:
                    if cut.something:
                        found[key] = cut.value
                    raise
                self._comma("}")
        except _Cut:
            raise _Cut(found, something=bool(found)) from None
        self.at += 1
        return found

    def _array(self, depth: int) -> list[Any]:
        self.at += 1
        found: list[Any] = []
        try:
            while self._skip() != "]":
                try:
                    found.append(self._value(depth + 1))
                except _Cut as cut:
                    if cut.something:
                        found.append(cut.value)
                    raise
                self._comma("]")
        except _Cut:
            raise _Cut(found, something=bool(found)) from None
        self.at += 1
        return found

    def _comma(self, closer: str) -> None:
        before = self.at
        char = self._skip()
        if char == ",":
            self.at += 1
            if self._skip() == closer:
                self._tell("left out a trailing comma")
        elif char != closer:
            if "\n" not in self._text[before : self.at]:
                raise self._fault(f"{char!r} follows a value where a comma or {closer!r} belongs")
            self._tell("put in a comma between lines")

    def _key(self) -> str:
        if self._text[self.at] in _CLOSERS:
            return self._string()
        if word := _WORD.match(self._text, self.at):
            self.at = word.end()
            if self.at == len(self._text):
                raise _Cut
            self._tell("read a key without quotes")
            return word[0]
        raise self._fault(f"{self._text[self.at]!r} cannot begin a key")

    def _string(self) -> str:
        opener = self._text[self.at]
        closers = _CLOSERS[opener]
        if opener != '"':
            self._tell("read single quotes" if opener == "'" else "read typographic quotes")
        if self._text.startswith('"""', self.at):
            raise self._fault("a triple quote is no JSON")
        self.at += 1
        out: list[str] = []
        while self.at < len(self._text):
            char = self._text[self.at]
            if char in closers:
                self.at += 1
                return "".join(out)
            if char == "\\":
                out.append(self._escape())
                continue
            if char == "\n":
                self._tell("took a raw line end in a string")
            out.append(char)
            self.at += 1
        raise _Cut

    def _escape(self) -> str:
        text, at = self._text, self.at
        if at + 1 >= len(text):
            raise _Cut
        char = text[at + 1]
        if char == "u":
            return self._unicode(at)
        self.at = at + 2
        if char in _ESCAPES:
            return _ESCAPES[char]
        if char == "'":
            self._tell("read an escaped single quote")
            return "'"
        self._tell("kept a backslash that escapes nothing")
        return "\\" + char

    def _unicode(self, at: int) -> str:
        text = self._text
        match = re.compile(r"\\u([0-9a-fA-F]{4})(?:\\u([dD][c-fC-F][0-9a-fA-F]{2}))?").match(text, at)
        if match is None:
            if at + 6 > len(text):
                raise _Cut
            raise self._fault("\\u is not followed by four hexadecimal digits")
        first = int(match[1], 16)
        if 0xD800 <= first < 0xDC00 and match[2]:
            self.at = match.end()
            return chr(0x10000 + ((first - 0xD800) << 10) + int(match[2], 16) - 0xDC00)
        self.at = at + 6
        if 0xD800 <= first < 0xE000:
            self._tell("replaced half of a surrogate pair")
            return "\ufffd"
        return chr(first)

    def _number(self, match: re.Match[str]) -> int | float:
        self.at = match.end()
        if self.at == len(self._text):
            raise _Cut  # more digits may have followed
        word = match[0].replace("_", "").removeprefix("+")
        if word != match[0]:
            self._tell("read a number in Python's spelling")
        if len(word) > _MOST_DIGITS:
            raise self._fault("a number has too many digits")
        return float(word) if re.search(r"[.eE]", word) else int(word)

    def _constant(self, match: re.Match[str]) -> object:
        word = match[0]
        if match.end() == len(self._text) and word not in _WORDS:
            raise _Cut
        self.at = match.end()
        if word in _WORDS:
            return _WORDS[word]
        if word in _FOREIGN:
            self._tell(f"read {word} as {'null' if _FOREIGN[word] is None else str(_FOREIGN[word]).lower()}")
            return _FOREIGN[word]
        self.at = match.start()
        raise self._fault(f"{word[:40]} is no value")

    def _skip(self) -> str:
        """The next character that is neither space nor comment."""
        while True:
            if space := _SPACE.match(self._text, self.at):
                self.at = space.end()
            comment = _COMMENT.match(self._text, self.at)
            if comment is None:
                break
            self.at = comment.end()
            self._tell("left out a comment")
        if self.at >= len(self._text):
            raise _Cut
        return self._text[self.at]

    def _tell(self, step: str) -> None:
        if step not in self.how:
            self.how.append(step)

    def _fault(self, message: str) -> JsonError:
        return JsonError(message, self.at)
