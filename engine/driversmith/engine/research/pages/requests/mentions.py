"""Where a page speaks of a request: every mention with the words around it, before anything is weighed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from ...observed.actions import CHOOSING
from ..text.page_text import Block, PageText
from .code_calls import calls_in, is_base_of_paths, joined_on
from .targets import BARE_HOST, PATH, URL, Target, is_file_system, read_target

Signal = Literal["method_path", "embedded", "call", "labelled", "code", "span", "prose", "path", "base"]
"""By what a request is told, the best first: `GET /x`; data of the page with method and path; a line of code that sends it; a
field of the page named URL or endpoint; a URL in code; a URL or path marked as code, or that stands alone; a URL in a
sentence; a path in a table or list; `base`: no request, but where all requests go."""

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
_METHOD = r"GET|POST|PUT|PATCH|DELETE|DESTROY|DEL|HEAD|OPTIONS"
_OTHER_NAMES = {"DESTROY": "DELETE", "DEL": "DELETE"}
_BETWEEN = r"""[\s:|\-\u2013\u2014>"'`*(\[=]*(?:(?:requests?|calls?|method|to|from|at|the|on|following|endpoint|url)[\s:]+){0,6}["'`(<]?"""
_RELATIVE = r"(?!HTTP/)[a-z{][\w{}<>.-]*(?:/[\w{}<>:.-]+)+(?:\?\S*)?"
_METHOD_TARGET = re.compile(
    rf"(?<![A-Za-z-])({_METHOD})(?:(?![A-Za-z])|(?=https?://)){_BETWEEN}({URL}|{PATH}|(?<=[\s`]){_RELATIVE})"
)
_SPOKEN = re.compile(rf"^\W*(Get|Post|Put|Patch|Delete|get|post|put|patch|delete)\W{{1,3}}({URL}|{PATH})")
_TARGET_METHOD = re.compile(rf"^({URL}|{PATH})\s*[\[(:|\u2013-]?\s*({_METHOD})\b[\])]?$")
_ONLY_METHOD = re.compile(rf"^\W*({_METHOD}|Get|Post|Put|Patch|Delete|get|post|put|patch|delete)\W*$")
_METHODS = re.compile(rf"^\W*(?:{_METHOD})(?:\s*(?:[,/|&+]|or|and)\s*(?:{_METHOD}))*\W*$")
_URL = re.compile(rf"(?<![\w/=]){URL}")
_HOST = re.compile(rf"(?<![\w/@.:-]){BARE_HOST}")
_ALONE = re.compile(rf"^\s*(?:{URL}|{PATH}|{BARE_HOST})\s*$")
_BARE_PATH = re.compile(rf"(?:^|(?<=[\s\"'`(>|,:])){PATH}")
_LABELLED = re.compile(
    r"(?:^\W*|(?<=[\s(.]))(?:(?:api|http|request|example|sample|full|resource|rest|service|method)[ -])*"
    r"(?:urls?|uris?|end ?-?points?|paths?|routes?|address|resource|requests?|examples?|ex|e\.g\.|calls?|query)"
    rf"\s*(?:\([^)]*\))?\s*[:=\t\u2013]+\s*[\"'`(]?({URL}|{PATH})",
    re.IGNORECASE,
)
_CALLED = re.compile(
    rf"\b(?:end ?-?points?|routes?|resource|path)\s+(?:is\s+|at\s+|called\s+|named\s+)?[\"'`(]?({PATH})", re.IGNORECASE
)
_RESOURCE = re.compile(rf"\[({PATH})\]\s*$")
_ACTION = re.compile(rf"\[({_METHOD})\]\s*$")
"""API Blueprint: a resource with its path, and below it actions with their methods."""
_EXPLAINED = re.compile(rf"^({PATH})\s+[-\u2013\u2014:]\s")
_METHOD_LABEL = re.compile(
    rf"^\W*(?:http |request |rest )*(?:methods?|verbs?|type|request)\W*[:=\t\n\u2013-]*\s*((?:{_METHOD})(?:\s*[,/|]\s*(?:{_METHOD}))*)\b",
    re.IGNORECASE,
)
_BASE = re.compile(
    r"\b(?:base|root|api|service|server|production)[\s_-]*(?:api[\s_-]*)?(?:ur[li]|endpoint|address|path|host|domain)s?\b"
    r"|\ball (?:api )?(?:requests|calls|urls|endpoints|routes|paths)\b.{0,80}\b(?:to|at|with|from|under|relative)\b"
    r"|\b(?:ur[li]s?|paths?|endpoints?) (?:referenced|listed|below)?.{0,40}(?:following )?base\b"
    r"|\b(?:is|are) (?:located|available|hosted|served|accessible|running)\b.{0,30}\b(?:at|on|from|under)\b"
    r"|^\W*(?:cdn |api )?(?:base|host|server|root)\b",
    re.IGNORECASE,
)
_JSON_MEMBER = re.compile(r"""^\s*["']?[\w$@. -]+["']?\s*:\s*["']?\s*$""")
_CALL_MEMBER = re.compile(
    r"""["']?\b(?:url|uri|endpoint|path|href|baseURL|base_?url)["']?\s*[:=]\s*[`"']?$""", re.IGNORECASE
)
_SCRIPT = re.compile(r"\s*<(\?|script|img|form|iframe|a\s|link|video|audio|embed)", re.IGNORECASE)
"""Markup that sends requests, rather than an answer in XML."""
_CONSTANT = re.compile(
    r"""\b(\w*(?:api|base|host|url|root|endpoint|server)\w*)["']?\s*(?::?=|:)\s*[`"'](https?://[^`"'\s{}]+)[`"']""",
    re.IGNORECASE,
)
_COMMANDS = re.compile(
    r"^\s*(?:[$#>]\s*)?(?:git|npm|npx|yarn|pip3?|docker|brew|apt(?:-get)?|go|cargo|composer|gem|conda)\s"
)
_ENDPOINT_COLUMN = re.compile(
    r"end ?-?points?|ur[li]s?|paths?|routes?|resources?|requests?|methods?|calls?|address", re.IGNORECASE
)
_ANSWER = re.compile(r"\W*(?:sample |example )?(?:response|result|answer|output|returns?)", re.IGNORECASE)
_QUOTE = 240
_LONGEST_LINE = 4000


@dataclass(frozen=True)
class Mention:
    """A request that a page speaks of."""

    target: Target
    method: str | None
    """Upper case; None where the page does not say."""
    signal: Signal
    quote: str
    """The words of the page, on one line."""
    block: int
    """Number of the block that it stands in."""
    body: tuple[str, ...] = ()
    """Members of what is sent, as sample code shows them."""
    linked: bool = False
    """Whether it is but the text of a link."""
    page: int = 0
    """Number of the page among those that are read together."""


def mentions_in(page: PageText, number: int = 0) -> list[Mention]:
    """All mentions of a page, in its order; of one place the best signal only. `number` is the page's own."""
    found: list[Mention] = []
    linked = {link.text for link in page.links if link.text}
    reader = _Reader(page)
    for index in range(len(page.blocks)):
        here: dict[tuple[str, str, str | None, tuple[tuple[str, str | None], ...]], Mention] = {}
        for mention in reader.read(index):
            chosen = tuple(pair for pair in mention.target.query if pair[1] is not None and pair[0].lower() in CHOOSING)
            key = (mention.target.origin, mention.target.path, mention.method, chosen)
            better = here.get(key)
            if better is None or _told(better.target) < _told(mention.target):
                here[key] = mention
        told = {(m.target.origin, m.target.path) for m in here.values() if m.method}
        for mention in here.values():
            if mention.method is None and (mention.target.origin, mention.target.path) in told:
                continue
            alone = page.blocks[index].text.strip() in linked or mention.quote in linked
            found.append(replace(mention, linked=alone, page=number))
    return found


def _told(target: Target) -> tuple[int, int]:
    """How much a target tells of its query: names, and values."""
    return len(target.query), sum(value is not None for _, value in target.query)


class _Reader:
    def __init__(self, page: PageText) -> None:
        self._blocks = page.blocks
        self._columns: dict[int, tuple[str, ...]] = {}
        self._resource = ""

    def read(self, index: int) -> Iterator[Mention]:
        block = self._blocks[index]
        if block.kind == "row":
            yield from self._row(block, index)
        if block.kind == "code" or (block.spans and "\n" in block.text and len(block.spans) == 1):
            yield from self._code(block, index)
        if block.kind != "code":
            yield from self._words(block, index)

    def _code(self, block: Block, index: int) -> Iterator[Mention]:
        for call in calls_in(block.text):
            yield Mention(call.target, call.method, "call", _quoted(call.quote), index, call.body)
        host = ""
        if said := re.search(r"^\s*Host:\s*([\w.-]+(?::\d+)?)\s*$", block.text, re.MULTILINE | re.IGNORECASE):
            host = f"https://{said[1]}"
        for match in _CONSTANT.finditer(block.text[:_LONGEST_LINE]):
            if is_base_of_paths(match[1], block.text[:_LONGEST_LINE]) and (target := read_target(match[2])):
                yield Mention(target, None, "base", _quoted(match[0]), index)
        for line in _lines(block):
            yield from _with_method(line, index, host)
            if _COMMANDS.match(line):
                continue
            for match in _URL.finditer(line):
                before = line[: match.start()]
                if _is_data(before, block.text) or (_is_comment(before) and " " in before.strip()):
                    continue
                raw = match[0] + joined_on(line[match.end() :], match[0])
                if target := read_target(raw):
                    yield Mention(target, None, "code", _quoted(line), index)
            if _ALONE.match(line):
                yield from _bare(line.strip(), index, "span")

    def _words(self, block: Block, index: int) -> Iterator[Mention]:
        for line in _lines(block):
            if base := _base(line, index):
                yield base
            yield from _with_method(line, index, "")
            yield from self._labelled(line, index)
            for match in _URL.finditer(line):
                if target := read_target(match[0]):
                    yield Mention(target, None, "span" if match[0] in block.spans else "prose", _quoted(line), index)
            for match in _HOST.finditer(line):
                if target := read_target(f"https://{match[0]}"):
                    yield Mention(target, None, "prose", _quoted(line), index)
            yield from self._lone(block, line, index)
        for span in block.spans:
            if _ALONE.match(span):
                yield from _bare(span, index, "span", block.text)

    def _lone(self, block: Block, line: str, index: int) -> Iterator[Mention]:
        """A path by itself, or at the head of its explanation."""
        if _ALONE.match(line):
            yield from self._alone(line.strip(), index)
        elif block.kind == "heading" and (blueprint := self._blueprint(line, index)):
            yield from blueprint
        elif block.kind == "text" and (match := _EXPLAINED.match(line)):
            yield from _bare(match[1], index, "path", line)
        elif block.kind in ("heading", "term", "item") and not _ANSWER.match(line):
            for match in _BARE_PATH.finditer(line):
                if match.start() == 0 or block.kind != "item":
                    yield from _bare(match[0], index, "path", line)

    def _blueprint(self, line: str, index: int) -> list[Mention]:
        """What a heading of an API Blueprint tells: a resource is remembered, an action is a request to it."""
        if resource := _RESOURCE.search(line):
            self._resource = resource[1]
            return list(_bare(resource[1], index, "path", line))
        action = _ACTION.search(line)
        target = read_target(self._resource) if action and self._resource else None
        quote = _quoted(f"{line} {self._resource}")
        return [Mention(target, _method(action[1]), "method_path", quote, index)] if target and action else []

    def _alone(self, text: str, index: int) -> Iterator[Mention]:
        """A block that is a target and nothing else: its method may stand in the block before it or after it."""
        target = read_target(text if text.startswith(("http", "/")) else f"https://{text}")
        if target is None:
            return
        for other in (index - 1, index + 1, index - 2):
            if not 0 <= other < len(self._blocks):
                continue
            said = self._blocks[other].text
            if other == index + 1 and index + 2 < len(self._blocks) and _ALONE.match(self._blocks[index + 2].text):
                continue
            if (found := _ONLY_METHOD.match(said)) or (found := _METHOD_LABEL.match(said)):
                for method in _methods(found[1].upper()):
                    yield Mention(target, method, "method_path", _quoted(f"{said} {text}"), index)
                return
        yield from _bare(text, index, "span")

    def _labelled(self, line: str, index: int) -> Iterator[Mention]:
        for match in (*_LABELLED.finditer(line), *_CALLED.finditer(line)):
            target = read_target(match[1])
            if target is None or is_file_system(target.path):
                continue
            for method in self._methods_near(index) or [None]:
                yield Mention(target, method, "labelled", _quoted(line), index)

    def _methods_near(self, index: int) -> list[str]:
        for other in (index, index + 1, index - 1, index + 2, index - 2):
            if 0 <= other < len(self._blocks):
                for line in self._blocks[other].text.split("\n"):
                    if found := _METHOD_LABEL.match(line):
                        return _methods(found[1].upper())
        return []

    def _row(self, block: Block, index: int) -> Iterator[Mention]:
        if block.is_header or (block.table not in self._columns and not any(_target_of(cell) for cell in block.cells)):
            self._columns.setdefault(block.table, block.cells)
        methods: list[str] = next((_methods(cell) for cell in block.cells if _METHODS.match(cell)), list[str]())
        columns = self._columns.get(block.table, ())
        for number, cell in enumerate(block.cells):
            is_column = number < len(columns) and bool(_ENDPOINT_COLUMN.fullmatch(columns[number].strip()))
            target = _target_of(cell) or _relative(cell.strip(), bool(methods), is_column)
            if target is None or is_file_system(target.path):
                continue
            for method in methods or [None]:
                yield Mention(target, method, "method_path" if method else "path", _quoted(block.text), index)


def _relative(text: str, with_method: bool, is_column: bool) -> Target | None:
    """The target of a cell without a leading slash, where its row or its column says that it is one."""
    if not (with_method or is_column) or not re.fullmatch(r"[a-z{][\w{}<>:.-]*(?:/[\w{}<>:.-]+)*(?:\?\S*)?", text):
        return None
    return read_target(f"/{text}") if "/" in text or (with_method and is_column) else None


def _lines(block: Block) -> list[str]:
    """The lines of a block; of one beyond all measure (packed code) its beginning."""
    return [line[:_LONGEST_LINE] for line in block.text.split("\n")]


def _with_method(line: str, index: int, host: str) -> Iterator[Mention]:
    matches = list(_METHOD_TARGET.finditer(line)) or list(_SPOKEN.finditer(line))
    for match in matches:
        raw = match[2]
        if not raw.startswith(("/", "http")):
            raw = f"https://{raw}" if _HOST.match(raw) else f"/{raw}"
        target = read_target(raw)
        if target is None or re.match(rf"/(?:{_METHOD})\b", target.path):
            continue
        if host and not target.origin:
            target = replace(target, origin=host)
        yield Mention(target, _method(match[1]), "method_path", _quoted(line), index)
    if not matches and (match := _TARGET_METHOD.match(line.strip())) and (target := read_target(match[1])):
        yield Mention(target, _method(match[2]), "method_path", _quoted(line), index)


def _bare(text: str, index: int, signal: Signal, line: str = "") -> Iterator[Mention]:
    target = read_target(text if text.startswith(("http", "/")) else f"https://{text}")
    if target is None or (not target.origin and (is_file_system(target.path) or target.path == "/")):
        return
    if not target.origin and (not re.search(r"[A-Za-z]", target.path) or not target.path.isascii()):
        return
    yield Mention(target, None, signal, _quoted(line or text), index)


def _base(line: str, index: int) -> Mention | None:
    said = _BASE.search(line)
    if said is None:
        return None
    match = _URL.search(line, said.start()) or _HOST.search(line, said.start())
    if match is None or match.start() - said.end() > 80:
        return None
    raw = match[0] if match[0].startswith("http") else f"https://{match[0]}"
    target = read_target(raw)
    if target is None or "{" in target.path or target.query:
        return None
    return Mention(target, None, "base", _quoted(line), index)


def _target_of(cell: str) -> Target | None:
    text = cell.strip()
    return read_target(text) if re.fullmatch(rf"{URL}|{PATH}", text) else None


def _is_data(before: str, block: str) -> bool:
    """Whether a URL of code is a value within an answer rather than where a request goes."""
    if _CALL_MEMBER.search(before) and not block.lstrip().startswith(("{", "[")):
        return False
    if block.lstrip()[:1] in "{[<" and not _SCRIPT.match(block) and not re.search(r"\bfetch\(|curl\s", block):
        return True
    return bool(_JSON_MEMBER.match(before)) and not _CALL_MEMBER.search(before)


def _is_comment(before: str) -> bool:
    return bool(re.match(r"\s*(//|/?\*|#\s)", before))


def _methods(cell: str) -> list[str]:
    return [_method(name) for name in re.findall(_METHOD, cell)]


def _method(name: str) -> str:
    upper = name.upper()
    return _OTHER_NAMES.get(upper, upper)


def _quoted(line: str) -> str:
    text = " ".join(line.split())
    return text if len(text) <= _QUOTE else text[: _QUOTE - 3].rstrip() + "..."
