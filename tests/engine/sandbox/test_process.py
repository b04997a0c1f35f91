"""What ProcessSandbox does beside what every sandbox must."""

from pathlib import Path

import pytest
from driversmith.engine.errors import SandboxError
from driversmith.engine.sandbox import process
from driversmith.engine.sandbox.process import ProcessSandbox

CLEAN = "class Driver:\n    def hello(self): return 'hello'\n"


def write(project: Path, source: str) -> Path:
    package = project / "a_driver"
    package.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").write_text(source)
    return project


async def test_a_driver_that_is_opened_again_is_not_parsed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    parsed: list[str] = []
    judge = process.forbidden_imports

    def counted(source: str, package: str, *, also: frozenset[str]) -> list[tuple[int, str]]:
        parsed.append(package)
        return judge(source, package, also=also)

    monkeypatch.setattr(process, "forbidden_imports", counted)
    sandbox = ProcessSandbox()
    for _ in range(2):
        async with sandbox.open(write(tmp_path, CLEAN), "a_driver", "Driver"):
            pass
    assert parsed == ["a_driver"]


async def test_a_module_that_has_changed_is_judged_anew(tmp_path: Path):
    sandbox = ProcessSandbox()
    async with sandbox.open(write(tmp_path, CLEAN), "a_driver", "Driver"):
        pass
    for _ in range(2):
        with pytest.raises(SandboxError, match="subprocess"):
            async with sandbox.open(write(tmp_path, f"import subprocess\n{CLEAN}"), "a_driver", "Driver"):
                pytest.fail("it was opened")


async def test_what_a_drivers_tests_may_import_its_package_may_not(tmp_path: Path):
    source = f"import unittest\n{CLEAN}"
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "__init__.py").write_text(source)
    sandbox = ProcessSandbox()
    await sandbox.run_unittests(write(tmp_path, CLEAN))
    with pytest.raises(SandboxError, match="unittest"):
        async with sandbox.open(write(tmp_path, source), "a_driver", "Driver"):
            pytest.fail("it was opened")
