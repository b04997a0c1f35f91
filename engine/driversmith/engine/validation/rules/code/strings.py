"""Text inside code that says something else than was meant: a missing f, doubled backslashes."""

import ast
import re
from collections.abc import Iterable

from ...fault import Fault
from ...parsed.project import Project
from ...parsed.python_file import PythonFile

_PLACEHOLDER = re.compile(r"(?<!\{)\{([A-Za-z_]\w*)((?:\.\w+|\[[^\]{}]*\]|\(\))*)(?:![rsa])?(?::[^{}]*)?\}(?!\})")
_WHOLE = re.compile(r"\{[^{}]*\}")
_FORMATTING = frozenset(
    {"format", "format_map", "replace", "sub", "compile", "substitute", "safe_substitute", "search"}
)
_DOUBLED = frozenset({"\\n", "\\t", "\\r\\n", "\\n\\n"})
_DOUBLED_BREAK = re.compile(r"[\w.:,)!?]\\n(?:\\n|[A-Z -]|$)")
_DOUBLED_CLASS = re.compile(r"\\\\[dwsbDWSB]")
_PATTERN_CALLS = frozenset({"compile", "match", "fullmatch", "search", "sub", "findall", "finditer", "split"})
_TELLING = frozenset({"debug", "info", "warning", "error", "exception", "critical", "log", "print", "warn"})


def missing_f_prefix(file: PythonFile, _project: Project) -> Iterable[Fault]:
    """Text with the names of variables in braces is an f-string, or formatted."""
    for node in file.nodes(ast.Constant):
        value: object = node.value
        if not isinstance(value, str) or "{" not in value or len(value) > 2000:
            continue
        holes = list(_PLACEHOLDER.finditer(value))
        if not holes or _WHOLE.fullmatch(value):
            continue
        function = file.function_of(node)
        parent = file.parent(node)
        if function is None or isinstance(function, ast.Lambda) or isinstance(parent, ast.Expr | ast.JoinedStr):
            continue
        if _is_formatted(file, node, function):
            continue
        known = _variables(file, function)
        if all(hole[1] in known for hole in holes) or (
            len(holes) > 1 and _is_message(parent) and any(hole[1] in known for hole in holes)
        ):
            names = ", ".join(dict.fromkeys(hole[1] + hole[2] for hole in holes))
            yield Fault(
                f"The text is no f-string: {{{names}}} stays as it is instead of becoming the value.",
                hint='Put an f before the quotes: f"..."',
                node=node,
            )


def _is_message(parent: ast.AST | None) -> bool:
    match parent:
        case ast.Assign(targets=[ast.Name(id="message" | "msg" | "error_message" | "reason")]):
            return True
        case _:
            return False


def double_escapes(file: PythonFile, _project: Project) -> Iterable[Fault]:
    """A line break is \\n, not a backslash and an n."""
    yield from _doubled_in_messages(file)
    for call in file.nodes(ast.Call):
        if not isinstance(call.func, ast.Attribute):
            continue
        name = call.func.attr
        texts: list[ast.expr] = []
        if name == "join":
            texts = [call.func.value]
        elif name in {"split", "rsplit", "strip", "rstrip", "partition", "rpartition"}:
            texts = call.args[:1]
        for text in texts:
            if isinstance(text, ast.Constant) and text.value in _DOUBLED:
                yield Fault(
                    f"The backslash is escaped twice: {name} works on the characters {text.value}, not on a line break.",
                    hint=f'Write "{text.value}" with one backslash.',
                    node=text,
                )
        if doubled := _doubled_class(call):
            yield Fault(
                f"The backslash is escaped twice: {doubled} in the pattern matches a backslash.",
                hint="Write one backslash in a raw string.",
                node=call.args[0],
            )


def _doubled_in_messages(file: PythonFile) -> Iterable[Fault]:
    for node in file.nodes(ast.Constant):
        if not isinstance(node.value, str) or not _DOUBLED_BREAK.search(node.value):
            continue
        for ancestor in file.ancestors(node):
            called = (
                getattr(ancestor.func, "attr", getattr(ancestor.func, "id", ""))
                if isinstance(ancestor, ast.Call)
                else ""
            )
            if called in _TELLING or str(called).endswith("Error"):
                yield Fault(
                    "The backslash is escaped twice: the message shows \\n instead of breaking the line.",
                    hint="Write \\n with one backslash.",
                    node=node,
                )
                break
            if isinstance(ancestor, ast.stmt):
                break


def _doubled_class(call: ast.Call) -> str:
    match call:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="re"), attr=name), args=[ast.Constant(value=str() as pattern), *_]
        ) if name in _PATTERN_CALLS:
            found = _DOUBLED_CLASS.search(pattern)
            return found[0] if found else ""
        case _:
            return ""


def _is_formatted(file: PythonFile, node: ast.Constant, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    around: ast.AST = node
    told = False
    for ancestor in file.ancestors(node):
        if isinstance(ancestor, ast.Attribute) and ancestor.value is around and ancestor.attr in _FORMATTING:
            return True
        if isinstance(ancestor, ast.Call) and around is not ancestor.func:
            called = getattr(ancestor.func, "attr", getattr(ancestor.func, "id", ""))
            if called in _FORMATTING or called == "Template":
                return True
            told = told or called in _TELLING or str(called).endswith("Error")
        if isinstance(ancestor, ast.BinOp) and isinstance(ancestor.op, ast.Mod):
            return True
        if isinstance(ancestor, ast.Raise):
            told = True
        if isinstance(ancestor, ast.stmt):
            break
        around = ancestor
    # A template may be filled in later: only what is told at once is sure where the function formats anything.
    return not told and any(a.attr in {"format", "format_map", "replace"} for a in file.within(function, ast.Attribute))


def _variables(file: PythonFile, function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    found: set[str] = set()
    inner: ast.AST | None = function
    while isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        arguments = inner.args
        found |= {a.arg for a in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]}
        found |= {a.arg for a in (arguments.vararg, arguments.kwarg) if a}
        if not isinstance(inner, ast.Lambda):
            found |= {n.id for n in file.within(inner, ast.Name) if isinstance(n.ctx, ast.Store)}
            found |= {h.name for h in file.within(inner, ast.ExceptHandler) if h.name}
        inner = file.function_of(inner)
    return found
