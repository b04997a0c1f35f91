"""When and how a driver talks to the network: never at import or construction, always with a time-out."""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator

from ....contract.surface import CREDENTIAL_ARGUMENTS, NETWORK_METHODS
from ...fault import Fault
from ...parsed.project import ClassPlace, Project
from ...parsed.python_file import PythonFile

_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request", "send", "stream"})
_CLIENTS = frozenset({"Client", "AsyncClient"})
_HTTP_MODULES = frozenset({"httpx2", "httpx", "requests"})
_OPTIONS = frozenset({"base_url", "timeout", "max_retries", "transport", *CREDENTIAL_ARGUMENTS})
Function = ast.FunctionDef | ast.AsyncFunctionDef


def network_at_import(file: PythonFile, project: Project) -> Iterable[Fault]:
    """Importing a module sends nothing."""
    drivers: set[str] = set()
    for node in file.nodes(ast.Assign) if project.driver else ():
        if isinstance(node.value, ast.Call) and project.driver and _makes(node.value, project.driver.node.name):
            drivers |= {t.id for t in node.targets if isinstance(t, ast.Name)}
    for call in file.nodes(ast.Call):
        if file.function_of(call) is None and not _runs_as_script(file, call):
            what = _network_call(call, set())
            if not what and project.driver and file.role == "package":
                what = _driver_call(call, project.driver.node.name, drivers)
            if what:
                yield Fault(
                    f"{what} runs when the module is imported.",
                    hint="Send requests in methods only; guard scripts by `if __name__ == '__main__':`.",
                    node=call,
                )


def network_at_construction(project: Project) -> Iterable[Fault]:
    """Making a driver sends nothing, directly or through methods that the constructor calls."""
    place = project.driver
    if place is None:
        return
    inside, _ = project.ancestry(place)
    methods: dict[str, tuple[PythonFile, Function]] = {}
    for ancestor in inside:
        for statement in ancestor.node.body:
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
                methods.setdefault(statement.name, (ancestor.file, statement))
    clients = {name for ancestor in inside for name in _client_attributes(ancestor, project)}
    clients |= {name for name, (_, function) in methods.items() if _gives_client(function)}
    waiting: list[tuple[str, str, ast.Call | None]] = [("__init__", "", None)]
    seen = set[str]()
    start = place.file
    while waiting:
        name, way, first = waiting.pop(0)
        if name in seen or name not in methods:
            continue
        seen.add(name)
        file, function = methods[name]
        start = file if first is None else start
        for call in file.within(function, ast.Call):
            called = _self_method(call)
            if called and called in NETWORK_METHODS:
                what = f"self.{called}(...)"
            else:
                what = _network_call(call, clients)
                if called and called not in seen:
                    waiting.append((called, f"{way}self.{called}() -> ", first or call))
            if what:
                yield Fault(
                    f"Constructing {place.node.name} touches the network: {way}{what}.",
                    hint="Send the first request when a method is called; offer check_connection() for a test.",
                    node=first or call,
                    file=start.path,
                )


def no_timeout(file: PythonFile, project: Project) -> Iterable[Fault]:
    """No client or request is told to wait for ever."""
    limited = project.driver is None or any(
        _limits(call) for f in project.files("package") for call in f.nodes(ast.Call)
    )
    for call in file.nodes(ast.Call):
        name = _called_name(call)
        if name in _CLIENTS and not limited and not any(k.arg is None for k in call.keywords):
            yield Fault(
                "The driver's timeout reaches neither this client nor any request.",
                hint="Pass timeout=timeout.",
                node=call,
            )
        if _is_module_request(call) and not any(k.arg in {"timeout", None} for k in call.keywords):
            yield Fault(
                f"httpx2.{name}() knows nothing of the driver's timeout.", hint="Pass timeout=self._timeout.", node=call
            )
        if name not in _CLIENTS and name not in _VERBS and name not in {"urlopen", "Timeout"}:
            continue
        for keyword in call.keywords:
            if keyword.arg == "timeout" and isinstance(keyword.value, ast.Constant) and keyword.value.value is None:
                yield Fault("timeout=None waits for ever.", hint="Pass the driver's timeout.", node=keyword.value)
        first = call.args[0] if call.args else None
        if name == "Timeout" and isinstance(first, ast.Constant) and first.value is None:
            yield Fault("Timeout(None) waits for ever.", hint="Pass the driver's timeout.", node=call)
        if name == "urlopen" and not any(k.arg == "timeout" for k in call.keywords) and len(call.args) < 3:
            yield Fault("urlopen has no timeout and may wait for ever.", hint="Use httpx2 with a timeout.", node=call)


