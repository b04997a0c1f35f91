"""Agent frameworks of others read through `driversmith serve-driver`; a test whose framework is not installed is skipped."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from ...others import framework
from ...patience import LONG
from .serving_driver import command_of, driver_of, environment_of, store

PROGRAMS = {"pydantic_ai_slim": "with_pydantic_ai.py", "langchain_mcp_adapters": "with_langchain.py"}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_framework_reads_two_pages_of_a_real_api(tmp_path: Path, name: str) -> None:
    program = Path(__file__).parent / "frameworks" / PROGRAMS[name]
    python = framework(name)
    with store() as server:
        project = driver_of(server, tmp_path)
        done = subprocess.run(
            [python, str(program), *command_of(project)],
            env={**os.environ, **environment_of(project)},
            capture_output=True,
            text=True,
            timeout=LONG,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        assert json.loads(done.stdout.splitlines()[-1]) == [1, 2, 3, 4, 5]
        assert len([line for line in server.seen if "/pets" in line]) >= 2
