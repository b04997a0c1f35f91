"""The names that a module binds at its top level: what an import from it can find."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from .python_file import PythonFile

_BLOCKS = (ast.If, ast.Try, ast.With, ast.For, ast.While, ast.TryStar, ast.ExceptHandler)


@dataclass
class Bindings:
    """What a module defines. `open` is True where names may appear that no reading of the file shows."""

    names: dict[str, ast.AST] = field(default_factory=dict[str, ast.AST])
    stars: list[ast.ImportFrom] = field(default_factory=list[ast.ImportFrom])
    exports: dict[str, ast.AST] | None = None
    """The names in a literal `__all__`."""
    open: bool = False


def bindings(file: PythonFile) -> Bindings:
    """The bindings of a parsed module; a broken one is open."""
    found = Bindings()
    if file.tree is None:
        found.open = True
        return found
    for statement in top_level(file.tree.body):
        _bind(statement, found)
    for named in file.nodes(ast.NamedExpr):
        if file.function_of(named) is None:
            found.names.setdefault(named.target.id, named)
    for statement in file.nodes(ast.Global):
        for name in statement.names:
            found.names.setdefault(name, statement)
    for call in file.nodes(ast.Call):
        if isinstance(call.func, ast.Name) and call.func.id in {"globals", "vars", "setattr", "exec"}:
            found.open = True
    if "__getattr__" in found.names or any(True for _ in file.nodes(ast.Match)):
        found.open = True
    return found


def top_level(body: list[ast.stmt]) -> Iterator[ast.stmt | ast.ExceptHandler]:
    """The statements that run at import, in order, those inside `if`, `try`, `with` and loops too."""
    stack: list[ast.stmt | ast.ExceptHandler] = list(reversed(body))
    while stack:  # a chain of elif may be deeper than the recursion limit
        statement = stack.pop()
        yield statement
        if isinstance(statement, _BLOCKS):
            for name in ("finalbody", "orelse", "handlers", "body"):
                stack.extend(reversed(getattr(statement, name, [])))


def target_names(target: ast.expr) -> Iterator[ast.Name]:
    """The plain names in an assignment's target."""
    if isinstance(target, ast.Name):
        yield target
    elif isinstance(target, ast.Tuple | ast.List):
        for element in target.elts:
            yield from target_names(element)
    elif isinstance(target, ast.Starred):
        yield from target_names(target.value)


def _bind(statement: ast.AST, found: Bindings) -> None:  # noqa: PLR0912 - one case a kind of statement
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            found.names[statement.name] = statement
        case ast.Import():
            for alias in statement.names:
                found.names[alias.asname or alias.name.partition(".")[0]] = statement
        case ast.ImportFrom():
            for alias in statement.names:
                if alias.name == "*":
                    found.stars.append(statement)
                else:
                    found.names[alias.asname or alias.name] = statement
        case ast.Assign():
            for target in statement.targets:
                for name in target_names(target):
                    _assign(name, statement.value, found)
        case ast.AnnAssign(value=ast.expr() as value) | ast.AugAssign(value=value):
            for name in target_names(statement.target):
                _assign(name, value, found)
        case ast.For():
            for name in target_names(statement.target):
                found.names.setdefault(name.id, name)
        case ast.With():
            for item in statement.items:
                for name in target_names(item.optional_vars) if item.optional_vars else ():
                    found.names.setdefault(name.id, name)
        case ast.ExceptHandler(name=str() as caught):
            found.names.setdefault(caught, statement)
        case _ if type(statement).__name__ == "TypeAlias":
            alias_name = getattr(statement, "name", None)
            if isinstance(alias_name, ast.Name):
                found.names[alias_name.id] = statement
        case _:
            pass


def _assign(name: ast.Name, value: ast.expr, found: Bindings) -> None:
    found.names[name.id] = name
    if name.id != "__all__":
        return
    if isinstance(value, ast.List | ast.Tuple | ast.Set):
        exports = found.exports or {}
        for element in value.elts:
            if isinstance(element, ast.Constant) and isinstance(element.value, str):
                exports[element.value] = element
        found.exports = exports
