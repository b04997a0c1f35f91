"""What a page says about an endpoint beside its address: parameters from tables and lists, and sample answers."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ...guards.json.reader import JsonError, JsonReader
from ..documents.nodes import one_line
from .requests.endpoints import Endpoint
from .text.page_text import Block, PageText

Place = Literal["query", "path", "header", "body", "answer"]

_ABOUT: tuple[tuple[Place | Literal["error"], re.Pattern[str]], ...] = (
    ("error", re.compile(r"\b(errors?|failures?|4\d\d|5\d\d|status codes?|exceptions?|rate limit)\b", re.IGNORECASE)),
    (
        "answer",
        re.compile(
            r"\b(responses?|returns?|returned|results?|output|answers?|attributes|schema|columns|200)\b", re.IGNORECASE
        ),
    ),
    ("header", re.compile(r"\bheaders?\b", re.IGNORECASE)),
    ("path", re.compile(r"\b(path|uri|url|route)\b.{0,12}\b(param\w*|variables?|arguments?|segments?)", re.IGNORECASE)),
    (
        "body",
        re.compile(
            r"\b(body|payload|form|post|json) ?(data|param\w*|fields?|arguments?|content)?\b|\brequest (body|payload|fields)\b",
            re.IGNORECASE,
        ),
    ),
    ("query", re.compile(r"\b(param\w*|arguments?|args|query|options?|filters?|inputs?|variables?)\b", re.IGNORECASE)),
)
_DETAIL = re.compile(
    r"\b(param\w*|arguments?|args|query|options?|filters?|inputs?|variables?|responses?|requests?|returns?|results?|output|answers?"
    r"|examples?|samples?|body|payload|headers?|errors?|fields?|attributes?|formats?|usage|notes?|description|authentication)\b",
    re.IGNORECASE,
)
_NAME_COLUMN = re.compile(
    r"^\W*(?:query |url |path |request |body |field |parameter |param |key |argument |option )?(param(?:eter)?s?|names?|fields?|arguments?"
    r"|args?|keys?|propert(?:y|ies)|variables?|attributes?|options?|query|filters?)\W*(?:name)?\W*$",
    re.IGNORECASE,
)
_FIELD_COLUMN = re.compile(
    r"^\W*(fields?|keys?|propert(?:y|ies)|attributes?|names?|variables?|columns?)\b", re.IGNORECASE
)
_OTHER_COLUMNS = {
    "type": re.compile(r"\b(types?|format|data ?type)\b", re.IGNORECASE),
    "required": re.compile(r"\b(required|mandatory|optional|obligatory|presence)\b", re.IGNORECASE),
    "default": re.compile(r"\bdefaults?\b", re.IGNORECASE),
    "example": re.compile(r"\b(examples?|samples?)\b", re.IGNORECASE),
    "in": re.compile(r"^\W*(in|location|where|located in|param(eter)? type)\W*$", re.IGNORECASE),
    "description": re.compile(
        r"\b(descriptions?|details?|meaning|explanation|notes?|info|comments?|purpose|usage|what)\b", re.IGNORECASE
    ),
}
_NAME = re.compile(r"^[?&:{<\[]*([A-Za-z_$@][\w$@.-]{0,60}(?:\[[\w.]*\])*)[}>\]=]*\*?$")
_ITEM = re.compile(
    r"^[\"'`\u2018“?&:{<]*([A-Za-z_$@][\w$@.-]{0,50}(?:\[\w*\])*)[\"'`\u2019”}>=]*\*?"
    r"(?:\s*[(\[]([^)\]]{1,80})[)\]])?\s*(?::|=|-|\u2013|\u2014|\u2192|\u2013)\s+(.{2,})",
    re.DOTALL,
)
_NO_NAMES = frozenset({
    "example", "examples", "note", "notes", "default", "returns", "return", "response", "request", "url", "uri",
    "method", "methods", "warning", "tip", "see", "type", "description", "required", "optional", "parameters",
    "http", "https", "e.g", "eg", "endpoint", "get", "post", "put", "delete", "patch", "todo", "output",
    "input", "result", "base_url",
})  # fmt: skip
"""Words before a colon that are no parameters."""
_EXAMPLE = re.compile(
    r"\b(?:e\.g\.?|for (?:example|instance)|example|such as|like|i\.e\.)\s*[,:]?\s*[`\"'(]*([A-Za-z0-9][\w.:+-]{0,40})",
    re.IGNORECASE,
)
_TYPED = re.compile(
    r"([A-Za-z_][\w.-]{0,50})\s+\(?(string|integer|int|int32|int64|number|float|double|boolean|bool|array|object|date|enum)\)?"
    r"(?:\W+(required|optional))?",
    re.IGNORECASE,
)
"""A name and a type, and nothing else, as pages show them that are made of boxes."""
_TYPES: tuple[tuple[str, str], ...] = (
    (r"bool", "boolean"),
    (r"\bint|whole|long\b", "integer"),
    (r"float|double|decimal|\bnumber|numeric", "number"),
    (r"array|\blist\b|\[\]", "array"),
    (r"object|\bmap\b|\bdict|json", "object"),
    (r"str|text|date|time|uuid|char|enum|\bid\b|url|email", "string"),
)
_REQUIRED = re.compile(r"\b(required|mandatory|obligatory|must be (given|set|provided|supplied))\b", re.IGNORECASE)
_NOT_REQUIRED = re.compile(r"\b(optional(ly)?|optionnal|not (required|mandatory)|if (given|provided))\b", re.IGNORECASE)
_DEFAULT = re.compile(r"\bdefaults?(?: value)?(?: is| to|:|=)*\s*[`\"'\u2018“]?([\w.+-]{1,40})", re.IGNORECASE)
_YES = re.compile(r"^\W*(yes|y|true|required|mandatory|x|✓|✔|✅|1|always|obligatory)\b|^\s*[✓✔✅☑]", re.IGNORECASE)
_PART = re.compile(
    r"(?:(?:http|api|example|sample|url|query|path|body|form|optional|required|success|error|code|curl|the|json|data|200|of|and|&|/)\W*)*"
    r"(?:request|response|url|uri|endpoint|example|usage|parameters?|params|arguments|headers?|body|method|definition|syntax|return"
    r"|returns|result|output|code)s?\W*",
    re.IGNORECASE,
)
"""Headings of the parts of a section about one endpoint."""
_ABOVE = 30
_SECTION = 160
_MOST_CHARACTERS = 1 << 18


@dataclass(frozen=True)
class Told:
    """A parameter or a field as a page tells it."""

    name: str
    place: Place
    type: str = ""
    """A type of JSON schema, or empty where it is not told."""
    required: bool | None = None
    default: Any = None
    example: Any = None
    description: str = ""


@dataclass
class Details:
    """What a page says about one endpoint."""

    summary: str = ""
    description: str = ""
    told: dict[tuple[Place, str], Told] = field(default_factory=dict[tuple[Place, str], Told])
    answer: Any = None
    """A sample of what is answered, read from JSON; None where the page shows none."""
    sent: Any = None
    """A sample of what is sent."""
    quotes: list[str] = field(default_factory=list[str])


def details_of(pages: Sequence[PageText], endpoints: Sequence[Endpoint]) -> list[Details]:
    """What the pages say about each endpoint, in their order."""
    found: list[list[Details]] = [[] for _ in endpoints]
    for number, page in enumerate(pages):
        homes = _homes(endpoints, number)
        primary = {at: which for which, at in reversed(homes)}
        for which, at in homes:
            found[which].append(_details(page, which, at, endpoints[which], primary, alone=len(homes) == 1))
    return [_merged(several) for several in found]


def _homes(endpoints: Sequence[Endpoint], page: int) -> list[tuple[int, int]]:
    """Which endpoints a page tells, each with the block that does it best."""
    homes: list[tuple[int, int]] = []
    for which, endpoint in enumerate(endpoints):
        here = next((m for m in endpoint.mentions if m.page == page), None)
        if here is not None and (here.signal != "prose" or here is endpoint.mentions[0]):
            homes.append((which, here.block))
    return homes


def _details(
    page: PageText, number: int, at: int, endpoint: Endpoint, primary: dict[int, int], *, alone: bool
) -> Details:
    head = _governing(page, at, number, primary)
    details = Details()
    block = page.blocks[at]
    if head is not None and head != at and not _DETAIL.fullmatch(page.blocks[head].text.strip()):
        details.summary = one_line(page.blocks[head].text, 120)
    if block.kind == "row":
        others = [cell for cell in block.cells if cell.strip() and endpoint.target.path not in cell and len(cell) > 8]
        details.description = one_line(max(others, key=len, default=""), 600)
        if not _is_listing_only(page, at, primary):
            return details
    start = 0 if alone else _start(head, at, number, primary)
    _read(
        page, range(start, len(page.blocks) if alone else _end(page, head, at, number, primary)), at, endpoint, details
    )
    return details


def _governing(page: PageText, at: int, number: int, primary: dict[int, int]) -> int | None:
    """The heading of the section that an endpoint stands in: not one of its parts, such as `HTTP request`."""
    nearest: int | None = None
    for index in range(at, max(-1, at - _ABOVE), -1):
        if primary.get(index, number) != number:
            break
        if page.blocks[index].kind == "heading":
            nearest = index if nearest is None else nearest
            if index == at or not _PART.fullmatch(page.blocks[index].text.strip()):
                return index
    return nearest


def _is_listing_only(page: PageText, at: int, primary: dict[int, int]) -> bool:
    """Whether the row of an endpoint stands by itself, rather than in a table of endpoints."""
    table = page.blocks[at].table
    others = (i for i in primary if i != at and page.blocks[i].kind == "row" and page.blocks[i].table == table)
    return next(others, None) is None


def _start(head: int | None, at: int, number: int, primary: dict[int, int]) -> int:
    if head is None or any(primary.get(i, number) != number for i in range(head, at)):
        return at
    return head


def _end(page: PageText, head: int | None, at: int, number: int, primary: dict[int, int]) -> int:
    level = page.blocks[head].level if head is not None else 7
    for index in range(at + 1, min(len(page.blocks), at + _SECTION)):
        block = page.blocks[index]
        if primary.get(index, number) != number:
            heading = next((i for i in range(index, at, -1) if page.blocks[i].kind == "heading"), index)
            return (
                heading
                if heading > at and index - heading < 12 and not _DETAIL.search(page.blocks[heading].text)
                else index
            )
        if block.kind == "heading" and block.level <= level and not _DETAIL.search(block.text):
            return index
    return min(len(page.blocks), at + _SECTION)


def _read(page: PageText, section: range, at: int, endpoint: Endpoint, details: Details) -> None:
    context = _Context()
    for index in section:
        block = page.blocks[index]
        if block.kind == "heading" or (block.kind in ("text", "term") and len(block.text) <= 90):
            context.hear(block)
        if block.kind == "row":
            _read_row(block, context, endpoint, details)
        elif block.kind == "code" or block.text[:1] in ("{", "["):
            _sample(block, context, details, endpoint)
        elif block.kind == "term" and index + 1 < len(page.blocks) and page.blocks[index + 1].kind == "item":
            if told := context.item(f"{block.text}: {page.blocks[index + 1].text}", endpoint):
                _tell(details, told, block)
        elif block.kind in ("item", "term", "text") and index != at:
            for line in block.text.split("\n"):
                if told := context.item(line, endpoint):
                    _tell(details, told, block)
            is_prose = block.kind == "text" and len(block.text) > 30 and not details.description
            if is_prose and endpoint.target.path not in block.text and context.place is None:
                details.description = one_line(block.text, 600)


def _read_row(block: Block, context: "_Context", endpoint: Endpoint, details: Details) -> None:
    for told in context.row(block, endpoint):
        _tell(details, told, block)
    for cell in block.cells[1:]:
        if cell.lstrip()[:1] in ("{", "["):
            context.hear(Block("heading", block.cells[0][:90]))
            _sample(Block("code", cell), context, details, endpoint)


def _tell(details: Details, told: Told, block: Block) -> None:
    if details.told.setdefault((told.place, told.name), told) is told:
        details.quotes.append(one_line(block.text, 240))


class _Context:
    """What the text has last said that the next table or list is about."""

    def __init__(self) -> None:
        self.place: Place | Literal["error"] | None = None
        self.required: bool | None = None
        self._columns: dict[str, int] = {}
        self._table = 0
        self._kind: Place | Literal["error"] | None = None

    def hear(self, block: Block) -> None:
        """Take in a heading or a short line, which may introduce what follows."""
        place: Place | Literal["error"] | None = next((at for at, words in _ABOUT if words.search(block.text)), None)
        if place is None:
            if block.kind == "heading":
                self.place, self.required = None, None
            return
        if block.kind != "heading" and not re.search(r":\s*$|^[\w /()-]{2,48}$", block.text):
            return
        self.place = place
        told = bool(_REQUIRED.search(block.text)), bool(_NOT_REQUIRED.search(block.text))
        self.required = None if told[0] == told[1] else told[0]

    def row(self, block: Block, endpoint: Endpoint) -> Iterator[Told]:
        """The parameters or fields that a row tells."""
        if block.table != self._table:
            self._table, self._columns, self._kind = block.table, {}, None
            if self._learn(block, endpoint):
                return
        if not self._columns and (block.is_header or not self._is_plain(block)):
            self._learn(block, endpoint)
            return
        columns = self._columns or {"name": 0, "description": len(block.cells) - 1}
        place = self._kind if self._columns else self.place
        if place is None or place == "error":
            return
        cells = {key: block.cells[at].strip() for key, at in columns.items() if at < len(block.cells)}
        raw = cells.get("name", "")
        for name in _names(raw):
            yield _told(name, raw, place, cells, endpoint=endpoint, required=self.required)

    def item(self, line: str, endpoint: Endpoint) -> Told | None:
        """The parameter or field that a line of a list tells."""
        if self.place not in (None, "error", "answer") and (typed := _TYPED.fullmatch(line.strip())):
            cells = {"type": typed[2], "required": typed[3] or ""}
            return _told(typed[1], line[:80], _place(self.place), cells, endpoint=endpoint, required=self.required)
        match = _ITEM.match(line) if self.place != "error" else None
        if match is None or not (name := next(iter(_names(match[1])), "")) or name.lower() in _NO_NAMES:
            return None
        place = None if self.place == "error" else self.place
        if place is None:
            told = name in dict(endpoint.target.query) or "{" + name + "}" in endpoint.target.path
            if not told and not (match[2] and (_type(match[2]) or _REQUIRED.search(match[2]))):
                return None
            place = "query"
        cells = {"type": match[2] or "", "description": match[3]}
        if match[2]:
            cells["default"] = said[1] if (said := _DEFAULT.search(match[2])) else ""
            cells["required"] = match[2] if _REQUIRED.search(match[2]) or _NOT_REQUIRED.search(match[2]) else ""
        return _told(name, line[:80], place, cells, endpoint=endpoint, required=self.required)

    def _is_plain(self, block: Block) -> bool:
        return self.place is not None and len(block.cells) >= 2 and bool(_names(block.cells[0]))

    def _learn(self, block: Block, endpoint: Endpoint) -> bool:
        """Whether a row names the columns of its table."""
        cells = [cell.strip() for cell in block.cells]
        at = next((i for i, cell in enumerate(cells) if _NAME_COLUMN.match(cell)), None)
        if at is None or len(cells) < 2 or not (block.is_header or len(cells) > 2 or _is_title(cells)):
            return False
        self._columns = {"name": at}
        for number, cell in enumerate(cells):
            for key, words in _OTHER_COLUMNS.items():
                if number != at and key not in self._columns and words.search(cell):
                    self._columns[key] = number
                    break
        place = self.place
        if place is None:
            said = re.search(r"param|argument|query|filter|option", cells[at], re.IGNORECASE)
            place = "query" if said else None
            if place is None and "required" in self._columns:
                place = "query"
            if place is None and _FIELD_COLUMN.match(cells[at]) and "type" in self._columns:
                place = "answer"
        elif place == "answer" and re.search(r"param|argument|query", cells[at], re.IGNORECASE):
            place = "query"
        self._kind = place
        return True


def _place(said: Place | Literal["error"] | None) -> Place:
    return "query" if said is None or said == "error" else said


def _is_title(cells: list[str]) -> bool:
    return all(len(cell) < 24 and re.fullmatch(r"[A-Z][\w /?-]*", cell) for cell in cells if cell)


def _told(
    name: str, raw: str, place: Place, cells: dict[str, str], *, endpoint: Endpoint, required: bool | None
) -> Told:
    description = cells.get("description", "")
    stated = cells.get("required", "")
    about = f"{stated} {raw}"
    if stated and _YES.match(stated) and not _NOT_REQUIRED.search(stated):
        required = True
    elif _NOT_REQUIRED.search(about):
        required = False
    elif _REQUIRED.search(raw) or _REQUIRED.search(cells.get("default", "")) or _REQUIRED.search(cells.get("type", "")):
        required = True
    elif stated or _NOT_REQUIRED.search(description[:160]):
        required = False
    elif re.match(r"\W*(required|mandatory)\b|.{0,200}\((required|mandatory)\)", description, re.IGNORECASE):
        required = True
    kind = _type(cells.get("type", ""))
    default = _value(cells.get("default", ""), kind)
    if default is None and (said := _DEFAULT.search(description)):
        default = _value(said[1].rstrip("."), kind)
    example = _value(cells.get("example", ""), kind)
    if example is None and (shown := _EXAMPLE.search(description)):
        example = _value(shown[1].rstrip("."), kind)
    if not kind and isinstance(default, (bool, int, float)):
        kind = "boolean" if isinstance(default, bool) else "integer" if isinstance(default, int) else "number"
    if place in ("query", "body"):
        place = _placed(name, cells.get("in", ""), place, endpoint)
    return Told(
        name=name,
        place=place,
        type=kind,
        required=required,
        default=default,
        example=example,
        description=one_line(description, 300),
    )


def _placed(name: str, said: str, place: Place, endpoint: Endpoint) -> Place:
    if "{" + name + "}" in endpoint.target.path or "path" in said.lower():
        return "path"
    if "header" in said.lower():
        return "header"
    if "body" in said.lower() or "form" in said.lower():
        return "body"
    if place == "query" and endpoint.method in ("POST", "PUT", "PATCH") and name not in dict(endpoint.target.query):
        return "query" if "query" in said.lower() else "body"
    return place if endpoint.method != "GET" else "query"


def _names(raw: str) -> list[str]:
    """The names in the cell of a name: several, where commas part them."""
    first = re.sub(
        r"\s*[(\[](?:optional|required|mandatory|string|int|integer|number|bool|boolean)[^)\]]*[)\]]|\*",
        "",
        raw.strip(),
        flags=re.IGNORECASE,
    )
    first = first.split("\n")[0].strip()
    parts = re.split(r"\s*(?:,|/|\bor\b|\band\b)\s*", first) if re.search(r",|/|\b(or|and)\b", first) else [first]
    found: list[str] = []
    for part in parts:
        words = part.split()
        if not words or len(words) > 2 or (match := _NAME.match(words[0])) is None:
            return []
        if len(words) == 2 and not re.match(
            r"[(\[]|string|int|number|bool|required|optional|array|float", words[1], re.IGNORECASE
        ):
            return []
        found.append(match[1].rstrip("."))
    return found[:8]


def _type(raw: str) -> str:
    return next((kind for words, kind in _TYPES if re.search(words, raw, re.IGNORECASE)), "")


def _value(raw: str, kind: str) -> Any:
    """A default or an example as a value; None where none is meant."""
    text = raw.strip().strip("`\"'\u2018\u2019“”").strip()
    if (
        not text
        or len(text) > 80
        or re.fullmatch(r"(?i)[-\u2013\u2014]+|none|n/?a|null|no|yes|required|optional|mandatory|empty|undefined", text)
    ):
        return None
    if kind == "boolean" or re.fullmatch(r"(?i)true|false", text):
        return text.lower() in ("true", "1") if re.fullmatch(r"(?i)true|false|0|1", text) else None
    if kind in ("integer", "number") or (not kind and re.fullmatch(r"-?\d{1,15}(\.\d+)?", text)):
        match = re.match(r"-?\d{1,15}(\.\d+)?", text)
        if match is None:
            return None
        return float(match[0]) if match[1] else int(match[0])
    if kind in ("array", "object") or len(text.split()) > 4:
        return None
    return text


def _sample(block: Block, context: _Context, details: Details, endpoint: Endpoint) -> None:
    if context.place == "error" or re.match(r"\s*HTTP/[\d.]+ [45]\d\d", block.text):
        return
    value = json_in(block.text)
    if not isinstance(value, (dict, list)) or not value:
        return
    is_sent = context.place == "body" and endpoint.method in ("POST", "PUT", "PATCH")
    if is_sent and details.sent is None:
        details.sent = value
    elif not is_sent and details.answer is None:
        details.answer = value


def json_in(code: str) -> Any:
    """The JSON value that a block of code is, or ends with, after a command or the head of an answer; None where it is none."""
    text = code.strip()[:_MOST_CHARACTERS]
    lines = text.split("\n")
    if text[:1] not in "{[":
        at = next((i for i, line in enumerate(lines) if line.lstrip()[:1] in ("{", "[") and i > 0), None)
        if at is None or not re.match(
            r"\s*(?:[$>#]\s*)?(?:curl|http|https|wget)\b|\s*HTTP/|\s*(?:GET|POST|PUT)\s|//|#|<-|\d{3}\b", lines[0]
        ):
            return None
        text = "\n".join(lines[at:])
    try:
        return json.JSONDecoder().raw_decode(text)[0]
    except (ValueError, RecursionError):
        pass
    lenient = re.sub(r"(?m)^\s*(?:\.\.\.|…)\s*,?\s*$|,?\s*(?:\.\.\.|…)\s*(?=[\]}])", "", text)
    reader = JsonReader(lenient)
    try:
        value = reader.read()
    except (JsonError, RecursionError):
        return None
    return value if reader.complete and re.search(r'["\']\s*:|^\s*\[', lenient) else None


def _merged(all_details: Iterable[Details]) -> Details:
    """What several places say about the same endpoint; the first to say something counts."""
    whole = Details()
    for details in all_details:
        whole.summary = whole.summary or details.summary
        whole.description = whole.description or details.description
        whole.answer = details.answer if whole.answer is None else whole.answer
        whole.sent = details.sent if whole.sent is None else whole.sent
        for key, told in details.told.items():
            whole.told.setdefault(key, told)
        whole.quotes += details.quotes
    return whole
