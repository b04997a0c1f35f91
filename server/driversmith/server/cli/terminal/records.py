"""Records as a table that fits the terminal."""

import json
from collections.abc import Sequence
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .event_lines import printable

MOST_ROWS = 20
CELL = 40
"""Letters of a value, and of a name, that are shown."""
_BORDERS = 3
"""Columns of the terminal that a column takes beside its text."""


def print_records(console: Console, title: str, records: Sequence[dict[str, Any]], *, rows: int = MOST_ROWS) -> bool:
    """Print the first records with as many of their fields as fit, those first that have a value in one of them; whether
    anything is left out."""
    shown = records[:rows]
    names = list(dict.fromkeys(name for record in shown for name in record))
    filled = [name for name in names if any(record.get(name) is not None for record in shown)]
    columns = _that_fit([*filled, *(name for name in names if name not in filled)], shown, console.width)
    columns.sort(key=names.index)
    more = f" (and {len(names) - len(columns)} more columns)" if len(names) > len(columns) else ""
    table = Table(title=Text(f"{title}{more}"), title_justify="left", header_style="bold")
    for name in columns:
        table.add_column(Text(_short(printable(name))), overflow="ellipsis", no_wrap=True)
    for record in shown:
        table.add_row(*(Text(cell(record.get(name))) for name in columns))
    console.print(table)
    return bool(more) or any(len(_text(record.get(name))) > CELL for record in shown for name in columns)


def cell(value: Any) -> str:
    """A value in one short line."""
    return _short(_text(value))


def _that_fit(names: list[str], records: Sequence[dict[str, Any]], width: int) -> list[str]:
    """The first names whose columns fit beside each other whole; the first alone where none does."""
    fit: list[str] = []
    left = width - 1
    for name in names:
        cells = [printable(name), *(_text(record.get(name)) for record in records)]
        left -= max(cell_len(_short(text)) for text in cells) + _BORDERS
        if left < 0 and fit:
            break
        fit.append(name)
    return fit


def _short(text: str) -> str:
    return text if len(text) <= CELL else f"{text[: CELL - 3]}..."


def _text(value: Any) -> str:
    """A value on one line."""
    if value is None:
        return ""
    return printable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str))
