"""What a rule yields: a fault at a place, still without the rule's id and severity."""

import ast
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One fault; the place is `node`, or else `line` and `column` (1-based)."""

    message: str
    """What is wrong, naming what exists."""
    hint: str = ""
    """What to do."""
    node: ast.AST | None = None
    line: int = 1
    column: int = 1
    file: str = ""
    """Another file than the one the rule was given."""
