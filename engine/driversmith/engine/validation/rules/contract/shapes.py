"""What methods give back, as far as the code shows it: list_objects gives names."""

import ast
from collections.abc import Iterable, Iterator

from ...fault import Fault
from ...parsed.project import Project
from ...parsed.python_file import PythonFile

_MESSAGE = "list_objects returns {what}; it must return a list of names (str)."
_HINT = "Return the names only, for example `return list(self._objects)`; details belong into get_fields."


def list_objects_shape(project: Project) -> Iterable[Fault]:
    """list_objects returns a list of strings: no dicts, no view, no mapping."""
    place = project.driver
    if place is None:
        return
    for ancestor in project.ancestry(place)[0]:
        for function in ancestor.node.body:
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and function.name == "list_objects":
                for node in ast.walk(function):
                    if isinstance(node, ast.Return) and node.value is not None:
                        if what := _wrong_shape(node.value, function, ancestor.file):
                            yield Fault(_MESSAGE.format(what=what), hint=_HINT, node=node, file=ancestor.file.path)
                    elif isinstance(node, ast.Yield | ast.YieldFrom):
                        yield Fault(_MESSAGE.format(what="a generator"), hint=_HINT, node=node, file=ancestor.file.path)
                return


def read_batched_shape(project: Project) -> Iterable[Fault]:
    """read_batched gives lists of records one after the other: it is no list, and yields no single records."""
    place = project.driver
    for ancestor in project.ancestry(place)[0] if place else ():
        for function in ancestor.node.body:
            if not isinstance(function, ast.FunctionDef) or function.name != "read_batched":
                continue
            for node in ancestor.file.within(function, ast.Return):
                whole = isinstance(node.value, ast.ListComp | ast.List) or (
                    isinstance(node.value, ast.Call) and ast.unparse(node.value.func) in {"list", "self.read"}
                )
                if whole and ancestor.file.function_of(node) is function:
                    yield Fault(
                        "read_batched returns a list; it must be an iterator over lists of records.",
                        hint="Yield each batch as it arrives.",
                        node=node,
                        file=ancestor.file.path,
                    )
            return


def _wrong_shape(value: ast.expr, function: ast.AST, file: PythonFile, depth: int = 0) -> str:  # noqa: PLR0911 - one case a kind of expression
    match value:
        case ast.List(elts=[ast.expr() as first, *_]) | ast.ListComp(elt=first):
            return _wrong_item(first)
        case ast.Dict() | ast.DictComp():
            return "a dict"
        case ast.GeneratorExp():
            return "a generator"
        case ast.Tuple() | ast.Set() | ast.SetComp():
            return f"a {type(value).__name__.removesuffix('Comp').lower()}"
        case ast.Constant(value=str()):
            return "a string"
        case ast.Call(func=ast.Attribute(attr="keys" | "values" | "items" as view), args=[]):
            return f"a dict view ({view}())"
        case ast.Call(func=ast.Name(id="list" | "sorted"), args=[ast.Call(func=ast.Attribute(attr="items"))]):
            return "a list of pairs"
        case ast.Call(func=ast.Name(id="list" | "sorted"), args=[ast.Name() as inner, *_]) if depth < 3:
            # list(x) of a dict gives its keys: right; of a list of dicts it does not.
            return _items_of_name(inner, function, file)
        case ast.Name() if depth < 3:
            for assigned in _assignments(value.id, function, file):
                if what := _wrong_shape(assigned, function, file, depth + 1):
                    return what
            return _appended(value.id, function)
        case _:
            return ""


def _wrong_item(item: ast.expr) -> str:
    match item:
        case ast.Dict() | ast.DictComp() | ast.Call(func=ast.Name(id="dict")):
            return "a list of dicts"
        case ast.Call(
            func=ast.Attribute(attr="_asdict" | "model_dump" | "to_dict" | "as_dict") | ast.Name(id="asdict" | "vars")
        ):
            return "a list of dicts"
        case ast.Tuple() | ast.List():
            return "a list of lists"
        case ast.Constant(value=value) if not isinstance(value, str):
            return f"a list of {type(value).__name__}"
        case _:
            return ""


def _items_of_name(name: ast.Name, function: ast.AST, file: PythonFile) -> str:
    for assigned in _assignments(name.id, function, file):
        if isinstance(assigned, ast.List) and assigned.elts and (what := _wrong_item(assigned.elts[0])):
            return what
    return ""


def _assignments(name: str, function: ast.AST, file: PythonFile) -> Iterator[ast.expr]:
    module = [s for s in file.tree.body if isinstance(s, ast.Assign | ast.AnnAssign)] if file.tree else []
    local = list(file.within(function, ast.Assign, ast.AnnAssign))
    for statement in local or module:
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        if statement.value is not None and any(isinstance(t, ast.Name) and t.id == name for t in targets):
            yield statement.value


def _appended(name: str, function: ast.AST) -> str:
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=target), attr="append"), args=[item]) if target == name:
                if what := _wrong_item(item):
                    return what
            case _:
                pass
    return ""
