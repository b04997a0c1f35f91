"""Answers that name their files: JSON maps, `<file path=...>` tags, here-documents of a shell.

A JSON map is only ever read strictly: a parser that guesses would drop backslashes of code.
"""

import json
import re
from dataclasses import dataclass
from typing import Any, cast

from .fences import blocks, outside, same_file
from .parsing import literal
from .prose import is_code

_FILE_TAG = re.compile(r"<(?P<tag>file|document|artifact|source)\b(?P<attributes>[^>\n]*)>[ \t]*\n?", re.IGNORECASE)
_BETWEEN_TAGS = re.compile(
    r"^[ \t]*</(?:file|document|artifact|source)>[^\n]*\n(?=(?:[^<\n]*\n){0,6}[ \t]*<(?:file|document|artifact|source)\b)",
    re.IGNORECASE | re.MULTILINE,
)
_PATH_ATTRIBUTE = re.compile(r"\b(?:path|name|filename|file|filepath)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))")
_HERE = re.compile(
    r"^[ \t]*(?:\$ )?cat[ \t]*>[ \t]*(?P<path>['\"]?[\w./-]+['\"]?)[ \t]*<<[ \t]*(['\"])(?P<end>\w+)\2[ \t]*\n",
    re.MULTILINE,
)
_WRAPPER = re.compile(
    r"^[ \t]*<(?P<tag>answer|code|content|contents|output|file_content|file_contents|python|result|response)>[ \t]*\n",
    re.MULTILINE | re.IGNORECASE,
)
_THINKING = re.compile(r"\s*<(?P<tag>think|thinking|reasoning|scratchpad)>.*?</(?P=tag)>[ \t]*\n?", re.DOTALL)
_LOOKS_LIKE_MAP = re.compile(
    r"^\s*[\[{]\s*(?:\{\s*)?[\"'](?:[\w./-]+\.(?:py|md|toml|json)|files|path|file_path|filename|content|code)[\"']\s*:"
)
_TEXT_KEYS = ("content", "text", "code", "contents", "file_content", "source", "body")
_PATH_KEYS = ("path", "file_path", "filename", "file", "name", "filepath")
_MOST_FILES = 200
_FILE_NAME = re.compile(r"[\w./-]*\w\.\w{1,6}$|py\.typed$")


@dataclass(frozen=True)
class NamedText:
    """A text with the path that the answer gives it, "" where it gives none."""

    path: str
    text: str


def drop_thinking(text: str) -> tuple[str, bool]:
    """The text behind a leading block of thoughts."""
    match = _THINKING.match(text)
    return (text[match.end() :], True) if match else (text, False)


def unwrap_tag(text: str) -> str | None:
    """What stands inside the one pair of tags that is the whole answer but for prose without code, else None."""
    opened = _WRAPPER.search(text)
    if opened is None:
        return None
    closing = f"</{opened['tag'].lower()}>"
    end = text.lower().find(closing, opened.end())
    if end < 0 or closing in text.lower()[end + 1 :] or _WRAPPER.search(text, opened.end()):
        return None
    if _holds_code(text[: opened.start()] + text[end + len(closing) :]):
        return None
    return text[opened.end() : end].rstrip(" \t").removesuffix("\n")


def tagged_files(text: str) -> list[NamedText]:
    """The files between `<file path=...>` tags, where nothing but prose stands around them; a tag inside another file's
    text opens none."""
    found: list[NamedText] = []
    around: list[str] = []
    lower, at = text.lower(), 0
    opened = _tag_line(text, 0)
    while opened is not None and len(found) < _MOST_FILES:
        around.append(text[at : opened.start()])
        closing = f"</{opened['tag'].lower()}>"
        following = _next_tag(text, opened)
        limit = following.start() if following else len(text)
        end = lower.rfind(closing, opened.end(), limit)
        at = end + len(closing) if end >= 0 else limit
        body = text[opened.end() : end if end >= 0 else limit]
        found.append(NamedText(_attribute(opened["attributes"]), _without_cdata(body)))
        opened = following
    around.append(text[at:])
    return found if not _holds_code("".join(around)) else []


