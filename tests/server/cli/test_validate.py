"""`validate`: one line a finding, for files, drivers and folders."""

from pathlib import Path

from .conftest import Command


def test_a_clean_file_is_exit_code_0(command: Command, here: Path) -> None:
    (here / "clean.py").write_text('"""Nothing."""\n')
    ran = command("validate", "clean.py")
    assert (ran.code, ran.out, ran.err) == (0, "", "No findings.\n")


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


def test_what_does_not_exist_or_holds_no_python_is_exit_code_2(command: Command, here: Path) -> None:
    (here / "empty").mkdir()
    for path in ("missing.py", "empty"):
        ran = command("validate", path)
        assert (ran.code, ran.out) == (2, "")
        assert path in ran.err
