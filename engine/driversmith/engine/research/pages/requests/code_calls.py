"""Requests that lines of sample code send: curl, fetch, Python, and the calls of other languages that name a method."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

from .curl import read_curl
from .targets import URL, Target, read_target

_CURL = re.compile(r"\bcurl\b", re.IGNORECASE)
_LITERAL = r"""(?:[fbru]{0,2}"([^"\n]{1,1500})"|[fbru]{0,2}'([^'\n]{1,1500})'|`([^`]{1,1500})`)"""
_FETCH = re.compile(rf"\b(?:fetch|\$fetch|axios|request|got|ky|ofetch|urlopen|curl_init|useFetch)\(\s*{_LITERAL}")
_VERB_CALL = re.compile(
    rf"(?:\.|\b)(get|post|put|patch|delete|head|GET|POST|PUT|PATCH|DELETE|getJSON|GetAsync|PostAsync|PutAsync|DeleteAsync"
    rf"|GetStringAsync|file_get_contents|getForObject|get_json|Get|Post|Put|Delete)\s*\(\s*{_LITERAL}"
)
_OPEN = re.compile(
    rf"""(?:open|request|Request|NewRequest|method|call)\(\s*["'](GET|POST|PUT|PATCH|DELETE|HEAD)["']\s*,\s*{_LITERAL}""",
    re.IGNORECASE,
)
_OPTIONS = re.compile(
    rf"""\b(url|uri|endpoint)["']?\s*[:=]\s*{_LITERAL}""",
)
_ADDED = re.compile(
    r"""\b(fetch|axios|get|post|put|patch|delete|request)\(\s*[A-Za-z_$][\w.$]*\s*[+.]\s*["'`](/[^"'`\n]{1,300})["'`]""",
    re.IGNORECASE,
)
"""A path that is added to a variable: `get(BASE_URL + "/users")`."""
_VERBS = frozenset(("GET", "POST", "PUT", "PATCH", "DELETE"))
_OPTION_METHOD = re.compile(
    r"""\b(?:method|type|verb)["']?\s*(?:[:=]|=>)\s*["'](GET|POST|PUT|PATCH|DELETE|HEAD)["']|CURLOPT_(POST)\b|requests\.(post|put|patch|delete)\(""",
    re.IGNORECASE,
)
_COMMAND = re.compile(
    rf"""(?:^|[\s$>])(?:https?|xh|wget)\s+(?:-\S+\s+)*(GET|POST|PUT|PATCH|DELETE)?\s*["']?({URL}|[a-z0-9.-]+\.[a-z]{{2,}}/\S+)["']?""",
    re.MULTILINE,
)
_NEAR = 400
_MOST = 60
_LONGEST_COMMAND = 6000
_LONGEST_CODE = 60_000


@dataclass(frozen=True)
class Call:
    """A request that a line of code sends."""

    target: Target
    method: str | None
    """None where the code does not say, as for a URL that is put into a variable."""
    quote: str
    body: tuple[str, ...] = ()
    """Members of the JSON or form that is sent."""


def calls_in(code: str) -> list[Call]:
    """The requests of a block of sample code, in order, at most 60."""
    found: dict[tuple[Target, str | None], Call] = {}
    for call in _all(code[:_LONGEST_CODE]):
        found.setdefault((call.target, call.method), call)
        if len(found) >= _MOST:
            break
    return list(found.values())


def _all(code: str) -> Iterator[Call]:
    if _CURL.search(code):
        yield from _curls(code)
    for match in _COMMAND.finditer(code):
        raw = match[2] if match[2].startswith("http") else f"https://{match[2]}"
        if target := read_target(raw):
            yield Call(target, match[1] or "GET", _line(code, match.start(2)))
    for match in _OPEN.finditer(code):
        yield from _call(code, match.start(), match[2] or match[3] or match[4], match[1].upper())
    for match in _FETCH.finditer(code):
        yield from _call(
            code, match.start(), match[1] or match[2] or match[3], _method_near(code, match.end()) or "GET"
        )
    for match in _VERB_CALL.finditer(code):
        verb = re.sub(r"(json|_json|async|stringasync|forobject)$", "", match[1].lower())
        method = "GET" if verb == "file_get_contents" else verb.upper()
        raw = match[2] or match[3] or match[4]
        if raw.startswith(("http://", "https://", "/", "{", "$")):
            yield from _call(code, match.start(), raw, method)
    for match in _ADDED.finditer(code):
        verb = match[1].upper()
        method = verb if verb in _VERBS else _method_near(code, match.end()) or "GET"
        yield from _call(code, match.start(2), match[2], method)
    for match in _OPTIONS.finditer(code):
        raw = match[2] or match[3] or match[4]
        is_base = is_base_of_paths(match[1], code)
        if raw.startswith(("http://", "https://")) and code.lstrip()[:1] not in "{[" and not is_base:
            before = re.split(r"[({;]", code[max(0, match.start() - 120) : match.start()])[-1]
            said = _method_near(before, 0) or _method_near(code, match.end())
            if said is None and code[match.start() - 1 : match.start()] == '"':
                continue  # a member of an answer
            yield from _call(code, match.start(), raw, said)


