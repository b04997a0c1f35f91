"""URLs and paths as prose writes them, read as templates: `:id`, `<id>`, `{{id}}` and their like are `{id}`."""

import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote

from ...openapi.servers import origin

_PLACEHOLDER = r"\{\{[^{}\n]{1,60}\}\}|\{[^{}\n]{1,80}\}|<[A-Za-z][^<>\n/]{0,40}>|\[[A-Za-z][^\[\]\n]{0,40}\]"
_PLAIN = r"""[^\s"'<>`|\\^\[\]{}()\uff0c。\uff1b]"""
URL = rf"https?://(?:{_PLACEHOLDER}|\([\w.-]+\)|{_PLAIN})+"
PATH = rf"/(?!/)(?:{_PLACEHOLDER}|\([\w.-]+\)|{_PLAIN})*"
BARE_HOST = rf"(?:[a-z0-9-]+\.)+[a-z]{{2,12}}(?::\d+)?/(?:{_PLACEHOLDER}|{_PLAIN})+"

_TRAILING = ".,;:!*”\u2019…\u2026"
_FILE_SYSTEM = re.compile(r"/(usr|etc|var|home|tmp|opt|bin|dev|root|mnt|srv|proc|sbin|lib)(/|$)")
_SEGMENT = re.compile(r"[\w.~!$&'()*+,;=:@%{}-]*", re.UNICODE)
_NUMBER = re.compile(r"\d+(\.\d+)?")
_UUID = re.compile(r"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_TOKEN = re.compile(r"(?=.*\d)[0-9a-zA-Z_-]{20,}|(?=.*\d)(?=.*[a-f])[0-9a-f]{12,}|[A-Za-z0-9_-]{40,}")
_SHOUTED = re.compile(r"(?:YOUR|MY|SOME)?[_-]?[A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)+|[A-Z]*ID|XX+|xx+|YYYY(?:-MM(?:-DD)?)?")
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}|[a-z]{1,4}\d{4,}|[A-Z]{1,4}\d{3,}")
_YOURS = re.compile(r"(?:your|my|some)[_-]?[A-Za-z0-9_-]+|\.\.\.|…")


@dataclass(frozen=True)
class Target:
    """Where a request goes."""

    origin: str
    """`https://api.example.com`, or empty where only a path is told."""
    path: str
    """With a leading slash and `{name}` for each parameter; as it ends in the page, with or without a slash."""
    query: tuple[tuple[str, str | None], ...] = ()
    """Names in order, each with the value that the page shows; None: a placeholder."""
    optional: tuple[str, ...] = ()
    """Path parameters that may be left out with their segment."""
    samples: tuple[tuple[str, str], ...] = ()
    """Path parameters that were told by a sample alone: name and sample."""

    @cached_property
    def segments(self) -> tuple[str, ...]:
        """The parts of the path, without empty ones."""
        return tuple(part for part in self.path.split("/") if part)

    @cached_property
    def shape(self) -> tuple[str, ...]:
        """The segments with every parameter alike."""
        return tuple(re.sub(r"\{[^{}]*\}", "{}", part) for part in self.segments)

    @property
    def is_template(self) -> bool:
        """Whether the page itself marks a parameter in the path."""
        return "{" in self.path and len(self.samples) < self.path.count("{")


def read_target(raw: str) -> Target | None:
    """The target of a URL or path as it stands in a page; None where it can be none."""
    text = _trimmed(raw)
    if len(text) > 1500:
        return None
    text = re.sub(r"%7[Bb]", "{", text)
    text = re.sub(r"%7[Dd]", "}", text)
    found = re.match(r"(https?)://([^/?#]+)", text, re.IGNORECASE)
    if found:
        root = _origin(found[1], found[2])
        if not root:
            return None
        rest = text[found.end() :]
    else:
        root, rest = "", text
    rest = _expanded(rest).partition("#")[0]
    optional = tuple(_name(name) for name in re.findall(r"/:(\w+)\?(?=/|$)", rest))
    rest = re.sub(r"/:(\w+)\?(?=/|$)", r"/:\1", rest)
    path, _, query = rest.partition("?")
    if "&" in path and not query:
        path, _, query = path.partition("&")
    path = _path(path or "/")
    if path is None:
        return None
    path, samples = path
    return Target(root, path, _query(query), optional, samples)


def is_file_system(path: str) -> bool:
    """Whether a path is one of a computer rather than of an API."""
    return bool(_FILE_SYSTEM.match(path))


def _trimmed(raw: str) -> str:
    text = raw.strip().rstrip(_TRAILING)
    for opening, closing in ("()", "[]", "{}", "<>"):
        while text.endswith(closing) and text.count(closing) > text.count(opening):
            text = text[:-1].rstrip(_TRAILING)
    return text.rstrip("'\"`")


