"""Secrets that stand in the code: keys of known shapes, and values of what is named like a secret."""

import ast
import re
from collections.abc import Iterable

from ...fault import Fault
from ...parsed.code_facts import environment_key
from ...parsed.project import Project
from ...parsed.python_file import PythonFile

_KEY_SHAPES = re.compile(
    r"\b(?:sk-[A-Za-z0-9_-]{20,}|sk_(?:live|test)_[A-Za-z0-9]{16,}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}"
    r"|AKIA[0-9A-Z]{16}|AIza[0-9A-Za-z_-]{35}|xox[abprs]-[A-Za-z0-9-]{12,}|glpat-[A-Za-z0-9_-]{20}"
    r"|eyJ[A-Za-z0-9_-]{15,}\.eyJ[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{15,}|SG\.[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,})"
)
SECRET_NAME = re.compile(
    r"^_*(?:\w*_)?(?:api_?key|apikey|secret|client_secret|password|passwd|access_token|auth_token|token|bearer|authorization)$",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"your|example|placeholder|changeme|change[-_ ]me|xxx|<|\$\{|test|dummy|demo|sample|env:|\.\.\.|^\W*$",
    re.IGNORECASE,
)
_SHOWN = re.compile(r"example|your|x{4}|placeholder", re.IGNORECASE)
_OPAQUE = re.compile(r"[A-Za-z0-9_.:+=-]{12,}")


def literal_keys(file: PythonFile, project: Project) -> Iterable[Fault]:
    """No secret stands in the code, unless the API's description shows it to everybody."""
    for node in file.nodes(ast.Constant):
        value: object = node.value
        found = _KEY_SHAPES.search(value) if isinstance(value, str) and 16 <= len(value) <= 4096 else None
        if found and not _is_shown(found[0], project):
            yield Fault("A literal key stands in the code.", hint="Take it as an argument or from_env.", node=node)


def keys_in_texts(project: Project) -> Iterable[Fault]:
    """No secret stands in README.md, pyproject.toml or driver.json."""
    for path, text in project.texts.items():
        if path.endswith((".md", ".toml", ".txt", ".cfg", ".ini")) or path == "driver.json":
            for found in _KEY_SHAPES.finditer(text):
                if not _is_shown(found[0], project):
                    line = text.count("\n", 0, found.start()) + 1
                    yield Fault(f"A literal key stands in {path}.", hint='Show "..." instead.', line=line, file=path)


def _is_shown(key: str, project: Project) -> bool:
    return _SHOWN.search(key) is not None or project.api_text.says(key)


def literal_credentials(file: PythonFile, project: Project) -> Iterable[Fault]:
    """No argument or variable that names a secret has a value in the code."""
    for name, node in _named_literals(file):
        value = str(node.value)
        if not SECRET_NAME.match(name) or not _looks_secret(value) or _KEY_SHAPES.search(value):
            continue
        if not project.api_text.says(value):
            yield Fault(f"{name} is a literal in the code.", hint="Take it as an argument or from_env.", node=node)


def _named_literals(file: PythonFile) -> Iterable[tuple[str, ast.Constant]]:  # noqa: PLR0912 - one case a kind of place
    for node in file.nodes(ast.Assign):
        for target in node.targets:
            name = target.id if isinstance(target, ast.Name) else getattr(target, "attr", "")
            if isinstance(node.value, ast.Constant):
                yield name, node.value
    for node in file.nodes(ast.AnnAssign):
        target = node.target
        name = target.id if isinstance(target, ast.Name) else getattr(target, "attr", "")
        if isinstance(node.value, ast.Constant):
            yield name, node.value
    for node in file.nodes(ast.keyword):
        if node.arg and isinstance(node.value, ast.Constant):
            yield node.arg, node.value
    for node in file.nodes(ast.Call, ast.BoolOp):
        match node:
            case ast.Call(args=[_, ast.Constant() as value]) if name := environment_key(node):
                yield name, value
            case ast.BoolOp(
                op=ast.Or(), values=[ast.Name(id=name) | ast.Attribute(attr=name), *_, ast.Constant() as value]
            ):
                yield name, value
            case _:
                pass
    yield from _headers(file)
    for function in file.nodes(ast.arguments):
        positional = [*function.posonlyargs, *function.args]
        pairs = zip(positional[len(positional) - len(function.defaults) :], function.defaults, strict=True)
        for argument, default in [*pairs, *zip(function.kwonlyargs, function.kw_defaults, strict=True)]:
            if isinstance(default, ast.Constant):
                yield argument.arg, default


def _headers(file: PythonFile) -> Iterable[tuple[str, ast.Constant]]:
    for node in file.nodes(ast.Dict):
        parent = file.parent(node)
        if isinstance(parent, ast.keyword) and parent.arg is None:  # arguments by other means
            continue
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str) and isinstance(value, ast.Constant):
                name = key.value
                if "-" in name or name.lower() == "authorization":
                    yield name.replace("-", "_"), value


def _looks_secret(value: str) -> bool:
    value = value.removeprefix("Bearer ").removeprefix("Basic ")
    return (
        _OPAQUE.fullmatch(value) is not None
        and not _PLACEHOLDER.search(value)
        and any(c.isdigit() for c in value)
        and any(c.isalpha() for c in value)
    )
