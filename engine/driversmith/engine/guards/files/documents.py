"""Files other than Python in an answer: README.md, TOML, JSON, YAML, plain text."""

import json
import re
import tomllib

from . import escapes
from .fences import Block, FenceLine, blocks, fence_lines, outside
from .prose import is_prose
from .unclear import UnclearAnswer

_MARKDOWN = frozenset({"markdown", "md", "gfm", "commonmark", "readme", "mdx"})
_CHAT = re.compile(
    r"(?:let me know (?:if|what|whether|should)|i hope this|hope this helps|would you like me|this readme (?:covers|includes))\b",
    re.IGNORECASE,
)
_INTRODUCTION = re.compile(
    r"(?:here(?:'|\u2019)?s|here is|here are|sure|certainly|of course|below is|i(?:'|\u2019)ve)\b", re.IGNORECASE
)
_ONE_FILE = "Answer with this one file as plain text."
_SHORTEST_FENCE = 3


def extract_markdown(text: str, path: str) -> tuple[str, list[str]]:
    """The Markdown file in a text: as it stands, or out of the fence around it, whose content may hold fences.

    Raises:
        UnclearAnswer: nobody can tell where the fence around it ends.
    """
    body, how = text, list[str]()
    if (unescaped := escapes.unescape_lines(text)) is not None:
        body, how = unescaped, ["read escaped line ends"]
    lines = body.split("\n")
    fences = fence_lines(body)
    if fences and _wraps(lines, fences):
        return _unwrapped(lines, fences, how)
    if (dangling := _dangling(fences)) is not None:
        if any(line.strip() for line in lines[dangling + 1 :]):
            raise UnclearAnswer("answer-ambiguous", "Nobody can tell what the last fence opens or closes.", _ONE_FILE)
        lines = lines[:dangling]
        how.append("left out a fence that closes nothing")
    start = _introduction(lines)
    end = _farewell(lines, start)
    if start:
        how.append("left out prose before the file")
    if end < len(lines):
        how.append("left out prose after the file")
    kept = "\n".join(lines[start:end])
    if not _is_document(kept):
        raise UnclearAnswer(
            "answer-no-file", f"The answer is no {path}: it begins with {text.strip()[:80]!r}.", _ONE_FILE
        )
    return kept, how


def extract_data(text: str, path: str) -> tuple[str, list[str]]:
    """The TOML, JSON or YAML file in a text.

    Raises:
        UnclearAnswer: several blocks could be it.
    """
    if _reads(text, path):
        return text, []
    if not (fences := fence_lines(text)):
        return _plain_data(text, path)
    found = blocks(text, reads=lambda body: _reads(body, path))
    above = "\n".join(text.split("\n")[: fences[0].number])
    above = "\n".join(_core(above.split("\n")))
    if above and _reads(above, path) and not any(_reads(block.text, path) for block in found):
        return above, ["left out what follows the file"]
    chosen = _block(found, path)
    how = [f"took it out of the ```{chosen.language} fence"]
    if not chosen.closed and len(fences) > 1:
        raise UnclearAnswer("answer-ambiguous", f"Nothing says where {path} ends.", _ONE_FILE)
    return chosen.text, how if _reads(chosen.text, path) else [*how, "it does not parse"]


def extract_plain(text: str, path: str) -> tuple[str, list[str]]:
    """A text file of any kind: as it stands, or out of the one fence that is the whole answer.

    Raises:
        UnclearAnswer: several blocks could be it.
    """
    if not fence_lines(text):
        return text, []
    found = blocks(text, reads=lambda _: False)
    if any(not is_prose(line) for line in outside(text, found)):
        return text, []
    chosen = _block(found, path)
    return chosen.text, [f"took it out of the ```{chosen.language} fence"]


def _block(found: list[Block], path: str) -> Block:
    suffix = path.rpartition(".")[2]
    aliases = {suffix, {"yml": "yaml", "yaml": "yml"}.get(suffix, suffix)}
    named = [b for b in found if b.is_named(path)]
    alike = [b for b in found if b.language in aliases and not b.other_name(path)]
    for candidates in (named, alike, [b for b in found if not b.other_name(path)]):
        if len(candidates) == 1:
            return candidates[0]
        if candidates:
            raise UnclearAnswer("answer-ambiguous", f"The answer holds {len(candidates)} blocks for {path}.", _ONE_FILE)
    names = ", ".join(sorted({b.other_name(path) for b in found}))
    raise UnclearAnswer("answer-other-file", f"The answer holds {names}, not {path}.", _ONE_FILE)


def _plain_data(text: str, path: str) -> tuple[str, list[str]]:
    if (unescaped := escapes.unescape_lines(text)) is not None and _reads(unescaped, path):
        return unescaped, ["read escaped line ends"]
    body = "\n".join(_core(text.split("\n")))
    if not body.strip() or (path.endswith((".json", ".toml")) and not re.search(r"[{\[=]", body)):
        raise UnclearAnswer(
            "answer-no-file", f"The answer is no {path}: it begins with {text.strip()[:80]!r}.", _ONE_FILE
        )
    how = ["left out prose around the file"] if body.strip() != text.strip() else []
    return body, how if _reads(body, path) else [*how, "it does not parse"]


