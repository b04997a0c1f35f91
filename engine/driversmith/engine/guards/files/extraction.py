"""`extract_file`: a model's answer becomes one file, exactly, or a finding that says why not.

No recovery is better than a wrong one: where two readings of an answer are plausible, neither is taken.
"""

import re

from ...models.base import Value
from ...models.findings import Finding
from ..limits import MAX_ANSWER_CHARACTERS, MAX_UNWRAPPINGS
from . import file_maps
from .documents import extract_data, extract_markdown, extract_plain
from .fences import fence_lines
from .parsing import Parser, is_module
from .python_answers import extract_python
from .unclear import UnclearAnswer

_FINISHED = frozenset({"end_turn", "stop_sequence"})
_CUT = frozenset({"max_tokens", "model_context_window_exceeded"})
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ud800-\udfff]")
_DIFF = re.compile(
    r"^(?:diff --git |@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@|--- (?:a/)?\S+\n\+\+\+ (?:b/)?\S+|\*\*\* (?:Begin Patch|Update File)"
    r"|<{5,9} ?(?:SEARCH|ORIGINAL|HEAD)\b)",
    re.MULTILINE,
)
_PLAIN = "Answer with the complete file as plain text: no fence, no prose, no JSON."


class Extracted(Value):
    """The file that an answer holds."""

    text: str
    """Line ends are `\\n`, and the last line has one."""
    how: tuple[str, ...] = ()
    """What was done to get at it, in words; () where the answer was the file."""


def extract_file(answer: str, *, path: str, stop_reason: str | None) -> Extracted | Finding:
    """The file at `path` (POSIX, in the project folder) that an answer holds, or a P0 finding.

    `stop_reason` is what the endpoint said of the answer's end: None (a cut stream) and `max_tokens` mean that it is
    incomplete, known before anything is parsed. A Python file may come back with a syntax error in it where the answer
    plainly holds that file: then `how` says so. Pure, CPU only, bounded; worth a thread for answers above 20 kB.
    """
    if (refused := _refusal(answer, path, stop_reason)) is not None:
        return refused
    text, how = _normalised(answer)
    try:
        found, steps = _unwrap(text, path, Parser(path), MAX_UNWRAPPINGS)
    except UnclearAnswer as unclear:
        return _finding(unclear.code, path, unclear.message, unclear.hint)
    body = found.strip("\n")
    if not body.strip() and not path.endswith((".typed", "__init__.py")):
        return _finding("answer-empty", path, "The answer holds an empty file.")
    if (odd := _odd_character(body)) is not None:
        return _finding("answer-not-text", path, f"Line {odd[0]} of the file holds {odd[1]}: it is no text.")
    return Extracted(text=body + "\n" if body else "", how=(*how, *steps))


def _refusal(answer: str, path: str, stop_reason: str | None) -> Finding | None:  # noqa: PLR0911 - one refusal a reason
    if stop_reason is None or stop_reason in _CUT:
        why = f"stop reason {stop_reason}" if stop_reason else "the stream ended early"
        return _finding(
            "answer-truncated",
            path,
            f"The answer was cut off ({why}).",
            "Write the whole file, shorter where possible.",
        )
    if stop_reason == "refusal":
        return _finding(
            "answer-refused", path, "The model refused to answer.", "Ask in another way, or write it without a model."
        )
    if stop_reason not in _FINISHED:
        return _finding("answer-unfinished", path, f"The answer is not finished (stop reason {stop_reason[:80]}).")
    if len(answer) > MAX_ANSWER_CHARACTERS:
        limit = f"{MAX_ANSWER_CHARACTERS >> 20} MB"
        return _finding("answer-too-large", path, f"The answer has {len(answer)} characters, more than {limit}.")
    if not answer.strip() and not path.endswith(".typed"):
        return _finding("answer-empty", path, "The answer is empty.")
    if (odd := _odd_character(answer)) is not None:
        return _finding("answer-not-text", path, f"Line {odd[0]} of the answer holds {odd[1]}: it is no text.")
    return None


def _odd_character(text: str) -> tuple[int, str] | None:
    """The line (1-based) and name of a character that no text holds."""
    odd = _CONTROL.search(text)
    if odd is None:
        return None
    what = "half of a surrogate pair" if odd[0] >= "\ud800" else f"the control character U+{ord(odd[0]):04X}"
    return text.count("\n", 0, odd.start()) + 1, what


def _normalised(answer: str) -> tuple[str, list[str]]:
    how: list[str] = []
    text = answer
    if text.startswith("\ufeff"):
        text = text.lstrip("\ufeff")
        how.append("removed a byte order mark")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        how.append("made line ends \\n")
    return text, how


