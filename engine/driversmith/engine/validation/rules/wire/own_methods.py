"""Methods that a client adds: what they name in calls of inherited methods is what the facts of the API know."""

import ast
from collections.abc import Iterable, Iterator, Sequence

from ....models.profile import ApiProfile, ObjectProfile
from ...fault import Fault
from ...parsed.project import Project
from ...parsed.python_file import PythonFile
from .named_calls import named_call, unknown


def own_calls(file: PythonFile, project: Project) -> Iterable[Fault]:
    """`self.read("pets", ...)` and its kin name objects, operations, arguments and values that the API has, in their order."""
    profile = project.profile
    for node in own_nodes(file, project) if profile else ():
        match node:
            case ast.Call(func=ast.Attribute(value=holder, attr=method), args=[first, *others]) if is_self(holder):
                yield from _order_faults(node, method, first, others)
                if profile and isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield from named_call(node, method, first.value, profile, thorough=True)
            case _:
                pass


def record_keys(file: PythonFile, project: Project) -> Iterable[Fault]:
    """Keys that are taken out of records of `self.read("pets")` are fields of that object."""
    profile = project.profile
    for node in own_nodes(file, project) if profile else ():
        match node:
            case ast.For(target=ast.Name(id=name), iter=found):
                yield from _key_faults(name, found, node.body, profile)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                for part in node.generators:
                    if isinstance(part.target, ast.Name):
                        yield from _key_faults(part.target.id, part.iter, [node], profile)
            case _:
                pass


def own_nodes(file: PythonFile, project: Project) -> Iterator[ast.AST]:
    """What stands in the driver class of a client that inherits the contract; nothing in other files."""
    place, base = project.driver, project.base
    if place is not None and base is not None and place.file is file and place.node is not base.node:
        yield from ast.walk(place.node)


def is_self(holder: ast.expr) -> bool:
    """Whether an expression is the driver itself."""
    return ast.unparse(holder) in {"self", "super()"}


def _order_faults(call: ast.Call, method: str, first: ast.expr, others: list[ast.expr]) -> Iterator[Fault]:
    """Arguments of an inherited method that were given in another order."""
    match method, first, others:
        case "call_endpoint", ast.Constant(value=str() as text), _ if text.startswith("/"):
            yield Fault("call_endpoint is given the path first.", hint="call_endpoint(method, path)", node=call)
        case "update", _, [ast.Dict(), _, *_]:
            yield Fault(
                "update is given the data before the identifier.",
                hint="update(object_name, record_id, data)",
                node=call,
            )
        case _:
            pass


def _key_faults(name: str, found: ast.expr, within: Sequence[ast.AST], profile: ApiProfile | None) -> Iterator[Fault]:
    described = _object_read(found, profile)
    if described is None:
        return
    fields = [*described.fields, *([described.key_field] if described.shape == "map" else [])]
    for node in (n for part in within for n in ast.walk(part)):
        match node:
            case ast.Subscript(value=ast.Name(id=holder), slice=ast.Constant(value=str() as key), ctx=ast.Load()):
                pass
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=holder), attr="get"), args=[ast.Constant(value=str() as key), *_]
            ):
                pass
            case _:
                continue
        if holder == name and key not in fields:
            yield unknown(f"field of {described.name}", key, fields, node)


def _object_read(found: ast.expr, profile: ApiProfile | None) -> ObjectProfile | None:
    """The object whose records an expression gives, where its fields are known."""
    match found:
        case ast.Call(func=ast.Attribute(value=holder, attr="read"), args=[ast.Constant(value=str() as name), *_]) if (
            profile and is_self(holder)
        ):
            described = profile.objects.get(name)
            return described if described is not None and described.fields else None
        case _:
            return None
