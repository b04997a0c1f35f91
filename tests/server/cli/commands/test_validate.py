"""`validate`: one line a finding, for files, drivers and folders."""

import shutil
from pathlib import Path

from ....engine.testing.harbour import DRIVER, harbour_profile
from ..conftest import Command


def test_a_clean_file_is_exit_code_0(command: Command, here: Path) -> None:
    (here / "clean.py").write_text('"""Nothing."""\n')
    ran = command("validate", "clean.py")
    assert (ran.code, ran.out, ran.err.splitlines()[-1]) == (0, "", "No findings.")


def test_a_finding_is_one_line_that_editors_understand(command: Command, here: Path) -> None:
    folder = here / "code"
    folder.mkdir()
    (folder / "broken.py").write_text("def f(:\n    pass\n")
    (folder / "undefined.py").write_text('"""One name too many."""\n\nprint(missing)\n')
    (folder / "notes.txt").write_text("def f(:")
    (folder / ".venv").mkdir()
    (folder / ".venv" / "other.py").write_text("def f(:")
    ran = command("validate", "code")
    assert ran.code == 1
    lines = ran.out.splitlines()
    assert any(line.startswith("code/broken.py:1:7: P0 ") for line in lines), ran.out
    assert any(line.startswith("code/undefined.py:3:7: ") and "F821" in line for line in lines)
    assert ".venv" not in ran.out
    report = command("validate", "code", "--json").json
    assert report["ok"] is False
    assert {finding["file"] for finding in report["findings"]} == {"code/broken.py", "code/undefined.py"}


def test_a_driver_is_checked_as_a_whole(command: Command, here: Path) -> None:
    package = here / "drivers" / "pets_driver" / "pets_driver"
    package.mkdir(parents=True)
    (package.parent / "driver.json").write_text("{}")
    (package / "__init__.py").write_text("from .client import PetsDriver\n\n__all__ = ['PetsDriver']\n")
    (package / "client.py").write_text("class PetsDriver:\n    pass\n")
    ran = command("validate", "drivers")
    assert ran.code == 1
    assert "drivers/pets_driver/pets_driver/client.py:1:" in ran.out


def test_a_driver_is_run_against_a_mock_of_its_api(command: Command, here: Path) -> None:
    driver = _hand_written(here)
    ran = command("validate", "harbour_driver", "--run")
    assert "behaviours kept" in ran.err
    assert "contract-run-" not in ran.out
    client = driver / "harbour_driver" / "client.py"
    text = client.read_text()
    client.write_text(text.replace("return sorted(VERBS)", "return sorted(VERBS)[1:]"))
    ran = command("validate", "harbour_driver", "--run", "--json")
    assert ran.code == 1
    found = {f["code"]: f for f in ran.json["findings"]}["contract-run-list-objects"]
    assert (found["severity"], found["file"]) == ("P1", "harbour_driver/harbour_driver/client.py")
    assert "def list_objects" in client.read_text().splitlines()[found["line"] - 1]
    assert "expected" in found["message"]


def test_a_driver_that_cannot_run_is_not_run(command: Command, here: Path) -> None:
    driver = _hand_written(here)
    (driver / "harbour_driver" / "exceptions.py").write_text("class DriverError(\n")
    ran = command("validate", "harbour_driver", "--run")
    assert ran.code == 1
    assert "it was not run" in ran.err
    assert "harbour_driver/harbour_driver/exceptions.py:1:18: P0 syntax-error" in ran.out


def test_running_needs_a_driver_with_a_profile(command: Command, here: Path) -> None:
    (_hand_written(here) / "profile.json").unlink()
    ran = command("validate", "harbour_driver", "--run")
    assert ran.code == 2
    assert "profile.json" in ran.err
    (here / "clean.py").write_text('"""Nothing."""\n')
    assert command("validate", "clean.py", "--run").code == 2


def _hand_written(here: Path) -> Path:
    """The driver of the contract suite's own tests, with its profile beside it."""
    ignored = shutil.ignore_patterns("__pycache__")
    driver = Path(shutil.copytree(DRIVER, here / "harbour_driver", ignore=ignored))
    (driver / "profile.json").write_text(harbour_profile().model_dump_json())
    return driver


def test_what_does_not_exist_or_holds_no_python_is_exit_code_2(command: Command, here: Path) -> None:
    (here / "empty").mkdir()
    for path in ("missing.py", "empty"):
        ran = command("validate", path)
        assert (ran.code, ran.out) == (2, "")
        assert path in ran.err
