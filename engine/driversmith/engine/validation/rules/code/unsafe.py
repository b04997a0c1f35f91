"""Code that is unsafe in a driver: TLS off, code that is loaded by name."""

import ast
import re
from collections.abc import Iterable

from ...fault import Fault
from ...parsed.named_values import named_values, variables
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
    options = _OPTIONS | {"ssl"} if _AIOHTTP.search(file.text) else _OPTIONS
    for name, value in named_values(file):
        given = value.value if isinstance(value, ast.Constant) else _UNKNOWN
        turned = (
            (name in options and _is_off(value, off))
            or (name in {"cert_reqs", "verify_mode"} and given in {"CERT_NONE", "NONE", 0})
            or (name in _VARIABLES and given in {"", "0", None})
        )
        if turned and not _is_chosen(file, value):
            yield Fault(f"{name}={ast.unparse(value)} turns TLS verification off.", hint="Remove it.", node=value)
    for node in file.nodes(ast.Attribute):
        off_by_name = node.attr in {"_create_unverified_context", "_create_stdlib_context", "CERT_NONE"}
        if off_by_name and not isinstance(file.parent(node), ast.Compare) and not _is_chosen(file, node):
            yield Fault(f"{node.attr} turns TLS verification off.", hint="Remove it.", node=node)


_UNKNOWN = object()


def _names_for_false(file: PythonFile) -> set[str]:
    """Names of the module and of its classes that stand for False."""
    values: dict[str, list[object]] = {}
    for name, value in [*variables(file), *named_values(file)]:
        values.setdefault(name, []).append(value.value if isinstance(value, ast.Constant) else True)
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
