"""Code that is not there: stub methods, placeholder comments, elided parts."""

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator

from ....contract.surface import METHOD_NAMES
from ...fault import Fault
from ...parsed.project import Project
from ...parsed.python_file import PythonFile
from ...parsed.scopes import is_for_checkers

_EMPTY_ANSWERS = ("[]", "{}", "None", "''", "dict()", "list()", "iter([])", "iter(())")
_UNFINISHED = re.compile(
    r"\b(?:TODO|FIXME|XXX|HACK)\b|\bplaceholder\b"
    r"|\bnot (?:yet )?implemented\b|\bimplement (?:this|me|here|later|the rest|actual|your)\b|\byour code here\b"
    r"|\b(?:just|only|simply) a (?:simple |mere |minimal )*(?:stub|mock|dummy)\b|\bstub(?:bed)? (?:for now|implementation|method|out)\b"
    r"|\bfor now,? (?:we )?(?:just |simply |always )*(?:return|pass|skip|ignore|pretend|fake|hard-?code)"
    r"|\bin a real implementation\b|\bwould go here\b|\bgoes here\b",
    re.IGNORECASE,
)
_ELIDED = re.compile(
    r"\b(?:the )?(?:rest|remainder|others?) (?:of (?:the |this )?\w+ )?(?:(?:is|are|remains?|stays?) )?"
    r"(?:the same|unchanged|as before|omitted|follows?|here)\b"
    r"|\b(?:existing|previous|remaining|other) (?:code|methods?|functions?|imports?|implementation)\b.{0,20}"
    r"(?:unchanged|here|omitted|\.\.\.|the same|as before|stays?|remains?)"
    r"|\b(?:omitted|elided|shortened|truncated|abbreviated) for (?:brevity|clarity|space)\b"
    r"|\bsame as (?:before|above)\b.{0,12}$|\.\.\. ?\(?(?:rest|existing|other|remaining|more|and so on)\b"
    r"|^#\s*(?:\.\.\.|…)\s*$|^#\s*[\[(<]*\s*(?:\.\.\.|…)?\s*(?:code )?(?:un|not )changed\s*(?:\.\.\.|…)?[\])>.]*\s*$"
    r"|\bkeep (?:the )?(?:rest|existing code)\b",
    re.IGNORECASE,
)


def stub_methods(project: Project) -> Iterable[Fault]:
    """Contract methods have a body that does something."""
    place = project.driver
    if place is None:
        return
    for ancestor in project.ancestry(place)[0]:
        for function in ancestor.node.body:
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) or function.name not in METHOD_NAMES:
                continue
            what = stub_body(function, answers=function.name not in _may_be_empty(project))
            if what and not (function.name == "close" and what == "only `pass`") and not _is_abstract(function):
                yield Fault(
                    f"{function.name} is a stub: {what}.",
                    hint="Write the method; where the API has no such verb, raise NotSupportedError.",
                    node=function if what == "only a docstring" else function.body[-1],
                    file=ancestor.file.path,
                )


def _may_be_empty(project: Project) -> set[str]:
    profile = project.profile
    names = {"close"}
    if profile is not None and not profile.objects:
        names.add("list_objects")
    if profile is not None and not profile.operations:
        names.add("list_operations")
    return names


def stub_functions(file: PythonFile, project: Project) -> Iterable[Fault]:
    """No other function of the package is `...` or NotImplementedError outside protocols and abstract classes."""
    drivers = [place.node for place in project.ancestry(project.driver)[0]] if project.driver else []
    for function in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
        holder = file.parent(function)
        if isinstance(holder, ast.ClassDef) and _is_protocol(holder):
            continue
        if is_for_checkers(file, function):
            continue
        if holder in drivers and function.name in METHOD_NAMES:
            continue
        what = stub_body(function, answers=False)
        if what and what not in {"only `pass`", "only a docstring"} and not _is_abstract(function):
            yield Fault(f"{function.name} is a stub: {what}.", hint="Write it or leave it out.", node=function)


def stub_body(function: ast.FunctionDef | ast.AsyncFunctionDef, *, answers: bool) -> str:  # noqa: PLR0911 - one case a kind of body
    """What makes the body a stub, "" where it is none; with `answers`, returning a constant nothing counts too."""
    body = list(function.body)
    documented = bool(body and isinstance(body[0], ast.Expr) and _is_string(body[0].value))
    if documented:
        body = body[1:]
    if not body:
        return "only a docstring"
    if len(body) > 1:
        return ""
    match body[0]:
        case ast.Pass():
            return "only `pass`"
        case ast.Expr(value=ast.Constant(value=value)) if value is ...:
            return "only `...`"
        case ast.Raise(exc=ast.Name(id="NotImplementedError") | ast.Call(func=ast.Name(id="NotImplementedError"))):
            return "it raises NotImplementedError"
        case ast.Return(value=None) if answers:
            return "it returns nothing"
        case ast.Return(value=ast.expr() as value) if answers and ast.unparse(value) in _EMPTY_ANSWERS:
            return f"it always returns {ast.unparse(value)}"
        case _:
            return ""


def placeholder_comments(file: PythonFile, project: Project) -> Iterable[Fault]:
    """No comment says that something is still to be written."""
    for line, column, comment in _comments(file, _UNFINISHED, project):
        yield Fault(
            f"A comment says that code is missing: {_short(comment)}", hint="Write the code.", line=line, column=column
        )


def elided_code(file: PythonFile, project: Project) -> Iterable[Fault]:
    """No comment stands for code that was left out."""
    for line, column, comment in _comments(file, _ELIDED, project):
        yield Fault(
            f"A comment stands for code that was left out: {_short(comment)}",
            hint="Give the whole file.",
            line=line,
            column=column,
        )


def _comments(file: PythonFile, pattern: re.Pattern[str], project: Project) -> Iterator[tuple[int, int, str]]:
    """Line, column and text of the comments in which a pattern finds an author's words, not the API's."""
    # Tokenizing is dear: only where a line with a number sign holds one of the words at all.
    if not any("#" in line and pattern.search(line[line.index("#") :]) for line in file.lines):
        return
    try:
        for token in tokenize.generate_tokens(io.StringIO(file.text).readline):
            if token.type != tokenize.COMMENT or _in_prose(file, token):
                continue
            said = " " + token.string[1:]
            if any(not project.api_text.owns(said, *found.span()) for found in pattern.finditer(token.string)):
                yield token.start[0], token.start[1] + 1, token.string
    except (tokenize.TokenError, SyntaxError):
        return


def _in_prose(file: PythonFile, token: tokenize.TokenInfo) -> bool:
    # "# ..." between other comment lines is a part of what they say.
    if token.string.strip("# \t") not in {"...", "…"}:
        return False
    above, below = token.start[0] - 2, token.start[0]
    return any(0 <= i < len(file.lines) and file.lines[i].lstrip().startswith("#") for i in (above, below))


def _is_abstract(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function is only declared."""
    for decorator in function.decorator_list:
        name = decorator.attr if isinstance(decorator, ast.Attribute) else getattr(decorator, "id", "")
        if name in {"abstractmethod", "overload", "abstractproperty"}:
            return True
    return False


def _is_protocol(node: ast.ClassDef) -> bool:
    """Whether the methods of a class are declarations."""
    plain = (base.value if isinstance(base, ast.Subscript) else base for base in node.bases)
    names = {b.attr if isinstance(b, ast.Attribute) else getattr(b, "id", "") for b in plain}
    return bool(names & {"Protocol", "ABC"})


def _is_string(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _short(comment: str) -> str:
    return comment if len(comment) <= 80 else comment[:77] + "..."
