"""Steps towards a file that parses. Each changes how the code is written down, never what it says."""

import ast
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping

from ...models.findings import Finding
from ...validation.parsed.python_file import parse
from ..files import escapes
from ..files.characters import repair_characters
from ..files.extraction import Extracted, extract_file
from ..files.parsing import Parser, is_module
from .fixer import Case, Change, Fixer, Propose

_MOST_STEPS = 12
_MOST_SNAPS = 40
_GARBAGE = re.compile(r"(?:</?\w+>|<\|.*\|>|EOF|END|PYEOF|\]\]>|-{3,}|={3,}|[`~]{3,}.*|\[/?\w+\]|\$|%)\s*$")
_PRINT = re.compile(r"(\s*)print\s+(?![=(,])(.+?)\s*$")
_EXCEPT = re.compile(r"(\s*except\s+)([\w.]+)\s*,\s*([\w.]+(?:\s*,\s*[\w.]+)*)\s*:\s*(#.*)?$")
_BLOCK = re.compile(r"\s*(?:if|elif|else|for|while|def|class|try|except|finally|with|async)\b")
_FUTURE = re.compile(r"^from __future__ import .+$", re.MULTILINE)
_FIELD = re.compile(r"\{[^{}\n]*\}")
_TAB_WIDTHS = (4, 8)


def heal_syntax(files: Mapping[str, str], path: str, fixers: tuple[Fixer, ...]) -> tuple[str, list[tuple[str, str]]]:
    """The text of a file that then parses, with the fixers' names and what each did; no steps where none leads there."""
    text, steps = files[path], list[tuple[str, str]]()
    place = _error_line(text, path)
    for _ in range(_MOST_STEPS):
        if place is None:
            return text, steps
        for fixer, change in _proposals(files, path, text, fixers):
            further = _error_line(change.text, path)
            if further is None or further > place or fixer.name in _ANYWHERE:
                text, place = change.text, further
                steps.append((fixer.name, change.did))
                break
        else:
            break
    return (text, steps) if place is None else (files[path], [])


def whole(change: Callable[[str], str | None], did: str) -> Propose:
    """A fixer that writes the whole file down differently."""

    def propose(case: Case) -> Iterator[Change]:
        if (text := change(case.text)) is not None:
            yield Change(text.rstrip("\n") + "\n", did)

    return propose


def characters(kind: str) -> Propose:
    """A fixer of one kind of characters: `quotes`, `spaces` or `invisible`."""

    def propose(case: Case) -> Iterator[Change]:
        kinds = {"quotes": False, "spaces": False, "invisible": False, kind: True}
        found = repair_characters(case.text, **kinds)
        if found.how:
            yield Change(found.text, "; ".join(found.how))

    return propose


def fences_and_prose(case: Case) -> Iterable[Change]:
    """The file out of fences, tags and prose, where it then compiles."""
    found = extract_file(case.text, path=case.path, stop_reason="end_turn")
    if isinstance(found, Extracted) and found.how and is_module(Parser(case.path).tree(found.text), case.path):
        yield Change(found.text, "; ".join(found.how))


def trailing_garbage(case: Case) -> Iterable[Change]:
    """The file without the marks that follow its last line of code."""
    lines = case.text.rstrip().split("\n")
    end = len(lines)
    while end and (not lines[end - 1].strip() or _GARBAGE.fullmatch(lines[end - 1])):
        end -= 1
    if 0 < end < len(lines):
        yield Change("\n".join(lines[:end]) + "\n", f"removed {lines[end:][-1].strip()[:40]!r} after the end")


def tabs(case: Case) -> Iterable[Change]:
    """Four spaces for tabs in indentation, where no other width of a tab gives other code."""
    if "\t" not in case.text:
        return
    found: list[tuple[str, str]] = []
    for width in _TAB_WIDTHS:
        text = "\n".join(_expanded(line, width) for line in case.text.split("\n"))
        tree = Parser(case.path).tree(text)
        if tree is not None:
            found.append((text, ast.dump(tree)))
    if found and len({dump for _, dump in found}) == 1:
        yield Change(found[0][0], "replaced tabs by spaces in the indentation")


def indentation(case: Case) -> Iterable[Change]:
    """Lines that stand one column beside a level of indentation, moved to it."""
    moved = textwrap.dedent(case.text)
    if moved != case.text:
        yield Change(moved, "moved the indented file to the left")
    lines, snapped = case.text.split("\n"), 0
    for _ in range(_MOST_SNAPS):
        fault = parse(case.path, "\n".join(lines)).broken
        if fault is None or not re.search(r"unindent|unexpected indent", fault.fault.message):
            break
        number = fault.fault.line - 1
        if number >= len(lines) or (level := _near_level(lines, number)) is None:
            return
        lines[number] = " " * level + lines[number].lstrip(" ")
        snapped += 1
    if snapped:
        yield Change("\n".join(lines), f"moved {snapped} lines by one column to their level of indentation")


