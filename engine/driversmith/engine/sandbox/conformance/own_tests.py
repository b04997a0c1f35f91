"""The driver's own tests, run in a child."""

from pathlib import Path

from ...conformance import by_name, expect, expect_equal
from ..port import Sandbox
from .subject import LIMITS, Check, a_project, opened


async def the_drivers_own_tests_are_run_and_counted(sandbox: Sandbox, folder: Path) -> None:
    """A test that fails is told with its message."""
    project = _with_tests(
        folder,
        "import unittest\nimport a_driver\n"
        "class T(unittest.TestCase):\n"
        "    def test_good(self): self.assertTrue(a_driver.Driver())\n"
        "    def test_bad(self): self.fail('as meant')\n",
    )
    async with opened(sandbox, project) as child:
        result = await child.run_unittests()
    expect_equal("How many tests ran, and failed", (result.ran, result.failed), (2, 1))
    expect("as meant" in result.output, "The output of a test that fails was expected to hold its message.")


async def the_drivers_own_tests_may_take_longer_than_a_call(sandbox: Sandbox, folder: Path) -> None:
    """The limit of one call says nothing about all tests."""
    project = _with_tests(
        folder, "import unittest, time\nclass T(unittest.TestCase):\n    def test_slow(self): time.sleep(1.5)\n"
    )
    async with opened(sandbox, project, LIMITS.model_copy(update={"call_seconds": 0.5})) as child:
        result = await child.run_unittests()
    expect_equal("Tests, failures and output", (result.ran, result.failed, result.failed and result.output), (1, 0, 0))


async def a_project_without_tests_ran_none(sandbox: Sandbox, folder: Path) -> None:
    """No tests are no success of tests."""
    async with opened(sandbox, a_project(folder)) as child:
        result = await child.run_unittests()
    expect_equal("Tests that passed where there are none", result.ran - result.failed, 0)


def _with_tests(folder: Path, source: str) -> Path:
    project = a_project(folder)
    (project / "tests").mkdir()
    (project / "tests" / "test_client.py").write_text(source, encoding="utf-8")
    return project


CHECKS: dict[str, Check] = by_name(
    the_drivers_own_tests_are_run_and_counted,
    the_drivers_own_tests_may_take_longer_than_a_call,
    a_project_without_tests_ran_none,
)
