"""Whatever the API, type checkers find nothing in what the templates write: in the driver, its examples and its tests."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from driversmith.engine.generation.template_engine import write_driver

from ....engine.generation import profiles
from ....engine.generation.test_every_feature import every
from ....patience import LONG

KINDS = {**profiles.ALL, "every": every}


@pytest.fixture(scope="module")
def drivers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drivers")
    for kind, make in KINDS.items():
        for file in write_driver(make()).files:
            path = folder / kind / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file.text, "utf-8")
    return folder


def test_pyright_finds_nothing(drivers: Path) -> None:
    roots = [{"root": str(drivers / kind)} for kind in KINDS]
    config = {"typeCheckingMode": "basic", "pythonVersion": "3.11", "executionEnvironments": roots}
    (drivers / "pyrightconfig.json").write_text(json.dumps(config))
    command = ["pyright", "--pythonpath", sys.executable]
    ran = subprocess.run(
        [sys.executable, "-m", *command], cwd=drivers, capture_output=True, text=True, timeout=LONG, check=False
    )
    assert "0 errors, 0 warnings" in ran.stdout, ran.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_ty_finds_nothing(kind: str, drivers: Path) -> None:
    command = [sys.executable, "-m", "ty", "check", "--python", sys.prefix, "--output-format", "concise"]
    ran = subprocess.run(command, cwd=drivers / kind, capture_output=True, text=True, timeout=LONG, check=False)
    assert re.search("All checks passed", ran.stdout), ran.stdout
