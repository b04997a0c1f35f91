"""Texts that are longer than a page, in parts that together are the text, character for character."""

from collections.abc import Iterator

from .weights import weight


def in_parts(text: str, size: int) -> list[str]:
    """The text in parts of at most `size` bytes as JSON, cut at ends of lines as far as lines are shorter; one part at least."""
    parts: list[str] = []
    part: list[str] = []
    filled = 0
    for piece in _pieces(text, size):
        heavy = _bytes(piece)
        if part and filled + heavy > size:
            parts.append("".join(part))
            part, filled = [], 0
        part.append(piece)
        filled += heavy
    return [*parts, "".join(part)]


def _pieces(text: str, size: int) -> Iterator[str]:
    """The lines of the text with their ends; those that are too long in pieces."""
    for line in text.splitlines(keepends=True):
        start = 0
        while start < len(line):
            end = min(len(line), start + size)
            while end - start > 1 and _bytes(line[start:end]) > size:
                end = start + max(1, min((end - start) // 2, size))
            yield line[start:end]
            start = end


def _bytes(text: str) -> int:
    """Of the text within JSON."""
    return weight(text) - len('""')
