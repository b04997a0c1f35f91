"""The contract run on a hand-written driver, and on copies of it with one fault each."""

import os
import shutil
import tempfile
import tomllib
from pathlib import Path

import anyio
import pytest
from driversmith.engine.errors import SandboxError, SandboxLimitError
from driversmith.engine.models.report import ContractReport
from driversmith.engine.sandbox.port import Sandbox
from driversmith.engine.sandbox.process import ProcessSandbox
from driversmith.engine.testing import lane
from driversmith.engine.testing.behaviours import ALL, headers, own, quirks
from driversmith.engine.testing.contract_suite import run_contract
from driversmith.engine.testing.trial import Behaviour, Trial

from ...patience import LONG
from ...stand_ins.threads import ThreadSandbox
from .harbour import CLASS_NAME, DRIVER, PACKAGE, harbour_profile

CLIENT = "client.py"

FAULTS = {f["name"]: f for f in tomllib.loads((Path(__file__).parent / "faults.toml").read_text())["fault"]}
SOON = 4
"""One in so many; the others are in the slow stage."""


NEED_A_PROCESS = {"a driver that gives up its process", "a driver that prints without end", "connections left open"}


async def contract(
    project: Path, *names: str, seed: int | None = None, sandbox: Sandbox | None = None
) -> ContractReport:
    chosen = [b for b in ALL if b.name in names] if names else ALL
    assert chosen
    return await run_contract(
        project,
        harbour_profile(),
        package=PACKAGE,
        class_name=CLASS_NAME,
        sandbox=sandbox or ProcessSandbox(),
        behaviours=chosen,
        seed=seed,
    )


async def contract_of(*behaviours: Behaviour, project: Path = DRIVER) -> ContractReport:
    return await run_contract(
        project,
        harbour_profile(),
        package=PACKAGE,
        class_name=CLASS_NAME,
        sandbox=ProcessSandbox(),
        behaviours=behaviours,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return copied_to(tmp_path)


def copied_to(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DRIVER, tmp_path / PACKAGE, ignore=shutil.ignore_patterns("__pycache__", "tests")))


async def test_a_good_driver_keeps_the_whole_contract():
    progress: list[float] = []

    async def note(fraction: float, text: str) -> None:
        progress.append(fraction)

    profile, sandbox = harbour_profile(), ProcessSandbox()
    report = await run_contract(DRIVER, profile, package=PACKAGE, class_name=CLASS_NAME, sandbox=sandbox, progress=note)
    assert [(b.name, b.subject, b.expected, b.received) for b in report.behaviours if not b.passed] == []
    of_some = {b.name for b in (*headers.BEHAVIOURS, *own.BEHAVIOURS, *quirks.BEHAVIOURS)}
    assert {b.name for b in report.behaviours} == {b.name for b in ALL} - of_some - {"writes-repeat-their-key"}
    assert set(report.operations_called) == set(profile.operations)
    assert report.unittests
    assert (report.unittests.ran, report.unittests.failed) == (1, 0)
    assert report.isolation == await sandbox.probe()
    assert report.requests > 100
    assert progress == sorted(progress)


@pytest.mark.parametrize("fault", list(FAULTS)[::SOON])
async def test_each_fault_is_caught_by_the_behaviour_that_names_it(project: Path, fault: str):
    await is_caught(project, fault)


async def is_caught(project: Path, fault: str) -> None:
    planted = FAULTS[fault]
    path = project / PACKAGE / planted["file"]
    text = path.read_text()
    assert planted["good"] in text, "the fault no longer fits the driver"
    path.write_text(text.replace(planted["good"], planted["bad"]))
    sandbox = ProcessSandbox() if fault in NEED_A_PROCESS else ThreadSandbox()
    report = await contract(project, planted["behaviour"], sandbox=sandbox)
    failed = [b for b in report.behaviours if not b.passed]
    assert failed
    for result in failed:
        assert result.sent or result.received
        assert result.received
        assert max(map(len, (result.sent, result.received, result.expected))) <= 500


async def test_what_does_not_apply_is_not_in_the_report(project: Path):
    profile = harbour_profile()
    kept = {name: profile.objects[name] for name in ("tide",)}
    operations = {"get_tide": profile.operations["get_tide"].model_copy(update={"security": ()})}
    small = profile.model_copy(update={"objects": kept, "operations": operations, "auth": ()})
    report = await run_contract(project, small, package=PACKAGE, class_name=CLASS_NAME, sandbox=ProcessSandbox())
    names = {b.name for b in report.behaviours}
    assert not names & {"read-every-page", "credentials-placed", "create", "no-credentials-in-messages"}
    assert {"read-records", "call-operation", "rate-limit-waited-out"} <= names


async def test_more_than_a_hundred_records_are_read_of_one_object_with_pages_and_of_one_without():
    report = await contract(DRIVER, "read-limit-is-the-callers")
    assert [(b.subject, b.passed) for b in report.behaviours] == [("ships", True), ("prices", True)]
    assert report.requests < 20


async def test_a_package_that_does_not_import_is_an_error_not_a_report(project: Path):
    (project / PACKAGE / CLIENT).write_text("import nothing_of_this_name_httpx")
    with pytest.raises(SandboxError) as caught:
        await contract(project)
    assert caught.value.code == "validation_failed"


