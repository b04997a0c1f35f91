"""A Python file in an answer: raw, fenced, between prose."""

import re
from collections.abc import Callable

from ..limits import MAX_FENCES
from . import escapes
from .characters import repair_characters
from .fences import Block, blocks, fence_lines, outermost, outside, same_file
from .parsing import Parser, is_module
from .prose import drop_leading, drop_trailing, drop_words, is_code, is_prose, open_string, trim_prose
from .unclear import UnclearAnswer

_DEFINITION = re.compile(r"^(?:class|def|async def)\s+(\w+)", re.MULTILINE)
_HEADING = re.compile(r"#{2,6}\s+[*`]*([\w./-]+\.\w+)[*`]*:?\s*$")
_PYTHON = frozenset({"python", "py", "python3", "py3", "pyi", ""})
_OUTWEIGHS = 4
"""A block with this many times the lines of another one may be the file that the other one shows in use."""
_ONE_FILE = "Answer with this one file as plain text: no fence, no prose."


def extract_python(text: str, path: str, parser: Parser) -> tuple[str, list[str]]:
    """The Python file in a text, and what was done.

    Raises:
        UnclearAnswer: there is none, or more than one reading.
    """
    text, heading = _without_heading(text, path)
    if (whole := _settle(text, path, parser)) is not None:
        return whole[0], [*heading, *whole[1]]
    found = _fenced(text, path, parser)
    if found is not None:
        return found
    if (cut := _before_fences(text, path, parser)) is not None:
        return cut
    if (trimmed := trim_prose(text, parser, path)) is not None:
        body, how = trimmed
        _refuse_scattered(text, body)
        return body, how
    if (trimmed := _trimmed_and_settled(text, path, parser)) is not None:
        return trimmed
    return _broken(text, path, parser)


def _without_heading(text: str, path: str) -> tuple[str, list[str]]:
    # `### client.py` is a comment to Python, and a heading to who wrote it.
    first, _, rest = text.lstrip().partition("\n")
    heading = _HEADING.match(first)
    if heading is not None and same_file(heading[1], path):
        return rest, ["left out a heading before the file"]
    return text, []


def _settle(text: str, path: str, parser: Parser) -> tuple[str, list[str]] | None:
    """The text where it is a module as it stands, or after one repair of the whole; None where it is none."""
    if is_module(parser.tree(text), path):
        body, words = drop_words(text, parser)
        return body, ["left out a lone word beside the file"] if words else []
    for repair, step in _REPAIRS:
        changed = repair(text)
        if changed is None or changed == text:
            continue
        if is_module(parser.tree(changed), path):
            return changed, [step]
        again = repair_characters(changed)
        if again.how and is_module(parser.tree(again.text), path):
            return again.text, [step, *again.how]
    mended = repair_characters(text)
    if mended.how and is_module(parser.tree(mended.text), path):
        return mended.text, mended.how
    return None


_Repair = Callable[[str], str | None]
_REPAIRS: tuple[tuple[_Repair, str], ...] = (
    (escapes.unescape_lines, "read escaped line ends"),
    (escapes.drop_line_numbers, "removed line numbers"),
    (escapes.dedent, "moved the indented file to the left"),
    (escapes.unescape_html, "read HTML entities"),
)


def _fenced(text: str, path: str, parser: Parser) -> tuple[str, list[str]] | None:
    if not fence_lines(text):
        return None
    found = blocks(text, reads=lambda body: _settle(body, path, parser) is not None)
    if any(is_code(line) or _DEFINITION.match(line) for line in outside(text, found)):
        whole = outermost(text)
        if whole is None or any(not is_prose(line) for line in outside(text, [whole])):
            return None  # the fences stand inside a file
        found = [whole]
    chosen = _choose(found, path, parser)
    if chosen is None:
        return None
    how = [f"took it out of the ```{chosen.language} fence"]
    if not chosen.closed:
        how.append("the closing fence was missing")
    if len(found) > 1:
        how.append(f"left out {len(found) - 1} other fenced block{'s' * (len(found) > 2)}")
    settled = _settle(chosen.text, path, parser)
    if settled is None:
        if (trimmed := trim_prose(chosen.text, parser, path)) is not None:
            return trimmed[0], [*how, *trimmed[1]]
        return chosen.text, [*how, _broken_by(chosen.text, parser)]
    return settled[0], [*how, *settled[1]]


def _before_fences(text: str, path: str, parser: Parser) -> tuple[str, list[str]] | None:
    """A file without a fence, in front of fenced blocks that define nothing."""
    lines = text.split("\n")
    for fence in fence_lines(text)[:MAX_FENCES]:
        prefix = "\n".join(lines[: fence.number])
        if open_string(prefix):
            continue
        rest = "\n".join(lines[fence.number if fence.info else fence.number + 1 :])
        found = blocks(rest, reads=lambda _: False)
        if any(_definitions(block) for block in found) or any(not is_prose(line) for line in outside(rest, found)):
            return None
        trimmed = trim_prose(prefix, parser, path)
        if trimmed is None:
            return None
        count = f"{len(found)} fenced block{'s' * (len(found) != 1)}" if found else "prose"
        return trimmed[0], [*trimmed[1], f"left out {count} after the file"]
    return None


