"""A loop over pages that asks for the same page in each turn, whatever library sends and whatever the API is."""

import ast
import re
from collections.abc import Iterable, Iterator
from typing import cast

from ...fault import Fault
from ...parsed.project import Project
from ...parsed.python_file import PythonFile
from .turns import Turn, flows_in, is_request, live_nodes, names_in


def same_pages(file: PythonFile, project: Project) -> Iterable[Fault]:
    """What a loop over pages sends changes from turn to turn."""
    objects = project.profile.objects.values() if project.profile else ()
    known = frozenset(o.pagination.position_parameter for o in objects if o.pagination.position_parameter)
    for loop in file.nodes(ast.While, ast.For):
        if not _turns(loop):
            continue
        calls = [c for c in live_nodes(loop.body) if isinstance(c, ast.Call) and is_request(c)]
        calls = list(_asking(file, loop, [c for c in calls if _is_direct(file, c, loop)]))
        turn = Turn(file, loop, known) if calls else None
        if turn is None or any(turn.sends_something_new(call) for call in calls):
            continue
        for call in calls:
            position = turn.position(call) or _link(loop, call)
            if position and turn.gathers(call) and not _is_left_after(file, call, loop):
                place = _start(file, loop, position) or call
                named = place.id if isinstance(place, ast.Name) else position
                yield Fault(
                    f"Each turn of this loop asks for the same page: `{named}` never changes before the next request.",
                    hint="Advance it after each page, in what is sent, and stop at the last.",
                    node=place,
                )
                break


def _link(loop: ast.While | ast.For, call: ast.Call) -> str:
    """What a request asks for in a loop that reads from its answers where the next page is."""
    texts = (n.value for n in ast.walk(loop) if isinstance(n, ast.Constant) and isinstance(n.value, str))
    return ast.unparse(call.args[-1]) if call.args and any(_NEXT.fullmatch(text) for text in texts) else ""


_NEXT = re.compile(
    r"@?(?:odata\.)?next(?:_?(?:link|url|uri|page|cursor|page_?token|token|href|path))?"
    r"|has_?more|hasNext(?:Page)?|endCursor",
    re.IGNORECASE,
)


def _turns(loop: ast.While | ast.For) -> bool:
    """Whether a loop goes on by itself: `while`, `for _ in range(...)`, `for page in itertools.count()`."""
    if isinstance(loop, ast.While):
        return True
    called = loop.iter.func if isinstance(loop.iter, ast.Call) else None
    return getattr(called, "attr", getattr(called, "id", "")) in {"range", "count", "repeat"}


def _asking(file: PythonFile, loop: ast.While | ast.For, calls: list[ast.Call]) -> Iterator[ast.Call]:
    """Those calls that ask for something: not those that only read what another one just gave."""
    given: dict[str, list[ast.Call]] = {}
    for target, value in flows_in(file, loop):
        for call in calls:
            if any(n is call for n in ast.walk(value)):
                for name in names_in(target):
                    given.setdefault(name, []).append(call)
    for call in calls:
        sources = [source for name in names_in(*call.args) for source in given.get(name, ())]
        if not sources or call in sources or any(s.lineno > call.lineno for s in sources):
            yield call


def _is_direct(file: PythonFile, node: ast.AST, loop: ast.AST) -> bool:
    """Whether a node stands in a loop, and in no further one in it."""
    for ancestor in file.ancestors(node):
        if ancestor is loop:
            return True
        if isinstance(ancestor, ast.While | ast.For | ast.AsyncFor | ast.ListComp | ast.GeneratorExp):
            return False
    return False


def _is_left_after(file: PythonFile, call: ast.Call, loop: ast.AST) -> bool:
    """Whether a loop always ends after a request that went well, as those of retries do."""
    child: ast.AST = call
    for ancestor in file.ancestors(call):
        for name in ("body", "orelse"):
            block: object = getattr(ancestor, name, None)
            statements = cast("list[ast.AST]", block) if isinstance(block, list) else []
            if child in statements and isinstance(statements[-1], ast.Return | ast.Break):
                return True
        if ancestor is loop:
            return False
        if (
            isinstance(ancestor, ast.Try)
            and ancestor.orelse
            and isinstance(ancestor.orelse[-1], ast.Return | ast.Break)
        ):
            return True
        child = ancestor
    return False


def _start(file: PythonFile, loop: ast.AST, position: str) -> ast.AST | None:
    """Where the position stands in the loop."""
    for node in file.within(loop, ast.keyword):
        if node.arg == position:
            return node.value
    for node in file.within(loop, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == position:
                return value
    return next((n for n in file.within(loop, ast.Name) if n.id == position), None)
