"""The page about the rules stays true."""

import re
from pathlib import Path

from driversmith.engine.validation.rules.registry import RULES, SYNTAX_SEVERITY

PAGE = Path(__file__).parents[4] / "docs" / "validation.md"


def test_the_page_names_every_rule_with_its_severity_and_no_other() -> None:
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| (P[0-3]) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    known = {rule.id: rule.severity for rule in RULES} | SYNTAX_SEVERITY | {"too-complex": "P0"}
    assert dict(rows) == known
    assert len(rows) == len(known)
