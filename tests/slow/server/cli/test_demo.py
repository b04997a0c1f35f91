"""`demo`: the real server over stdio, a real client, a real API; nothing but this machine."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ....patience import LONG

DEMO = [sys.executable, "-m", "driversmith.server", "demo", "--json"]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """No key, no proxy, and a home that must stay empty: the demo has its own."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DRIVERSMITH_", "ANTHROPIC_"))}
    return {**kept, "DRIVERSMITH_HOME": str(tmp_path / "home")}


def test_the_demo_reads_every_record_through_a_verified_driver(tmp_path: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        DEMO, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=LONG, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["records"] == {"coasts": 5, "lighthouses": 44, "keepers": 12, "logbook": 68}
    assert told["result"]["verification"]["level"] == "live"
    driver = Path(told["result"]["output_path"])
    assert driver == tmp_path / "driversmith-demo" / "lighthouse_register_driver"
    assert (driver / "driver.json").is_file()
    assert not (tmp_path / "home").exists()
    assert "LIGHTHOUSE_REGISTER" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_ctrl_c_stops_everything_and_leaves_nothing(tmp_path: Path, environment: dict[str, str]) -> None:
    with subprocess.Popen(
        DEMO[:-1], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as demo:
        assert demo.stderr is not None
        for line in demo.stderr:
            if "%" in line:
                break
        demo.send_signal(signal.SIGINT)
        out, err = demo.communicate(timeout=LONG)
    assert (demo.returncode, out) == (130, "")
    assert err.endswith("driversmith: Interrupted; everything is stopped.\n")
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []
