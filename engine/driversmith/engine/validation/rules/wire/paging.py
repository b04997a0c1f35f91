"""Paging: the driver goes through all pages, each once, and finds the records in them."""

import ast
import re
from collections.abc import Iterable, Iterator

from ...fault import Fault
from ...parsed.code_facts import driver_functions, reads_data_files, words
from ...parsed.members import Function
from ...parsed.project import Project
from ...parsed.python_file import PythonFile

_FOLLOWED = re.compile(
    r"(?:\w*_)?(?:next|cursor|token|after|page|offset|continuation|more)(?:_\w*|[A-Z]\w*)?", re.IGNORECASE
)
_HELD = re.compile(r"data|results?|items|records?|values?|entries|rows|list|content|objects|elements|payload|response")
_PAGE_SIZE = re.compile(r"_?(?:[A-Z]+_)*(?:PAGE_SIZE|PER_PAGE|PAGE_LIMIT|MAX_LIMIT)(?:_MAX|_LIMIT)?")
_GATHERS = frozenset({"extend", "append"})

_ENVELOPE = re.compile(
    r"records?|record_path|records_path|(?:data|results?|items|list|records?|envelope)_(?:key|path)|envelope"
)


def paging_not_followed(project: Project) -> Iterable[Fault]:
    """The code uses what the API's paging needs."""
    profile, place = project.profile, project.driver
    if profile is None or place is None or reads_data_files(project):
        return
    known = words(project)
    for name, resource in profile.objects.items():
        paging = resource.pagination
        needed = [paging.position_parameter] if paging.position_parameter else []
        if paging.style == "link_header":
            needed = [] if "links" in known else ["link"]
        elif paging.style in {"next_url", "cursor"}:
            needed += paging.next_path[-1:]
        for word in needed:
            if word.lower() not in known:
                file, node = _likely(project, _FOLLOWED) or next(
                    driver_functions(project, place, "read_batched", "read"), (place.file, place.node)
                )
                yield Fault(
                    f"{name} is paged ({paging.style}) by `{word}`, which does not occur in the code: "
                    f"only the first page is read.",
                    hint="Follow the pages as the profile describes them.",
                    node=node,
                    file=file.path,
                )
                return


def records_not_found(project: Project) -> Iterable[Fault]:
    """The code knows the keys under which the API's answers hold their records."""
    profile, place = project.profile, project.driver
    if profile is None or place is None or reads_data_files(project) or "values" in project.attributes_read:
        return  # with values(), the records may be found without their key
    texts = {n.value for f in project.files("package") for n in f.nodes(ast.Constant) if isinstance(n.value, str)}
    spelled = " ".join(text for text in texts if " " not in text and len(text) < 200)
    for name, resource in profile.objects.items():
        for key in resource.record_path:
            if key not in texts and f".{key}" not in spelled and f"{key}." not in spelled:
                file, node = _likely(project, _HELD) or next(
                    driver_functions(project, place, "read", "read_batched"), (place.file, place.node)
                )
                yield Fault(
                    f"The records of {name} stand at `{'.'.join(resource.record_path)}` of the answer, "
                    f"and `{key}` does not occur in the code.",
                    hint=f"Take the records from `{key}`.",
                    node=node,
                    file=file.path,
                )
                return


def wrong_steps(file: PythonFile, project: Project) -> Iterable[Fault]:
    """A page is counted by one, an offset by records; the first page has the number that the API gives it."""
    pagings = [o.pagination for o in project.profile.objects.values()] if project.profile else []
    styles: dict[str, set[str]] = {}
    for paging in pagings:
        if paging.position_parameter:
            styles.setdefault(paging.position_parameter, set()).add(paging.style)
    for value in _sent_positions(file, set(styles)):
        function = file.function_of(value)
        said = _said_name(file, value)
        if not isinstance(function, ast.FunctionDef) or len(styles.get(said, ())) != 1:
            continue
        style = next(iter(styles[said]))
        for step in file.within(function, ast.AugAssign):
            if not (isinstance(step.target, ast.Name) and step.target.id == value.id and isinstance(step.op, ast.Add)):
                continue
            by_one = isinstance(step.value, ast.Constant) and step.value.value == 1
            if (style == "offset" and by_one) or (style == "page" and not isinstance(step.value, ast.Constant)):
                what = "the number of records read" if style == "offset" else "1"
                yield Fault(
                    f"`{said}` is {'an offset' if style == 'offset' else 'the number of a page'}: "
                    f"it grows by {what}, not by {ast.unparse(step.value)}.",
                    hint=f"{value.id} += {'len(records)' if style == 'offset' else '1'}",
                    node=step,
                )
    firsts = {p.first for p in pagings if p.counted}
    for keyword in file.nodes(ast.keyword) if len({p.first for p in pagings if p.style == "page"}) == 1 else ():
        match keyword:
            case ast.keyword(arg="first" | "first_page" | "start_page", value=ast.Constant(value=int() as number)):
                if number not in firsts and type(number) is int:
                    yield Fault(
                        f"The API's first page is {max(firsts)}, not {number}.",
                        hint=f"{keyword.arg}={max(firsts)}",
                        node=keyword.value,
                    )
            case _:
                pass


