"""The commands that README and docs tell people to type."""

import re
import shlex
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]


class Shown(NamedTuple):
    """One line of a block of shell, without its comment."""

    document: str
    line: str


def shell_lines() -> list[Shown]:
    """All of them."""
    return [
        Shown(document.name, " ".join(shlex.split(line, comments=True)))
        for document in DOCUMENTS
        for block in re.findall(r"```(?:sh|bash|console)\n(.*?)```", document.read_text("utf-8"), re.DOTALL)
        for line in block.splitlines()
        if line.strip()
    ]


def mentioned() -> list[Shown]:
    """Commands of ours that stand in sentences."""
    return [
        Shown(document.name, line)
        for document in DOCUMENTS
        for line in re.findall(r"`(driversmith [a-z][^`\n]*)`", document.read_text("utf-8"))
    ]
