"""`demo --heal`: a scripted model errs on purpose, and everything else really heals it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ....patience import LONG

DEMO = [sys.executable, "-m", "driversmith.server", "demo", "--heal"]
CLIENT = "lighthouse_register_driver/client.py"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A home that must stay empty, and settings of other sessions, which must not count."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("DRIVERSMITH_")}
    return {**kept, "DRIVERSMITH_HOME": str(tmp_path / "home"), "DRIVERSMITH_ALLOW_UNISOLATED": "0"}


def ran(folder: Path, environment: dict[str, str], *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*DEMO, *options], cwd=folder, env=environment, capture_output=True, text=True, timeout=LONG, check=False
    )


def test_the_way_of_healing_is_in_the_journal_and_the_modification_in_the_second_prompt(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    done = ran(tmp_path, environment, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["ok"], told["missing"]) == (True, [])
    assert told["records"] == {"coasts": 5, "lighthouses": 44, "keepers": 12, "logbook": 68}

    events = told["events"]
    way = [e["kind"] for e in events]
    steps = ["file.rejected", "model.waiting", "file.accepted", "repair.started", "diagnosis.made", "plan.made"]
    assert [way.index(kind) for kind in steps] == sorted(way.index(kind) for kind in steps)
    assert way.count("model.waiting") == 3
    rejected = [e["data"] for e in events if e["kind"] == "file.rejected"]
    assert rejected[0]["findings"] == ["list-objects-shape"]
    assert [r["outcome"] for r in rejected] == ["rejected", "stuck", "stuck"]
    (diagnosis,) = [e["data"] for e in events if e["kind"] == "diagnosis.made"]
    assert diagnosis["fault_kind"] == "pagination_stops_early"

    (words,) = next(e for e in events if e["kind"] == "plan.made")["data"]["adjustments"][CLIENT]
    prompts = told["prompts"]
    assert words not in prompts["before"]
    assert words in prompts["after"]
    assert [line for line in prompts["difference"] if line.startswith("+") and words.splitlines()[0] in line]

    result = told["result"]
    assert (result["supervisor_attempts"], result["verification"]["level"]) == (2, "live")
    assert [(f["strategy"], f["helped"]) for f in result["fixes_applied"]] == [("prompt_adjustment", True)]
    authors = {file["path"]: file["author"] for file in result["files"]}
    assert (authors[CLIENT], authors["pyproject.toml"]) == ("model", "template")
    client = (Path(result["output_path"]) / CLIENT).read_text()
    assert "def lighthouses_on" in client
    assert not (tmp_path / "home").exists()


def complaints(err: str) -> list[str]:
    """The lines of stderr, without the signs of life that a busy machine needs."""
    return [line for line in err.splitlines() if not line.startswith("Still at work after ")]


def test_a_person_sees_what_is_played_what_happened_and_what_was_asked_otherwise(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    done = ran(tmp_path, environment)
    assert done.returncode == 0, done.stderr
    told = (
        "The model is scripted",
        "faults are deliberate",
        "list of dicts",
        "overloaded",
        "broken behaviour(s)",
        "diagnosed pagination_stops_early, by rules:",
        "adjusted",
        "done      Attempt 2 succeeded",
        f"+++ attempt 2: {CLIENT}",
        "+From looking into why earlier attempts failed",
        "129 records of 4 objects read over MCP",
        "by model:",
        "cost:        nothing; simulated $",
        str(tmp_path / "driversmith-demo" / "lighthouse_register_driver"),
    )
    places = [done.stdout.find(text) for text in told]
    assert -1 not in places, dict(zip(told, places, strict=True))
    assert places[2:8] == sorted(places[2:8])
    assert complaints(done.stderr) == []


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_ctrl_c_stops_everything_and_leaves_nothing(tmp_path: Path, environment: dict[str, str]) -> None:
    with subprocess.Popen(
        DEMO, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as demo:
        assert demo.stdout is not None
        for line in demo.stdout:
            if "asked" in line:
                break
        demo.send_signal(signal.SIGINT)
        _, err = demo.communicate(timeout=LONG)
    assert (demo.returncode, complaints(err)) == (130, ["driversmith: Interrupted; everything is stopped."])
    assert list(tmp_path.iterdir()) == []
