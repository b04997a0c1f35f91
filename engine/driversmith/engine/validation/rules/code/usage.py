"""How the driver's own parts are used: attributes that exist, arguments that are taken, methods that are there."""

import ast
import difflib
import sys
from collections.abc import Iterable, Iterator

from ....contract.python_source import parse_module
from ...fault import Fault
from ...parsed.members import Function, Members, members
from ...parsed.project import ClassPlace, Project
from ...parsed.python_file import PythonFile
from ...parsed.scopes import is_local
from ...parsed.snippets import Snippet, snippet_code, snippets

_TRANSPARENT = frozenset({"classmethod", "staticmethod", "abstractmethod", "override", "final"})


def undefined_attributes(file: PythonFile, project: Project) -> Iterable[Fault]:
    """Every `self.x` that is read is set somewhere, or defined in the class or its bases."""
    for node in file.nodes(ast.ClassDef):
        known = members(project, ClassPlace(file, node)) if isinstance(file.parent(node), ast.Module) else None
        if known is None:
            continue
        for function in node.body:
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) or not function.args.args:
                continue
            first = function.args.args[0].arg
            if first not in {"self", "cls"}:
                continue
            for used in file.within(function, ast.Attribute):
                if (
                    isinstance(used.value, ast.Name)
                    and used.value.id == first
                    and used.attr not in known.names
                    and not used.attr.startswith("__")
                ):
                    yield _no_attribute(f"{first}.{used.attr}", node.name, used.attr, known, used)


def wrong_arguments(file: PythonFile, project: Project) -> Iterable[Fault]:
    """Functions and classes of the package are called with arguments that they take."""
    for call in file.nodes(ast.Call):
        found = _callee(call, file, project)
        if found is None:
            continue
        name, function, bound = found
        decorators = {getattr(d, "id", getattr(d, "attr", "?")) for d in function.decorator_list}
        if decorators - _TRANSPARENT:
            continue
        skip = 0 if "staticmethod" in decorators or not bound else 1
        for problem in _argument_problems(call, function.args, skip):
            yield Fault(
                f"{name}() {problem}.",
                hint=f"It takes: ({ast.unparse(function.args)}).",
                node=call,
            )
        yield from _handed_on(call, name, function, project)


def missing_self(file: PythonFile, _project: Project) -> Iterable[Fault]:
    """Methods that are called on `self` take it."""
    called = {n.attr for n in file.nodes(ast.Attribute) if isinstance(n.value, ast.Name) and n.value.id == "self"}
    for node in file.nodes(ast.ClassDef):
        for function in node.body:
            if not isinstance(function, ast.FunctionDef) or function.decorator_list or function.name not in called:
                continue
            arguments = function.args
            first = next((a.arg for a in [*arguments.posonlyargs, *arguments.args]), "")
            if arguments.vararg is None and first.strip("_") not in {"self", "cls", "mcs", "klass"}:
                yield Fault(
                    f"{node.name}.{function.name} is a method, and does not take self.",
                    hint=f"def {function.name}(self{', ...' if first else ''}):",
                    node=function,
                )


def unknown_methods(file: PythonFile, project: Project) -> Iterable[Fault]:
    """Tests and examples call what the driver has."""
    place = project.driver
    known = members(project, place) if place else None
    if place is None or known is None or file.tree is None:
        return
    variables = driver_variables(file.tree, place.node.name)
    for used in file.nodes(ast.Attribute):
        if _is_driver(used.value, variables, place.node.name) and used.attr not in known.names:
            yield _no_attribute(f"{ast.unparse(used.value)}.{used.attr}", place.node.name, used.attr, known, used)


def wrong_driver_arguments(file: PythonFile, project: Project) -> Iterable[Fault]:
    """Tests and examples give the driver's methods arguments that they take."""
    place = project.driver
    known = members(project, place) if place else None
    if place is None or known is None or file.tree is None:
        return
    variables = driver_variables(file.tree, place.node.name)
    for call in file.nodes(ast.Call):
        if isinstance(call.func, ast.Attribute):
            for name, problem, takes in _driver_call_problems(call, variables, place, known, project):
                yield Fault(f"{name}() {problem}.", hint=f"It takes: ({takes}).", node=call)


