"""Where a name belongs: local to a function, or guarded against its absence."""

import ast
import itertools

from .python_file import PythonFile

_VERSION_WORDS = ("version_info", "hasattr", "TYPE_CHECKING", "platform", "find_spec")
_CHECKING = ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def is_local(file: PythonFile, node: ast.AST, name: str) -> bool:
    """Whether a name is a parameter or variable of a function around a node."""
    function = file.function_of(node)
    while function is not None:
        arguments = function.args
        parameters = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        parameters += [a for a in (arguments.vararg, arguments.kwarg) if a]
        if any(a.arg == name for a in parameters):
            return True
        if not isinstance(function, ast.Lambda) and any(
            n.id == name and isinstance(n.ctx, ast.Store) for n in file.within(function, ast.Name)
        ):
            return True
        function = file.function_of(function)
    return False


def is_guarded(file: PythonFile, node: ast.AST) -> bool:
    """Whether a node stands where its name may be absent: `try ... except ImportError`, a check of the version."""
    for ancestor in file.ancestors(node):
        if isinstance(ancestor, ast.Try):
            caught = " ".join(ast.unparse(h.type) if h.type else "Exception" for h in ancestor.handlers)
            if any(word in caught for word in ("ImportError", "ModuleNotFoundError", "AttributeError")):
                return True
        elif isinstance(ancestor, ast.If | ast.IfExp) and any(w in ast.unparse(ancestor.test) for w in _VERSION_WORDS):
            return True
    return False


def is_for_checkers(file: PythonFile, node: ast.AST) -> bool:
    """Whether only type checkers see a node: it stands below `if TYPE_CHECKING:`."""
    above = [node, *file.ancestors(node)]
    return any(
        isinstance(outer, ast.If) and inner in outer.body and ast.unparse(outer.test) in _CHECKING
        for inner, outer in itertools.pairwise(above)
    )
