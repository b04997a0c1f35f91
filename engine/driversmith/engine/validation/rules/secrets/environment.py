"""Environment variables: the same names in the code and in README.md, all with the driver's prefix."""

import ast
import difflib
import re
from collections.abc import Iterable

from ....contract.surface import ENVIRONMENT_SUFFIXES
from ...fault import Fault
from ...parsed.code_facts import driver_functions, environment_key
from ...parsed.project import Project
from ...parsed.python_file import PythonFile

_ENVIRONMENT_NAME = re.compile(
    r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:API_KEY|TOKEN|BASE_URL|SECRET|PASSWORD|USERNAME|CLIENT_ID|CLIENT_SECRET|KEY)\b"
)

_METHOD = re.compile(r"(?:method|verb)$", re.IGNORECASE)
_CREDENTIAL = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|USER|CLIENT|AUTH|_ID$")


def environment_names(project: Project) -> Iterable[Fault]:
    """README.md and code speak of the same environment variables."""
    place, readme = project.driver, project.texts.get("README.md")
    if place is None or readme is None or not project.env_prefix:
        return
    texts = {str(n.value) for f in project.files("package") for n in f.nodes(ast.Constant) if isinstance(n.value, str)}
    known = set(texts)
    if not _names_in_full(texts, project):
        known |= {f"{project.env_prefix}_{suffix}" for suffix in ENVIRONMENT_SUFFIXES}
        for _, function in driver_functions(project, place, "__init__"):
            arguments = function.args
            known |= {f"{project.env_prefix}_{a.arg.upper()}" for a in [*arguments.args, *arguments.kwonlyargs]}
    own = re.compile(rf"\b{re.escape(project.env_prefix)}_[A-Z0-9_]*[A-Z0-9]\b|{_ENVIRONMENT_NAME.pattern}")
    for found in own.finditer(readme):
        if found[0] not in known and not found[0].startswith("DRIVERSMITH_"):
            close = difflib.get_close_matches(found[0], [n for n in known if n.isupper()], 1)
            yield Fault(
                f"README.md names the variable {found[0]}, which the code does not read.",
                hint=f"Did you mean {close[0]}?" if close else "Name what from_env reads.",
                line=readme.count("\n", 0, found.start()) + 1,
                file="README.md",
            )


def environment_prefix(file: PythonFile, project: Project) -> Iterable[Fault]:
    """Variables that the code reads begin with the driver's prefix."""
    prefix = project.env_prefix
    if not prefix or not project.whole or not (project.package or "").endswith("_driver"):
        return
    for node in file.nodes(ast.Call, ast.Subscript):
        name = environment_key(node)
        if name and name.startswith(f"{prefix}_") and (fault := _unknown_credential(name, node, file, project)):
            yield fault
        if name and not name.startswith(f"{prefix}_"):
            yield Fault(
                f"The code reads the variable {name}; the driver's begin with {prefix}_.",
                hint=f"{prefix}_BASE_URL, {prefix}_API_KEY, ...",
                node=node,
            )


def _unknown_credential(name: str, node: ast.AST, file: PythonFile, project: Project) -> Fault | None:
    schemes = project.profile.auth if project.profile else ()
    wanted = {c.env for scheme in schemes for c in scheme.credentials}
    suffix = name.removeprefix(f"{project.env_prefix}_")
    if not wanted or name in wanted or not _CREDENTIAL.search(suffix):
        return None
    read = {environment_key(n) for n in file.nodes(ast.Call, ast.Subscript)}
    close = difflib.get_close_matches(name, wanted - read, 1, 0.3)
    if not close:  # the documented one is read as well
        return None
    return Fault(
        f"The code reads the variable {name}; the driver's are {', '.join(sorted(wanted))}.",
        hint=f"Did you mean {close[0]}?",
        node=node,
    )


def _names_in_full(texts: set[str], project: Project) -> bool:
    """Whether the code spells its variables out, so that no name comes together at run time."""
    prefix = f"{project.env_prefix}_"
    built = any(text == project.env_prefix or text.endswith(prefix) for text in texts) or any(
        node.attr == "upper" and not _METHOD.search(ast.unparse(node.value))
        for file in project.files("package")
        for node in file.nodes(ast.Attribute)
    )
    return not built and any(text.startswith(prefix) and text.isupper() for text in texts)
