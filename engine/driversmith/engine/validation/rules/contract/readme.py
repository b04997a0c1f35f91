"""README.md: finished, about this driver, with code that can run."""

import ast
import builtins
import difflib
import re
from collections.abc import Iterable

from ....contract.python_source import parse_module
from ...fault import Fault
from ...parsed.project import Project
from ...parsed.snippets import snippet_code, snippets

_OTHER_LANGUAGES = frozenset(
    {"javascript", "js", "typescript", "ts", "ruby", "java", "php", "go", "golang", "csharp", "c#", "rust", "kotlin"}
)
_FOREIGN_CODE = re.compile(
    r"^[ \t]*(?:const|let|var) \w|^[ \t]*const \{|\brequire\(['\"]|=> ?[{(\w]|console\.log"
    r"|^[ \t]*import .+ from ['\"]|<\?php|\bfunc \w+\(|;[ \t]*$",
    re.MULTILINE,
)
_UNFINISHED = re.compile(
    r"\bTODO\b|\bFIXME\b|\bcoming soon\b|\blorem ipsum\b|\bto be (?:written|documented)\b", re.IGNORECASE
)
_INSTALL = re.compile(
    r"(?:^[ \t]*\$?[ \t]*|`)(npm (?:install|i)|yarn add|gem install|composer require|go get|cargo add) ", re.MULTILINE
)


def snippet_syntax(project: Project) -> Iterable[Fault]:
    """Python snippets of Markdown files parse."""
    for path, text in project.with_suffix(".md"):
        for snippet in snippets(text):
            if snippet.language in {"python", "py", "python3"}:
                try:
                    parse_module(snippet_code(snippet))
                except SyntaxError as error:
                    yield Fault(
                        f"This Python snippet does not parse: {error.msg}.",
                        line=snippet.line + (error.lineno or 1) - 1,
                        file=path,
                    )
                except (ValueError, RecursionError, MemoryError):
                    yield Fault("This Python snippet cannot be parsed.", line=snippet.line, file=path)


def other_language(project: Project) -> Iterable[Fault]:
    """README is about this Python driver."""
    text = project.texts.get("README.md")
    if text is None:
        return
    blocks = list(snippets(text))
    foreign = [s for s in blocks if s.language.lower() in _OTHER_LANGUAGES]
    own = project.driver.node.name if project.driver else "\0"
    shown = next((s for s in foreign if own in s.text), None)
    python = any(s.language in {"python", "py", "python3", "pycon"} for s in blocks)
    if python and shown:
        yield Fault(
            f"README.md shows {own} in {shown.language}; this is a Python driver.",
            hint="Show how this Python driver is used.",
            line=shown.line,
            file="README.md",
        )
    if foreign and not python:
        yield Fault(
            f"README.md shows {foreign[0].language}, and no Python at all.",
            hint="Show how this Python driver is used.",
            line=foreign[0].line,
            file="README.md",
        )
    elif not python and (lines := [s for s in blocks if not s.language and _FOREIGN_CODE.search(s.text)]):
        yield Fault(
            "README.md shows code of another language, and no Python at all.",
            hint="Show how this Python driver is used.",
            line=lines[0].line,
            file="README.md",
        )
    elif install := next((m for m in _INSTALL.finditer(text) if not project.api_text.owns(text, *m.span(1))), None):
        yield Fault(
            f"README.md installs with `{install[1]}`; this is a Python driver.",
            hint="pip install .",
            line=text.count("\n", 0, install.start(1)) + 1,
            file="README.md",
        )


def fenced_document(project: Project) -> Iterable[Fault]:
    """A Markdown file is not itself wrapped in a fence."""
    for path, text in project.with_suffix(".md"):
        lines = text.strip().splitlines()
        if len(lines) > 2 and re.fullmatch(r"`{3,}(?:markdown|md)\s*", lines[0]) and lines[-1].startswith("```"):
            yield Fault(
                "The whole file stands in a Markdown fence.", hint="Remove its first and its last line.", file=path
            )


def unfinished_readme(project: Project) -> Iterable[Fault]:
    """README.md says what there is, not what is still to be said."""
    text = project.texts.get("README.md", "")
    found = next((m for m in _UNFINISHED.finditer(text) if not project.api_text.owns(text, *m.span())), None)
    if found:
        yield Fault(
            f"README.md is unfinished: it says `{found[0]}`.",
            hint="Show how to install the driver, to make one and to read records.",
            line=text.count("\n", 0, found.start()) + 1,
            file="README.md",
        )


def unknown_errors(project: Project) -> Iterable[Fault]:
    """Exceptions that README.md names exist."""
    text, classes = (
        project.texts.get("README.md", ""),
        {n.name for f in project.files("package") for n in f.nodes(ast.ClassDef)},
    )
    if project.driver is None:
        return
    for found in re.finditer(r"`([A-Z]\w*(?:Error|Exception))`", text):
        if found[1] in classes or hasattr(builtins, found[1]) or project.api_text.quotes(text, *found.span(1)):
            continue
        close = difflib.get_close_matches(found[1], [c for c in classes if c.endswith(("Error", "Exception"))], 1)
        yield Fault(
            f"README.md names {found[1]}, which the driver does not have.",
            hint=f"Did you mean {close[0]}?" if close else "Name exceptions of exceptions.py.",
            line=text.count("\n", 0, found.start()) + 1,
            file="README.md",
        )
