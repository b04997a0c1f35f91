"""Drivers on disk are run with the profile beside them; what they do wrong is a finding with a place."""

import shutil
from pathlib import Path

import pytest
from driversmith.engine.drivers.contract_check import judge_driver
from driversmith.engine.errors import InvalidArgumentError
from driversmith.engine.sandbox.process import ProcessSandbox

from ..testing.harbour import DRIVER, harbour_profile


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The hand-written driver of the contract suite's own tests, with its profile."""
    copy = Path(shutil.copytree(DRIVER, tmp_path / "harbour_driver", ignore=shutil.ignore_patterns("__pycache__")))
    (copy / "profile.json").write_text(harbour_profile().model_dump_json())
    return copy


async def test_a_behaviour_that_fails_points_to_its_method_and_own_tests_that_fail_are_told(project: Path) -> None:
    client = project / "harbour_driver" / "client.py"
    text = client.read_text()
    client.write_text(text.replace("return list(OPERATIONS)", "return list(OPERATIONS)[2:]"))
    test = project / "tests" / "test_client.py"
    test.write_text(
        test.read_text() + "\n\nclass Fails(unittest.TestCase):\n    def test(self):\n        self.fail()\n"
    )
    judged = await judge_driver(project, sandbox=ProcessSandbox())
    assert judged.report
    assert judged.report.failed
    found = {f.code: f for f in judged.findings}
    assert set(found) == {"contract-run-list-operations", "own-tests-fail"}
    wrong = found["contract-run-list-operations"]
    assert (wrong.severity, wrong.file) == ("P1", "harbour_driver/client.py")
    assert "def list_operations" in client.read_text().splitlines()[wrong.line - 1]
    assert (found["own-tests-fail"].severity, found["own-tests-fail"].file) == ("P2", "tests/test_client.py")


async def test_a_package_that_does_not_import_is_p0(project: Path) -> None:
    (project / "harbour_driver" / "_api.py").write_text("raise ValueError('no')\n")
    judged = await judge_driver(project, sandbox=ProcessSandbox())
    assert judged.report is None
    assert [(f.code, f.severity) for f in judged.findings] == [("contract-import", "P0")]


async def test_without_a_profile_or_a_driver_nothing_can_be_judged(project: Path) -> None:
    (project / "harbour_driver" / "client.py").write_text("")
    with pytest.raises(InvalidArgumentError, match="no driver class"):
        await judge_driver(project, sandbox=ProcessSandbox())
    (project / "profile.json").write_text("{}")
    with pytest.raises(InvalidArgumentError, match="no profile"):
        await judge_driver(project, sandbox=ProcessSandbox())
    (project / "profile.json").unlink()
    with pytest.raises(InvalidArgumentError, match=r"has no profile\.json"):
        await judge_driver(project, sandbox=ProcessSandbox())