def wrong_envelopes(file: PythonFile, project: Project) -> Iterable[Fault]:
    """Rows of a table name the keys under which the API's answers hold their records."""
    objects = project.profile.objects.values() if project.profile else ()
    known = {key for o in objects for key in [*o.record_path, *o.item_path]}
    for keyword in file.nodes(ast.keyword) if any(o.record_path for o in objects) else ():
        if keyword.arg is None or not _ENVELOPE.fullmatch(keyword.arg):
            continue
        values = keyword.value.elts if isinstance(keyword.value, ast.Tuple | ast.List) else [keyword.value]
        for value in values:
            key = value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""
            if key not in {"", *known} and not set(key.split(".")) <= known:
                yield Fault(
                    f"No answer of the API holds its records under `{key}`; keys: {', '.join(sorted(known)[:20])}.",
                    hint="Take the key from the profile.",
                    node=value,
                )


def reading_without_pages(project: Project) -> Iterable[Fault]:
    """`read` goes through the same pages as `read_batched`."""
    profile, place = project.profile, project.driver
    if profile is None or place is None or not any(o.pagination.position_parameter for o in profile.objects.values()):
        return
    functions: dict[str, list[tuple[PythonFile, Function]]] = {}
    for file in project.files("package"):
        for node in file.nodes(ast.FunctionDef):
            functions.setdefault(node.name, []).append((file, node))
    paged = _pagers(functions)
    methods = {
        f.name: (file, f) for file, f in reversed(list(driver_functions(project, place, "read", "read_batched")))
    }
    if len(methods) == 2 and _reaches("read_batched", functions, paged) and not _reaches("read", functions, paged):
        file, function = methods["read"]
        yield Fault(
            "read never gets to the code that goes through the pages, as read_batched does: it gives the first page only.",
            hint="Gather the pages that read_batched goes through.",
            node=next((n for n in file.within(function, ast.Return) if n.value), function),
            file=file.path,
        )


def _pagers(functions: dict[str, list[tuple[PythonFile, Function]]]) -> set[str]:
    """Functions with a loop that goes on by itself and hands out or gathers."""
    found: set[str] = set()
    for name, places in functions.items():
        for file, function in places:
            loops = [*file.within(function, ast.While), *file.within(function, ast.For)]
            if any(_counts(loop) and _gathers(file, loop) for loop in loops):
                found.add(name)
    return found


def _reaches(start: str, functions: dict[str, list[tuple[PythonFile, Function]]], wanted: set[str]) -> bool:
    waiting, seen = [start], {start}
    while waiting:
        name = waiting.pop()
        if name in wanted:
            return True
        for file, function in functions.get(name, ()):
            for node in file.within(function, ast.Name, ast.Attribute):
                used = node.attr if isinstance(node, ast.Attribute) else node.id
                if used in functions and used not in seen:
                    seen.add(used)
                    waiting.append(used)
    return False


def _said_name(file: PythonFile, value: ast.Name) -> str:
    parent = file.parent(value)
    match parent:
        case ast.keyword(arg=str() as name):
            return name
        case ast.Dict():
            pairs = zip(parent.keys, parent.values, strict=True)
            return next((str(k.value) for k, v in pairs if v is value and isinstance(k, ast.Constant)), "")
        case ast.Assign(targets=[ast.Subscript(slice=ast.Constant(value=str() as name))]):
            return name
        case _:
            return ""


def loops_that_run_once(file: PythonFile, _project: Project) -> Iterable[Fault]:
    """A `while` loop can turn around."""
    for given in file.nodes(ast.Yield):
        statement = file.parent(given)
        test = file.parent(statement) if isinstance(statement, ast.Expr) else None
        if not isinstance(statement, ast.Expr) or not isinstance(test, ast.If):
            continue
        if isinstance(given.value, ast.Name) and isinstance(file.parent(test), ast.While):
            after = test.body[test.body.index(statement) + 1 :] if statement in test.body else []
            if ast.unparse(test.test) == given.value.id and after and isinstance(after[0], ast.Return | ast.Break):
                yield Fault(
                    "The loop ends after the first page that has records.",
                    hint="Leave the loop only where there is no further page.",
                    node=after[0],
                )
    for loop in file.nodes(ast.While):
        leaves = next((s for s in loop.body if isinstance(s, ast.Return | ast.Break | ast.Raise)), None)
        if leaves is not None and not any(True for _ in file.within(loop, ast.Continue)):
            word = type(leaves).__name__.lower()
            yield Fault(
                f"This loop always ends by `{word}` in its first turn: only the first page is read.",
                hint="Leave the loop only where there is no further page.",
                node=leaves,
            )