def _is_module_request(call: ast.Call) -> bool:
    match call.func:
        case ast.Attribute(value=ast.Name(id="httpx2"), attr=verb):
            return verb in _VERBS
        case _:
            return False


def _limits(call: ast.Call) -> bool:
    name = _called_name(call)
    if name == "Timeout":
        return True
    sends = name in _CLIENTS or name in _VERBS or name in {"build_request", "urlopen"}
    return sends and any(k.arg in {"timeout", None} for k in call.keywords)


def ignored_arguments(project: Project) -> Iterable[Fault]:
    """Options of constructors and of reading have an effect."""
    place = project.driver
    inside = project.ancestry(place)[0] if place else []
    drivers = {id(ancestor.node) for ancestor in inside}
    for ancestor in inside:
        for function in ancestor.node.body:
            if isinstance(function, ast.FunctionDef) and function.name in {"__init__", "read", "read_batched"}:
                yield from _ignored(ancestor.file, function, options_only=False)
                yield from _kept_for_nothing(ancestor.file, function, project)
                yield from _only_checked(ancestor.file, function)
            elif isinstance(function, ast.FunctionDef) and function.name == "from_env":
                yield from _made_of_nothing(ancestor.file, function, ancestor.node.name)
    for file in project.files("package"):
        for node in file.nodes(ast.ClassDef):
            if id(node) in drivers:
                continue
            for function in node.body:
                if isinstance(function, ast.FunctionDef) and function.name == "__init__":
                    yield from _ignored(file, function, options_only=True)
                    yield from _kept_for_nothing(file, function, project)
        for node in file.nodes(ast.FunctionDef):
            if isinstance(file.parent(node), ast.Module):
                yield from _ignored(file, node, options_only=True)


def _ignored(file: PythonFile, function: ast.FunctionDef, *, options_only: bool) -> Iterator[Fault]:
    if len(function.body) == 1 and isinstance(function.body[0], ast.Raise | ast.Expr):
        return
    used = {n.id for n in file.within(function, ast.Name) if isinstance(n.ctx, ast.Load)}
    if used & {"locals", "vars"}:
        return
    # An option that is overruled in plain sight is told where that happens.
    used |= {
        k.arg or ""
        for k in file.within(function, ast.keyword)
        if isinstance(k.value, ast.Constant) and not k.value.value
    }
    arguments = function.args
    names = [a.arg for a in [*arguments.args, *arguments.kwonlyargs] if a.arg not in {"self", "cls"}]
    if arguments.kwarg:
        names.append(arguments.kwarg.arg)
    for name in names:
        if name not in used and not name.startswith("_") and (name in _OPTIONS or not options_only):
            yield Fault(
                f"{function.name} takes {name} and never uses it.",
                hint=f"Make {name} do what the contract says.",
                node=_place_of(file, function, name),
                file=file.path,
            )


def _only_checked(file: PythonFile, function: ast.FunctionDef) -> Iterator[Fault]:
    """A limit or batch size that is looked at, and then bounds nothing."""
    for argument in function.args.kwonlyargs:
        if argument.arg not in {"limit", "batch_size"}:
            continue
        uses = [n for n in file.within(function, ast.Name) if n.id == argument.arg]
        if uses and all(_is_check(file, use) for use in uses):
            yield Fault(
                f"{function.name} checks {argument.arg} and does nothing else with it.",
                hint=f"Make {argument.arg} do what the contract says.",
                node=next((n for n in reversed(list(file.within(function, ast.Return)))), argument),
                file=file.path,
            )


