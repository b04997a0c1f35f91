"""One call of a contract method by names, against the facts of the API."""

import ast
import difflib
from collections.abc import Iterator

from ....models.profile import ApiProfile, OperationProfile
from ...fault import Fault

_READING = frozenset({"read", "read_batched"})
_WRITING = frozenset({"create", "update", "delete"})
_OBJECT_METHODS = _READING | _WRITING | {"get_fields"}


def named_call(
    call: ast.Call, method: str, name: str, profile: ApiProfile, *, thorough: bool = False
) -> Iterator[Fault]:
    """What the API does not know of `driver.read("pets", status="sold")` and its kin; `name` is the first argument.

    `thorough`: also the arguments of `call_operation`, values of enumerations, and verbs that the object has not.
    """
    if method in _OBJECT_METHODS and name not in profile.objects:
        yield unknown("object", name, list(profile.objects), call)
    elif method == "call_operation" and name not in profile.operations:
        yield unknown("operation", name, list(profile.operations), call)
    elif method in _READING:
        yield from _read_faults(call, name, profile, thorough=thorough)
    elif method == "call_operation" and thorough:
        operation = profile.operations[name]
        found = list(_argument_faults(call, name, [operation], frozenset(), thorough=True))
        yield from found
        needed = [p.argument for p in operation.parameters if p.must_be_given]
        body = operation.body
        needed += [body.argument] if body and body.required and body.argument is not None else []
        yield from _lacking_faults(call, f"{name} cannot be called", [needed] if not found else [[]])
    elif method in _WRITING and thorough and method not in profile.objects[name].operations:
        verbs = ", ".join(profile.objects[name].operations)
        yield Fault(f"The API cannot {method} {name}, only: {verbs}.", hint="Use a verb that it has.", node=call)


def unknown(what: str, name: str, known: list[str], node: ast.AST) -> Fault:
    """A name that the API has not, with the nearest that it has."""
    close = difflib.get_close_matches(name, known, 1)
    return Fault(
        f"The API has no {what} `{name}`; it has: {', '.join(known[:20]) or 'none'}.",
        hint=f"Did you mean {close[0]}?" if close else "Use one that exists.",
        node=node,
    )


def _read_faults(call: ast.Call, name: str, profile: ApiProfile, *, thorough: bool) -> Iterator[Fault]:
    resource = profile.objects[name]
    operations = [profile.operations[resource.operations[v]] for v in ("read", "read_one") if v in resource.operations]
    found = list(_argument_faults(call, name, operations, {"limit", "batch_size"}, thorough=thorough))
    yield from found[:1]
    if not found and operations:
        lacking = [[p.argument for p in o.parameters if p.location == "path" and p.must_be_given] for o in operations]
        yield from _lacking_faults(call, f"{name} cannot be read", lacking)


def _argument_faults(
    call: ast.Call, name: str, operations: list[OperationProfile], more: frozenset[str] | set[str], *, thorough: bool
) -> Iterator[Fault]:
    """Keywords that none of the operations takes, and values that none of them allows."""
    parameters = {p.argument: p for o in operations for p in o.parameters}
    arguments = {*parameters, *more, *(o.body.argument for o in operations if o.body and o.body.argument)}
    for keyword in call.keywords:
        if keyword.arg and keyword.arg not in arguments:
            yield unknown(f"parameter of {name}", keyword.arg, sorted(arguments), keyword)
        elif thorough and keyword.arg in parameters and (enum := parameters[keyword.arg].enum):
            for value in _texts(keyword.value):
                if value.value not in enum:
                    known = [str(item) for item in enum]
                    yield unknown(f"{keyword.arg} of {name} that is", str(value.value), known, value)


def _lacking_faults(call: ast.Call, cannot: str, needed: list[list[str]]) -> Iterator[Fault]:
    """Arguments without which none of the operations can be called."""
    given = {keyword.arg for keyword in call.keywords}
    lacking = [[argument for argument in arguments if argument not in given] for arguments in needed]
    if None not in given and all(lacking):
        least = min(lacking, key=len)
        yield Fault(f"{cannot} without {', '.join(least)}.", hint=f"Give {least[0]}=....", node=call)


def _texts(value: ast.expr) -> Iterator[ast.Constant]:
    for item in value.elts if isinstance(value, ast.List | ast.Tuple) else [value]:
        if isinstance(item, ast.Constant) and isinstance(item.value, str):
            yield item