def misplaced_positions(file: PythonFile, project: Project) -> Iterable[Fault]:
    """The next position is taken from where the API's answers hold it."""
    objects = project.profile.objects.values() if project.profile else ()
    paths = {o.pagination.next_path for o in objects if o.pagination.next_path}
    for node in file.nodes(ast.Call) if paths else ():
        keys = _chain(node)
        ends = [path for path in paths if keys and path[-1] == keys[-1]]
        if len(keys) > 1 and ends and not any(path[-len(keys) :] == keys for path in ends):
            yield Fault(
                f"The next page stands at `{'.'.join(ends[0])}` of the answer, not at `{'.'.join(keys)}`: "
                f"only the first page is read.",
                hint=f"Take it from {'.'.join(ends[0])}.",
                node=node,
            )


def large_pages(file: PythonFile, project: Project) -> Iterable[Fault]:
    """No page is asked to be larger than the API allows."""
    objects = project.profile.objects.values() if project.profile else ()
    sizes = [o.pagination.max_size for o in objects if o.pagination.size_parameter]
    limits = [size for size in sizes if size is not None]
    for node in file.nodes(ast.Assign) if limits and len(limits) == len(sizes) else ():
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=int() as number)) if (
                _PAGE_SIZE.fullmatch(name) and number > max(limits) and name in project.names_used
            ):
                yield Fault(
                    f"{name} is {number}; the API gives pages of at most {max(limits)}.",
                    hint=f"{name} = {max(limits)}",
                    node=node,
                )
            case _:
                pass


def _chain(node: ast.expr) -> tuple[str, ...]:
    """The keys of `answer.get("a").get("b")` and `answer["a"]["b"]`, from the outside in."""
    keys: list[str] = []
    while True:
        match node:
            case ast.Call(func=ast.Attribute(value=inner, attr="get"), args=[ast.Constant(value=str() as key), *_]):
                pass
            case ast.Subscript(value=inner, slice=ast.Constant(value=str() as key)):
                pass
            case ast.BoolOp(op=ast.Or(), values=[inner, ast.Dict(keys=[])]):
                node = inner
                continue
            case _:
                return tuple(reversed(keys))
        keys.append(key)
        node = inner


def _likely(project: Project, names: re.Pattern[str]) -> tuple[PythonFile, ast.AST] | None:
    """Where the code takes something of such a name from an answer."""
    for file in project.files("package"):
        for node in file.nodes(ast.Call, ast.Subscript):
            match node:
                case ast.Call(
                    func=ast.Attribute(value=holder, attr="get"), args=[ast.Constant(value=str() as key), *_]
                ):
                    pass
                case ast.Subscript(value=holder, slice=ast.Constant(value=str() as key), ctx=ast.Load()):
                    pass
                case _:
                    continue
            if names.fullmatch(key) and not ast.unparse(holder).endswith(("environ", "headers")):
                return file, node
    return None


def _sent_positions(file: PythonFile, positions: set[str]) -> Iterator[ast.Name]:
    for node in file.nodes(ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value in positions and isinstance(value, ast.Name):
                yield value
    for node in file.nodes(ast.keyword):
        if node.arg in positions and isinstance(node.value, ast.Name):
            yield node.value
    for node in file.nodes(ast.Assign):
        match node:
            case ast.Assign(targets=[ast.Subscript(slice=ast.Constant(value=key))], value=ast.Name() as value) if (
                key in positions
            ):
                yield value
            case _:
                pass


def _counts(loop: ast.While | ast.For) -> bool:
    """Whether a loop goes on by itself: `while`, or `for _ in range(...)`."""
    return isinstance(loop, ast.While) or (
        isinstance(loop.target, ast.Name) and loop.target.id.startswith("_") and "range(" in ast.unparse(loop.iter)
    )


def _gathers(file: PythonFile, loop: ast.While | ast.For) -> bool:
    """Whether a loop collects or yields, so that it is no loop of retries."""
    if any(True for _ in file.within(loop, ast.Yield, ast.YieldFrom)):
        return True
    called = (n.func for n in file.within(loop, ast.Call))
    if any(isinstance(function, ast.Attribute) and function.attr in _GATHERS for function in called):
        return True
    steps = file.within(loop, ast.AugAssign)  # += 1 counts tries
    return any(isinstance(n.op, ast.Add) and not isinstance(n.value, ast.Constant) for n in steps)
