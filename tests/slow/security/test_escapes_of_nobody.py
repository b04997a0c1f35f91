"""The same as a user without rights, and that the probes are good: where nothing isolates, they come off."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ...patience import LONG

PROBING = """
import json, sys, tempfile
from pathlib import Path
import anyio
from driversmith.engine.sandbox import launching
from driversmith.engine.sandbox.conformance import escapes
from driversmith.engine.sandbox.process import ProcessSandbox


async def main(isolation):
    ways = [way for way in launching.candidates() if way.isolation == isolation]
    with tempfile.TemporaryDirectory() as folder:
        sandbox = ProcessSandbox(ways=ways)
        escapes.ISOLATED |= {"process"}
        print(json.dumps([await sandbox.probe(), await escapes.escaped(sandbox, Path(folder))]))

anyio.run(main, sys.argv[1])
"""
HARMFUL = ("limit_the_parent", "slow_the_parent", "write_into_our_code", "write_into_temporary_files")
"""Probes whose success would last beyond the test."""


@pytest.mark.skipif(sys.platform != "linux" or os.getuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize("isolation", ["bubblewrap", "landlock"])
def test_no_probe_of_nobody_gets_out(isolation: str) -> None:
    try:
        ran = probed(isolation, user=65534)
    except PermissionError:
        pytest.skip("nobody may not run this Python")
    if ran.returncode:
        pytest.skip(f"nobody has no {isolation} here: {ran.stderr[-300:]}")
    assert json.loads(ran.stdout) == [isolation, {}]


@pytest.mark.skipif(sys.platform != "linux", reason="the probes are for Linux")
def test_where_nothing_isolates_the_probes_come_off(tmp_path: Path) -> None:
    kept = "".join(
        f"from driversmith.engine.sandbox.conformance import escapes; del escapes.PROBES[{name!r}]\n"
        for name in HARMFUL
    )
    ran = probed("process", before=kept)
    assert ran.returncode == 0, ran.stderr
    isolation, got = json.loads(ran.stdout)
    assert isolation == "process"
    assert {"read_by_open", "environment_of_the_parent", "run_a_shell", "fork", "insert_a_verdict"} <= set(got)
    assert len(got) >= 60


def probed(isolation: str, *, user: int | None = None, before: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", before + PROBING, isolation],
        capture_output=True,
        text=True,
        check=False,
        timeout=LONG,
        user=user,
        group=user,
        extra_groups=[] if user else None,
        cwd="/",
        env={"PATH": os.environ["PATH"]},
    )
