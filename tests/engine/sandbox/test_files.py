"""The files that a child is given."""

from pathlib import Path

from driversmith.engine.sandbox.files import project_files


def test_a_command_line_stays_outside(tmp_path: Path) -> None:
    for name in ("__init__.py", "__main__.py", "client.py"):
        (tmp_path / "a_driver").mkdir(exist_ok=True)
        (tmp_path / "a_driver" / name).write_text("import argparse, sys\n")
    assert set(project_files(tmp_path, "a_driver")) == {"a_driver/__init__.py", "a_driver/client.py"}
