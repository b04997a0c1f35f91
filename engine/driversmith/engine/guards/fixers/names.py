"""Names that are used and not there."""

import ast
import re
from collections.abc import Iterable, Iterator

from ...validation.parsed.python_file import PythonFile, parse
from .edits import add_import, replace_nodes
from .fixer import Case, Change
from .sources import source_of

_NAME = re.compile(r"[`'\"](\w+)[`'\"]")
_JSON_WORDS = {"true": "True", "false": "False", "null": "None"}
_ESCAPED_BREAK = re.compile(r"(['\"])(?:\\\\[nrt])+\1")
_BRACES = re.compile(r"\{([^{}]+)\}")


def missing_import(case: Case) -> Iterable[Change]:
    """The import of an undefined name that has exactly one source."""
    found = {name: source for name in _undefined(case) if (source := _source(name, case)) is not None}
    if len(found) > 1:
        yield _imported(case, found)
    for name, source in found.items():
        yield _imported(case, {name: source})


def json_literals(case: Case) -> Iterable[Change]:
    """`true`, `false` and `null` where nobody has defined them."""
    wrong = _undefined(case) & set(_JSON_WORDS)
    nodes = [n for n in case.file.nodes(ast.Name) if n.id in wrong and isinstance(n.ctx, ast.Load)]
    if nodes:
        words = ", ".join(f"{w} -> {_JSON_WORDS[w]}" for w in sorted(wrong))
        yield Change(
            replace_nodes(case.file, [(n, _JSON_WORDS[n.id]) for n in nodes]), f"wrote constants as Python's ({words})"
        )


def lone_word(case: Case) -> Iterable[Change]:
    """The file without a word such as `Done` that stands as its last statement and is no name."""
    tree = case.file.tree
    if tree is None or len(tree.body) < 2:
        return
    match tree.body[-1]:
        case ast.Expr(value=ast.Name(id=name)) as last if name in _undefined(case):
            lines = case.text.split("\n")
            yield Change("\n".join(lines[: last.lineno - 1]).rstrip() + "\n", f"removed the word {name} at the end")
        case _:
            pass


def future_annotations(case: Case) -> Iterable[Change]:
    """`from __future__ import annotations` where annotations alone use names that the module binds further down."""
    tree, undefined = case.file.tree, _undefined(case)
    if tree is None or not undefined or not undefined <= set(case.project.bindings(case.file).names):
        return
    annotations = {id(n) for holder in ast.walk(tree) for a in _annotations(holder) for n in ast.walk(a)}
    lines = {f.line for f in case.findings}
    used = [n for n in case.file.nodes(ast.Name) if n.id in undefined and n.lineno in lines]
    if used and all(id(n) in annotations for n in used):
        yield Change(add_import(case.file, "__future__", ["annotations"]), "imported annotations from __future__")


def missing_f_prefix(case: Case) -> Iterable[Change]:
    """The f before a string whose braces hold names that are known at its place."""
    found = [
        n
        for n in case.file.nodes(ast.Constant)
        if n.lineno in {f.line for f in case.findings} and _is_template(n, case.file)
    ]
    if found:
        lines = case.text.split("\n")
        for node in sorted(found, key=lambda n: (n.lineno, n.col_offset), reverse=True):
            raw = lines[node.lineno - 1].encode()
            lines[node.lineno - 1] = (raw[: node.col_offset] + b"f" + raw[node.col_offset :]).decode()
        yield Change("\n".join(lines), f"put the missing f before {len(found)} string{'s' * (len(found) > 1)}")


def double_escape(case: Case) -> Iterable[Change]:
    """A line break or tab whose backslash is itself escaped, where the text is nothing else."""
    places = {(f.line, f.column) for f in case.findings}
    edits: list[tuple[ast.AST, str]] = []
    for node in case.file.nodes(ast.Constant):
        segment = ast.get_source_segment(case.text, node) or ""
        if (node.lineno, case.file.column(node.lineno, node.col_offset)) in places and _ESCAPED_BREAK.fullmatch(
            segment
        ):
            edits.append((node, segment.replace("\\\\", "\\")))
    if edits:
        yield Change(replace_nodes(case.file, edits), "took one of two backslashes from line breaks")


def _undefined(case: Case) -> set[str]:
    return {match[1] for f in case.findings if (match := _NAME.search(f.message))}


def _source(name: str, case: Case) -> tuple[str | None, str] | None:
    source = source_of(name, case.file, case.project)
    if source is not None and source[0] is None:
        # A module is only ever used by its attributes.
        uses = [n for n in case.file.nodes(ast.Name) if n.id == name]
        if not all(isinstance(case.file.parent(n), ast.Attribute) for n in uses):
            return None
    return source


def _imported(case: Case, found: dict[str, tuple[str | None, str]]) -> Change:
    modules: dict[str | None, list[str]] = {}
    for module, name in found.values():
        modules.setdefault(module, []).append(name)
    file, said = case.file, list[str]()
    for module, names in modules.items():
        file = parse(case.path, add_import(file, module, names), role=file.role)
        said.append(f"{', '.join(sorted(names))} from {module}" if module else ", ".join(sorted(names)))
    return Change(file.text, f"imported {'; '.join(said)}")


def _annotations(node: ast.AST) -> Iterator[ast.expr]:
    for name in ("annotation", "returns"):
        if isinstance(value := getattr(node, name, None), ast.expr):
            yield value


def _is_template(node: ast.Constant, file: PythonFile) -> bool:
    parent = file.parent(node)
    if not isinstance(node.value, str) or isinstance(parent, ast.JoinedStr | ast.Attribute | ast.Expr):
        return False
    segment = ast.get_source_segment(file.text, node) or ""
    fields = _BRACES.findall(node.value)
    if not fields or "{{" in node.value or "}}" in node.value or segment[:1] not in "\"'" or "\\" in "".join(fields):
        return False
    return segment.count("\n") == 0 and all(_is_known(field, node, file) for field in fields)


def _is_known(field: str, node: ast.AST, file: PythonFile) -> bool:
    tree = parse("<field>", f"({field.split('!', maxsplit=1)[0].split(':', maxsplit=1)[0]})").tree
    if tree is None:
        return False
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    bound: set[str] = set()
    for function in file.ancestors(node):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            bound |= {n.arg for n in ast.walk(function) if isinstance(n, ast.arg)}
            bound |= {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
            bound |= {n.name for n in ast.walk(function) if isinstance(n, ast.ExceptHandler) and n.name}
    return bool(names) and names <= bound
