"""What the fake of a driver's `testing.py` is filled with."""

import re
from typing import Any

from ..models.profile import ApiProfile
from .source import assignment


def fake_values(profile: ApiProfile, flags: dict[str, bool]) -> dict[str, Any]:
    """Variables of the templates, beside the flags of `features`: by which field a record is found, where that is not `id`,
    and whether anything stands beside the records of a page."""
    found = {name: o.identifier for name, o in profile.objects.items() if o.identifier not in (None, "id")}
    wanted = ("has_cursor", "has_next_field", "has_more", "has_pages", "has_total_path")
    return {
        "mock": False,
        "has_beside": flags["has_keys"] and any(flags[name] for name in wanted),
        "identifiers": bool(found),
        "identifiers_line": assignment("IDENTIFIERS", found),
    }


def blank_lines(source: str) -> str:
    """Blank lines as they should be: lines that were left out leave too many between imports, and too few before functions."""
    together = re.sub(r'(?<!")\n\n(?=(?:import|from) [a-z])', "\n", source)
    return re.sub(r"\n+(?=(?:def|class) )", "\n\n\n", together)