def _call(code: str, at: int, raw: str, method: str | None) -> Iterator[Call]:
    end = code.find(raw, at) + len(raw)
    text = raw.strip() + joined_on(code[end : end + 80], raw)
    text = re.sub(r"^(\$?\{[^{}]*\})(?=/)", "", text)
    if not text.startswith(("http://", "https://", "/")) or text.startswith("//") or " " in text:
        return
    if target := read_target(text):
        yield Call(target, method, _line(code, at))


def is_base_of_paths(name: str, code: str) -> bool:
    """Whether code adds paths to a variable."""
    variable = re.escape(name)
    added = rf"\{{{variable}\}}/|\b{variable}\s*[+.]\s*[`\"']/|\b{variable}\}}?\s*,\s*[`\"']/"
    return bool(re.search(added, code))


def joined_on(rest: str, before: str) -> str:
    """The parameter that code adds to a literal: `{id}` for `" + id`; empty where it adds none."""
    added = re.match(r"""["'`]\s*[+.]\s*(?:str\(|encodeURIComponent\()?\$?([A-Za-z_]\w*)""", rest)
    return "{" + added[1] + "}" if added and before.endswith(("/", "=")) else ""


def _method_near(code: str, at: int, within: int = _NEAR) -> str | None:
    stretch = code[at : at + within]
    ends = re.search(r"\bfetch\(|\baxios\b|\bcurl\b", stretch)
    found = _OPTION_METHOD.search(stretch[: ends.start()] if ends else stretch)
    return next(group for group in found.groups() if group).upper() if found else None


def _curls(code: str) -> Iterator[Call]:
    joined = re.sub(r"(?:\\|\^|`)\s*\n", " ", code)
    for match in islice(_CURL.finditer(joined), _MOST):
        window = joined[match.end() : match.end() + _LONGEST_COMMAND]
        ends = re.search(r"\n\s*\n|\n\s*(?:\$|#|>)?\s*curl\b|\n\s*[{\[<]", window)
        command = joined[match.start() : match.end()] + (window[: ends.start()] if ends else window)
        command = _first_command(command)
        if re.search(r"\|\s*(?:sudo\s+)?(?:ba|z)?sh\b", command):
            continue
        if call := _curl(command):
            yield call


def _first_command(command: str) -> str:
    """The text up to the end of line at which no quote is open."""
    quote = ""
    for position, character in enumerate(command):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character == "\n":
            return command[:position]
    return command


def _curl(command: str) -> Call | None:
    sent = read_curl(command)
    if sent is None:
        return None
    target = read_target(sent.url if sent.url.startswith(("http", "/")) else f"https://{sent.url}")
    if target is None:
        return None
    members = tuple(name for text in sent.data for name in _members(text))
    return Call(target, sent.method, command.split("\n", maxsplit=1)[0], members)


def _members(data: str) -> tuple[str, ...]:
    try:
        parsed: Any = json.loads(data)
    except ValueError:
        names = [pair.partition("=")[0].strip() for pair in data.split("&") if "=" in pair]
        return tuple(name for name in names if re.fullmatch(r"[\w.\[\]-]{1,60}", name))
    return tuple(str(key) for key in cast(dict[str, Any], parsed)) if isinstance(parsed, dict) else ()


def _line(code: str, at: int) -> str:
    start = code.rfind("\n", 0, at) + 1
    end = code.find("\n", at)
    return code[start : end if end >= 0 else len(code)].strip()