def _choose(found: list[Block], path: str, parser: Parser) -> Block | None:
    """The block that is the file; None where no block is Python at all."""
    python = [b for b in found if b.language in _PYTHON and b.text.strip()]
    python = [b for b in python if b.language or _is_python(b, path, parser)]
    python = list({b.text.strip(): b for b in reversed(python)}.values())[::-1]
    named = [b for b in python if b.is_named(path)]
    if len(named) > 1:
        weighty = [b for b in named if _definitions(b)]
        named = weighty if len(weighty) == 1 else named
    if len(named) == 1:
        return named[0]
    if len(named) > 1:
        raise UnclearAnswer("answer-ambiguous", f"The answer holds {len(named)} blocks for {path}.", _ONE_FILE)
    others = [b for b in python if b.other_name(path)]
    python = [b for b in python if not b.other_name(path)]
    if not python:
        if others:
            names = ", ".join(sorted({b.other_name(path) for b in others}))
            raise UnclearAnswer(
                "answer-other-file", f"The answer holds {names}, not {path}.", f"Answer with {path} alone."
            )
        return None
    if all(_is_usage(block, path) for block in python):
        raise UnclearAnswer(
            "answer-no-file", f"The answer only shows how the driver is used: {path} is not in it.", _ONE_FILE
        )
    if len(python) == 1:
        return python[0]
    plain = [b for b in python if not _is_usage(b, path, in_init=True)]
    if len(plain) == 1:
        return plain[0]
    ranked = sorted(python, key=lambda b: (len(_definitions(b)), b.text.count("\n")), reverse=True)
    best, rest = ranked[0], ranked[1:]
    if all(_is_minor(other, best, path) for other in rest):
        return best
    raise UnclearAnswer(
        "answer-ambiguous",
        f"The answer holds {len(python)} blocks of Python, and nothing says which one is {path}.",
        _ONE_FILE,
    )


def _is_python(block: Block, path: str, parser: Parser) -> bool:
    if is_module(parser.tree(block.text), path):
        return True
    lines = [line for line in block.text.split("\n") if line.strip()]
    return any(is_code(line) for line in lines)


def _is_minor(other: Block, best: Block, path: str) -> bool:
    """Whether a block only shows how the file is used."""
    if not _definitions(best):
        return False
    mine = _definitions(other)
    if not mine:
        # Statements alone: a usage example, unless they could as well be a part of the file.
        return _uses(other, best, path) or other.text.count("\n") * _OUTWEIGHS < best.text.count("\n")
    return (
        not mine & _definitions(best)
        and _uses(other, best, path)
        and other.text.count("\n") * _OUTWEIGHS < best.text.count("\n")
    )


def _uses(other: Block, best: Block, path: str) -> bool:
    package = path.split("/", 1)[0] if "/" in path else ""
    if package and re.search(rf"^\s*(?:from|import)\s+{re.escape(package)}\b", other.text, re.MULTILINE):
        return True
    return any(re.search(rf"\b{name}\b", other.text) for name in _definitions(best))


def _is_usage(block: Block, path: str, *, in_init: bool = False) -> bool:
    """Whether a block imports the package that the file is a module of, and defines nothing."""
    package, _, rest = path.partition("/")
    if not rest or (path.endswith("__init__.py") and not in_init) or package in {"tests", "examples"}:
        return False
    imports = re.search(rf"^(?:from|import)\s+{re.escape(package)}\b", block.text, re.MULTILINE)
    return imports is not None and not _definitions(block)


def _definitions(block: Block) -> set[str]:
    return set(_DEFINITION.findall(block.text))


def _trimmed_and_settled(text: str, path: str, parser: Parser) -> tuple[str, list[str]] | None:
    """Prose around a file that needs one more repair to compile."""
    mended = repair_characters(text)
    if not mended.how:
        return None
    trimmed = trim_prose(mended.text, parser, path)
    if trimmed is None:
        return None
    body, how = trimmed
    repaired = repair_characters(_matching(text, mended.text, body))
    return (body, [*how, *repaired.how]) if repaired.text.strip() == body.strip() else (body, [*how, *mended.how])


def _matching(text: str, mended: str, body: str) -> str:
    # The lines of the original that became `body`.
    start = mended[: mended.find(body)].count("\n")
    return "\n".join(text.split("\n")[start : start + body.count("\n") + 1])


def _refuse_scattered(text: str, body: str) -> None:
    left_out = text.replace(body, "", 1)
    if any(is_code(line) for line in left_out.split("\n")):
        raise UnclearAnswer(
            "answer-ambiguous", "The answer holds code in several places, with prose between.", _ONE_FILE
        )


def _broken_by(text: str, parser: Parser) -> str:
    return "it does not compile" if parser.file(text) else "it was too large to be parsed here"


def _broken(text: str, path: str, parser: Parser) -> tuple[str, list[str]]:
    """A file with a syntax error, where the answer is plainly nothing else."""
    body, how = drop_leading(text)
    lines = [line for line in body.split("\n") if line.strip()]
    code = [line for line in lines if is_code(line) or line[0] in " \t"]
    first = next((line for line in lines), "")
    begins = is_code(first) or first.lstrip().startswith(
        ("#", '"""', "'''", "@", "\u201c", "from ", "import ", "class ", "def ")
    )
    if begins and len(code) * 2 >= len(lines) and any(is_code(line) for line in lines):
        body, more = drop_trailing(body)
        return body, [*how, *more, _broken_by(body, parser)]
    if any(is_code(line) for line in lines):
        raise UnclearAnswer(
            "answer-ambiguous", f"The answer mixes code and prose so that {path} cannot be told apart.", _ONE_FILE
        )
    raise UnclearAnswer(
        "answer-no-file", f"The answer holds no Python: it begins with {text.strip()[:80]!r}.", _ONE_FILE
    )