def snippet_methods(project: Project) -> Iterable[Fault]:
    """Snippets of README.md import and call what the driver has."""
    place, text = project.driver, project.texts.get("README.md")
    known = members(project, place) if place else None
    if place is None or known is None or text is None:
        return
    parsed = list(parsed_snippets(text))
    variables = {v for _, tree in parsed for v in driver_variables(tree, place.node.name)}
    for snippet, tree in parsed:
        for used in ast.walk(tree):
            if isinstance(used, ast.Attribute) and _is_driver(used.value, variables, place.node.name):
                if used.attr not in known.names:
                    fault = _no_attribute(f".{used.attr}", place.node.name, used.attr, known, used)
                    yield Fault(fault.message, fault.hint, line=snippet.line + used.lineno - 1, file="README.md")
            elif isinstance(used, ast.ImportFrom) and used.level == 0:
                yield from _snippet_imports(used, snippet, project)
            elif isinstance(used, ast.Call):
                for name, problem, takes in _driver_call_problems(used, variables, place, known, project):
                    line = snippet.line + used.lineno - 1
                    yield Fault(f"{name}() {problem}.", hint=f"It takes: ({takes}).", line=line, file="README.md")


def awaited_drivers(file: PythonFile, project: Project) -> Iterable[Fault]:
    """Tests and examples call the driver's methods plainly: none of them is a coroutine."""
    if project.driver is not None and file.tree is not None:
        yield from _awaited(file.tree, driver_variables(file.tree, project.driver.node.name), project.driver)


def awaited_in_snippets(project: Project) -> Iterable[Fault]:
    """Snippets of README.md call the driver's methods plainly."""
    if project.driver is None:
        return
    parsed = list(parsed_snippets(project.texts.get("README.md", "")))
    variables = {v for _, tree in parsed for v in driver_variables(tree, project.driver.node.name)}
    for snippet, tree in parsed:
        for fault in _awaited(tree, variables, project.driver):
            line = getattr(fault.node, "lineno", 1)
            yield Fault(fault.message, fault.hint, line=snippet.line + line - 1, file="README.md")


def _awaited(tree: ast.AST, variables: set[str], place: ClassPlace) -> Iterator[Fault]:
    for node in ast.walk(tree):
        match node:
            case ast.Await(value=used) | ast.AsyncFor(iter=used):
                pass
            case ast.AsyncWith(items=[ast.withitem(context_expr=used), *_]):
                pass
            case _:
                continue
        inner = used.func.value if isinstance(used, ast.Call) and isinstance(used.func, ast.Attribute) else used
        if _is_driver(inner, variables, place.node.name) or _makes_driver(used, place.node.name):
            yield Fault(
                f"{place.node.name} is synchronous: nothing of it can be awaited.",
                hint="Leave out `await` and `async`.",
                node=node,
            )


def parsed_snippets(markdown: str) -> Iterator[tuple[Snippet, ast.Module]]:
    """The Python snippets of a Markdown text that parse."""
    for snippet in snippets(markdown):
        if snippet.language in {"python", "py", "python3", "pycon"}:
            try:
                yield snippet, parse_module(snippet_code(snippet))
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue


def driver_variables(tree: ast.AST, class_name: str) -> set[str]:
    """Names and `self` attributes that hold a driver and nothing else."""
    drivers: set[str] = set()
    others: set[str] = set()
    for node in ast.walk(tree):
        pairs: list[tuple[ast.expr, ast.expr]] = []
        if isinstance(node, ast.Assign):
            pairs = [(target, node.value) for target in node.targets]
        elif isinstance(node, ast.With | ast.AsyncWith):
            pairs = [(item.optional_vars, item.context_expr) for item in node.items if item.optional_vars]
        elif isinstance(node, ast.For | ast.comprehension):
            pairs = [(node.target, node.iter)]
        elif isinstance(node, ast.arg):
            others.add(node.arg)
        for target, value in pairs:
            name = ast.unparse(target) if isinstance(target, ast.Name | ast.Attribute) else ""
            (drivers if _makes_driver(value, class_name) else others).add(name)
    return drivers - others - {""}


