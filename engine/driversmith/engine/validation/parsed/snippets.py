"""Code in Markdown files: their fenced blocks."""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE = re.compile(r"^(?P<indent>[ \t]*)(?P<mark>`{3,}|~{3,})[ \t]*(?P<language>[\w+#.-]*)[^\n]*$")


@dataclass(frozen=True)
class Snippet:
    """One fenced block of a Markdown file; `line` is that of its first line of code (1-based)."""

    language: str
    text: str
    line: int


def snippets(markdown: str) -> Iterator[Snippet]:
    """Fenced blocks of a Markdown text."""
    opened: re.Match[str] | None = None
    collected: list[str] = []
    start = 0
    for number, line in enumerate(markdown.splitlines(), 1):
        match = _FENCE.match(line)
        if opened is None:
            if match:
                opened, collected, start = match, [], number + 1
        elif match and match["mark"].startswith(opened["mark"]) and not match["language"]:
            yield Snippet(opened["language"].lower(), "\n".join(collected), start)
            opened = None
        else:
            collected.append(line)
    if opened is not None:
        yield Snippet(opened["language"].lower(), "\n".join(collected), start)


def snippet_code(snippet: Snippet) -> str:
    """The Python code of a snippet, line for line; of an interactive session only what was typed."""
    text = textwrap.dedent(snippet.text)
    if ">>>" not in text:
        return text
    lines: list[str] = []
    for line in text.splitlines():
        lines.append(line[4:] if line.startswith((">>> ", "... ")) else "")
    return "\n".join(lines)
