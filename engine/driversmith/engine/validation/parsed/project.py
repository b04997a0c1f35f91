"""A driver's project folder in memory, as rules look at it: parsed files, modules, the driver class."""

import ast
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any, cast

from ...contract.surface import BASE_CLASS, BASE_MODULE, METHOD_NAMES
from ...models.profile import ApiProfile
from ..api_text import ApiText
from .bindings import Bindings, bindings
from .python_file import PythonFile, parse

_CONTRACT_METHODS_OF_A_DRIVER = 3
"""A lone class counts as a driver when its name ends in Driver and it has this many contract methods."""


@dataclass(frozen=True)
class ClassPlace:
    """A class and the file it stands in."""

    file: PythonFile
    node: ast.ClassDef


@dataclass
class Project:
    """The files of one driver; `whole` is False where only a single file is known."""

    texts: Mapping[str, str]
    """POSIX path in the project folder -> text; files other than Python included."""
    python: dict[str, PythonFile]
    package: str | None
    whole: bool
    profile: ApiProfile | None = None
    _bindings: dict[str, Bindings] = field(default_factory=dict[str, Bindings])

    def files(self, *roles: str) -> Iterator[PythonFile]:
        """Parsed Python files of these roles; all with none given. Broken ones are left out."""
        for file in self.python.values():
            if file.tree is not None and (not roles or file.role in roles):
                yield file

    def with_suffix(self, *suffixes: str) -> Iterator[tuple[str, str]]:
        """Path and text of the files whose names end so, whatever they are."""
        for path, text in self.texts.items():
            if path.endswith(suffixes):
                yield path, text

    def module(self, name: str) -> PythonFile | None:
        """A module of the package by dotted name below it; "" is the package itself."""
        base = f"{self.package}/{name.replace('.', '/')}".rstrip("/")
        return self.python.get(f"{base}.py") or self.python.get(f"{base}/__init__.py")

    def module_names(self) -> list[str]:
        """Dotted names below the package of all its modules."""
        prefix = f"{self.package}/"
        names = [
            path.removeprefix(prefix).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            for path in self.python
            if path.startswith(prefix)
        ]
        return sorted(name for name in names if name != "__init__")

    def has_folder(self, name: str) -> bool:
        """Whether the package has a subpackage of this dotted name, also one without `__init__.py`."""
        prefix = f"{self.package}/{name.replace('.', '/')}/"
        return any(path.startswith(prefix) for path in self.texts)

    def bindings(self, file: PythonFile) -> Bindings:
        """What a module binds; worked out once."""
        if file.path not in self._bindings:
            self._bindings[file.path] = bindings(file)
        return self._bindings[file.path]

    def importable(self, file: PythonFile) -> set[str] | None:
        """The names that can be imported from a module, those behind its star imports too; None where nobody can say."""
        names: set[str] = set()
        waiting, seen = [file], set[str]()
        while waiting:
            module = waiting.pop()
            found = self.bindings(module)
            if found.open:
                return None
            seen.add(module.path)
            names |= set(found.names)
            for star in found.stars:
                target = self.imported_module(module, star)
                source = self.module(target) if target is not None else None
                if source is None:
                    return None
                if source.path not in seen:
                    waiting.append(source)
        return names

    def dotted_name(self, file: PythonFile) -> str | None:
        """The module name below the package of a package file ("" for `__init__`), None for other files."""
        prefix = f"{self.package}/"
        if self.package is None or not file.path.startswith(prefix):
            return None
        name = file.path.removeprefix(prefix).removesuffix(".py").replace("/", ".")
        return "" if name == "__init__" else name.removesuffix(".__init__")

    def imported_module(self, file: PythonFile, node: ast.ImportFrom) -> str | None:
        """The dotted name below the package that a `from` import names, or None where it leads elsewhere."""
        if node.level == 0:
            module = node.module or ""
            if self.package and (module == self.package or module.startswith(f"{self.package}.")):
                return module.removeprefix(self.package).lstrip(".")
            return None
        own = self.dotted_name(file)
        if own is None:
            return None
        parts = own.split(".") if own else []
        if parts and not file.path.endswith("/__init__.py"):
            parts.pop()
        ups = node.level - 1
        if ups > len(parts):
            return None
        return ".".join([*parts[: len(parts) - ups], *([node.module] if node.module else [])])

    def find_class(self, file: PythonFile, name: str, _depth: int = 0) -> ClassPlace | None:
        """The class that a name means in a module, followed through imports inside the package."""
        if _depth > 8:
            return None
        bound = self.bindings(file).names.get(name)
        if isinstance(bound, ast.ClassDef):
            return ClassPlace(file, bound)
        if isinstance(bound, ast.ImportFrom):
            target = self.imported_module(file, bound)
            module = self.module(target) if target is not None else None
            original = next((a.name for a in bound.names if (a.asname or a.name) == name), name)
            if module is not None and module is not file:
                return self.find_class(module, original, _depth + 1)
        return None

    def ancestry(self, place: ClassPlace) -> tuple[list[ClassPlace], list[str]]:
        """A class with its base classes inside the package, nearest first, and the names of bases outside it."""
        inside: list[ClassPlace] = []
        outside: list[str] = []
        waiting = [place]
        while waiting:
            current = waiting.pop(0)
            if any(current.node is seen.node for seen in inside):
                continue
            inside.append(current)
            for base in current.node.bases:
                plain = base.value if isinstance(base, ast.Subscript) else base
                name = (
                    plain.id if isinstance(plain, ast.Name) else plain.attr if isinstance(plain, ast.Attribute) else ""
                )
                found = self.find_class(current.file, name) if isinstance(plain, ast.Name) else None
                if found:
                    waiting.append(found)
                else:
                    outside.append(name or "?")
        return inside, outside

    @cached_property
    def driver(self) -> ClassPlace | None:
        """The driver class: in the client module, else wherever a class looks like one."""
        client = self.module("client") if self.package else None
        for file in [client] if client else self.files("package"):
            classes = [n for n in file.nodes(ast.ClassDef) if isinstance(file.parent(n), ast.Module)]
            best = max(classes, key=_likeness, default=None)
            if best is None:
                continue
            enough = _contract_methods(best) >= _CONTRACT_METHODS_OF_A_DRIVER
            if looks_like_driver(best) or (client and (enough or best.name.endswith("Driver"))):
                return ClassPlace(file, best)
        return None

    @cached_property
    def base(self) -> ClassPlace | None:
        """The class that holds the contract's methods; None in drivers of earlier versions, which have them in the client."""
        module = self.module(BASE_MODULE) if self.package else None
        return self.find_class(module, BASE_CLASS) if module is not None else None

    @cached_property
    def api_text(self) -> ApiText:
        """The API's own words; worked out where a rule has found something that they may be."""
        return ApiText(self.profile)

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The content of driver.json, {} where there is none that can be read."""
        return _json_object(self.texts.get("driver.json", ""))

    @cached_property
    def constants(self) -> dict[str, str]:
        """Texts that names of the package stand for at module and class level; names with two meanings left out."""
        found: dict[str, set[str]] = {}
        for file in self.files("package"):
            for node in file.nodes(ast.Assign, ast.AnnAssign):
                value = node.value
                if not isinstance(file.parent(node), ast.Module | ast.ClassDef) or not isinstance(value, ast.Constant):
                    continue
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    if isinstance(target, ast.Name) and isinstance(value.value, str):
                        found.setdefault(target.id, set()).add(value.value)
        return {name: next(iter(values)) for name, values in found.items() if len(values) == 1}

    @cached_property
    def names_used(self) -> frozenset[str]:
        """Names and attributes that the package reads somewhere."""
        return frozenset(
            node.attr if isinstance(node, ast.Attribute) else node.id
            for file in self.files("package")
            for node in file.nodes(ast.Name, ast.Attribute)
            if isinstance(node.ctx, ast.Load)
        )

    @cached_property
    def attributes_read(self) -> frozenset[str]:
        """Attributes that the package reads somewhere."""
        nodes = (node for file in self.files("package") for node in file.nodes(ast.Attribute))
        return frozenset(node.attr for node in nodes if isinstance(node.ctx, ast.Load))

    @property
    def env_prefix(self) -> str:
        """`OPEN_METEO` for the package `open_meteo_driver`."""
        return (self.package or "").removesuffix("_driver").upper()


def load_project(texts: Mapping[str, str], *, whole: bool, profile: ApiProfile | None = None) -> Project:
    """Parse the Python files of a project. A lone file that holds a driver class counts as package code."""
    name = package_name(texts) if whole else None
    python = {
        path: parse(path, text, role=_role(path, name) if whole else "other")
        for path, text in texts.items()
        if path.endswith((".py", ".pyi"))
    }
    if not whole:
        for file in python.values():
            if any(looks_like_driver(node) for node in file.nodes(ast.ClassDef)) and not _is_test(file.path):
                file.role = "package"
    return Project(texts=texts, python=python, package=name, whole=whole, profile=profile)


def package_name(texts: Mapping[str, str]) -> str | None:
    """The package of a project folder: what driver.json says, else the folder with the client module."""
    manifest = _json_object(texts.get("driver.json", ""))
    if isinstance(name := manifest.get("package"), str) and any(p.startswith(f"{name}/") for p in texts):
        return name
    folders = {PurePosixPath(path).parts[0] for path in texts if path.endswith(".py") and "/" in path}
    folders -= {"tests", "examples", "docs", "test"}
    ranked = sorted(
        folders,
        key=lambda f: (f"{f}/client.py" in texts, f.endswith("_driver"), f"{f}/__init__.py" in texts, f),
        reverse=True,
    )
    return ranked[0] if ranked else None


def looks_like_driver(node: ast.ClassDef) -> bool:
    """Whether a class is named ...Driver and has, or inherits, some methods that only the driver contract has."""
    enough = _contract_methods(node) >= _CONTRACT_METHODS_OF_A_DRIVER
    return node.name.endswith("Driver") and (enough or any(ast.unparse(base) == BASE_CLASS for base in node.bases))


def _likeness(node: ast.ClassDef) -> tuple[bool, int, bool]:
    return looks_like_driver(node), _contract_methods(node), node.name.endswith("Driver")


def _contract_methods(node: ast.ClassDef) -> int:
    # Names that any class may have count for one together.
    defined = {s.name for s in node.body if isinstance(s, ast.FunctionDef | ast.AsyncFunctionDef)} & METHOD_NAMES
    common = defined & {"__init__", "close", "read", "update", "delete", "create"}
    return len(defined - common) + bool(common - {"__init__", "close"})


def _role(path: str, package: str | None) -> str:
    if package and path.startswith(f"{package}/"):
        return "package"
    if _is_test(path):
        return "test"
    return "example" if path.startswith("examples/") else "other"


def _is_test(path: str) -> bool:
    parts = PurePosixPath(path)
    return parts.parts[0] in {"tests", "test"} or parts.name.startswith("test_") or parts.name.endswith("_test.py")


def _json_object(text: str) -> dict[str, Any]:
    try:
        value: object = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
