"""What ProcessSandbox does beside what every sandbox must."""

import os
import signal
import sys
import tempfile
from collections.abc import AsyncGenerator
from pathlib import Path

import anyio
import pytest
from driversmith.engine.errors import SandboxError, SandboxUnavailableError
from driversmith.engine.sandbox import process
from driversmith.engine.sandbox.launching import plain
from driversmith.engine.sandbox.process import ProcessSandbox
from driversmith.engine.sandbox.runner_process import RUNNER

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
    async with sandbox.open(write(tmp_path, CLEAN), "a_driver", "Driver") as child:
        await child.run_unittests()
    with pytest.raises(SandboxError, match="unittest"):
        async with sandbox.open(write(tmp_path, source), "a_driver", "Driver"):
            pytest.fail("it was opened")


@pytest.fixture
async def ahead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[ProcessSandbox]:
    """Keeps its next child ahead; the folders of its children are in the test's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    sandbox = ProcessSandbox(keeps_ahead=True, ways=[plain()])
    yield sandbox
    await sandbox.close()
    assert children(tmp_path) == []


def children(folder: Path) -> list[Path]:
    return list(folder.glob("driversmith-child-*"))


async def test_the_child_that_was_started_ahead_is_the_next_one_and_no_other(ahead: ProcessSandbox, tmp_path: Path):
    project = write(tmp_path / "project", "import os\nclass Driver:\n    def home(self): return os.environ['HOME']\n")
    await ahead.prepare()
    await ahead.prepare()
    (folder,) = children(tmp_path)
    homes: list[object] = []
    for _ in range(2):
        async with ahead.open(project, "a_driver", "Driver") as child:
            await child.construct("d", arguments={})
            homes.append((await child.call("d", "home")).value)
    assert homes[0] == str(folder / "work" / "home")
    assert homes[1] != homes[0]


async def test_a_child_that_nobody_comes_for_is_ended_with_its_sandbox(ahead: ProcessSandbox, tmp_path: Path):
    await ahead.prepare()
    await ahead.close()
    assert children(tmp_path) == []
    await ahead.prepare()
    assert children(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="processes are killed by their group")
async def test_a_child_that_died_while_it_waited_is_replaced(ahead: ProcessSandbox, tmp_path: Path):
    await ahead.prepare()
    waiting = ahead._ahead  # pyright: ignore[reportPrivateUsage]  # nobody else knows the process
    assert waiting
    os.kill(waiting.process.pid, signal.SIGKILL)
    await waiting.process.wait()
    async with ahead.open(write(tmp_path / "project", CLEAN), "a_driver", "Driver") as child:
        await child.construct("d", arguments={})
        assert (await child.call("d", "hello")).value == "hello"


async def test_a_sandbox_that_keeps_none_ahead_starts_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    await ProcessSandbox().prepare()
    assert children(tmp_path) == []


async def test_nobody_hears_of_a_child_that_could_not_be_started_ahead(tmp_path: Path):
    sandbox = ProcessSandbox(python=str(tmp_path / "no python here"), keeps_ahead=True)
    await sandbox.prepare()
    with pytest.raises(SandboxUnavailableError):
        await sandbox.probe()


async def test_a_runner_whose_parent_has_gone_leaves_in_silence():
    done = await anyio.run_process(
        [sys.executable, "-I", "-B", str(RUNNER), "httpx2", "no_module_of_this_name"], check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
