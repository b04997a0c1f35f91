"""Secrets that stand in the code: keys of known shapes, and values of what is named like a secret."""

import ast
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TypeGuard

from ...fault import Fault
from ...parsed.code_facts import environment_key
from ...parsed.named_values import named_values, variables
from ...parsed.project import Project
from ...parsed.python_file import PythonFile

_KEY_SHAPES = re.compile(
    r"\b(?:sk-[A-Za-z0-9_-]{20,}|sk_(?:live|test)_[A-Za-z0-9]{16,}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}"
    r"|AKIA[0-9A-Z]{16}|AIza[0-9A-Za-z_-]{35}|xox[abprs]-[A-Za-z0-9-]{12,}|glpat-[A-Za-z0-9_-]{20}"
    r"|eyJ[A-Za-z0-9_-]{15,}\.eyJ[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{15,}|SG\.[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}"
    r"|[a-z]{2,8}_(?:live|prod|pat|secret)_[A-Za-z0-9]{16,}|shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}|hf_[A-Za-z0-9]{30,}|key-[0-9a-f]{32})\b"
    r"|-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+\S{20}"
)
SECRET_NAME = re.compile(
    r"^_*(?:\w*_)?(?:api_?key|apikey|secret|client_secret|password|passwd|access_token|auth_token|token|bearer|authorization)$",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"your|example|placeholder|changeme|change[-_ ]me|xxx|<|\$\{|test|dummy|demo|sample|env:|\.\.\.|^\W*$",
    re.IGNORECASE,
)
_ANY_KEY = re.compile(
    r"^_*(?:\w*_)?(?:(?:secret|access|private|app|auth|subscription|consumer|signing|encryption|master|admin|service)_?key"
    r"|key|pat|pwd|pass|passphrase|credentials?|appid|authtoken|accesstoken|apitoken|clientsecret)$",
    re.IGNORECASE,
)
"""Names that may stand for a secret: only where what they hold looks random."""
_IN_URL = re.compile(
    r"[?&](?:api_?key|key|(?:access_|auth_)?token|appid|app_id|auth|secret|sig|password)=([A-Za-z0-9_.-]{12,})(?:&|$)"
    r"|^[a-z+]+://[^/:@\s{]+:([^/@\s{]{6,})@",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"(?:Bearer|Basic|Token|Key|Api-?Key|OAuth|Digest)\s+(?:token=)?", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SHOWN = re.compile(r"example|your|x{4}|placeholder", re.IGNORECASE)
_OPAQUE = re.compile(r"[A-Za-z0-9_.:+=-]{12,}")


def literal_keys(file: PythonFile, project: Project) -> Iterable[Fault]:
    """No secret stands in the code, unless the API's description shows it to everybody."""
    for node in file.nodes(ast.Constant):
        value: object = node.value
        found = _KEY_SHAPES.search(value) if isinstance(value, str) and 16 <= len(value) <= 4096 else None
        if found and not _is_shown(found[0], project):
            yield Fault("A literal key stands in the code.", hint="Take it as an argument or from_env.", node=node)


def keys_in_texts(project: Project) -> Iterable[Fault]:
    """No secret stands in README.md, pyproject.toml or driver.json."""
    for path, text in project.texts.items():
        if path.endswith((".md", ".toml", ".txt", ".cfg", ".ini")) or path == "driver.json":
            for found in _KEY_SHAPES.finditer(text):
                if not _is_shown(found[0], project):
                    line = text.count("\n", 0, found.start()) + 1
                    yield Fault(f"A literal key stands in {path}.", hint='Show "..." instead.', line=line, file=path)


def _is_shown(key: str, project: Project) -> bool:
    return _SHOWN.search(key) is not None or project.api_text.says(key)


def literal_credentials(file: PythonFile, project: Project) -> Iterable[Fault]:
    """No argument or variable that names a secret has a value in the code."""
    told = set[int]()
    for name, node, text in _named_texts(file):
        named, value = _CAMEL.sub("_", name.replace("-", "_")), _SCHEME.sub("", text, count=1)
        secret = (
            (SECRET_NAME.match(named) and _looks_secret(value))
            or (_ANY_KEY.match(named) and is_random(value))
            or _is_password(named, value)
        )
        if (
            not secret
            or id(node) in told
            or _TYPE.fullmatch(value)
            or _KEY_SHAPES.search(value)
            or project.api_text.says(value)
        ):
            continue
        told.add(id(node))
        yield Fault(f"{name} is a literal in the code.", hint="Take it as an argument or from_env.", node=node)
    for node in file.nodes(ast.Constant):
        found = _IN_URL.search(node.value) if isinstance(node.value, str) and len(node.value) <= 4096 else None
        if (
            found
            and _looks_secret(found[1] or f"{found[2]}{_LONG}")
            and not project.api_text.says(found[1] or found[2])
        ):
            yield Fault("A URL in the code holds a credential.", hint="Take it as an argument or from_env.", node=node)


_TYPE = re.compile(r"(?:string|integer|number|boolean|array|object|any|null)[!?]*")
"""What a table says of a field or parameter that is called so."""
_LONG = "0a" * 6  # the password of a URL may be short and a word


def _named_texts(file: PythonFile) -> Iterator[tuple[str, ast.expr, str]]:
    """Texts with the name of what gets them."""
    for name, value in _named_values(file):
        for leaf in _leaves(value):
            if isinstance(leaf.value, str | bytes):
                yield name, leaf, leaf.value if isinstance(leaf.value, str) else leaf.value.decode("latin-1")


def _leaves(value: ast.expr) -> Iterator[ast.Constant]:
    """The constants that an expression may give: `key or "..."`, `a if a else "..."`, `"Bearer " + "..."`."""
    match value:
        case ast.Constant():
            yield value
        case ast.BoolOp(values=parts) | ast.JoinedStr(values=parts):
            for part in parts:
                yield from _leaves(part)
        case ast.IfExp(body=one, orelse=other) | ast.BinOp(left=one, op=ast.Add(), right=other):
            yield from _leaves(one)
            yield from _leaves(other)
        case ast.FormattedValue(value=inner):
            yield from _leaves(inner)
        case ast.Call(func=ast.Name(id="SecretStr" | "str") | ast.Attribute(attr="SecretStr"), args=[inner]):
            yield from _leaves(inner)
        case ast.Call(args=[_, fallback]) if environment_key(value):
            yield from _leaves(fallback)
        case _:
            pass


def _named_values(file: PythonFile) -> Iterator[tuple[str, ast.expr]]:
    yield from variables(file)
    for name, value in named_values(file):
        if name == "auth" and isinstance(value, ast.Tuple) and len(value.elts) == 2:
            yield from zip(("key", "password"), value.elts, strict=True)
        else:
            yield name, value
    for node in file.nodes(ast.Call):
        called = str(getattr(node.func, "attr", getattr(node.func, "id", "")))
        if called == "b64encode" and node.args:
            yield from (("password", leaf) for leaf in ast.walk(node.args[0]) if _is_basic(leaf))
        elif called.endswith(_HOLDERS):
            yield from (("key", value) for value in node.args)
        if len(node.args) == 2 and (name := environment_key(node) or "password" * called.endswith(_AUTHS)):
            yield name, node.args[1]
    for node in file.nodes(ast.IfExp, ast.BoolOp):
        match node:
            case ast.IfExp(body=ast.Name(id=name) | ast.Attribute(attr=name), orelse=value):
                yield name, value
            case ast.BoolOp(values=[ast.Name(id=name) | ast.Attribute(attr=name), *_, value]):
                yield name, value
            case _:
                pass


def _is_basic(node: ast.AST) -> TypeGuard[ast.Constant]:
    """`user:password`, as it is made ready for an Authorization header."""
    value = node.value if isinstance(node, ast.Constant) else None
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    return isinstance(text, str) and _AS_BASIC.fullmatch(text) is not None


_HOLDERS = ("Auth", "Credentials", "Credential", "ApiKey", "APIKey", "Token", "Client", "Session")
_AUTHS = ("BasicAuth", "DigestAuth")


def _looks_secret(value: str) -> bool:
    return _is_mixed(value) and (not _PLACEHOLDER.search(value) or is_random(value))


def _is_mixed(value: str) -> bool:
    return _OPAQUE.fullmatch(value) is not None and any(c.isdigit() for c in value) and any(c.isalpha() for c in value)


def _is_password(name: str, value: str) -> bool:
    """Whether a text stands for a password, which may be short and a word: it holds what names and labels do not."""
    return (
        _PASSWORD.search(name) is not None
        and 6 <= len(value) <= 64
        and not re.search(r"\s", value)
        and not _PLACEHOLDER.search(value)
        and re.search(r"[A-Za-z]", value) is not None
        and re.search(r"[0-9!@#$%^&*?]", value) is not None
    )


_PASSWORD = re.compile(r"(?:^|_)(?:password|passwd|pwd|passphrase)$", re.IGNORECASE)
_AS_BASIC = re.compile(r"[\w.@+-]+:\S{6,}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


def is_random(value: str) -> bool:
    """Whether a text ends in what nobody would write by hand: letters and digits mixed, without words."""
    value = value.replace("-", "") if _UUID.fullmatch(value) else value
    tail = re.split(r"[^A-Za-z0-9]", value.rstrip("="))[-1]
    if len(tail) < 16 or _SHOWN.search(value) or not _OPAQUE.fullmatch(value):
        return False
    digits, switches = sum(c.isdigit() for c in tail), sum(a.isdigit() != b.isdigit() for a, b in pairwise(tail))
    return digits >= 3 and switches >= 4 and len(set(tail)) >= 8
