"""What is given to what by name, by whatever means: an attribute, a key, a keyword, a default, a call that sets one."""

import ast
from collections.abc import Iterator

from .python_file import PythonFile

_SETTERS = frozenset({"add_header", "putheader", "set", "setdefault", "putenv"})


def named_values(file: PythonFile) -> Iterator[tuple[str, ast.expr]]:
    """Names with the values that they get in a file; plain variables are left out (`variables`)."""
    for node in file.nodes(ast.Assign):
        for target in node.targets:
            match target:
                case ast.Attribute(attr=name) | ast.Subscript(slice=ast.Constant(value=str() as name)):
                    yield name, node.value
                case _:
                    pass
    for node in file.nodes(ast.keyword):
        if node.arg:
            yield node.arg, node.value
    for node in file.nodes(ast.Dict):
        parent = file.parent(node)
        if isinstance(parent, ast.keyword) and parent.arg is None:  # arguments by other means
            continue
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, value
    yield from _set_by_calls(file)
    for arguments in file.nodes(ast.arguments):
        yield from defaults(arguments)


def _set_by_calls(file: PythonFile) -> Iterator[tuple[str, ast.expr]]:
    for node in file.nodes(ast.Call):
        match node:
            case ast.Call(func=ast.Attribute(attr=setter), args=[ast.Constant(value=str() as name), value]) if (
                setter in _SETTERS
            ):
                yield name, value
            case ast.Call(func=ast.Name(id="setattr"), args=[_, ast.Constant(value=str() as name), value]):
                yield name, value
            case _:
                pass


def variables(file: PythonFile) -> Iterator[tuple[str, ast.expr]]:
    """Plain variables, and annotated attributes, with what they get."""
    for node in file.nodes(ast.Assign, ast.AnnAssign, ast.NamedExpr):
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            name = getattr(target, "id", getattr(target, "attr", ""))
            if (
                name
                and node.value is not None
                and not (isinstance(node, ast.Assign) and isinstance(target, ast.Attribute))
            ):
                yield name, node.value


def defaults(arguments: ast.arguments) -> Iterator[tuple[str, ast.expr]]:
    """The arguments of a function that have a default, with it."""
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = [*zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True)]
    for argument, default in [*pairs, *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]:
        if default is not None:
            yield argument.arg, default