def _core(lines: list[str]) -> list[str]:
    """The lines between the first and the last that is no prose."""
    filled = [number for number, line in enumerate(lines) if not is_prose(line)]
    return lines[filled[0] : filled[-1] + 1] if filled else []


def _reads(text: str, path: str) -> bool:
    try:
        if path.endswith(".json"):
            json.loads(text)
        elif path.endswith(".toml"):
            return bool(tomllib.loads(text))
        else:
            import yaml

            return any(":" in line for line in text.split("\n")) and bool(list(yaml.scan(text, Loader=yaml.SafeLoader)))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    except (ValueError, RecursionError):
        return False
    except Exception as error:  # yaml's own errors have no common base with the others
        if type(error).__module__.startswith("yaml"):
            return False
        raise
    return True


def _wraps(lines: list[str], fences: list[FenceLine]) -> bool:
    """Whether the first fence stands around the file, not in it."""
    first = fences[0]
    above = [line for line in lines[: first.number] if line.strip()]
    if any(not is_prose(line) and not _names_file(line) for line in above):
        return False
    word = re.split(r"[\s:{,=]", first.info.strip(), maxsplit=1)[0].lower()
    if word in _MARKDOWN or word.endswith(".md"):
        return True
    following = next((line for line in lines[first.number + 1 :] if line.strip()), "")
    return not first.info and following.lstrip().startswith(("# ", "<h1", "![", "[!["))


def _names_file(line: str) -> bool:
    return re.fullmatch(r"#{1,6} [*`]*[\w./-]+\.\w+[*`]*:?", line.strip()) is not None


def _unwrapped(lines: list[str], fences: list[FenceLine], how: list[str]) -> tuple[str, list[str]]:
    first, inner = fences[0], [f for f in fences[1:] if f.mark[0] == fences[0].mark[0]]
    end = _nested(lines, first, inner)
    if end is None:
        end = _paired(lines, inner)
    if end is None:
        raise UnclearAnswer("answer-ambiguous", "Nobody can tell where the fence around the file ends.", _ONE_FILE)
    rest = "\n".join(lines[end + 1 :])
    if any(not is_prose(line) for line in outside(rest, blocks(rest, reads=lambda _: False))):
        raise UnclearAnswer("answer-ambiguous", "More than prose follows the fence around the file.", _ONE_FILE)
    told = [*how, "took it out of the ```markdown fence"]
    body = "\n".join(lines[first.number + 1 : end])
    return body, told if end < len(lines) else [*told, "the closing fence was missing"]


def _nested(lines: list[str], first: FenceLine, inner: list[FenceLine]) -> int | None:
    """The line that closes the first fence where fences nest; None where a bare one could open as well as close."""
    if len(first.mark) > _SHORTEST_FENCE:
        return next((f.number for f in inner if f.may_close(first)), len(lines))
    inside = False
    for fence in inner:
        if inside:
            inside = bool(fence.info)
        elif fence.info:
            inside = True
        else:
            opens = _opens(lines, fence.number)
            if opens is None:
                return None
            if not opens:
                return fence.number
            inside = True
    return None if inside else len(lines)


def _paired(lines: list[str], inner: list[FenceLine]) -> int | None:
    """The last fence, where all between stand in pairs and only prose follows."""
    inside = False
    for fence in inner[:-1]:
        inside = bool(fence.info) if inside else True
    if inside or not inner or inner[-1].info:
        return None
    return inner[-1].number if all(is_prose(line) for line in lines[inner[-1].number + 1 :]) else None


def _dangling(fences: list[FenceLine]) -> int | None:
    """The last fence where it is bare and nothing is left for it to close."""
    inside = False
    for fence in fences[:-1]:
        inside = bool(fence.info) if inside else True
    return fences[-1].number if fences and not inside and not fences[-1].info else None


def _opens(lines: list[str], number: int) -> bool | None:
    """Whether a bare fence begins a block (text follows at once) or ends one (text stands right above)."""
    above = lines[number - 1].strip() if number else ""
    below = lines[number + 1].strip() if number + 1 < len(lines) else ""
    begins = not above or above.endswith(":") or above.startswith("#")
    if begins == bool(below):
        return begins
    return False if not below and all(not line.strip() for line in lines[number + 1 :]) else None


def _introduction(lines: list[str]) -> int:
    """The first line of a document behind one paragraph that introduces it."""
    filled = [n for n, line in enumerate(lines) if line.strip()]
    if len(filled) < 2 or not _INTRODUCTION.match(lines[filled[0]].strip()):
        return 0
    heading = next((n for n in filled[1:3] if lines[n].startswith(("# ", "<h1", "![", "[!["))), None)
    return heading if heading is not None else 0


def _farewell(lines: list[str], start: int) -> int:
    end = len(lines)
    while end > start and not lines[end - 1].strip():
        end -= 1
    if end - start > 2 and _CHAT.match(lines[end - 1].strip()) and not lines[end - 2].strip():
        end -= 1
        while end > start and (not lines[end - 1].strip() or re.fullmatch(r"\s*-{3,}\s*", lines[end - 1])):
            end -= 1
        return end
    return len(lines)


def _is_document(text: str) -> bool:
    lines = [line for line in text.split("\n") if line.strip()]
    marked = any(re.match(r"\s*(?:#{1,6} |```|[-*] |\d+\. |\||<)", line) for line in lines)
    return marked or len(lines) > 3
