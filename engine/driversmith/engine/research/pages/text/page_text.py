"""What a page says: its blocks of text in order, as HTML divides them.

The tree is lexbor's (selectolax), which reads HTML as browsers do. What browsers hide from readers (scripts, styles) is not
text; `form`, `nav` and `footer` are, since some pages hold everything in them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ...openapi.servers import origin

BlockKind = Literal["heading", "code", "row", "item", "term", "text"]

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "button",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "select",
        "summary",
        "table",
        "tbody",
        "td",
        "textarea",
        "tfoot",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
    ]
) | frozenset(_HEADINGS)
_UNSEEN = frozenset(
    ("script", "style", "svg", "noscript", "template", "iframe", "object", "canvas", "title", "head", "math")
)
_CODE = frozenset(("pre", "textarea"))
_METHODS = frozenset(("GET", "POST", "PUT", "PATCH", "DELETE"))
_SPANS = frozenset(("code", "kbd", "samp", "tt"))
_SPACES = re.compile(r"[ \t\r\f\v\u00a0\u2000-\u200b\ufeff]+")
_MOST_BLOCKS = 40_000
_MOST_LINKS = 3000
_LONGEST_CELL = 4000
_DEEPEST_TABLE = 8
_ROWS_HEADINGS = "table, h1, h2, h3, h4, h5"


@dataclass(frozen=True)
class Block:
    """A piece of a page that stands by itself."""

    kind: BlockKind
    text: str
    """A heading, a paragraph or an item on one line or more; code with its own lines; the cells of a row with tabs between."""
    level: int = 0
    """1 to 6 for headings, else 0."""
    cells: tuple[str, ...] = ()
    """Of a row."""
    is_header: bool = False
    """Whether all cells of a row are headers."""
    table: int = 0
    """Which table of the page a row belongs to."""
    spans: tuple[str, ...] = ()
    """What is marked as code within the text, and the paths that are links."""


@dataclass(frozen=True)
class Link:
    """A link of a page."""

    url: str
    """Absolute, without a fragment."""
    text: str


@dataclass(frozen=True)
class PageText:
    """A page as text."""

    url: str
    """Where the page is: as it was fetched, else as it says of itself; empty where nobody knows."""
    title: str
    blocks: tuple[Block, ...]
    links: tuple[Link, ...] = ()
    scripts: tuple[str, ...] = ()
    """Texts of scripts that hold data or are small enough to be read for it."""

    @property
    def words(self) -> str:
        """All text of the page, a block a line."""
        return "\n".join(block.text for block in self.blocks)


def read_text(source: str, url: str = "") -> PageText:
    """The blocks of a page's HTML; of pages beyond all measure, the first 40,000."""
    tree = LexborHTMLParser(source)
    own = url or _own_url(tree)
    scripts = tuple(text for node in tree.css("script") if (text := node.text(deep=True, strip=True)))
    title = tree.css_first("title")
    walk = _Walk()
    if tree.root is not None:
        walk.read(tree.root)
    return PageText(
        url=own,
        title=_one_line(title.text()) if title else "",
        blocks=tuple(walk.blocks),
        links=tuple(_links(tree, own)),
        scripts=scripts,
    )


def _own_url(tree: LexborHTMLParser) -> str:
    for selector, attribute in (
        ('link[rel="canonical"]', "href"),
        ('meta[property="og:url"]', "content"),
        ("base", "href"),
    ):
        node = tree.css_first(selector)
        if node is not None and origin(found := (node.attributes.get(attribute) or "").strip()):
            return found.partition("#")[0]
    return ""


def _links(tree: LexborHTMLParser, base: str) -> Iterator[Link]:
    node = tree.css_first("base")
    start = urljoin(base, (node.attributes.get("href") or "").strip()) if node is not None else base
    for anchor in tree.css("a[href]")[:_MOST_LINKS]:
        try:
            target = urljoin(start, (anchor.attributes.get("href") or "").strip()).partition("#")[0]
        except ValueError:
            continue
        if origin(target):
            yield Link(target, _one_line(anchor.text(deep=True))[:200])


