"""Code that is unsafe in a driver: TLS off, code by name, processes."""

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
    """No eval, exec, or code from data."""
    for call in file.nodes(ast.Call):
        match call.func:
            case ast.Name(id="eval" | "exec" | "compile" | "__import__" as name) if not is_local(file, call, name):
                yield Fault(f"{name}() runs code from data.", hint="Parse the data; json.loads for JSON.", node=call)
            case ast.Attribute(value=ast.Name(id="importlib"), attr="import_module"):
                yield Fault("import_module() loads code by name.", hint="Import what is needed.", node=call)
            case ast.Attribute(value=ast.Name(id="pickle" | "marshal"), attr="load" | "loads" as name):
                yield Fault(f"{name}() of untrusted data runs code.", hint="Use JSON.", node=call)
            case ast.Attribute(value=ast.Name(id="yaml"), attr="load" | "unsafe_load"):
                yield Fault("yaml.load runs code from data.", hint="Use JSON.", node=call)
            case _:
                pass


def shell_commands(file: PythonFile, _project: Project) -> Iterable[Fault]:
    """No processes and no shell."""
    for call in file.nodes(ast.Call):
        match call.func:
            case ast.Attribute(value=ast.Name(id="os"), attr=name) if name in {"system", "popen"} or name.startswith(
                ("exec", "spawn")
            ):
                yield Fault(f"os.{name}() starts a process.", hint="A driver has no use for it: remove it.", node=call)
            case ast.Attribute(value=ast.Name(id="subprocess"), attr=name) if not is_local(file, call, "subprocess"):
                yield Fault(f"subprocess.{name}() starts a process.", hint="A driver has no use for it.", node=call)
            case _:
                pass