def python2_print(case: Case) -> Iterable[Change]:
    """`print x` of Python 2."""
    line = _line_at_error(case)
    if line is not None and (match := _PRINT.match(line)) and not match[2].startswith(">>"):
        argument = match[2].rstrip(";")
        if not argument.endswith(","):
            yield _with_line(case, f"{match[1]}print({argument})", "made a call of print")


def python2_except(case: Case) -> Iterable[Change]:
    """`except A, e:` and `except A, B:` of Python 2."""
    line = _line_at_error(case)
    match = _EXCEPT.match(line) if line is not None else None
    if match is None:
        return
    names = [match[2], *(name.strip() for name in match[3].split(","))]
    comment = f"  {match[4]}" if match[4] else ""
    if len(names) == 2 and names[1].islower() and "." not in names[1]:
        yield _with_line(case, f"{match[1]}{names[0]} as {names[1]}:{comment}", f"wrote `as {names[1]}`")
    elif all(name.rpartition(".")[2][:1].isupper() for name in names):
        yield _with_line(case, f"{match[1]}({', '.join(names)}):{comment}", "put the exceptions in parentheses")


def missing_colon(case: Case) -> Iterable[Change]:
    """The colon at the end of a line that opens a block."""
    fault = case.file.broken
    line = _line_at_error(case)
    if fault and line is not None and "expected ':'" in fault.fault.message and _BLOCK.match(line):
        code, mark, comment = line.partition("  #")
        yield _with_line(case, f"{code.rstrip()}:{mark}{comment}", "put the missing colon in")


def late_future_import(case: Case) -> Iterable[Change]:
    """`from __future__` imports before all other code."""
    fault = case.file.broken
    if fault is None or "__future__" not in fault.fault.message:
        return
    found = list(dict.fromkeys(_FUTURE.findall(case.text)))
    rest = _FUTURE.sub("\0", case.text).replace("\0\n", "").replace("\0", "")
    tree = parse(case.path, rest).tree
    if tree is None:
        return
    lines = rest.split("\n")
    at = (tree.body[0].end_lineno or 0) if tree.body and ast.get_docstring(tree, clean=False) is not None else 0
    head = lines[:at]
    text = "\n".join([*head, *([""] if head else []), *found, *lines[at:]])
    yield Change(text, "moved the __future__ import to the top")


def f_string_quotes(case: Case) -> Iterable[Change]:
    """The other kind of quotes inside the braces of an f-string, which Python 3.11 wants there."""
    line = _line_at_error(case)
    if line is None:
        return
    for outer, inner in (('"', "'"), ("'", '"')):
        if not re.search(rf"[fF]{outer}", line) or inner in line:
            continue
        changed = _FIELD.sub(lambda m, o=outer, i=inner: m[0].replace(o, i), line)
        if changed != line:
            yield _with_line(case, changed, "changed the quotes inside an f-string's braces")


def _proposals(
    files: Mapping[str, str], path: str, text: str, fixers: tuple[Fixer, ...]
) -> Iterator[tuple[Fixer, Change]]:
    fault = parse(path, text).broken
    if fault is None:
        return
    finding = Finding(code=fault.code, severity="P0", file=path, line=fault.fault.line, message=fault.fault.message)
    case = Case({**files, path: text}, path, (finding,))
    for fixer in fixers:
        for change in fixer.propose(case):
            if change.text != text:
                yield fixer, change


def _error_line(text: str, path: str) -> int | None:
    broken = parse(path, text).broken
    return broken.fault.line if broken else None


_ANYWHERE = frozenset({"typographic-quotes", "unusual-spaces", "invisible-characters"})
"""What these change is right in itself: they are steps though another fault shows behind them."""


def _expanded(line: str, width: int) -> str:
    body = line.lstrip(" \t")
    return line[: len(line) - len(body)].expandtabs(width) + body


def _near_level(lines: list[str], number: int) -> int | None:
    """The one level beside a line's indentation: of the blocks around it, or of the block that the line above opens."""
    line = lines[number]
    found = len(line) - len(line.lstrip(" "))
    levels = {0}
    for above in reversed(lines[:number]):
        if above.strip():
            indent = len(above) - len(above.lstrip(" "))
            levels.add(indent)
            if len(levels) == 2 and above.rstrip().endswith(":") and indent <= found:
                levels.add(indent + 4)
            if indent == 0:
                break
    near = [level for level in levels if abs(level - found) == 1 and level % 4 == 0]
    return near[0] if len(near) == 1 and not any(abs(level - found) == 2 for level in levels) else None


def _line_at_error(case: Case) -> str | None:
    number = case.findings[0].line if case.findings else 0
    lines = case.text.split("\n")
    return lines[number - 1] if 0 < number <= len(lines) else None


def _with_line(case: Case, line: str, did: str) -> Change:
    number = case.findings[0].line
    lines = case.text.split("\n")
    lines[number - 1] = line
    return Change("\n".join(lines), f"{did} in line {number}")


ESCAPED = whole(escapes.unescape_lines, "read escaped line ends")
NUMBERED = whole(escapes.drop_line_numbers, "removed line numbers")
HTML = whole(escapes.unescape_html, "read HTML entities")