def _driver_call_problems(
    call: ast.Call, variables: set[str], place: ClassPlace, known: Members, project: Project
) -> Iterator[tuple[str, str, str]]:
    """(what is called, what is wrong, what it takes) of one call of the driver or its constructor."""
    match call.func:
        case ast.Name(id=name) if name == place.node.name:
            found = _constructor(project, place, name)
        case ast.Attribute(value=holder, attr=name) if _is_driver(holder, variables, place.node.name):
            method = known.methods.get(name)
            plain = method is not None and {_decorator(d) for d in method.decorator_list} <= {"classmethod", "override"}
            found = (name, method, True) if method is not None and plain else None
        case _:
            return
    if found is not None:
        for problem in _argument_problems(call, found[1].args, 1):
            yield found[0], problem, ast.unparse(found[1].args)


def _decorator(node: ast.expr) -> str:
    return getattr(node, "id", getattr(node, "attr", "?"))


def _snippet_imports(node: ast.ImportFrom, snippet: Snippet, project: Project) -> Iterator[Fault]:
    package = project.package or ""
    head, _, tail = (node.module or "").partition(".")
    if head != package:
        known = set(project.bindings(init).names) if (init := project.module("")) else set[str]()
        if head not in sys.stdlib_module_names and known & {a.name for a in node.names}:
            yield Fault(
                f"`{head}` is imported; the package is called {package}.",
                hint=f"from {package} import {', '.join(a.name for a in node.names)}",
                line=snippet.line + node.lineno - 1,
                file="README.md",
            )
        return
    module = project.module(tail)
    found = project.importable(module) if module else set[str]()
    for alias in node.names:
        if found is not None and alias.name not in found and alias.name != "*":
            yield Fault(
                f"`{alias.name}` is imported from {node.module}, which does not define it.",
                hint=f"It defines: {', '.join(sorted(found)[:30])}." if found else "There is no such module.",
                line=snippet.line + node.lineno - 1,
                file="README.md",
            )


def _callee(call: ast.Call, file: PythonFile, project: Project) -> tuple[str, Function, bool] | None:
    match call.func:
        case ast.Name(id=name):
            if place := project.find_class(file, name) or _outside_class(file, name, project):
                return _constructor(project, place, name)
            bound = project.bindings(file).names.get(name)
            if isinstance(bound, ast.FunctionDef) and not is_local(file, call, name):
                return name, bound, False
        case ast.Attribute(value=ast.Name(id="self"), attr=name):
            holder = file.class_of(call)
            if holder is not None and isinstance(file.parent(holder), ast.Module):
                for ancestor in project.ancestry(ClassPlace(file, holder))[0]:
                    for statement in ancestor.node.body:
                        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and statement.name == name:
                            return f"self.{name}", statement, True
        case _:
            pass
    return None


def _handed_on(call: ast.Call, name: str, function: Function, project: Project) -> Iterator[Fault]:
    """Keywords that a function takes by `**` and hands on to one that does not take them."""
    rest = function.args.kwarg
    own = {a.arg for a in [*function.args.args, *function.args.kwonlyargs]}
    given = [k for k in call.keywords if k.arg and k.arg not in own]
    if (
        rest is None
        or not given
        or any(isinstance(n, ast.Name) and n.id == rest.arg for n in _stored_or_read(function))
    ):
        return
    home = next((f for f in project.files("package") if any(n is function for n in f.nodes(type(function)))), None)
    inner = [c for c in home.within(function, ast.Call) if _spreads(c, rest.arg)] if home else []
    if home is None or len(inner) != 1:
        return
    target = _super_constructor(inner[0], home, function, project) or _callee(inner[0], home, project)
    if target is None or target[1].args.kwarg is not None or target[1].decorator_list:
        return
    takes = {a.arg for a in [*target[1].args.args, *target[1].args.kwonlyargs]}
    for keyword in given:
        if keyword.arg not in takes:
            close = difflib.get_close_matches(keyword.arg or "", takes | own, 1)
            yield Fault(
                f"{name}() hands the keyword {keyword.arg} on to {target[0]}(), which does not take it"
                + (f" (it takes {close[0]})." if close else "."),
                hint=f"It takes: ({ast.unparse(target[1].args)}).",
                node=call,
            )


