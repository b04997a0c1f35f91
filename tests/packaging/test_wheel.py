"""The wheel installs one import name, from four source roots, with its data files."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ..patience import LONG

ROOT = Path(__file__).parents[2]
ROOTS = ("engine", "server", "tools", "resources")


@pytest.fixture(scope="module")
def wheel_names(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Names of all files in a wheel built from this checkout, without isolation or network."""
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=LONG,
    )
    (wheel,) = out.glob("*.whl")
    return zipfile.ZipFile(wheel).namelist()


def test_the_wheel_has_one_top_level_name(wheel_names: list[str]) -> None:
    top = {name.split("/")[0] for name in wheel_names}
    assert {name for name in top if not name.endswith(".dist-info")} == {"driversmith"}


def test_every_source_root_is_in_the_wheel(wheel_names: list[str]) -> None:
    assert {f"driversmith/{root}/__init__.py" for root in ROOTS} <= set(wheel_names)
    assert {f"driversmith/{root}/py.typed" for root in ROOTS} <= set(wheel_names)


def test_data_files_travel_with_the_wheel(wheel_names: list[str]) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", *ROOTS], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    data = {path.split("/", 1)[1] for path in tracked if not path.endswith(".py")}
    assert data <= set(wheel_names)


@pytest.mark.parametrize("root", ROOTS)
def test_no_stray_init_turns_the_namespace_into_a_package(root: str) -> None:
    assert not (ROOT / root / "driversmith" / "__init__.py").exists()


def test_each_import_name_comes_from_its_own_root() -> None:
    for root in ROOTS:
        module = __import__(f"driversmith.{root}", fromlist=["__file__"])
        assert module.__file__ is not None
        assert Path(module.__file__).name == "__init__.py"
