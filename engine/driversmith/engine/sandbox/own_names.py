"""Which names in a module are its own where they stand: a parameter called `compile` is not the builtin."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass(frozen=True)
class _Scope:
    """What a function, a lambda or a comprehension binds."""

    own: frozenset[str]
    lent: frozenset[str]
    """Names that are not its own although they are bound here: modules, and what `global` names."""


def own_names(tree: ast.Module) -> set[ast.Name]:
    """The names that can only mean what a function around them bound: an argument, a variable, the target of a loop.

    Behind a name that a module or class has not bound yet Python finds a builtin, so those never count; nor does what
    `import` binds.
    """
    own: set[ast.Name] = set()
    waiting: list[tuple[ast.AST, tuple[_Scope | None, ...]]] = [(tree, ())]
    while waiting:  # by hand: a long chain of operators is deeper than the recursion limit
        node, scopes = waiting.pop()
        if isinstance(node, ast.Name) and _is_own(node.id, scopes):
            own.add(node)
        inside, outside = _parts(node)
        waiting += [(child, scopes) for child in outside]
        if inside:
            around = (_scope(node), *scopes)
            waiting += [(child, around) for child in inside]
    return own


def _is_own(name: str, scopes: tuple[_Scope | None, ...]) -> bool:
    if not scopes or scopes[0] is None:
        return False
    for scope in scopes:
        if scope is None:  # methods do not see the names of their class
            continue
        if name in scope.own or name in scope.lent:
            return name not in scope.lent
    return False


def _parts(node: ast.AST) -> tuple[list[ast.AST], list[ast.AST]]:
    """The parts of a node in a scope of its own, and those in the scope around it: decorators, defaults, annotations."""
    match node:
        case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
            inside: list[ast.AST] = [*node.body]
        case ast.Lambda():
            inside = [node.body]
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            first, *further = node.generators
            results = [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.comprehension)]
            return [*results, first.target, *first.ifs, *further], [first.iter]
        case _:
            inside = []
    apart = set(inside)
    return inside, [child for child in ast.iter_child_nodes(node) if child not in apart]


def _scope(node: ast.AST) -> _Scope | None:
    """What the scope of a node binds; None for a class."""
    if isinstance(node, _Comprehension):
        targets = (name for part in node.generators for name in ast.walk(part.target) if isinstance(name, ast.Name))
        return _Scope(frozenset(name.id for name in targets), frozenset())
    if not isinstance(node, _Function | ast.Lambda):
        return None
    arguments = node.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    body = node.body if isinstance(node, _Function) else [node.body]
    statements = list(_of_one_scope(body))
    outer = {name for s in statements if isinstance(s, ast.Nonlocal) for name in s.names}
    own = {argument.arg for argument in named if argument} | {name for s in statements for name in _bound(s)}
    return _Scope(frozenset(own - outer), frozenset(name for s in statements for name in _lent(s)))


def _of_one_scope(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The nodes of a function's body without those in scopes of their own; of comprehensions only what `:=` binds."""
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        yield node
        inside, outside = _parts(node)
        waiting += outside
        if isinstance(node, _Comprehension):
            waiting += [named.target for named in _of_one_scope(inside) if isinstance(named, ast.NamedExpr)]


def _bound(node: ast.AST) -> Iterable[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            return [name]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case (
            ast.ExceptHandler(name=str() as name)
            | ast.MatchAs(name=str() as name)
            | ast.MatchStar(name=str() as name)
            | ast.MatchMapping(rest=str() as name)
        ):
            return [name]
        case ast.ImportFrom(names=names):
            return [alias.asname or alias.name for alias in names]
        case _:
            return []


def _lent(node: ast.AST) -> Iterable[str]:
    match node:
        case ast.Import(names=names):
            return [alias.asname or alias.name.partition(".")[0] for alias in names]
        case ast.Global(names=names):
            return names
        case _:
            return []