class _Walk:
    """Goes through the tree once, and divides what it finds into blocks."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._text: list[str] = []
        self._spans: list[str] = []
        self._kind: BlockKind = "text"
        self._level = 0
        self._code = 0
        self._cells: list[list[str]] = []
        self._headers: list[bool] = []
        self._in_row = 0
        self._tables = 0
        self._table: list[tuple[int, bool]] = []
        """The tables that are open: their number, and whether they are made of rows rather than of layout."""
        self._edge: Literal["", "soft", "apart"] = ""
        """Whether an inline element began or ended since the last text, and whether one that stands for itself."""

    def read(self, root: LexborNode) -> None:
        """Walk a tree without recursion: pages nest as deep as they like."""
        stack: list[tuple[LexborNode, bool]] = [(root, True)]
        while stack and len(self.blocks) < _MOST_BLOCKS:
            node, entering = stack.pop()
            if not entering:
                self._leave(node)
                continue
            if node.is_text_node:
                self._add(node.text_content or "")
                continue
            if not node.is_element_node and node is not root:
                continue
            tag = node.tag or ""
            if tag in _UNSEEN:
                continue
            self._enter(node)
            stack.append((node, False))
            below: list[LexborNode] = []
            child = node.first_child
            while child is not None:
                below.append(child)
                child = child.next
            stack.extend((child, True) for child in reversed(below))
        self._flush()

    def _enter(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag == "br":
            self._text.append("\n")
        elif tag == "input":
            self._input(node)
        elif tag == "table":
            self._flush()
            self._tables += 1
            self._table.append(
                (
                    self._tables,
                    not self._cells and len(self._table) < _DEEPEST_TABLE and not node.css(_ROWS_HEADINGS)[1:],
                )
            )
        elif tag == "tr" and self._table and self._table[-1][1]:
            self._flush()
            self._cells, self._headers, self._in_row = [], [], 1
        elif tag in ("td", "th") and self._in_row:
            self._cells.append([])
            self._headers.append(tag == "th")
            self._text = self._cells[-1]
        elif tag in _BLOCKS:
            self._break()
            if not self._in_row:
                self._begin(tag)
        else:
            self._edge = self._edge or "soft"
            if tag in _SPANS or tag == "a":
                self._text.append("\x02" if tag in _SPANS else "\x04")
        if tag in _CODE:
            self._code += 1
            method = node.attributes.get("data-type") or node.attributes.get("data-method") or ""
            if method.upper() in _METHODS:  # apiDoc colours the line by it, and shows it in no other way
                self._text.append(f"{method.upper()} ")

    def _leave(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag in _CODE:
            self._code -= 1
        if tag == "table" and self._table:
            self._table.pop()
            self._flush()
        elif tag == "tr" and self._in_row:
            self._end_row()
        elif tag in ("td", "th") and self._in_row:
            self._text = []
        elif tag in _BLOCKS:
            self._break()
            if not self._in_row:
                self._kind, self._level = ("code", 0) if self._code else ("text", 0)
        elif tag != "br":
            if tag in _SPANS or tag == "a":
                self._text.append("\x03")
            self._edge = "apart" if tag in _SPANS or tag in ("a", "button", "label") else self._edge or "soft"

    def _begin(self, tag: str) -> None:
        if self._code or tag in _CODE:
            self._kind, self._level = "code", 0
        elif tag in _HEADINGS:
            self._kind, self._level = "heading", _HEADINGS[tag]
        elif tag in ("li", "dd"):
            self._kind, self._level = "item", 0
        elif tag == "dt":
            self._kind, self._level = "term", 0
        elif self._kind not in ("heading", "item", "term"):
            self._kind, self._level = "text", 0

    def _break(self) -> None:
        """The border of a block: a new line within a row or code, else the end of what was gathered."""
        self._edge = ""
        if self._in_row or self._code:
            self._text.append("\n")
        else:
            self._flush()

    def _add(self, text: str) -> None:
        if not text:
            return
        if self._edge and not self._code and self._text and self._is_glued(text):
            self._text.append(" ")
        self._edge = ""
        self._text.append(text if self._code else _SPACES.sub(" ", text.replace("\n", " ")))

    def _is_glued(self, text: str) -> bool:
        """Whether two texts of neighbouring inline elements are two words rather than two parts of one path or URL."""
        before = next((part for part in reversed(self._text) if part.strip("\x02\x03\x04")), "")
        if not before or before[-1].isspace() or text[:1].isspace():
            return False
        if "/" in before.split()[-1] and self._edge != "apart":
            goes_on = text[:1] in "/{:?&=.<" or before[-1] in "/=?&:.{"
            return not goes_on and before[-1].isalnum()
        return (before[-1].isalnum() or before[-1] in "/}") and (text[:1].isalnum() or text[:1] in "/{<")

    def _input(self, node: LexborNode) -> None:
        value = (node.attributes.get("value") or "").strip()
        if value.startswith(("http://", "https://", "/")) and (node.attributes.get("type") or "text") in (
            "text",
            "url",
        ):
            self._text.append(f" {value} ")

    def _flush(self) -> None:
        raw, self._text = "".join(self._text), []
        if self._in_row:
            return
        text, spans = _tidy(raw, keep_lines=self._kind == "code")
        if text:
            self.blocks.append(Block(self._kind, text, level=self._level, spans=spans))

    def _end_row(self) -> None:
        self._in_row = 0
        tidied = [_tidy("".join(cell), keep_lines=True) for cell in self._cells]
        cells = tuple(text[:_LONGEST_CELL] for text, _ in tidied)
        spans = tuple(span for _, found in tidied for span in found)
        self._cells, self._text = [], []
        self._kind, self._level = "text", 0
        if any(cells):
            number = self._table[-1][0] if self._table else 0
            self.blocks.append(
                Block(
                    "row",
                    "\t".join(cells),
                    cells=cells,
                    is_header=all(self._headers),
                    table=number,
                    spans=spans,
                )
            )


def _tidy(raw: str, *, keep_lines: bool) -> tuple[str, tuple[str, ...]]:
    """The text without the marks of its code, and what stood between them."""
    marked = ((mark, _one_line(found)) for mark, found in re.findall(r"([\x02\x04])([^\x02-\x04]*)\x03", raw))
    spans = tuple(found for mark, found in marked if found and (mark == "\x02" or found.startswith("/")))
    text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", raw)
    if keep_lines:
        lines = [line.rstrip().replace("\u00a0", " ").replace("\u200b", "") for line in text.splitlines()]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n"), spans
    lines = [_one_line(line) for line in text.split("\n")]
    return "\n".join(line for line in lines if line), spans


def _one_line(text: str) -> str:
    return " ".join(text.replace("\u200b", "").replace("\u00a0", " ").split())
