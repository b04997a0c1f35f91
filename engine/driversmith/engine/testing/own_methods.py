"""The methods that a driver's author added to the contract, as its client defines them; nothing is imported or run."""

import ast
from dataclasses import dataclass
from typing import Any

from ..contract.python_source import parse_module
from ..contract.surface import CONTEXT_METHODS, METHOD_NAMES
from ..models.profile import ApiProfile, ParameterProfile
from .arguments import parameter_value
from .mock.records import RecordMaker

MOST = 30


@dataclass(frozen=True)
class OwnMethod:
    """A public method, and what a call of it cannot do without."""

    name: str
    required: tuple[tuple[str, str], ...]
    """Name and annotation of each; "" where there is none."""
    gives_items: bool = False
    """Whether it is a generator, which does nothing until it is asked for an item."""


def own_methods(client: str, class_name: str) -> tuple[OwnMethod, ...]:
    """Those of a client module's source, at most MOST; none where it cannot be parsed. Takes a while."""
    try:
        module = parse_module(client)
    except (SyntaxError, ValueError, RecursionError):
        return ()
    classes = (node for node in module.body if isinstance(node, ast.ClassDef) and node.name == class_name)
    functions = [node for found in classes for node in found.body if isinstance(node, ast.FunctionDef)]
    contract = METHOD_NAMES.union(CONTEXT_METHODS)
    own = [f for f in functions if not f.name.startswith("_") and f.name not in contract and not _is_attribute(f)]
    return tuple(OwnMethod(f.name, _required(f), _yields(f)) for f in own[:MOST])


def fitting(method: OwnMethod, profile: ApiProfile, maker: RecordMaker) -> dict[str, Any] | None:
    """Arguments for a call: as the API's own parameters of these names take them, else by annotation; None where nobody can
    tell what one has to be."""
    known: dict[str, ParameterProfile] = {}
    for operation in profile.operations.values():
        for parameter in operation.parameters:
            known.setdefault(_plain(parameter.argument), parameter)
    values: dict[str, Any] = {}
    for name, annotation in method.required:
        if (parameter := known.get(_plain(name))) is not None:
            values[name] = parameter_value(parameter, maker)
        elif (value := _of_annotation(annotation, maker)) is not None:
            values[name] = value
        else:
            return None
    return values


def _is_attribute(function: ast.FunctionDef) -> bool:
    """Whether it is a property, or one of the class."""
    return bool(function.decorator_list)


def _required(function: ast.FunctionDef) -> tuple[tuple[str, str], ...]:
    given = function.args
    positional = [*given.posonlyargs, *given.args]
    needed = positional[1 : len(positional) - len(given.defaults)]
    needed += [a for a, value in zip(given.kwonlyargs, given.kw_defaults, strict=True) if value is None]
    return tuple((a.arg, ast.unparse(a.annotation) if a.annotation else "") for a in needed)


def _yields(function: ast.FunctionDef) -> bool:
    return any(isinstance(node, ast.Yield | ast.YieldFrom) for node in ast.walk(function))


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _of_annotation(annotation: str, maker: RecordMaker) -> Any:
    first = annotation.partition("|")[0].strip()
    if first.startswith("Literal["):
        choices: tuple[object, ...] = ast.literal_eval(f"({annotation.partition('[')[2].partition(']')[0]},)")
        return choices[0]
    name = first.partition("[")[0].rpartition(".")[2]
    plain: dict[str, Any] = {"int": 7, "float": 7.5, "bool": True, "str": maker.word(8)}
    held: dict[str, Any] = {"list": [], "Sequence": [], "Iterable": [], "dict": {}, "Mapping": {}, "Record": {}}
    return {**plain, **held}.get(name)