async def test_a_driver_that_cannot_be_constructed_fails_with_what_it_raised(project: Path):
    path = project / PACKAGE / CLIENT
    path.write_text(path.read_text().replace("max_retries: int = 3,\n", ""))
    report = await contract(project)
    assert [(b.name, b.passed) for b in report.behaviours] == [("construct", False)]
    assert "max_retries" in report.behaviours[0].received


async def test_a_driver_that_kills_its_process_again_and_again_ends_the_run(project: Path):
    path = project / PACKAGE / CLIENT
    path.write_text(path.read_text().replace("        return sorted(VERBS)", "        httpx2._utils.os._exit(0)"))
    chosen = [b for b in ALL if b.name == "list-objects"] * 6
    report = await run_contract(
        project,
        harbour_profile(),
        package=PACKAGE,
        class_name=CLASS_NAME,
        sandbox=ProcessSandbox(),
        behaviours=chosen,
    )
    assert [b.passed for b in report.behaviours] == [False] * 6
    assert "exit code 0" in report.behaviours[0].received
    assert "too often" in report.behaviours[-1].received


async def test_a_driver_that_hangs_at_construction_is_killed_and_leaves_no_process(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(lane, "LIMITS", lane.LIMITS.model_copy(update={"call_seconds": 1.0}))
    path = project / PACKAGE / CLIENT
    text = path.read_text()
    signature = text.index("def __init__(")
    body = text.index("        self.", signature)
    path.write_text(f"{text[:body]}        while base_url:\n            pass\n{text[body:]}")
    with pytest.raises(SandboxLimitError):
        await contract(project)
    assert not [entry.name for entry in os.scandir(tmp_path) if entry.name.startswith("driversmith-child-")]


async def test_what_waits_is_tried_beside_the_others_and_each_result_stands_at_its_place():
    waits, works = anyio.Event(), anyio.Event()

    async def wait(trial: Trial) -> None:
        waits.set()
        await works.wait()

    async def work(trial: Trial) -> None:
        works.set()
        await waits.wait()

    with anyio.fail_after(LONG):
        report = await contract_of(
            Behaviour("first", work), Behaviour("second", wait, waits=True), Behaviour("third", work)
        )
    assert [(b.name, b.passed) for b in report.behaviours] == [("first", True), ("second", True), ("third", True)]


async def test_a_driver_that_kills_its_process_where_it_waits_fails_nothing_beside(project: Path):
    path = project / PACKAGE / CLIENT
    path.write_text(path.read_text().replace("        return sorted(VERBS)", "        httpx2._utils.os._exit(0)"))
    started, died = anyio.Event(), anyio.Event()

    async def die(trial: Trial) -> None:
        await started.wait()
        try:
            await trial.driver.call("list_objects")
        finally:
            died.set()

    async def go_on(trial: Trial) -> None:
        started.set()
        await died.wait()
        trial.succeeded(await trial.driver.call("list_operations"))

    with anyio.fail_after(LONG):
        report = await contract_of(Behaviour("dies", die, waits=True), Behaviour("goes-on", go_on), project=project)
    assert [(b.name, b.passed) for b in report.behaviours] == [("dies", False), ("goes-on", True)]


async def test_what_looks_back_sees_what_leaked_where_it_waited():
    works = anyio.Event()

    async def leak(trial: Trial) -> None:
        await works.wait()
        await anyio.sleep(0.3)
        trial.run.leaks.append("DriverTimeoutError (message) of read")

    async def work(trial: Trial) -> None:
        works.set()

    looks_back = next(b for b in ALL if b.looks_back)
    with anyio.fail_after(LONG):
        report = await contract_of(Behaviour("leaks", leak, waits=True), Behaviour("works", work), looks_back)
    assert [(b.name, b.passed) for b in report.behaviours][:2] == [("leaks", True), ("works", True)]
    assert not report.behaviours[2].passed
    assert "DriverTimeoutError" in report.behaviours[2].received


async def test_what_a_drivers_own_tests_do_to_it_hides_nothing_from_the_run(project: Path):
    planted = FAULTS["keys in messages"]
    path = project / PACKAGE / planted["file"]
    path.write_text(path.read_text().replace(planted["good"], planted["bad"]))
    (project / "tests").mkdir()
    (project / "tests" / "test_hides.py").write_text(
        f"import unittest\nimport {PACKAGE}\n"
        "class T(unittest.TestCase):\n"
        f"    def test_it(self): {PACKAGE}.{CLASS_NAME}.read = lambda *a, **k: []\n"
    )

    async def wait(trial: Trial) -> None:
        await anyio.sleep(1)

    async def work(trial: Trial) -> None:
        """Done before the tests have ended."""

    looks_back = next(b for b in ALL if b.looks_back)
    for waits in (True, False):
        behaviours = (Behaviour("waits", wait, waits=waits), Behaviour("works", work), looks_back)
        report = await contract_of(*behaviours, project=project)
        assert report.unittests and (report.unittests.ran, report.unittests.failed) == (1, 0)
        assert [b.passed for b in report.behaviours] == [True, True, False]


async def test_a_cancelled_run_ends_in_the_middle_and_leaves_nothing(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with anyio.CancelScope() as scope:

        async def stop(*_: object) -> None:
            scope.cancel()

        sandbox = ProcessSandbox()
        await run_contract(
            project, harbour_profile(), package=PACKAGE, class_name=CLASS_NAME, sandbox=sandbox, progress=stop
        )
    assert scope.cancelled_caught
    assert not [entry.name for entry in os.scandir(tmp_path) if entry.name.startswith("driversmith-child-")]
