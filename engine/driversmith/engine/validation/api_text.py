"""What an API says itself: its names, and the prose of its description."""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import cast

from ..models.profile import ApiProfile

_PROSE = frozenset({"api_name", "title", "version", "description", "summary", "detail", "warnings"})
"""Members of a profile that hold sentences; all others hold names and values."""
_WORD = re.compile(r"\w+")
_NO_LETTER = re.compile(r"[\W\d_]*")
_COLON = re.compile(r"\s*(?:\([^()]*\))?\s*:")


class ApiText:
    """All words of a profile. A driver repeats them, so they are no evidence of what its author left undone or gave away."""

    def __init__(self, profile: ApiProfile | None) -> None:
        """Without a profile nothing is the API's."""
        found = list(_strings(profile.model_dump(exclude_defaults=True))) if profile else []
        self._names = {text for key, text in found if key not in _PROSE}
        self._prose = {" ".join(text.split()) for key, text in found if key in _PROSE}
        self._everything = "\n".join(self._names | self._prose).casefold()

    def says(self, text: str) -> bool:
        """Whether this stands somewhere in the API's names or prose, in whatever case, also as a part of a word."""
        return " ".join(text.split()).casefold() in self._everything

    def owns(self, text: str, start: int, end: int) -> bool:
        """Whether what was found between two places of a text is a word of the API, or stands in prose quoted from it.

        A sign such as `TODO: ...` is an author's, whatever the API is about, unless the API itself says just that.
        """
        before, found, after = _line(text, start, end)
        if self.says(found) and len(_words(found)) == 1 and not self._is_sign(before, found, after):
            return True
        return self.quotes(text, start, end)

    def quotes(self, text: str, start: int, end: int) -> bool:
        """Whether what stands between two places of a text agrees, with the words around it, with what the API says."""
        before, found, after = map(_words, _line(text, start, end))
        if len(before) > 1 and self._has(*before[-2:], *found):
            return True
        if len(after) > 1 and self._has(*found, *after[:2]):
            return True
        if self._has(*found, *after[:1], ends=True) and len(found) + len(after) > 1:
            return True
        return bool(before or not after) and self._has(*found, begins=True, ends=True)

    def _is_sign(self, before: str, found: str, after: str) -> bool:
        """Whether a word stands as authors write it who leave something for later."""
        if before.count("`") % 2:
            return False
        colon = _COLON.match(after) is not None
        if found.isupper():
            return colon or _NO_LETTER.fullmatch(before) is not None
        return not before.strip() and (colon or not _WORD.search(after)) and found not in self._names

    def _has(self, *words: str, begins: bool = False, ends: bool = False) -> bool:
        return "\n" * begins + f" {' '.join(words)} " + "\n" * ends in self._sequences

    @cached_property
    def _sequences(self) -> str:
        """The words of each text, on a line of its own."""
        return "\n" + "".join(f" {' '.join(_words(text))} \n" for text in self._prose)


def _line(text: str, start: int, end: int) -> tuple[str, str, str]:
    """What stands before, between and after two places, on the same line."""
    return text[:start].rpartition("\n")[2], text[start:end], text[end:].partition("\n")[0]


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _strings(value: object) -> Iterator[tuple[str, str]]:
    """All texts in a value with the key that they stand under; a key too, under itself."""
    waiting = [("", value)]
    while waiting:
        key, node = waiting.pop()
        if isinstance(node, str):
            yield key, node
        elif isinstance(node, dict):
            for name, held in cast("dict[str, object]", node).items():
                waiting += [("", name), (name, held)]
        elif isinstance(node, list | tuple):
            waiting += [(key, held) for held in cast("list[object]", node)]