def _is_check(file: PythonFile, use: ast.Name) -> bool:
    child: ast.AST = use
    for ancestor in file.ancestors(use):
        if isinstance(ancestor, ast.Raise):
            return True
        if isinstance(ancestor, ast.If):
            last = ancestor.body[-1]
            empty = isinstance(last, ast.Return) and (
                last.value is None or ast.unparse(last.value) in {"[]", "iter(())"}
            )
            return child is ancestor.test and (empty or isinstance(last, ast.Raise))
        if isinstance(ancestor, ast.stmt):
            return False
        child = ancestor
    return False


def _kept_for_nothing(file: PythonFile, function: ast.FunctionDef, project: Project) -> Iterator[Fault]:
    """Options that an attribute takes and nobody reads."""
    uses = Counter(n.id for n in file.within(function, ast.Name) if isinstance(n.ctx, ast.Load))
    for node in file.within(function, ast.Assign):
        for target in node.targets:
            match target, node.value:
                case ast.Attribute(value=ast.Name(id="self"), attr=attribute), ast.Name(id=name):
                    if name in _OPTIONS and uses[name] == 1 and attribute not in project.attributes_read:
                        yield Fault(
                            f"{name} is kept as self.{attribute}, which nothing reads: it has no effect.",
                            hint=f"Make {name} do what the contract says.",
                            node=node,
                            file=file.path,
                        )
                case _:
                    pass


def _made_of_nothing(file: PythonFile, function: ast.FunctionDef, own: str) -> Iterator[Fault]:
    for call in file.within(function, ast.Call):
        if isinstance(call.func, ast.Name) and call.func.id in {"cls", own} and not (call.args or call.keywords):
            yield Fault(
                "from_env makes the driver without anything that it read: variables and overrides have no effect.",
                hint="Pass them on: cls(**values).",
                node=call,
                file=file.path,
            )


def _place_of(file: PythonFile, function: ast.FunctionDef, name: str) -> ast.AST:
    """Where an attribute of the argument's name gets something else, else the argument."""
    for node in file.within(function, ast.Assign):
        if any(isinstance(t, ast.Attribute) and t.attr.strip("_") == name for t in node.targets):
            return node
    every = [*function.args.args, *function.args.kwonlyargs]
    return next((a for a in every if a.arg == name), function)


def endless_loops(file: PythonFile, _project: Project) -> Iterable[Fault]:
    """A `while True` has a way out, and so has a loop that goes on as long as there is no limit."""
    for loop in file.nodes(ast.While):
        if _goes_on_without(loop.test) and not _has_exit(loop) and any(True for _ in file.within(loop, ast.Yield)):
            yield Fault(
                f"Where `{ast.unparse(_goes_on_without(loop.test) or loop.test)}`, this loop never ends.",
                hint="Stop where there is no further page.",
                node=loop,
            )
        yield from _stuck_counters(file, loop)
        if isinstance(loop.test, ast.Constant) and loop.test.value and not _has_exit(loop):
            yield Fault(
                "This `while True` has no break, return or raise: it never ends.",
                hint="Stop at an empty page, at a repeated cursor, and at `limit`.",
                node=loop,
            )


def _goes_on_without(test: ast.expr) -> ast.expr | None:
    """The part of a condition that asks for the absence of something: `limit is None or ...`."""
    values = test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or) else []
    return next((v for v in values if isinstance(v, ast.Compare) and isinstance(v.ops[0], ast.Is)), None)


def _stuck_counters(file: PythonFile, loop: ast.While) -> Iterator[Fault]:
    """Tries of a `while True` that waits between them: they are counted, and the count is looked at."""
    function = file.function_of(loop)
    sleeps = any(_called_name(call) in {"sleep", "_sleep"} for call in file.within(loop, ast.Call))
    if not isinstance(loop.test, ast.Constant) or not sleeps or not isinstance(function, ast.FunctionDef):
        return
    stored = {n.id for n in file.within(loop, ast.Name) if isinstance(n.ctx, ast.Store)}
    tests = [n for n in file.within(function, ast.If, ast.While, ast.IfExp) if n is not loop]
    looked_at = {n.id for test in tests for n in ast.walk(test.test) if isinstance(n, ast.Name)}
    looked_at |= {n.id for c in file.within(function, ast.Compare) for n in ast.walk(c) if isinstance(n, ast.Name)}
    for start in file.within(function, ast.Assign):
        match start:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=int())) if file.parent(
                start
            ) is file.parent(loop):
                pass
            case _:
                continue
        counted = [
            n for n in file.within(loop, ast.AugAssign) if isinstance(n.target, ast.Name) and n.target.id == name
        ]
        if counted and name not in looked_at:
            yield Fault(
                f"{name} counts the tries, and nothing looks at it: requests are sent again for ever.",
                hint=f"Stop at max_retries: if {name} < self._max_retries.",
                node=counted[0],
            )
        compared = [
            c
            for c in file.within(loop, ast.Compare)
            if isinstance(c.left, ast.Name)
            and c.left.id == name
            and isinstance(c.ops[0], ast.Lt | ast.LtE | ast.Gt | ast.GtE)
        ]
        if compared and name not in stored:
            yield Fault(
                f"{name} is compared in each turn and never changes: requests are sent again for ever.",
                hint=f"{name} += 1",
                node=compared[0],
            )


