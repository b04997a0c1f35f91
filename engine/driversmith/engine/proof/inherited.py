"""Whether a driver reads by the templates' code alone, so that what was proven of that holds for it."""

import ast
from collections.abc import Iterable

from ..contract.python_source import parse_module
from ..contract.surface import METHODS
from ..models.driver import DriverBundle
from ..models.report import LiveReport

_SHOWN = ("README.md", "examples/", "tests/")
_DECORATORS = frozenset({"staticmethod", "classmethod", "property"})


def reads_as_the_templates_do(bundle: DriverBundle, template: DriverBundle) -> bool:
    """Whether the only code of others is a client whose class adds methods to its base and replaces none.

    A module that does more than import and define might replace what it imports, and proves nothing.
    """
    client, base = f"{bundle.project}/client.py", f"{bundle.project}/_base.py"
    others = [f for f in bundle.files if f.author != "template" and not f.path.startswith(_SHOWN)]
    known = {f.path: f.text for f in template.files}
    if base not in known or any(f.path != client for f in others):
        return False
    try:
        made, inherited = parse_module(known[client]), {method.name for method in METHODS}
        inherited.update(_methods(parse_module(known[base])), _imported(made))
        constructors = {ast.dump(node) for node in ast.walk(made) if _is_constructor(node)}
        return all(_only_adds(parse_module(file.text), inherited, constructors) for file in others)
    except (SyntaxError, ValueError, RecursionError):
        return False


def with_proven(own: LiveReport, proven: LiveReport) -> LiveReport:
    """What was read through a driver, and beside it what was proven of the templates' driver, by whose code it reads."""
    names = {read.object_name for read in own.reads}
    more = (read for read in proven.reads if read.object_name not in names and not read.wrong)
    return own.with_reads((*own.reads, *more), {**proven.untried, **own.untried})


def _methods(module: ast.Module) -> Iterable[str]:
    classes = [node for node in module.body if isinstance(node, ast.ClassDef)]
    return (node.name for found in classes for node in found.body if isinstance(node, ast.FunctionDef))


def _imported(module: ast.Module) -> Iterable[str]:
    found = [node for node in module.body if isinstance(node, ast.Import | ast.ImportFrom)]
    return (alias.asname or alias.name for node in found for alias in node.names)


def _is_constructor(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name == "__init__"


def _only_adds(module: ast.Module, inherited: set[str], constructors: set[str]) -> bool:
    for node in module.body:
        if isinstance(node, ast.ClassDef):
            own = [item for item in node.body if ast.dump(item) not in constructors]
            if node.decorator_list or node.keywords or not all(_is_own(item, inherited) for item in own):
                return False
        elif not isinstance(node, ast.Import | ast.ImportFrom) and not _is_own(node, inherited):
            return False
    return True


def _is_own(node: ast.stmt, inherited: set[str]) -> bool:
    """Whether a definition replaces nothing, and runs nothing where it is read."""
    if isinstance(node, ast.FunctionDef):
        is_plain = all(isinstance(d, ast.Name) and d.id in _DECORATORS for d in node.decorator_list)
        values = [*node.args.defaults, *(value for value in node.args.kw_defaults if value)]
        is_new = node.name not in inherited and not node.name.startswith("__")
        return is_plain and is_new and not any(map(_calls, values))
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = [target.id for target in targets if isinstance(target, ast.Name) and target.id not in inherited]
        return len(names) == len(targets) and not (node.value and _calls(node.value))
    return isinstance(node, ast.Pass)


def _calls(value: ast.expr) -> bool:
    return any(isinstance(inner, ast.Call | ast.Await | ast.NamedExpr) for inner in ast.walk(value))
