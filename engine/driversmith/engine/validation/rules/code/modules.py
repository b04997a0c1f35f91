"""Imports: they resolve inside the package, stay within what a driver may use, and make no circle."""

import ast
import builtins
import difflib
import sys
from collections.abc import Iterable, Iterator

from ....contract.surface import DEPENDENCIES
from ...fault import Fault
from ...parsed.project import Project
from ...parsed.python_file import PythonFile
from ...parsed.scopes import is_for_checkers, is_guarded

_UNSAFE = frozenset(
    {"subprocess", "ctypes", "pickle", "marshal", "shelve", "socket", "multiprocessing", "pty", "code", "runpy", "cffi"}
    | {"ftplib", "mmap", "smtplib", "socketserver", "telnetlib", "webbrowser", "winreg", "xmlrpc"}
)
_OF_CHECKERS = frozenset({"typing_extensions"})
"""What every type checker knows, so that nobody has to install it for what only they look at."""
_LOOKALIKES = {"httpx": "httpx2", "requests": "httpx2", "aiohttp": "httpx2", "urllib3": "httpx2"}


def unresolved_imports(file: PythonFile, project: Project) -> Iterable[Fault]:
    """Every name imported from the package exists there."""
    for node in file.nodes(ast.ImportFrom):
        if not is_guarded(file, node):
            yield from _from_import_faults(file, node, project)
    if project.whole and file.role == "test":
        yield from _unknown_patches(file, project)
    for node in file.nodes(ast.Import):
        for alias in node.names:
            head, _, tail = alias.name.partition(".")
            if project.whole and head == project.package and tail and not _module_exists(project, tail):
                yield _no_module(project, tail, node)


def foreign_imports(file: PythonFile, project: Project) -> Iterable[Fault]:
    """A driver imports the standard library, httpx2 and itself."""
    for node, name in _absolute_imports(file):
        allowed = name in sys.stdlib_module_names or name in DEPENDENCIES or name == project.package
        if allowed or (file.role != "package" and _is_beside(file, name, project)):
            continue
        if name in _OF_CHECKERS and is_for_checkers(file, node):
            continue
        if isinstance(node, ast.ImportFrom) and _is_sibling(file, node.module or "", project):
            continue  # told as an import that does not resolve
        if name == (project.package or "").removesuffix("_driver") + "_driver":
            continue
        if not project.whole and name.endswith("_driver"):
            continue
        replacement = _LOOKALIKES.get(name)
        yield Fault(
            f"`{name}` is imported; a driver may use the standard library, {', '.join(DEPENDENCIES)} and itself only.",
            hint=f"Use {replacement}." if replacement else "Do without it.",
            node=node,
        )


def unsafe_imports(file: PythonFile, _project: Project) -> Iterable[Fault]:
    """A driver talks HTTP: it starts no processes, loads no native code and no pickles."""
    for node, name in _absolute_imports(file):
        if name in _UNSAFE:
            yield Fault(f"`{name}` is imported: a driver has no use for it.", hint="Remove it.", node=node)


def missing_exports(file: PythonFile, project: Project) -> Iterable[Fault]:
    """Every name in `__all__` is bound in the module."""
    found = project.bindings(file)
    if found.exports is None or found.open:
        return
    names = set(found.names)
    for star in found.stars:
        target = project.imported_module(file, star)
        module = project.module(target) if target is not None else None
        if module is None or project.bindings(module).open:
            return
        names |= set(project.bindings(module).names)
    for name, node in found.exports.items():
        is_submodule = file.path.endswith("/__init__.py") and _module_exists(project, name)
        if name not in names and not is_submodule:
            close = difflib.get_close_matches(name, names, 1)
            yield Fault(
                f"`__all__` names {name}, which {file.path} does not define.",
                hint=f"Did you mean {close[0]}?" if close else "Import or define it, or take it out of `__all__`.",
                node=node,
            )


def circular_imports(project: Project) -> Iterable[Fault]:
    """Importing the package never asks a half-loaded module for a name that it has not bound yet."""
    init = project.module("")
    if init is not None and init.tree is not None:
        yield from _Loading(project).load(init)