def _unwrap(text: str, path: str, parser: Parser, depth: int) -> tuple[str, list[str]]:
    if not depth:
        raise UnclearAnswer("answer-ambiguous", "The file is wrapped too many times to be sure of it.", _PLAIN)
    text, thought = file_maps.drop_thinking(text)
    how = ["left out the thoughts before the file"] if thought else []
    is_python = path.endswith((".py", ".pyi"))
    if not (is_python and is_module(parser.tree(text), path)):
        inner = _inside(text, path)
        if inner is not None:
            found, step = inner
            body, steps = _unwrap(found, path, parser, depth - 1)
            return body, [*how, step, *steps]
        _refuse_diff(text, path)
    if is_python:
        body, steps = extract_python(text, path, parser)
        if (mapped := _inside_json(body, path)) is not None:
            found, step = mapped
            body, more = _unwrap(found, path, parser, depth - 1)
            steps = [*steps, step, *more]
    elif path.endswith((".md", ".markdown")):
        body, steps = extract_markdown(text, path)
    elif path.endswith((".json", ".toml", ".yaml", ".yml")):
        body, steps = extract_data(text, path)
    else:
        body, steps = extract_plain(text, path)
    return body, [*how, *steps]


def _inside(text: str, path: str) -> tuple[str, str] | None:  # noqa: PLR0911 - one return an envelope
    if found := file_maps.tagged_files(text):
        return _chosen(found, path, "took it out of its <file> tag")
    if (mapped := _inside_json(text, path)) is not None:
        return mapped
    fenced = fence_lines(text)
    if len(fenced) >= 2 and fenced[0].info.lower().startswith("json") and not path.endswith((".md", ".json")):
        lines = text.split("\n")
        for last in reversed(fenced[1:]):
            inner = "\n".join(lines[fenced[0].number + 1 : last.number])
            if (mapped := _inside_json(inner, path, strict=last is fenced[1])) is not None:
                return mapped
    if (start := text.find("{")) > 0 and file_maps.looks_like_map(text[start:]) and not path.endswith(".md"):
        end = text.rfind("}")
        if (mapped := _inside_json(text[start : end + 1], path)) is not None:
            return mapped
    if (body := file_maps.unwrap_tag(text)) is not None and not path.endswith(".md"):
        return body, "took it out of the tag around it"
    if found := file_maps.here_documents(text):
        return _chosen(found, path, "took it out of a here-document")
    return None


def _inside_json(text: str, path: str, *, strict: bool = True) -> tuple[str, str] | None:
    found = file_maps.json_files(text)
    if found is None:
        if strict and file_maps.looks_like_map(text) and not path.endswith(".json"):
            raise UnclearAnswer("answer-broken-json", "The answer is a JSON map of files that does not parse.", _PLAIN)
        return None
    if path.endswith(".json") and not any(f.path == path for f in found):
        return None
    return _chosen(found, path, "took it out of a JSON map")


def _chosen(found: list[file_maps.NamedText], path: str, step: str) -> tuple[str, str]:
    chosen = file_maps.choose(found, path)
    if isinstance(chosen, str):
        raise UnclearAnswer(
            "answer-other-file", f"The answer names its files, but {chosen}.", f"Answer with {path} alone."
        )
    return chosen.text, step


def _refuse_diff(text: str, path: str) -> None:
    match = _DIFF.search(text)
    fences = fence_lines(text)
    if path.endswith(".md"):
        # A README may show a diff; an answer that begins with one is no README.
        start = text.lstrip()
        is_diff = (_DIFF.match(start) is not None) or (
            len(fences) > 0 and _is_patch(fences[0].info) and start[:3] in {"```", "~~~"}
        )
    else:
        others = [f for f in fences if f.info and not _is_patch(f.info)]
        is_diff = match is not None and not others
        is_diff = is_diff or (any(_is_patch(f.info) for f in fences) and not others)
    if is_diff:
        line = text.count("\n", 0, match.start()) + 1 if match else fences[0].number + 1
        raise UnclearAnswer(
            "answer-is-diff",
            f"The answer is a diff (line {line}), not the file: where it applies cannot be known for sure.",
            _PLAIN,
        )


def _is_patch(info: str) -> bool:
    return info.lower().split(" ")[0] in {"diff", "patch", "udiff"}


def _finding(code: str, path: str, message: str, hint: str = _PLAIN) -> Finding:
    return Finding(code=code, severity="P0", file=path, message=message, hint=hint or _PLAIN)