def here_documents(text: str) -> list[NamedText]:
    """The files that `cat > path <<'EOF'` would write, where nothing but prose stands around them."""
    found: list[NamedText] = []
    around: list[str] = []
    at = 0
    while (opened := _HERE.search(text, at)) is not None and len(found) < _MOST_FILES:
        end = text.find(f"\n{opened['end']}", opened.end())
        if end < 0:
            return []
        around.append(text[at : opened.start()])
        found.append(NamedText(opened["path"].strip("'\""), text[opened.end() : end]))
        at = end + len(opened["end"]) + 1
    around.append(text[at:])
    return found if found and not _holds_code("".join(around)) else []


def json_files(text: str) -> list[NamedText] | None:
    """The files in a JSON map, whichever of the usual shapes it has; None where the text is none."""
    value = _strict(text)
    return _files(value) if value is not None else None


def looks_like_map(text: str) -> bool:
    """Whether a text begins like a JSON map of files."""
    return _LOOKS_LIKE_MAP.match(text) is not None


def choose(found: list[NamedText], path: str) -> NamedText | str:
    """The text for a path, or why none is: a sentence."""
    exact = [f for f in found if f.path == path] or [f for f in found if f.path and same_file(f.path, path)]
    if len({f.text for f in exact}) == 1:
        return exact[0]
    if exact:
        return f"it gives {path} {len(exact)} times, each time otherwise"
    if len(found) == 1 and not found[0].path:
        return found[0]
    names = ", ".join(f.path or "one without a name" for f in found[:10])
    return f"it holds {names or 'no file'}, not {path}"


def _tag_line(text: str, start: int) -> re.Match[str] | None:
    """The next tag that begins its line."""
    for match in _FILE_TAG.finditer(text, start):
        if not text[text.rfind("\n", 0, match.start()) + 1 : match.start()].strip():
            return match
    return None


def _next_tag(text: str, opened: re.Match[str]) -> re.Match[str] | None:
    # Only a tag that follows a closed one begins another file.
    following = _BETWEEN_TAGS.search(text, opened.end())
    return _tag_line(text, following.end()) if following else None


def _holds_code(text: str) -> bool:
    # A fenced block beside the files shows how they are used.
    return any(is_code(line) for line in outside(text, blocks(text, reads=lambda _: False)))


def _attribute(attributes: str) -> str:
    match = _PATH_ATTRIBUTE.search(attributes)
    return next((group for group in match.groups() if group), "") if match else ""


def _without_cdata(text: str) -> str:
    body = text.strip("\n")
    if body.startswith("<![CDATA[") and body.rstrip().endswith("]]>"):
        return body.removeprefix("<![CDATA[").rstrip().removesuffix("]]>")
    return body


def _strict(text: str) -> object:
    body = text.strip()
    if not body.startswith(("{", "[")):
        return None
    try:
        return json.loads(body, strict=False)
    except (ValueError, RecursionError):
        pass
    return literal(body)


def _files(value: object) -> list[NamedText] | None:
    if isinstance(value, list):
        items = cast("list[object]", value)
        found = [_one(cast("dict[str, Any]", item)) for item in items if isinstance(item, dict)]
        named = [f for f in found if f is not None]
        return named if named and len(named) == len(items) else None
    if not isinstance(value, dict):
        return None
    table = cast("dict[str, Any]", value)
    if isinstance(inner := table.get("files"), dict | list):
        return _files(cast("object", inner))
    if (one := _one(table)) is not None:
        return [one]
    if table and all(_FILE_NAME.match(k) and isinstance(v, str) for k, v in table.items()):
        return [NamedText(name, text) for name, text in table.items()]
    return None


def _one(table: dict[str, Any]) -> NamedText | None:
    text = next((table[key] for key in _TEXT_KEYS if isinstance(table.get(key), str)), None)
    path = next((table[key] for key in _PATH_KEYS if isinstance(table.get(key), str)), "")
    if text is None or any(_FILE_NAME.match(key) for key in table):
        return None
    return NamedText(path, text)