def _origin(scheme: str, authority: str) -> str:
    host = authority.rpartition("@")[2]
    named = re.sub(r"\$?\{+([^{}]*)\}+|<([^<>]*)>|\[([^\[\]]*)\]", lambda m: "{" + _name(m[0]) + "}", host)
    if "{" in named:
        return f"{scheme.lower()}://{named.lower()}" if re.fullmatch(r"[\w.{}:-]+", named) else ""
    return re.sub(r"(?<=^https://)(.*):443$|(?<=^http://)(.*):80$", r"\1\2", origin(f"{scheme}://{host}/"))


def _expanded(text: str) -> str:
    """RFC 6570: `{?a,b}` and `{&a}` are a query, `{/a}` is a segment, `{+a}` a parameter."""

    def one(match: re.Match[str]) -> str:
        names = [re.sub(r"[*:].*", "", name.strip()) for name in match[2].split(",")]
        if match[1] in "?&":
            return match[1] + "&".join(f"{name}={{{name}}}" for name in names if name)
        if match[1] == "/":
            return "".join(f"/{{{name}}}" for name in names if name)
        return "{" + match[2] + "}"

    return re.sub(r"\{([?&/+;#.])([^{}]*)\}", one, text)


def _path(raw: str) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    samples: list[tuple[str, str]] = []
    used: dict[str, int] = {}

    def unique(name: str) -> str:
        used[name] = used.get(name, 0) + 1
        return name if used[name] == 1 else f"{name}_{used[name]}"

    def named(match: re.Match[str]) -> str:
        return "{" + unique(_name(match[0])) + "}"

    text = re.sub(r"\{\{[^{}]*\}\}|\$?\{[^{}]*\}|<[^<>]*>|\[[^\[\]]*\]", named, raw)
    text = re.sub(r"\(([A-Za-z][\w.-]*)\)\??", named, text) if "{" not in text else text
    text = re.sub(r"(?<=/):([A-Za-z_]\w*)\??", named, text)
    text = re.sub(r"(?<=/)\$([A-Za-z_]\w*)", named, text)
    text = re.sub(r"%[sd]\b", lambda _: "{" + unique("value") + "}", text)
    parts: list[str] = []
    for part in text.split("/"):
        if not _SEGMENT.fullmatch(part) or part.count("{") != part.count("}"):
            return None
        before = next((p for p in reversed(parts) if p and "{" not in p), "")
        if name := _sampled(part, before):
            samples.append((unique(name), unquote(part)))
            parts.append("{" + samples[-1][0] + "}")
        else:
            parts.append(part)
    path = re.sub(r"/{2,}", "/", "/".join(parts))
    if not path.startswith("/"):
        path = "/" + path
    return path, tuple(samples)


def _sampled(part: str, before: str) -> str:
    """The name of the parameter that a segment is a sample of; empty where it is none."""
    if not part or "{" in part:
        return ""
    if _SHOUTED.fullmatch(part) or _YOURS.fullmatch(part):
        name = re.sub(r"^(your|my|some)[_-]?", "", part, flags=re.IGNORECASE)
        return _name(name) if re.search(r"[A-Za-z]{2}", name) and not re.fullmatch("[xXyY]+", name) else "value"
    if _NUMBER.fullmatch(part) and not re.fullmatch(r"(api|rest|v|version|ws|event)", before, re.IGNORECASE):
        return f"{_singular(before)}_id" if _is_noun(before) else "value"
    if (
        _DATED.fullmatch(part)
        or _UUID.fullmatch(part)
        or (_TOKEN.fullmatch(part) and not re.fullmatch(r"[a-z]+([_-][a-z]+)*", part))
    ):
        return f"{_singular(before)}_id" if _is_noun(before) else "id"
    return ""


def _is_noun(segment: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z][A-Za-z_-]+", segment))


def _singular(word: str) -> str:
    name = _name(word)
    if name.endswith("ies"):
        return name[:-3] + "y"
    if re.search(r"(s|x|ch|sh)es$", name):
        return name[:-2]
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def _name(raw: str) -> str:
    """A parameter's name as a template can hold it."""
    name = re.sub(r"[:=].*", "", raw.strip("{}<>[]()$: ?.*+")) or raw
    name = re.sub(r"\W+", "_", name).strip("_")
    return name[:60] or "value"


def _query(raw: str) -> tuple[tuple[str, str | None], ...]:
    found: dict[str, str | None] = {}
    for pair in raw.replace("&amp;", "&").replace("?", "&").split("&"):
        name, equals, value = pair.partition("=")
        name = re.sub(r"^\[|\]$", "", name) if name.count("[") != name.count("]") else name
        name = name.strip().strip("{}<>")
        if not re.fullmatch(r"[A-Za-z_$@.][\w$.@:-]{0,60}(\[[\w]*\])*", name):
            continue
        value = value.strip()
        shown = bool(equals) and not re.search(r"[{}<>\[\]]|^:|\.\.\.|…|^\$", value) and not _is_stand_in(value)
        found.setdefault(name, unquote(value.replace("+", " ")) if shown and value else None)
    return tuple(found.items())


def _is_stand_in(value: str) -> bool:
    return bool(_SHOUTED.fullmatch(value) or _YOURS.fullmatch(value))
