"""Tells prose from code, line by line, and takes prose off the ends of a file."""

import ast
import builtins
import re

from .parsing import Parser, is_module

_FENCE = re.compile(r"\s*(?:`{3,}|~{3,})")
_CODE = re.compile(
    r"\s*(?:from\s+[\w.]+\s+import\s|import\s+[\w.]+(?:\s+as\s+\w+|\s*,\s*[\w.]+)*\s*(?:#.*)?$"
    r"|(?:async\s+)?def\s+\w+\s*\(|class\s+\w+\s*(?:\([^)]*\))?\s*:|@\w[\w.]*(?:\(.*)?$"
    r"|[\w.]+(?:\[[^\]]*\])?(?:\s*:\s*[\w.\[\], |]+)?\s*[-+*/|]?=(?!=)|(?:self|cls)\.\w)"
)
_KEYWORD = re.compile(
    r"(?:return|raise|yield|if|elif|else|for|while|with|try|except|finally|pass|break|continue|def|class|import|from"
    r"|async|await|assert|del|global|nonlocal|lambda|not|match|case|print)\b"
)
_BULLET = re.compile(r"\s*(?:[-*+•]|\d{1,2}[.)]|>|#{2,6})\s+")
_RULE = re.compile(r"\s*(?:-{3,}|\*{3,}|_{3,}|={3,}|\*\*[^*\n]+\*\*:?)\s*$")
_HEADING = re.compile(r"#{2,6} \w[^=()]*$")
_INLINE_CODE = re.compile(r"`[^`\n]*`|\*\*[^*\n]*\*\*|https?://\S+|\[[^\]\n]*\]\([^)\n]*\)")
_WORD = re.compile(r"[^\W\d_]+(?:[-'\u2019][^\W\d_]+)*")
_EXCLAMATION = re.compile(r"[A-Z][\w'\u2019 ]*[.!:]$")
_MOST_ENDS = 24
_LONGEST_LINE = 1_000


def is_code(line: str) -> bool:
    """Whether a line is Python that nobody writes in prose: an import, a definition, an assignment."""
    return _CODE.match(line[:_LONGEST_LINE]) is not None


def is_prose(line: str) -> bool:
    """Whether a line is surely said to a person. A line that could be either is not."""
    stripped = line.strip()
    if not stripped:
        return True
    if len(line) > _LONGEST_LINE:
        return False
    if _FENCE.match(line) or _RULE.match(line) or _EXCLAMATION.match(line) or _HEADING.match(line):
        return True
    bullet = _BULLET.match(line)
    if (line[0] in " \t" and not bullet) or is_code(line) or _KEYWORD.match(line):
        return False
    bare = _INLINE_CODE.sub(" code ", stripped[len(bullet[0].strip()) :] if bullet else stripped)
    if re.search(r"[={}\[\]\\;|<>@_]|\w\(|^[\"'#]", bare) or bare.endswith((",", "(")):
        return False
    words = _WORD.findall(bare)
    letters = sum(len(word) for word in words)
    return len(words) >= 2 and letters >= 0.6 * len(bare.replace(" ", ""))


def trim_prose(text: str, parser: Parser, path: str) -> tuple[str, list[str]] | None:
    """The Python file between lines of prose, and what was left out; None where no such reading compiles."""
    lines = text.split("\n")
    start = 0
    while start < len(lines) and is_prose(lines[start]):
        start += 1
    ends = [end for end in range(len(lines), start, -1) if end == len(lines) or is_prose(lines[end])]
    tail = next((n for n in range(len(lines) - 1, start - 1, -1) if not is_prose(lines[n])), start) + 1
    for end in [e for e in ends if e >= tail][:_MOST_ENDS]:
        body = _without_headings(lines[start:end])
        if is_module(parser.tree(body), path):
            kept, words = drop_words(body, parser)
            return kept, _told(lines[:start], lines[end:], words)
    return None


def drop_leading(text: str) -> tuple[str, list[str]]:
    """A text without the prose before its first line of code."""
    lines = text.split("\n")
    start = next((n for n, line in enumerate(lines) if not is_prose(line)), 0)
    return "\n".join(lines[start:]), _told(lines[:start], [], False)


def drop_trailing(text: str) -> tuple[str, list[str]]:
    """A text without the prose after its last line of code, unless a long string stands open there."""
    lines = text.split("\n")
    end = next((n for n in range(len(lines) - 1, -1, -1) if not is_prose(lines[n])), len(lines) - 1) + 1
    body = "\n".join(lines[:end])
    if open_string(body) or not any(line.strip() for line in lines[end:]):
        return text, []
    return body, _told([], lines[end:], False)


def open_string(text: str) -> bool:
    """Whether a text that need not parse ends inside a triple-quoted string, as far as counting shows."""
    return text.count('"""') % 2 == 1 or text.count("'''") % 2 == 1


def drop_words(text: str, parser: Parser) -> tuple[str, bool]:
    """A Python file without a lone word such as `Done` before or after it, which compiles but is no code."""
    tree = parser.tree(text)
    if tree is None or len(tree.body) < 2:
        return text, False
    bound = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    lines, dropped = text.split("\n"), False
    first, last = tree.body[0], tree.body[-1]
    if _is_word(last, bound) and last.lineno > (tree.body[-2].end_lineno or 0):
        lines, dropped = lines[: last.lineno - 1], True
    if _is_word(first, bound) and (first.end_lineno or 0) < tree.body[1].lineno:
        lines, dropped = lines[first.end_lineno or 0 :], True
    return "\n".join(lines), dropped


def _without_headings(lines: list[str]) -> str:
    # Behind a file and before what was left out, `## Usage` is a heading, though Python takes it for a comment.
    end = len(lines)
    while end > 1 and (not lines[end - 1].strip() or (_HEADING.match(lines[end - 1]) and not lines[end - 2].strip())):
        end -= 1
    return "\n".join(lines[:end])


def _is_word(statement: ast.stmt, bound: set[str]) -> bool:
    match statement:
        case ast.Expr(value=ast.Name(id=name)):
            return name not in bound and not hasattr(builtins, name) and name[:1].isupper()
        case ast.AnnAssign(target=ast.Name(id=name), annotation=ast.Name(id=said), value=None):
            return name[:1].isupper() and not hasattr(builtins, said)
        case _:
            return False


def _told(before: list[str], after: list[str], words: bool) -> list[str]:
    how: list[str] = []
    if count := sum(1 for line in before if line.strip()):
        how.append(f"left out {count} line{'s' * (count > 1)} of prose before the file")
    if count := sum(1 for line in after if line.strip()):
        how.append(f"left out {count} line{'s' * (count > 1)} of prose after the file")
    if words:
        how.append("left out a lone word beside the file")
    return how
