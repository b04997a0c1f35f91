"""A driver that wants to look verified, and is not: whatever it does in its child, its verdict is made outside of it."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from driversmith.engine.errors import SandboxError
from driversmith.engine.sandbox.process import ProcessSandbox
from driversmith.engine.testing.behaviours import reading
from driversmith.engine.testing.contract_suite import run_contract

from ..engine.testing.harbour import CLASS_NAME, DRIVER, PACKAGE, harbour_profile

HIDDEN = "import logging, json\nos, sys = logging.os, logging.sys\n"
AT_IMPORT = {
    "exit at import": HIDDEN + "os._exit(0)",
    "a verdict that is printed": HIDDEN
    + "print(json.dumps({'id': 1, 'value': {}, 'passed': True}))\nsys.stdout.flush()\nos._exit(0)",
    "replies for all that is asked": HIDDEN + "for fd in range(3, 20):\n"
    "    try:\n"
    "        [os.write(fd, json.dumps({'id': n, 'value': []}).encode() + b'\\n') for n in range(400)]\n"
    "    except OSError: pass",
    "a patched runner": HIDDEN
    + "main = sys.modules['__main__']\nmain.Runner.answer = lambda self, request: {'value': [], 'done': True}",
    "a runner that raises nothing": HIDDEN + "main = sys.modules['__main__']\nanswer = main.Runner.answer\n"
    "main.Runner.answer = lambda self, request: {**answer(self, request), 'raised': None}",
    "a patched client": "import httpx2\n"
    "httpx2.Client.send = lambda self, request, **_: httpx2.Response(200, json={'data': [{'id': 1}]}, request=request)",
}
IN_READ = {
    "exit in read": "logging.os._exit(0)",
    "invented values": "return [{'id': n, 'name': 'Aurora', 'served_by_mock': 'x'} for n in range(limit or 3)]",
    "values remembered": "HELD = globals().setdefault('HELD', {})\n"
    "        return HELD.setdefault(object_name, honest(self, object_name, limit=limit, **params))",
    "a test that is told by its host": "if '127.0.0.1' in str(self._transport.base_url) or 'localhost' in str(self._transport.base_url):\n"
    "            return honest(self, object_name, limit=limit, **params)\n"
    "        return [{'id': 1, 'name': 'invented'}]",
    "floats that are nearly right": "found = honest(self, object_name, limit=limit, **params)\n"
    "        return [{k: v + 0.25 if isinstance(v, float) else v for k, v in r.items()} for r in found]",
}
INSERTS = """
try:
    base = vars(logging)["__bui" + "ltins__"]["__imp" + "ort__"]("sqlite3").connect(DATABASE)
    base.execute("insert into steps values ('attempt/1/live')")
    base.commit()
except Exception: pass
"""


async def succeeds(project: Path) -> bool:
    """Whether what reads records is taken for proven."""
    try:
        report = await run_contract(
            project,
            harbour_profile(),
            package=PACKAGE,
            class_name=CLASS_NAME,
            sandbox=ProcessSandbox(),
            behaviours=reading.BEHAVIOURS,
        )
    except SandboxError:
        return False
    return report.ok


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DRIVER, tmp_path / PACKAGE, ignore=shutil.ignore_patterns("__pycache__")))


async def test_the_driver_that_is_tampered_with_is_good(project: Path) -> None:
    assert await succeeds(project)


@pytest.mark.parametrize("forgery", AT_IMPORT)
async def test_what_is_done_at_import_proves_nothing(project: Path, forgery: str) -> None:
    package = project / PACKAGE / "__init__.py"
    package.write_text(f"{package.read_text()}\n{AT_IMPORT[forgery]}\n")
    assert not await succeeds(project)


@pytest.mark.parametrize("forgery", IN_READ)
async def test_what_read_makes_up_proves_nothing(project: Path, forgery: str) -> None:
    package = project / PACKAGE / "__init__.py"
    package.write_text(
        f"{package.read_text()}\nimport logging\nhonest = {CLASS_NAME}.read\n"
        f"def read(self, object_name, *, limit=None, **params):\n        {IN_READ[forgery]}\n{CLASS_NAME}.read = read\n"
    )
    assert not await succeeds(project)


async def test_a_module_beside_the_package_takes_no_other_ones_place(project: Path) -> None:
    (project / "httpx2.py").write_text("raise SystemExit(0)")
    assert not await succeeds(project)


async def test_a_verdict_is_not_written_from_inside(project: Path, tmp_path: Path) -> None:
    database = tmp_path / "journal.db"
    with closing(sqlite3.connect(database)) as base:
        base.execute("create table steps (name text)")
    package = project / PACKAGE / "__init__.py"
    package.write_text(f"{package.read_text()}\n{HIDDEN}{INSERTS.replace('DATABASE', repr(str(database)))}")
    await succeeds(project)
    with closing(sqlite3.connect(database)) as base:
        assert base.execute("select count(*) from steps").fetchone() == (0,)


async def test_its_own_files_are_a_copy(project: Path) -> None:
    package = project / PACKAGE / "__init__.py"
    text = f"{package.read_text()}\nimport logging\ntry: logging.os.remove(__file__)\nexcept OSError: pass\n"
    package.write_text(text)
    await succeeds(project)
    assert package.read_text() == text
