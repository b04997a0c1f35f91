"""A test that gives up on what has to come gives up late: the machine may be busy."""

import re
from pathlib import Path

from .patience import LONG

TESTS = Path(__file__).parent
OF_ITS_OWN = re.compile(r"fail_after\(\d|subprocess\.run\([^()]*timeout=\d|\.(?:wait|communicate)\(timeout=\d")


def test_no_test_has_a_patience_of_its_own() -> None:
    files = [path for path in TESTS.rglob("*.py") if path != Path(__file__)]
    assert len(files) > 100
    impatient = [path.name for path in files if OF_ITS_OWN.search(path.read_text("utf-8"))]
    assert impatient == [], f"wait with LONG of tests/patience.py, {LONG:g} s, which costs nothing where all is well"
