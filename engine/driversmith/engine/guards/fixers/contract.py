"""Signatures of contract methods that differ from the contract's in spelling alone."""

import ast
import re
from collections.abc import Iterable, Iterator

from ...contract.surface import METHODS, MethodContract
from .edits import replace_nodes
from .fixer import Case, Change

_SYNONYMS: dict[str, frozenset[str]] = {
    "object_name": frozenset(
        {"object", "obj", "name", "object_type", "resource", "resource_name", "entity", "collection", "table"}
    ),
    "record_id": frozenset({"id", "id_", "identifier", "item_id", "key", "object_id", "pk", "recordid", "resource_id"}),
    "data": frozenset({"body", "fields", "item", "payload", "record", "values"}),
    "operation": frozenset({"name", "op", "operation_id", "operation_name"}),
    "method": frozenset({"http_method", "verb"}),
    "path": frozenset({"endpoint", "url", "uri"}),
}
"""What contract parameters are called elsewhere: another name at the place may be another thing."""


def parameter_names(case: Case) -> Iterable[Change]:
    """Positional parameters renamed to the contract's, in the signature and the body, where no caller names them."""
    for function, contract in _methods(case):
        wanted = [p.name for p in contract.parameters if p.kind == "positional"]
        found = function.args.args[1:]
        names = [a.arg for a in found]
        pairs = {have: want for have, want in zip(names, wanted, strict=False) if have != want}
        alike = all(have in _SYNONYMS.get(want, ()) for have, want in pairs.items())
        if len(found) < len(wanted) or not pairs or not alike or set(names) & set(pairs.values()):
            continue
        edits = _renamed(case, function, pairs)
        if edits is not None and not _is_named_by_callers(case, function.name, set(pairs)):
            said = ", ".join(f"{have} -> {want}" for have, want in pairs.items())
            yield Change(replace_nodes(case.file, edits), f"renamed parameters of {function.name} ({said})")


def _methods(case: Case) -> Iterator[tuple[ast.FunctionDef, MethodContract]]:
    lines = {finding.line for finding in case.findings}
    contracts = {m.name: m for m in METHODS}
    for function in case.file.nodes(ast.FunctionDef):
        first = function.decorator_list[0].lineno if function.decorator_list else function.lineno
        known = function.name in contracts and isinstance(case.file.parent(function), ast.ClassDef)
        if known and lines & {first, function.lineno} and not function.args.posonlyargs:
            yield function, contracts[function.name]


def _renamed(case: Case, function: ast.FunctionDef, pairs: dict[str, str]) -> list[tuple[ast.AST, str]] | None:
    edits: list[tuple[ast.AST, str]] = []
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            if node.id in pairs.values() or node.id in {"locals", "vars"}:
                return None
            if node.id in pairs:
                edits.append((node, pairs[node.id]))
        elif isinstance(node, ast.arg):
            own = node in function.args.args
            if node.arg in pairs and own:
                annotation = ast.get_source_segment(case.text, node.annotation) if node.annotation else None
                edits.append((node, pairs[node.arg] + (f": {annotation}" if annotation else "")))
            elif node.arg in pairs or (node.arg in pairs.values() and own):
                return None
        elif isinstance(node, ast.JoinedStr) and any(isinstance(n, ast.Name) and n.id in pairs for n in ast.walk(node)):
            # Python 3.11 gives no places inside f-strings.
            segment = ast.get_source_segment(case.text, node)
            if segment is None or not _is_simple(segment, pairs):
                return None
            edits.append((node, _in_fields(segment, pairs)))
    strings = [node for node, _ in edits if isinstance(node, ast.JoinedStr)]
    inside = {id(n) for s in strings for n in ast.walk(s) if n is not s}
    return [(node, text) for node, text in edits if id(node) not in inside]


def _is_simple(segment: str, pairs: dict[str, str]) -> bool:
    literal = re.sub(r"\{[^{}]*\}", "", segment)
    return (
        "{" not in literal
        and "\n" not in segment
        and not any(f"'{n}'" in segment or f'"{n}"' in segment for n in pairs)
    )


def _in_fields(segment: str, pairs: dict[str, str]) -> str:
    def field(match: re.Match[str]) -> str:
        text = match[0]
        for have, want in pairs.items():
            text = re.sub(rf"(?<![\w.]){have}\b(?!\s*=[^=])", want, text)
        return text

    return re.sub(r"\{[^{}]*\}", field, segment)


def _is_named_by_callers(case: Case, method: str, names: set[str]) -> bool:
    for file in case.project.files():
        for call in file.nodes(ast.Call):
            called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if called == method and any(k.arg in names for k in call.keywords):
                return True
    return False
