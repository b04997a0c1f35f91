"""How many of the endpoints that pages of documentation tell are found in them, without a model and without a request.

    python bench/pages.py FOLDER [--misses] [--only PAGE ...] [--json FILE]

FOLDER holds HTML pages and `labels.json`: page -> {"endpoints": [{"method", "url", ...}]}. Labels and what is found are
compared segment by segment, a parameter on either side fits anything, and hosts only where both name one. `recall` counts
labels that are found with their method, `paths` without; `labelled` is the share of what is found that is labelled, counted on
pages whose labels are taken for whole: on others, named by --partly (17.html by default), a page may tell more than its
labels. `invented` counts what is found although a fixed part of it stands nowhere in the page.
"""

import argparse
import json
import re
import time
from dataclasses import asdict, dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from driversmith.engine.research.pages.reading import SavedPage, read_pages
from driversmith.engine.research.pages.requests.targets import Target, read_target
from driversmith.engine.research.pages.text.encoding import page_source
from rich.console import Console
from rich.table import Table

SYNONYMS = {"DESTROY": "DELETE", "DEL": "DELETE"}


@dataclass
class Row:
    """What one page gave."""

    page: str
    labels: int = 0
    recalled: int = 0
    paths: int = 0
    found: int = 0
    labelled: int = 0
    guessed: int = 0
    invented: int = 0
    seconds: float = 0.0
    server: str = ""
    misses: list[str] = field(default_factory=list[str])
    extras: list[str] = field(default_factory=list[str])


@dataclass(frozen=True)
class Operation:
    """An operation of the document that was made of a page."""

    method: str
    target: Target

    def __str__(self) -> str:
        return f"{self.method} {self.target.origin}{self.target.path}"


def measure(page: Path, labels: list[dict[str, Any]]) -> Row:
    """Read one page and compare."""
    content = page.read_bytes()
    start = time.perf_counter()
    documented = read_pages([SavedPage(content)])
    row = Row(page.name, labels=len(labels), seconds=time.perf_counter() - start)
    row.server = next((server["url"] for server in documented.document.get("servers", [])), "")
    operations = operations_of(documented.document)
    row.found = len(operations)
    row.guessed = sum(quote.guessed for quote in documented.quotes.values())
    told = [(SYNONYMS.get(label["method"], label["method"]), read_target(label["url"])) for label in labels]
    for method, target in told:
        near = [op for op in operations if target is not None and fits(target, op.target)]
        row.paths += bool(near)
        if any(op.method == method for op in near):
            row.recalled += 1
        else:
            row.misses.append(f"{method} {target.origin + target.path if target else '?'}")
    words = text_of(content)
    for operation in operations:
        if any(m == operation.method and target is not None and fits(target, operation.target) for m, target in told):
            row.labelled += 1
        else:
            row.extras.append(str(operation))
        row.invented += not stands_in(operation.target, words)
    return row


def operations_of(document: dict[str, Any]) -> list[Operation]:
    """The operations of a document, each with the whole of its path."""
    base = next((server["url"] for server in document.get("servers", [])), "")
    found: list[Operation] = []
    for path, item in document["paths"].items():
        for own in [server["url"] for server in item.get("servers", [])] or [base]:
            parts = urlsplit(own)
            root = f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
            whole = Target(root, parts.path.rstrip("/") + path.partition("?")[0])
            found += [Operation(method.upper(), whole) for method in item if method not in ("servers", "parameters")]
    return found


def fits(label: Target, found: Target) -> bool:
    """Whether two targets are the same, a parameter fitting anything; where one names no host, its path may be the end."""
    mine, theirs = label.segments, found.segments
    if label.origin and found.origin:
        if label.origin.partition("://")[2] != found.origin.partition("://")[2]:
            return False
    else:
        least = min(len(mine), len(theirs))
        if least == 0 and mine != theirs:
            return False
        mine, theirs = mine[len(mine) - least :], theirs[len(theirs) - least :]
    return len(mine) == len(theirs) and all(
        "{" in one or "{" in other or one.lower() == other.lower() for one, other in zip(mine, theirs, strict=True)
    )


def text_of(content: bytes) -> str:
    """All that a page holds, escapes undone and tags taken away, for looking words up."""
    source = page_source(content)
    plain = unescape(re.sub(r"<[^>]*>", "", source))
    return (unquote(source) + "\n" + plain + "\n" + unquote(plain)).lower()


def stands_in(target: Target, words: str) -> bool:
    """Whether every fixed part of a path stands in the page."""
    parts = [part for segment in target.segments for part in re.split(r"\{[^{}]*\}", segment) if part]
    return all(unquote(part).lower() in words for part in parts)


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--misses", action="store_true", help="list what was missed and what is not labelled")
    parser.add_argument("--only", nargs="+", default=[], metavar="PAGE")
    parser.add_argument(
        "--partly", nargs="*", default=["17.html"], metavar="PAGE", help="pages that are labelled in part"
    )
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    labels = json.loads((arguments.folder / "labels.json").read_text("utf-8"))
    pages = [name for name in sorted(labels) if not arguments.only or name in arguments.only]
    rows = [measure(arguments.folder / name, labels[name]["endpoints"]) for name in pages]
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n", "utf-8")
    show(rows, misses=arguments.misses, partly=arguments.partly)


def show(rows: list[Row], *, misses: bool, partly: list[str]) -> None:
    """Print the table, and the sums below it."""
    console = Console()
    table = Table("page", "labels", "recalled", "paths", "found", "labelled", "guessed", "invented", "ms", "server")
    for row in rows:
        figures = (row.labels, row.recalled, row.paths, row.found, row.labelled, row.guessed, row.invented)
        table.add_row(row.page, *map(str, figures), f"{row.seconds * 1000:.0f}", row.server)
    console.print(table)
    if misses:
        for row in rows:
            for kind, entries in (("missed", row.misses), ("not labelled", row.extras)):
                for entry in entries:
                    console.print(f"{row.page} {kind}: {entry}", markup=False, highlight=False)
    labels = sum(row.labels for row in rows) or 1
    whole = [row for row in rows if row.page not in partly]
    found = sum(row.found for row in whole) or 1
    console.print(
        f"{len(rows)} pages, {labels} labels: recall {sum(r.recalled for r in rows) / labels:.1%},"
        f" paths {sum(r.paths for r in rows) / labels:.1%}; labelled {sum(r.labelled for r in whole) / found:.1%} of"
        f" {found} found; invented {sum(r.invented for r in rows)}",
        highlight=False,
    )


if __name__ == "__main__":
    main()