def _spreads(call: ast.Call, name: str) -> bool:
    return any(k.arg is None and isinstance(k.value, ast.Name) and k.value.id == name for k in call.keywords)


def _stored_or_read(function: Function) -> Iterator[ast.AST]:
    # What is looked at or changed on the way may be taken out.
    for node in ast.walk(function):
        match node:
            case ast.Attribute(value=inner) | ast.Subscript(value=inner) | ast.Compare(comparators=[inner, *_]):
                yield inner
            case ast.Name(ctx=ast.Store()):
                yield node
            case _:
                pass


def _super_constructor(
    call: ast.Call, file: PythonFile, function: Function, project: Project
) -> tuple[str, Function, bool] | None:
    match call.func:
        case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr="__init__"):
            holder = file.class_of(function)
            inside = project.ancestry(ClassPlace(file, holder))[0][1:] if holder else []
            return _constructor(project, inside[0], inside[0].node.name) if inside else None
        case _:
            return None


def _constructor(project: Project, place: ClassPlace, name: str) -> tuple[str, Function, bool] | None:
    inside, _ = project.ancestry(place)
    for ancestor in inside:
        if ancestor.node.decorator_list or ancestor.node.keywords:
            return None
        for statement in ancestor.node.body:
            if isinstance(statement, ast.FunctionDef) and statement.name in {"__init__", "__new__"}:
                return (name, statement, True) if statement.name == "__init__" else None
    return None


def _outside_class(file: PythonFile, name: str, project: Project) -> ClassPlace | None:
    # Tests and examples import by the package's name.
    bound = project.bindings(file).names.get(name)
    if not isinstance(bound, ast.ImportFrom) or bound.level or project.package is None:
        return None
    target = project.imported_module(file, bound)
    module = project.module(target) if target is not None else None
    original = next((a.name for a in bound.names if (a.asname or a.name) == name), name)
    return project.find_class(module, original) if module else None


def _argument_problems(call: ast.Call, arguments: ast.arguments, skip: int) -> Iterator[str]:
    positional = [a.arg for a in [*arguments.posonlyargs, *arguments.args]][skip:]
    keyword_only = {a.arg for a in arguments.kwonlyargs}
    takes = set(positional[max(len(arguments.posonlyargs) - skip, 0) :]) | keyword_only
    given = {k.arg for k in call.keywords if k.arg}
    spread = any(isinstance(a, ast.Starred) for a in call.args) or any(k.arg is None for k in call.keywords)
    for name in sorted(given - takes):
        if arguments.kwarg is None:
            close = difflib.get_close_matches(name, takes, 1)
            yield f"does not take the keyword {name}" + (f" (it takes {close[0]})" if close else "")
            return
    if not spread and arguments.vararg is None and len(call.args) > len(positional):
        yield f"takes {len(positional)} positional arguments, {len(call.args)} are given"
        return
    if spread:
        return
    optional = set(positional[len(positional) - len(arguments.defaults) :] if arguments.defaults else [])
    optional |= {a.arg for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d is not None}
    needed = set(positional[len(call.args) :]) | keyword_only
    if missing := sorted(needed - optional - given):
        yield f"is called without {', '.join(missing)}"


def _makes_driver(value: ast.expr, class_name: str) -> bool:
    match value:
        case ast.Call(func=ast.Name(id=name)):
            return name == class_name
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="from_env")):
            return name == class_name
        case _:
            return False


def _is_driver(value: ast.expr, variables: set[str], class_name: str) -> bool:
    if isinstance(value, ast.Name):
        return value.id in variables or value.id == class_name
    if isinstance(value, ast.Attribute):
        return ast.unparse(value) in variables
    return _makes_driver(value, class_name)


def _no_attribute(written: str, owner: str, name: str, known: Members, node: ast.AST) -> Fault:
    public = sorted(n for n in known.names - set(dir(Exception)) if not n.startswith("__"))
    close = difflib.get_close_matches(name, public, 1, 0.6)
    listed = sorted(n for n in known.methods if not n.startswith("_"))
    return Fault(
        f"`{written}` is used, but {owner} has no {name}; its methods: {', '.join(listed[:30]) or 'none'}.",
        hint=f"Did you mean {close[0]}?" if close else "Use what exists, or define it.",
        node=node,
    )
