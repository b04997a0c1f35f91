"""The bench of descriptions that are wrong: a few of its APIs, whole."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from ...patience import LONG

BENCH = Path(__file__).parents[3] / "bench" / "reality.py"


def outcomes(*arguments: str, only: list[str]) -> dict[str, dict[str, Any]]:
    """What became of some APIs, by name."""
    command = [sys.executable, str(BENCH), "--json", *arguments, "--only", *only]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=LONG + LONG)
    assert done.returncode == 0, done.stderr[-2_000:]
    return {outcome["name"]: outcome for outcome in json.loads(done.stdout)}


def test_what_can_be_read_truly_is_and_nothing_wrong_is_called_live() -> None:
    names = ["right", "other-key", "key-header", "missing-prefix", "error-in-200", "columns", "version-header", "fhir"]
    names += ["wants-unit-django", "short-and-total", "key-of-the-user", "token", "redirect", "rate-limit-403"]
    names += ["prefix-of-one"]
    found = outcomes(only=names)
    assert [name for name, outcome in found.items() if not outcome["truly"]] == ["error-in-200"]
    assert not any(outcome["is_false"] for outcome in found.values())
    assert found["error-in-200"]["told"]
    assert found["right"]["corrected"] == []


def test_a_model_that_knows_has_read_what_no_rule_finds() -> None:
    (outcome,) = outcomes("--who", "knowing", only=["error-in-200"]).values()
    assert outcome["truly"]
    assert "/headers/X-Fleet-Plan" in outcome["corrected"]
    (alone,) = outcomes("--who", "knowing", "--no-diagnosis", "--facts-only", only=["other-key"]).values()
    assert alone["truly"]
    assert alone["corrected"] == ["/objects/ships/records"]


def test_what_is_made_up_costs_no_right_fact_and_is_not_kept() -> None:
    for who in ("hallucinating", "misled"):
        found = outcomes("--who", who, "--facts-only", only=["right", "other-key", "error-in-200"])
        assert [name for name, o in found.items() if not o["truly"] and (who, name) != ("misled", "error-in-200")] == []
        for outcome in found.values():
            assert outcome["wrong"] > 0
            assert (outcome["wrong_kept"], outcome["right_lost"], outcome["is_false"]) == ([], [], False)


def test_without_rules_a_wrong_envelope_is_told_and_makes_no_driver() -> None:
    (outcome,) = outcomes("--no-diagnosis", only=["deeper"]).values()
    assert (outcome["truly"], outcome["told"], outcome["is_false"]) == (False, True, False)
