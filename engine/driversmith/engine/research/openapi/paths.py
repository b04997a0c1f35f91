"""Path keys of a description as templates that a driver can fill."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import quote, unquote_plus

from ..names import bare

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_OPERATORS = "+#./;?&"
_LONGEST = 2000
_AS_IT_IS = "%+,:;/?@!$'()*~=[]|"
"""Characters of a fixed query that go out as they are written."""


@dataclass(frozen=True)
class PathTemplate:
    """A path below the base URL."""

    path: str
    """With a leading slash, `{name}` for each parameter, and the part of the query that the path key fixes, as it goes on
    the wire; no fragment."""
    names: tuple[str, ...] = ()
    """The parameters in it, each once, in order; those in the fixed query too."""
    fixed: frozenset[str] = frozenset()
    """Names of the query parameters whose values stand in the path key."""
    within: frozenset[str] = frozenset()
    """Parameters that stand within a fixed value of the query, and nowhere else in the path key."""
    query_names: dict[str, str] = field(default_factory=dict[str, str])
    """Query parameters that the path key takes its value from a parameter for: name on the wire -> name of the parameter."""


class InvalidPathError(ValueError):
    """A path key from which no request can be made; the text says why."""


def path_template(key: str, declared: Collection[str]) -> PathTemplate:
    """Read a path key; `declared` are the names of the operation's path parameters.

    A fragment is dropped (it never goes on the wire: some descriptions use it to tell operations apart), `:id` and
    `{+id}` become `{id}`, and a placeholder takes the declared spelling of its name.

    Raises:
        InvalidPathError: no request can be made from it.
    """
    path = key.strip().partition("#")[0]
    if len(path) > _LONGEST:
        raise InvalidPathError(f"it has more than {_LONGEST} characters")
    if re.search(r"[\x00-\x1f\x7f]", path):
        raise InvalidPathError("it holds control characters")
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", path):
        raise InvalidPathError("it is a whole URL")
    expanded = [name for group in re.findall(r"\{[?&]([^{}]*)\}", path) for name in group.split(",") if name]
    path = re.sub(r"\{[?&][^{}]*\}", "", path)
    path, _, query = path.partition("?")
    names: list[str] = []

    def spell(match: re.Match[str]) -> str:
        raw = match.group(1).strip()
        name = raw if raw in declared else _spelling(raw.lstrip(_OPERATORS).rstrip("*+"), declared)
        if not name:
            raise InvalidPathError("it has a placeholder without a name")
        names.append(name)
        before = raw[:1] if raw not in declared and raw[:1] in ("/", ".") else ""
        return before + "{" + name + "}"

    segments = [_colon(segment, declared) for segment in path.split("/")]
    path = _PLACEHOLDER.sub(spell, "/".join(segments))
    if "{" in (rest := _PLACEHOLDER.sub("", path)) or "}" in rest:
        raise InvalidPathError("its braces do not match")
    if any(segment in (".", "..") for segment in segments):
        raise InvalidPathError("it climbs out of the base URL with dots")
    in_path = dict.fromkeys(names)
    fixed, taken = _query(query, declared, in_path)
    pairs = [_PLACEHOLDER.sub(spell, pair) for pair in fixed]
    path = path if path.startswith("/") else "/" + path
    return PathTemplate(
        path=path + ("?" + "&".join(pairs) if pairs else ""),
        names=tuple(dict.fromkeys(names)),
        fixed=frozenset(unquote_plus(pair.partition("=")[0]) for pair in pairs),
        within=frozenset(names) - in_path.keys(),
        query_names={**taken, **{name.rstrip("*"): name.rstrip("*") for name in expanded}},
    )


def _colon(segment: str, declared: Collection[str]) -> str:
    """`:id` as `{id}`, where the operation declares such a path parameter."""
    return "{" + segment[1:] + "}" if segment.startswith(":") and segment[1:] in declared else segment


def _spelling(name: str, declared: Collection[str]) -> str:
    name = name.strip()
    if name in declared:
        return name
    return next((other for other in declared if bare(other) == bare(name) and bare(name)), name)


def _query(query: str, declared: Collection[str], in_path: Collection[str]) -> tuple[list[str], dict[str, str]]:
    """The pairs that are fixed, or fixed around a placeholder; and the parameters that stand for a whole value."""
    fixed: list[str] = []
    taken: dict[str, str] = {}
    for part in filter(None, query.split("&")):
        name, _, value = part.partition("=")
        placeholder = _PLACEHOLDER.fullmatch(value) or (_PLACEHOLDER.fullmatch(name) if not value else None)
        parameter = _spelling(placeholder.group(1), declared) if placeholder else ""
        if placeholder and parameter not in in_path:
            taken[parameter if name.startswith("{") else unquote_plus(name)] = parameter
        elif "{" in name or "}" in name or set("{}") & set(_PLACEHOLDER.sub("", value)):
            raise InvalidPathError("the names in its query are templates, or its braces do not match")
        else:
            pieces = _PLACEHOLDER.split(value)  # every second one is the name of a placeholder
            text = "".join(
                "{" + piece + "}" if n % 2 else quote(piece, safe=_AS_IT_IS) for n, piece in enumerate(pieces)
            )
            fixed.append(quote(name, safe=_AS_IT_IS) + ("=" if "=" in part else "") + text)
    return fixed, taken
