"""What a driver's client inherits and can import, as a model reads it: signatures and docstrings, no bodies.

How requests are made and answers read is not shown: own methods stand on the inherited ones, and what is not named is
not misused.
"""

import ast
from collections.abc import Iterator
from functools import lru_cache

from ..contract.python_source import parse_module
from ..contract.surface import BASE_MODULE
from ..models.driver import DriverBundle

MODULES = (BASE_MODULE, "types", "__init__")
"""The exceptions are told by the contract."""
_OF_EARLIER_VERSIONS = ("_api", "_request", "_transport", "_records", "_auth", "types", "__init__")
"""Where the client was the contract: a session that an earlier version left goes on with the driver that it began."""
MAX_MODULE_CHARACTERS = 8_000
_MAX_VALUE = 120
_MAX_KEYS = 40


def plumbing_text(template: DriverBundle) -> str:
    """The modules that a client can import, each as a stub; the same bytes for the same bundle."""
    sections: list[str] = []
    for module in MODULES if inherits(template) else _OF_EARLIER_VERSIONS:
        path = f"{template.project}/{module}.py"
        if any(file.path == path for file in template.files):
            sections.append(f"# {path}\n" + _stub(template[path].text))
    return "\n\n".join(sections)


def inherits(template: DriverBundle) -> bool:
    """Whether the contract's methods have a module of their own in a driver of the templates."""
    path = f"{template.project}/{BASE_MODULE}.py"
    return any(file.path == path for file in template.files)


@lru_cache(maxsize=16)
def _stub(source: str) -> str:
    """The stub of a module; kept, since most modules are the same for every API."""
    tree = parse_module(source)
    lines: list[str] = [f'"""{doc}"""'] if (doc := ast.get_docstring(tree)) else []
    room = MAX_MODULE_CHARACTERS
    left = 0
    for text in (t for statement in tree.body if (t := _told(statement))):
        room -= len(text)
        if room < 0:
            left += 1
        else:
            lines.append(text)
    return "\n".join([*lines, *([f"# {left} more definitions of the same kinds"] if left else [])])


def _told(statement: ast.stmt) -> str:
    match statement:
        case ast.ClassDef(name=name) | ast.FunctionDef(name=name) if _is_public(name):
            return "\n".join(_definition(statement))
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if _is_public(name) or name == "__all__":
            return f"{name} = {_value(value)}"
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value) if _is_public(name):
            return f"{name}: {ast.unparse(annotation)}" + (f" = {_value(value)}" if value else "")
        case _:
            return ""


def _definition(node: ast.ClassDef | ast.FunctionDef) -> Iterator[str]:
    yield from (f"@{ast.unparse(decorator)}" for decorator in node.decorator_list)
    doc = ast.get_docstring(node)
    if isinstance(node, ast.FunctionDef):
        returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
        yield f"def {node.name}({ast.unparse(node.args)}){returns}:" + ("" if doc else " ...")
        yield from _docstring(doc)
        return
    bases = [*map(ast.unparse, node.bases), *(f"{k.arg}={ast.unparse(k.value)}" for k in node.keywords)]
    head = f"class {node.name}({', '.join(bases)}):" if bases else f"class {node.name}:"
    if "TypedDict" in bases:
        # The facts of the API tell the fields in full, and what strangers wrote about them is marked there as theirs.
        yield f"{head} ..."
        return
    body = [line for inner in node.body for line in _member(inner)]
    yield head + ("" if doc or body else " ...")
    yield from _docstring(doc)
    yield from (f"    {line}" for line in body)


def _member(inner: ast.stmt) -> Iterator[str]:
    if isinstance(inner, ast.FunctionDef) and (_is_public(inner.name) or inner.name == "__init__"):
        yield from _definition(inner)
    elif isinstance(inner, ast.AnnAssign):
        yield ast.unparse(inner)


def _docstring(doc: str | None) -> Iterator[str]:
    if doc:
        first, *rest = doc.splitlines()
        yield f'    """{first}' + ('"""' if not rest else "")
        yield from (f"    {line}".rstrip() for line in rest)
        if rest:
            yield '    """'


def _value(value: ast.expr) -> str:
    """A short value as it is; of a table its keys, of a list its first items."""
    text = ast.unparse(value)
    if len(text) <= _MAX_VALUE:
        return text
    if isinstance(value, ast.List | ast.Tuple):
        names = [ast.unparse(item) for item in value.elts]
        return f"[{', '.join(names[:_MAX_KEYS])}]" + (
            f"  # and {len(names) - _MAX_KEYS} more" * (len(names) > _MAX_KEYS)
        )
    if isinstance(value, ast.Dict):
        keys = [ast.unparse(key) for key in value.keys if key is not None]
        shown = ", ".join(keys[:_MAX_KEYS])
        return f"{{...}}  # {len(keys)} keys: {shown}{', ...' if len(keys) > _MAX_KEYS else ''}"
    return "...  # long"


def _is_public(name: str) -> bool:
    return not name.startswith("_")
