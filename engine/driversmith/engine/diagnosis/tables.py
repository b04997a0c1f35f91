"""The tables of faults, read once: kinds, error codes, findings, behaviours, texts."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ..models.diagnosis import ErrorType, FaultKind, FixStrategy


@dataclass(frozen=True)
class Kind:
    """What a kind of fault means and what is done about it."""

    name: FaultKind
    error_type: ErrorType
    strategy: FixStrategy
    fix: str
    modification: str = ""


@dataclass(frozen=True)
class CodeRow:
    """An error code of driversmith."""

    kind: FaultKind
    cause: str
    weak: bool = False
    error_type: ErrorType | None = None
    strategy: FixStrategy | None = None
    fix: str = ""


@dataclass(frozen=True)
class TextRow:
    """A text that tells a fault."""

    id: str
    kind: FaultKind
    pattern: re.Pattern[str]
    confidence: float
    cause: str
    near: re.Pattern[str] | None = None
    without: re.Pattern[str] | None = None
    weak: bool = False
    error_type: ErrorType | None = None
    strategy: FixStrategy | None = None
    fix: str = ""


@dataclass(frozen=True)
class NameRow:
    """A pattern for names of rules or behaviours."""

    pattern: re.Pattern[str]
    kind: FaultKind
    strategy: FixStrategy | None = None


@dataclass(frozen=True)
class Tables:
    """All of them."""

    kinds: dict[str, Kind]
    codes: dict[str, CodeRow]
    findings: tuple[NameRow, ...]
    behaviours: tuple[NameRow, ...]
    texts: tuple[TextRow, ...]


@cache
def tables() -> Tables:
    """The tables as they stand in `data/`."""
    kinds = {name: _kind(name, row) for name, row in _read("kinds").items()}
    names = _read("codes")
    return Tables(
        kinds=kinds,
        codes={code: CodeRow(**row) for code, row in names["codes"].items()},
        findings=tuple(_name_row(row) for row in names["findings"]),
        behaviours=tuple(_name_row(row) for row in names["behaviours"]),
        texts=tuple(_text_row(row) for row in _read("faults")["fault"]),
    )


def _kind(name: str, row: dict[str, Any]) -> Kind:
    values: dict[str, Any] = {"name": name, **row}
    return Kind(**values)


def _text_row(row: dict[str, Any]) -> TextRow:
    patterns: dict[str, Any] = {
        key: re.compile(row[key], re.IGNORECASE | re.MULTILINE) for key in ("pattern", "near", "without") if key in row
    }
    return TextRow(**{**row, **patterns})


def _name_row(row: dict[str, Any]) -> NameRow:
    return NameRow(re.compile(row["pattern"], re.IGNORECASE), row["kind"], row.get("strategy"))


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("driversmith.engine.diagnosis").joinpath(f"data/{name}.toml").read_text("utf-8"))
