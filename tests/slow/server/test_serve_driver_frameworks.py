"""Agent frameworks of others read through `driversmith serve-driver`. Each is looked for in a virtual environment below
`.venv-hosts`; a test whose framework is not there is skipped."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ...patience import LONG
from .serving_driver import command_of, driver_of, environment_of, store

ROOT = Path(__file__).parents[3]
PROGRAMS = {"pydantic_ai_slim": "with_pydantic_ai.py", "langchain_mcp_adapters": "with_langchain.py"}


def python_with(name: str) -> str:
    """The Python of an environment that has a distribution."""
    for folder in (ROOT / ".venv-hosts", *(ROOT / ".venv-hosts").glob("*")):
        if list(folder.glob(f"[Ll]ib*/**/site-packages/{name}-*.dist-info")):
            return str(folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python"))
    pytest.skip(f"{name} is not installed below .venv-hosts")


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_framework_reads_two_pages_of_a_real_api(tmp_path: Path, name: str) -> None:
    program = Path(__file__).parent / "frameworks" / PROGRAMS[name]
    python = python_with(name)
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
