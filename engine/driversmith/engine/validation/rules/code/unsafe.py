"""Code that is unsafe in a driver: TLS off, code that is loaded by name."""

import ast
import re
from collections.abc import Iterable

from ...fault import Fault
from ...parsed.project import Project
from ...parsed.python_file import PythonFile
from ...parsed.scopes import is_local

_OPTIONS = frozenset(
    {"verify", "verify_ssl", "ssl_verify", "verify_tls", "check_hostname", "assert_hostname", "validate_cert"}
)
_VARIABLES = frozenset(
    {"PYTHONHTTPSVERIFY", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_TLS_REJECT_UNAUTHORIZED"}
)
_AIOHTTP = re.compile(r"^\s*(?:import|from)\s+aiohttp\b", re.MULTILINE)
_CHOICE = re.compile(r"verify|insecure|ssl|tls|cert|check|trust|secure", re.IGNORECASE)


def tls_off(file: PythonFile, _project: Project) -> Iterable[Fault]:
    """Certificates are verified."""
    off = _names_for_false(file)
    aiohttp = _AIOHTTP.search(file.text) is not None
    for place, name, value in _options(file):
        known = name in _OPTIONS or (name == "ssl" and aiohttp)
        if known and _is_off(value, off) and not _is_chosen(file, place):
            yield Fault(f"{name} is False: that turns TLS verification off.", hint="Remove it.", node=place)
        elif name == "cert_reqs" and isinstance(value, ast.Constant) and value.value in {"CERT_NONE", "NONE", 0}:
            yield Fault("cert_reqs turns TLS verification off.", hint="Remove it.", node=place)
        elif name in _VARIABLES and isinstance(value, ast.Constant) and value.value in {"", "0", None}:
            yield Fault(f"{name} turns TLS verification off.", hint="Remove it.", node=place)
    for node in file.nodes(ast.Attribute):
        if node.attr in {"_create_unverified_context", "CERT_NONE"} and not _is_compared(file, node):
            if not _is_chosen(file, node):
                yield Fault(f"{node.attr} turns TLS verification off.", hint="Remove it.", node=node)


def _options(file: PythonFile) -> Iterable[tuple[ast.AST, str, ast.expr]]:
    """What is set to what, by whatever means: a keyword, an attribute, a key, a default."""
    for node in file.nodes(ast.keyword):
        if node.arg:
            yield node.value, node.arg, node.value
    for node in file.nodes(ast.Assign):
        for target in node.targets:
            match target:
                case ast.Attribute(attr=name) | ast.Subscript(slice=ast.Constant(value=str() as name)):
                    yield node, name, node.value
                case _:
                    pass
    for node in file.nodes(ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key, key.value, value
    for node in file.nodes(ast.Call):
        match node:
            case (
                ast.Call(
                    func=ast.Attribute(attr="setdefault" | "putenv" | "__setitem__"),
                    args=[ast.Constant(value=str() as name), value],
                )
                | ast.Call(func=ast.Name(id="setattr"), args=[_, ast.Constant(value=str() as name), value])
            ):
                yield node, name, value
            case _:
                pass
    for arguments in file.nodes(ast.arguments):
        positional = [*arguments.posonlyargs, *arguments.args]
        pairs = [*zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True)]
        for argument, default in [*pairs, *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]:
            if default is not None:
                yield default, argument.arg, default


def _names_for_false(file: PythonFile) -> set[str]:
    """Names of the module and of its classes that stand for False."""
    values: dict[str, list[object]] = {}
    for node in file.nodes(ast.Assign, ast.AnnAssign):
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            name = getattr(target, "id", getattr(target, "attr", ""))
            values.setdefault(name, []).append(getattr(node.value, "value", True))
    return {name for name, given in values.items() if all(value is False for value in given)}


def _is_off(value: ast.expr, off: set[str]) -> bool:
    match value:
        case ast.Constant(value=found):
            return found is False or (type(found) is int and found == 0)
        case ast.UnaryOp(op=ast.Not(), operand=ast.Constant(value=found)):
            return bool(found)
        case ast.Name(id=name) | ast.Attribute(value=ast.Name(), attr=name):
            return name in off
        case _:
            return False


def _is_compared(file: PythonFile, node: ast.AST) -> bool:
    return isinstance(file.parent(node), ast.Compare)


def _is_chosen(file: PythonFile, node: ast.AST) -> bool:
    """Whether who calls has to ask for it: the value stands behind a test of an option of that meaning."""
    for ancestor in file.ancestors(node):
        if isinstance(ancestor, ast.If | ast.IfExp) and _CHOICE.search(ast.unparse(ancestor.test)):
            return True
        if isinstance(ancestor, ast.FunctionDef | ast.AsyncFunctionDef):
            return False
    return False


def dynamic_code(file: PythonFile, _project: Project) -> Iterable[Fault]:
    """No code is made from data or loaded by name; ruff knows eval, exec, pickles and processes."""
    for call in file.nodes(ast.Call):
        match call.func:
            case ast.Name(id="compile" | "__import__" as name) if not is_local(file, call, name):
                yield Fault(f"{name}() runs code from data.", hint="Parse the data; import what is needed.", node=call)
            case ast.Attribute(value=ast.Name(id="importlib"), attr="import_module"):
                yield Fault("import_module() loads code by name.", hint="Import what is needed.", node=call)
            case _:
                pass
