"""Records written as text, found here apart from any driver: CSV, TSV, and JSON, one value a line."""

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

from ..models.profile import FieldProfile, RecordForm

MOST_COLUMNS = 10_000
_LONGEST_CELL = 1 << 24
_BOOLEANS = {"true": True, "false": False}


class BrokenRowsError(ValueError):
    """A text that is not what it should be; says where."""


def rows_of(text: str, form: RecordForm, fields: Mapping[str, FieldProfile] | None = None) -> list[Any]:
    """The records of a text. Values of tables are text, but where `fields` gives a number or a boolean.

    Raises:
        BrokenRowsError: it is broken, cut off, or something else.
    """
    text = text.removeprefix("\ufeff")
    if text.lstrip()[:1] == "<":
        raise BrokenRowsError("it looks like HTML")
    try:
        if form == "lines":
            lines = (line.strip("\x1e \t\r") for line in text.split("\n"))
            return [json.loads(line) for line in lines if line]
        return _table(text, form, fields or {})
    except (csv.Error, RecursionError, ValueError) as error:
        raise BrokenRowsError(str(error)[:200]) from None


def _table(text: str, form: RecordForm, fields: Mapping[str, FieldProfile]) -> list[Any]:
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_CELL))
    first = text.lstrip("\r\n").partition("\n")[0]
    comma = "\t" if form == "tsv" else max(",;\t|", key=first.count)
    reader = csv.reader(io.StringIO(text.lstrip("\r\n"), newline=""), delimiter=comma, strict=True)
    names = _names(next(reader, list[str]()))
    records: list[Any] = []
    for row in reader:
        if row and len(row) != len(names):
            raise BrokenRowsError(f"line {reader.line_num} has {len(row)} values for {len(names)} columns")
        if row:
            records.append({name: _typed(cell, fields.get(name)) for name, cell in zip(names, row, strict=True)})
    return records


def _names(head: list[str]) -> list[str]:
    """Names of the columns; those that are missing or come twice get their number."""
    if len(head) > MOST_COLUMNS:
        raise BrokenRowsError(f"it has {len(head)} columns")
    names: dict[str, None] = {}
    for number, told in enumerate(head, 1):
        name = told.strip() or f"column_{number}"
        names[f"{name}_{number}" if name in names else name] = None
    return list(names)


def _typed(cell: str, field: FieldProfile | None) -> Any:
    kind = field.type if field else "string"
    if kind not in ("integer", "number", "boolean"):
        return cell
    if not cell.strip():
        return None
    try:
        return (
            _BOOLEANS.get(cell.strip().lower(), cell)
            if kind == "boolean"
            else int(cell)
            if kind == "integer"
            else float(cell)
        )
    except ValueError:
        return cell
