"""Code that is unsafe in a driver: TLS off, code that is loaded by name."""

import ast
from collections.abc import Iterable

from ...fault import Fault
from ...parsed.project import Project
from ...parsed.python_file import PythonFile
from ...parsed.scopes import is_local


def tls_off(file: PythonFile, _project: Project) -> Iterable[Fault]:
    """Certificates are verified."""
    for keyword in file.nodes(ast.keyword):
        match keyword:
            case ast.keyword(arg="verify" | "verify_ssl" | "check_hostname", value=ast.Constant(value=False)):
                yield Fault(f"{keyword.arg}=False turns TLS verification off.", hint="Remove it.", node=keyword.value)
            case _:
                pass
    for node in file.nodes(ast.Attribute):
        if node.attr in {"_create_unverified_context", "CERT_NONE"}:
            yield Fault(f"{node.attr} turns TLS verification off.", hint="Remove it.", node=node)
    for node in file.nodes(ast.Assign):
        match node:
            case ast.Assign(targets=[ast.Attribute(attr="check_hostname" | "verify")], value=ast.Constant(value=False)):
                yield Fault("TLS verification is turned off.", hint="Remove it.", node=node)
            case _:
                pass


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
