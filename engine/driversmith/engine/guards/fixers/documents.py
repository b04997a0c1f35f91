"""Files other than Python."""

import ast
import re
from collections.abc import Iterable
from typing import Any

from ...contract.surface import DEPENDENCIES
from ..files.characters import repair_characters
from ..files.extraction import Extracted, extract_file
from .fixer import Case, Change

_VARIABLE = re.compile(r"names the variable ([A-Z][A-Z0-9_]*)")
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
_RANGES = {"httpx2": "httpx2>=2.10,<3"}


def out_of_fences(case: Case) -> Iterable[Change]:
    """A document that still has the fence and the prose of an answer around it."""
    found = extract_file(case.text, path=case.path, stop_reason="end_turn")
    if isinstance(found, Extracted) and found.how:
        yield Change(found.text, "; ".join(found.how))


def typographic_toml(case: Case) -> Iterable[Change]:
    """Typographic quotes and unusual spaces in TOML."""
    found = repair_characters(case.text)
    if found.how:
        yield Change(found.text, "; ".join(found.how))


def environment_name(case: Case) -> Iterable[Change]:
    """A variable that the code does not read, by the only one that it reads for the same thing."""
    project, prefix = case.project, case.project.env_prefix
    read: set[str] = set()
    for file in project.files("package"):
        read |= {n.value for n in file.nodes(ast.Constant) if isinstance(n.value, str) and n.value.isupper()}
    own = {name for name in read if prefix and name.startswith(f"{prefix}_")}
    for finding in case.findings:
        match = _VARIABLE.search(finding.message)
        if match is None:
            continue
        same = [name for name in own if match[1].endswith(name.removeprefix(f"{prefix}_"))]
        if len(same) == 1:
            text = re.sub(rf"\b{match[1]}\b", same[0], case.text)
            yield Change(text, f"named the variable {same[0]}, which the code reads, in place of {match[1]}")


def dependencies(case: Case) -> Iterable[Change]:
    """The dependencies that the contract allows, in place of others that no module imports."""
    import tomlkit

    try:
        document: Any = tomlkit.parse(case.text)
        listed = [str(entry) for entry in document["project"].get("dependencies", [])]
    except Exception:  # no TOML, or tables where lists belong: nothing that could be mended for certain
        return
    imported = {a.name.partition(".")[0] for f in case.project.files() for n in f.nodes(ast.Import) for a in n.names}
    imported |= {(n.module or "").partition(".")[0] for f in case.project.files() for n in f.nodes(ast.ImportFrom)}
    kept: list[str] = []
    for entry in listed:
        name = (match[1] if (match := _REQUIREMENT.match(entry)) else "").lower().replace("_", "-")
        if name in DEPENDENCIES:
            kept.append(entry)
        elif name.replace("-", "_") in imported:
            return
    have = {match[1].lower() for entry in kept if (match := _REQUIREMENT.match(entry))}
    kept += [_RANGES.get(name, name) for name in DEPENDENCIES if name not in have]
    document["project"]["dependencies"] = kept
    yield Change(tomlkit.dumps(document), f"made the dependencies {', '.join(kept)}")
