"""Annotations that Python never evaluates: a name in them that nobody knows harms only those who read it."""

import ast
from collections.abc import Iterator

from ...contract.python_source import parse_module
from ...models.findings import Finding

_UNDEFINED = "F821"


def soften(findings: list[Finding], text: str) -> list[Finding]:
    """The findings of a lone file; undefined names in its unevaluated annotations are style."""
    if not any(f.code == _UNDEFINED for f in findings):
        return findings
    try:
        spans = list(_spans(parse_module(text)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return findings
    lines = text.split("\n")
    return [
        f.model_copy(update={"severity": "P3"})
        if f.code == _UNDEFINED and any(start <= _place(f, lines) < end for start, end in spans)
        else f
        for f in findings
    ]


def _place(finding: Finding, lines: list[str]) -> tuple[int, int]:
    line = lines[finding.line - 1] if finding.line <= len(lines) else ""
    return finding.line, len(line[: finding.column - 1].encode())


def _spans(tree: ast.Module) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    postponed = any(
        isinstance(s, ast.ImportFrom) and s.module == "__future__" and any(a.name == "annotations" for a in s.names)
        for s in tree.body
    )
    for node in ast.walk(tree):
        match node:
            case ast.arg(annotation=ast.expr() as annotation):
                pass
            case (
                ast.FunctionDef(returns=ast.expr() as annotation)
                | ast.AsyncFunctionDef(returns=ast.expr() as annotation)
            ):
                pass
            case ast.AnnAssign(annotation=annotation, target=ast.Attribute()):
                yield _span(annotation)
                continue
            case ast.AnnAssign(annotation=annotation):
                pass
            case _:
                continue
        if postponed:
            yield _span(annotation)
        else:
            yield from (
                _span(n) for n in ast.walk(annotation) if isinstance(n, ast.Constant) and isinstance(n.value, str)
            )


def _span(node: ast.expr) -> tuple[tuple[int, int], tuple[int, int]]:
    return (node.lineno, node.col_offset), (node.end_lineno or node.lineno, node.end_col_offset or 0)
