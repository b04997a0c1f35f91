"""Faults that the simulated model writes: edits of the right files, from `faults.toml`."""

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from driversmith.engine.contract.naming import DriverNames

from .apis import Api
from .right import part_paths

_ROWS = Path(__file__).with_name("faults.toml")


@dataclass(frozen=True)
class Written:
    """One answer of the model for a file: right, or with one fault."""

    path: str
    text: str
    """The answer, which is the file unless the fault is in what stands around it."""
    kind: str = ""
    """Kind of the fault; '' where the answer is right."""
    fault: str = ""
    stop_reason: str = "end_turn"


def faults_of(api: Api, names: DriverNames, right: dict[str, str]) -> Iterator[Written]:
    """Every fault that fits the right files of an API."""
    words = {
        "{package}": names.package,
        "{class}": names.class_name,
        "{object}": next(iter(api.collections)),
        "{slug}": api.slug,
        "{prefix}": names.env_prefix,
    }
    for row in _rows():
        path = part_paths(names.package)[row.get("file", "client")]
        text = _changed(row, right[path], words)
        if text is not None and text != right[path]:
            yield Written(path, text, row["kind"], row["id"], row.get("stop_reason", "end_turn"))


@cache
def _rows() -> list[dict[str, Any]]:
    return tomllib.loads(_ROWS.read_text("utf-8"))["fault"]


def _changed(row: dict[str, Any], text: str, words: dict[str, str]) -> str | None:
    """The answer with the fault; None where the fault does not fit."""
    for edit in row.get("edits", ()):
        old, new = (_filled(part, words) for part in edit)
        if old not in text:
            return None
        text = text.replace(old, new)
    if "method" in row:
        text = f"{text}\n{_filled(row['method'], words)}"
    if "text" in row:
        text = _filled(row["text"], words)
    if "keep" in row:
        text = text[: int(len(text) * row["keep"])]
    return _wrapped(row["answer"], text, words) if "answer" in row else text


def _wrapped(answer: str, text: str, words: dict[str, str]) -> str:
    path = f"{words['{package}']}/client.py"
    if answer == "json":
        return json.dumps({"files": {path: text}}, indent=1)
    if answer == "quotes":
        return text.replace('"', "\u201d", 40)
    return answer.replace("{path}", path).replace("{text}", text)


def _filled(text: str, words: dict[str, str]) -> str:
    for word, value in words.items():
        text = text.replace(word, value)
    return text