def _has_exit(loop: ast.While) -> bool:
    stack: list[tuple[ast.AST, bool]] = [(child, True) for child in loop.body]
    while stack:
        node, own = stack.pop()
        if isinstance(node, ast.Return | ast.Raise) or (own and isinstance(node, ast.Break)):
            return True
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            continue
        nested = list(node.body) if isinstance(node, ast.While | ast.For | ast.AsyncFor) else []
        stack.extend((child, own and child not in nested) for child in ast.iter_child_nodes(node))
        if isinstance(node, ast.Call) and _called_name(node) in {"next", "exit", "_exit"}:
            return True
    return False


def _network_call(call: ast.Call, clients: set[str]) -> str:
    match call.func:
        case ast.Attribute(value=ast.Name(id=module), attr=verb) if module in _HTTP_MODULES and verb in _VERBS:
            return f"{module}.{verb}(...)"
        case ast.Attribute(value=ast.Attribute(value=ast.Name(id="self"), attr=attribute), attr=verb):
            return f"self.{attribute}.{verb}(...)" if attribute in clients and verb in _VERBS else ""
        case ast.Attribute(value=ast.Call(func=made), attr=verb) if verb in _VERBS:
            made_name = made.attr if isinstance(made, ast.Attribute) else getattr(made, "id", "")
            return f"{made_name}().{verb}(...)" if made_name in _CLIENTS else ""
        case ast.Name(id="urlopen") | ast.Attribute(attr="urlopen" | "urlretrieve" | "create_connection"):
            return f"{_called_name(call)}(...)"
        case _:
            return ""


def _makes(call: ast.Call, class_name: str) -> bool:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(value=ast.Name(id=name), attr="from_env"):
            return name == class_name
        case _:
            return False


def _driver_call(call: ast.Call, class_name: str, drivers: set[str]) -> str:
    match call.func:
        case ast.Attribute(value=ast.Name(id=name), attr=method) if name in drivers:
            return f"{name}.{method}(...)" if method in NETWORK_METHODS else ""
        case ast.Attribute(value=ast.Call(func=ast.Name(id=made)), attr=method):
            return f"{made}().{method}(...)" if made == class_name and method in NETWORK_METHODS else ""
        case _:
            return ""


def _client_attributes(place: ClassPlace, project: Project) -> Iterator[str]:
    # What sends: clients of httpx2, and objects of the package's own classes.
    for statement in place.file.within(place.node, ast.Assign):
        if isinstance(statement.value, ast.Call):
            name = _called_name(statement.value)
            if name not in _CLIENTS and not project.find_class(place.file, name) and not _made(place.file, name):
                continue
            for target in statement.targets:
                if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
                    yield target.attr


def _made(file: PythonFile, name: str) -> bool:
    return any(function.name == name and _gives_client(function) for function in file.nodes(ast.FunctionDef))


def _gives_client(function: Function) -> bool:
    return function.returns is not None and ast.unparse(function.returns).strip("'\"").endswith(tuple(_CLIENTS))


def _self_method(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(value=ast.Name(id="self"), attr=name):
            return name
        case _:
            return ""


def _called_name(call: ast.Call) -> str:
    function = call.func
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _runs_as_script(file: PythonFile, node: ast.AST) -> bool:
    conditions = (a.test for a in file.ancestors(node) if isinstance(a, ast.If))
    return any("__main__" in ast.dump(condition) for condition in conditions)
