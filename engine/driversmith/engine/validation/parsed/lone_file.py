"""What a lone file is forgiven.

An undefined name in an annotation that Python never evaluates harms only those who read it; what is unsafe in a driver
may be sound in a file that is none. A client of an API, which sends and keeps, is held to more than other files.
"""

import ast
import re
from collections.abc import Iterator

from ...contract.python_source import parse_module
from ...models.findings import Finding
from .changes import change_of
from .named_values import defaults
from .project import looks_like_driver

_UNDEFINED = "F821"
_OF_DRIVERS = re.compile(r"[SB]\d+")
_OF_CLIENTS = re.compile(r"B\d+|S113|S50\d")
_SENDS = frozenset(
    {"requests", "httpx", "httpx2", "aiohttp", "urllib", "urllib2", "urllib3", "http", "pycurl", "niquests"}
)


def soften(findings: list[Finding], text: str) -> list[Finding]:
    """The findings of a lone file; undefined names in its unevaluated annotations are style, and so is what ruff finds
    unsafe (`S102`, `B006`) in a file without a driver class; in one that sends requests, only what is no matter of requests."""
    if not any(f.code == _UNDEFINED or _OF_DRIVERS.fullmatch(f.code) for f in findings):
        return findings
    try:
        tree = parse_module(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return findings
    spans, lines = list(_spans(tree)), text.split("\n")
    of_driver = any(isinstance(node, ast.ClassDef) and looks_like_driver(node) for node in ast.walk(tree))

    sends = any(_imports(node) & _SENDS for node in ast.walk(tree))

    constants = set(_constant_defaults(tree)) if sends else set[tuple[int, int]]()

    def is_constant(finding: Finding) -> bool:
        return finding.code == "B006" and _place(finding, lines) in constants

    def forgiven(finding: Finding) -> bool:
        if finding.code == _UNDEFINED:
            return any(start <= _place(finding, lines) < end for start, end in spans)
        held = of_driver or (sends and _OF_CLIENTS.fullmatch(finding.code) is not None and not is_constant(finding))
        return not held and _OF_DRIVERS.fullmatch(finding.code) is not None

    return [f.model_copy(update={"severity": "P3"}) if forgiven(f) else f for f in findings]


def _constant_defaults(tree: ast.Module) -> Iterator[tuple[int, int]]:
    """Where defaults stand that are mutable, but filled, and that their functions leave as they are: `retries=[429, 503]`."""
    for function in ast.walk(tree):
        for name, default in (
            defaults(function.args) if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) else ()
        ):
            filled = default.keys if isinstance(default, ast.Dict) else getattr(default, "elts", None)
            if filled and change_of(ast.walk(function), name, of_self=False) is None:
                yield default.lineno, default.col_offset


def _imports(node: ast.AST) -> set[str]:
    match node:
        case ast.Import(names=names):
            return {alias.name.partition(".")[0] for alias in names}
        case ast.ImportFrom(module=str() as module, level=0):
            return {module.partition(".")[0]}
        case _:
            return set()


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
