"""The bench of descriptions that are wrong: a few of its APIs, whole."""

import json
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).parents[3] / "bench" / "reality.py"


def test_what_can_be_read_truly_is_and_nothing_wrong_is_called_live() -> None:
    names = ["right", "other-key", "key-header", "missing-prefix", "error-in-200", "columns", "version-header", "fhir"]
    names += ["wants-unit-django", "short-and-total", "key-of-the-user", "token", "redirect", "rate-limit-403"]
    done = subprocess.run(
        [sys.executable, str(BENCH), "--json", "--only", *names],
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    outcomes = {outcome["name"]: outcome for outcome in json.loads(done.stdout)}
    assert [name for name, outcome in outcomes.items() if not outcome["truly"]] == ["error-in-200"]
    assert not any(outcome["is_false"] for outcome in outcomes.values())
    assert outcomes["error-in-200"]["told"]
    assert outcomes["right"]["corrected"] == []