class _Loading:
    """Plays the import of the package statement by statement."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._bound: dict[str, set[str]] = {}
        self._loaded: set[str] = set()

    def load(self, file: PythonFile, depth: int = 0) -> Iterator[Fault]:
        if file.path in self._bound or file.tree is None or depth > 50:
            return
        bound = self._bound[file.path] = set[str]()
        for statement in file.tree.body:
            if isinstance(statement, ast.ImportFrom):
                yield from self._import(file, statement, depth)
            bound |= _names_of(statement)
        self._loaded.add(file.path)

    def _import(self, file: PythonFile, node: ast.ImportFrom, depth: int) -> Iterator[Fault]:
        project = self._project
        target = project.imported_module(file, node)
        module = project.module(target) if target is not None else None
        if target is None or module is None or module is file:
            return
        yield from self.load(module, depth + 1)
        for alias in node.names:
            below = f"{target}.{alias.name}".lstrip(".")
            if (submodule := project.module(below)) is not None:
                yield from self.load(submodule, depth + 1)
            elif (
                module.path in self._bound
                and module.path not in self._loaded
                and alias.name not in self._bound[module.path]
                and alias.name in project.bindings(module).names
            ):
                yield Fault(
                    f"Circular import: {alias.name} is imported from {module.path} while that module is still "
                    f"loading and has not defined it yet.",
                    hint=f"Move what both need into a third module, or import {alias.name} inside the function.",
                    node=node,
                    file=file.path,
                )


def _from_import_faults(file: PythonFile, node: ast.ImportFrom, project: Project) -> Iterator[Fault]:
    target = project.imported_module(file, node)
    if target is None and _is_sibling(file, node.module or "", project) and node.level == 0:
        yield Fault(
            f"`{node.module}` is a module of {project.package}: without a dot Python looks for it elsewhere.",
            hint=f"from .{node.module} import {', '.join(a.name for a in node.names)}",
            node=node,
        )
        return
    if target is None:
        if project.whole and node.level and project.dotted_name(file) is not None:
            yield Fault("A relative import goes above the package.", hint="Use fewer dots.", node=node)
        elif project.whole and node.level and file.role in {"test", "example"}:
            yield Fault(
                f"A relative import stands in {file.path}, which is no package.",
                hint=f"from {project.package} import ...",
                node=node,
            )
        return
    if not project.whole:
        return
    module = project.module(target)
    if module is None:
        if not (target and project.has_folder(target)):
            yield _no_module(project, target, node)
        return
    known = project.importable(module)
    if known is None:
        return
    for alias in node.names:
        below = f"{target}.{alias.name}".lstrip(".")
        if alias.name == "*" or alias.name in known or _module_exists(project, below):
            continue
        if alias.name in {"__name__", "__file__", "__doc__", "__path__", "__version__"} and alias.name != "__version__":
            continue
        defined = sorted(n for n in known if not n.startswith("__"))
        close = difflib.get_close_matches(alias.name, defined, 1, 0.6)
        yield Fault(
            f"`{alias.name}` is imported from {module.path.rpartition('/')[2] if target else project.package}, "
            f"which defines: {', '.join(defined[:40]) or 'nothing'}.",
            hint=f"Did you mean {close[0]}?" if close else f"Define {alias.name} there, or import what exists.",
            node=node if len(node.names) == 1 else alias,
        )


def _unknown_patches(file: PythonFile, project: Project) -> Iterator[Fault]:
    """What `mock.patch("package.module.name")` replaces is there."""
    for call in file.nodes(ast.Call):
        if not call.args or getattr(call.func, "attr", getattr(call.func, "id", "")) != "patch":
            continue
        said = call.args[0].value if isinstance(call.args[0], ast.Constant) else None
        parts = said.split(".") if isinstance(said, str) else []
        if len(parts) < 3 or parts[0] != project.package or any(k.arg == "create" for k in call.keywords):
            continue
        length = next((n for n in range(len(parts) - 1, 0, -1) if project.module(".".join(parts[1:n]))), 1)
        module = project.module(".".join(parts[1:length]))
        names = project.importable(module) if module else None
        if module and names is not None and parts[length] not in names and not hasattr(builtins, parts[length]):
            where = module.path.removeprefix(f"{project.package}/")
            yield Fault(
                f"`{said}` is patched; {where} has no {parts[length]}: {', '.join(sorted(names)[:30])}.",
                hint="Patch the name where the code looks it up.",
                node=call.args[0],
            )


def _no_module(project: Project, target: str, node: ast.AST) -> Fault:
    names = project.module_names()
    close = difflib.get_close_matches(target, names, 1)
    return Fault(
        f"The package {project.package} has no module `{target}`; its modules: {', '.join(names) or 'none'}.",
        hint=f"Did you mean {close[0]}?" if close else "Import from a module that exists.",
        node=node,
    )


def _module_exists(project: Project, dotted: str) -> bool:
    return project.module(dotted) is not None or project.has_folder(dotted)


def _absolute_imports(file: PythonFile) -> Iterator[tuple[ast.stmt, str]]:
    for node in file.nodes(ast.Import):
        for alias in node.names:
            yield node, alias.name.partition(".")[0]
    for node in file.nodes(ast.ImportFrom):
        if node.level == 0 and node.module:
            yield node, node.module.partition(".")[0]


def _is_sibling(file: PythonFile, name: str, project: Project) -> bool:
    if not project.whole or file.role != "package" or name.partition(".")[0] in sys.stdlib_module_names:
        return False
    return bool(name) and name != project.package and project.module(name) is not None


def _is_beside(file: PythonFile, name: str, project: Project) -> bool:
    folder = file.path.rpartition("/")[0]
    places = {f"{name}.py", f"{name}/__init__.py", f"{folder}/{name}.py", f"{folder}/{name}/__init__.py"}
    return name in {"tests", "examples"} or any(place in project.texts for place in places)


def _names_of(statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return {statement.name}
    names: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {a.asname or a.name.partition(".")[0] for a in node.names}
        elif isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
    return names
