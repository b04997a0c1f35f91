"""Fenced blocks in a model's answer, with what names the file that a block holds."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from ..limits import MAX_FENCES
from .prose import open_string

_FENCE = re.compile(r"^(?P<indent>[ \t]*)(?P<mark>`{3,}|~{3,})[ \t]*(?P<info>[^`\n]*)$")
_PATH = re.compile(r"[\w./-]*\w\.(?:pyi?|md|toml|json|ya?ml|txt|cfg|ini|typed)\b")
_LABEL = re.compile(
    r"^[\s#*_>`\d.)(\[\]-]*(?:(?:full|new|updated|corrected|complete|the)\s+)*(?:file(?:name| ?path)?|path)?[\s:*`]*"
    r"(?P<path>[\w./-]*\w\.(?:pyi?|md|toml|json|ya?ml|txt|cfg|ini|typed))[\s*_`:)\]]*(?:\([\w ]*\))?:?\s*$",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"^\s*(?:#|//|<!--)\s*(?:file(?:name)?|path)?:?\s*(?P<path>[\w./-]*\w\.\w{2,5})\s*(?:-->)?\s*$")
_LONGEST_MENTION = 300


@dataclass(frozen=True)
class FenceLine:
    """A line of backticks or tildes."""

    number: int
    """0-based."""
    indent: int
    mark: str
    info: str

    def may_close(self, opener: "FenceLine") -> bool:
        """Whether it can end the block that the other one begins."""
        return not self.info and self.mark[0] == opener.mark[0] and len(self.mark) >= len(opener.mark)


@dataclass(frozen=True)
class Block:
    """One fenced block; `first` and `last` are the numbers of its fence lines (0-based), `last` that of the end where
    no fence closes it."""

    text: str
    info: str
    first: int
    last: int
    closed: bool
    before: str = ""
    """The last line with text above the block."""

    @property
    def language(self) -> str:
        """The first word of the info string, in lower case, without what follows a colon."""
        word = re.split(r"[\s:{,=]", self.info.strip(), maxsplit=1)[0].lower()
        return "" if "." in word or "/" in word else word

    def is_named(self, path: str) -> bool:
        """Whether info string, preceding line or first line of the block name this file."""
        mentions = _PATH.findall(f"{self.info} {self.before[:_LONGEST_MENTION]}")
        first = _COMMENT.match(self.text.split("\n", 1)[0])
        return any(same_file(name, path) for name in [*mentions, *([first["path"]] if first else [])])

    def other_name(self, path: str) -> str:
        """The other file that the block is plainly labelled with, "" where there is none."""
        if self.is_named(path):
            return ""
        label = _LABEL.match(self.before)
        comment = _COMMENT.match(self.text.split("\n", 1)[0])
        names = [*_PATH.findall(self.info), *(m["path"] for m in (label, comment) if m)]
        return names[0] if names else ""


def same_file(name: str, path: str) -> bool:
    """Whether a path as a model writes it means a file of the project folder: one ends in the other."""
    given = PurePosixPath(name.strip().replace("\\", "/").removeprefix("./")).parts
    wanted = PurePosixPath(path).parts
    shorter = min(len(given), len(wanted))
    return shorter > 0 and given[-shorter:] == wanted[-shorter:]


def fence_lines(text: str) -> list[FenceLine]:
    """All lines that can begin or end a block."""
    found: list[FenceLine] = []
    for number, line in enumerate(text.split("\n")):
        if "```" not in line and "~~~" not in line:
            continue
        if match := _FENCE.match(line.rstrip()):
            indent = len(match["indent"].expandtabs(4))
            found.append(FenceLine(number, indent, match["mark"], match["info"].strip()))
    return found


def blocks(text: str, *, reads: Callable[[str], bool]) -> list[Block]:
    """The blocks of a text from top to bottom: each reaches to the end or farthest fence for which its content `reads`, else
    to the next that CommonMark lets close it and that stands in no triple-quoted string."""
    lines, fences = text.split("\n"), fence_lines(text)[:MAX_FENCES]
    found: list[Block] = []
    position = 0
    while position < len(fences):
        opener = fences[position]
        closers = [n for n in range(position + 1, len(fences)) if fences[n].may_close(opener)]
        chosen = next((n for n in reversed(closers) if reads(_content(lines, opener, fences[n].number))), None)
        if opener.info and reads(_content(lines, opener, len(lines))):
            found.append(_block(lines, opener, len(lines), closed=False))
            break
        if chosen is None:
            near = [n for n in closers if fences[n].indent <= opener.indent + 3]
            sound = (n for n in near if not open_string(_content(lines, opener, fences[n].number)))
            chosen = next(sound, near[0] if near else None)
        end = fences[chosen].number if chosen is not None else len(lines)
        found.append(_block(lines, opener, end, closed=chosen is not None))
        position = chosen + 1 if chosen is not None else len(fences)
    return found


def outermost(text: str) -> Block | None:
    """The one block from the first fence to the last that can close it."""
    lines, fences = text.split("\n"), fence_lines(text)
    if not fences:
        return None
    last = next((f for f in reversed(fences[1:]) if f.may_close(fences[0])), None)
    return _block(lines, fences[0], last.number, closed=True) if last else None


def outside(text: str, found: list[Block]) -> list[str]:
    """The lines of a text that stand in none of these blocks, fences left out."""
    lines = text.split("\n")
    taken = {n for block in found for n in range(block.first, block.last + 1)}
    return [line for number, line in enumerate(lines) if number not in taken]


def _block(lines: list[str], opener: FenceLine, end: int, *, closed: bool) -> Block:
    above = next((line for line in reversed(lines[: opener.number]) if line.strip()), "")
    before = "" if _FENCE.match(above.rstrip()) else above
    return Block(_content(lines, opener, end), opener.info, opener.number, end, closed, before)


def _content(lines: list[str], opener: FenceLine, end: int) -> str:
    body = lines[opener.number + 1 : end]
    if opener.indent and all(not line.strip() or line[: opener.indent].isspace() for line in body):
        body = [line[opener.indent :] for line in body]
    return "\n".join(body)
