"""The contract run on a hand-written driver, and on copies of it with one fault each."""

import os
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path

import anyio
import pytest
from driversmith.engine.errors import SandboxError, SandboxLimitError
from driversmith.engine.models.report import ContractReport
from driversmith.engine.sandbox.process import ProcessSandbox
from driversmith.engine.testing import contract_suite
from driversmith.engine.testing.behaviours import ALL
from driversmith.engine.testing.contract_suite import run_contract

sys.path.insert(0, str(Path(__file__).parent))
from harbour import CLASS_NAME, DRIVER, PACKAGE, harbour_profile

CLIENT = "client.py"

FAULTS = {f["name"]: f for f in tomllib.loads((Path(__file__).parent / "faults.toml").read_text())["fault"]}


async def contract(project: Path, *names: str, seed: int | None = None) -> ContractReport:
    chosen = [b for b in ALL if b.name in names] if names else ALL
    assert chosen
    return await run_contract(
        project,
        harbour_profile(),
        package=PACKAGE,
        class_name=CLASS_NAME,
        sandbox=ProcessSandbox(),
        behaviours=chosen,
        seed=seed,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DRIVER, tmp_path / PACKAGE, ignore=shutil.ignore_patterns("__pycache__", "tests")))


async def test_a_good_driver_keeps_the_whole_contract():
    progress: list[float] = []

    async def note(fraction: float, text: str) -> None:
        progress.append(fraction)

    profile = harbour_profile()
    report = await run_contract(
        DRIVER, profile, package=PACKAGE, class_name=CLASS_NAME, sandbox=ProcessSandbox(), progress=note
    )
    assert [(b.name, b.subject, b.expected, b.received) for b in report.behaviours if not b.passed] == []
    assert {b.name for b in report.behaviours} == {b.name for b in ALL}
    assert set(report.operations_called) == set(profile.operations)
    assert report.unittests
    assert (report.unittests.ran, report.unittests.failed) == (1, 0)
    assert report.isolation == "process"
    assert report.requests > 100
    assert progress == sorted(progress)


@pytest.mark.parametrize("fault", FAULTS)
async def test_each_fault_is_caught_by_the_behaviour_that_names_it(project: Path, fault: str):
    planted = FAULTS[fault]
    path = project / PACKAGE / planted["file"]
    text = path.read_text()
    assert planted["good"] in text, "the fault no longer fits the driver"
    path.write_text(text.replace(planted["good"], planted["bad"]))
    report = await contract(project, planted["behaviour"])
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
    monkeypatch.setattr(contract_suite, "LIMITS", contract_suite.LIMITS.model_copy(update={"call_seconds": 1.0}))
    path = project / PACKAGE / CLIENT
    text = path.read_text()
    signature = text.index("def __init__(")
    body = text.index("        self.", signature)
    path.write_text(f"{text[:body]}        while base_url:\n            pass\n{text[body:]}")
    with pytest.raises(SandboxLimitError):
        await contract(project)
    assert not [entry.name for entry in os.scandir(tmp_path) if entry.name.startswith("driversmith-child-")]


async def test_a_cancelled_run_ends_at_once_and_leaves_nothing(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    started = anyio.current_time()
    with anyio.move_on_after(0.8) as scope:
        await contract(project)
    assert scope.cancelled_caught
    assert anyio.current_time() - started < 5
    assert not [entry.name for entry in os.scandir(tmp_path) if entry.name.startswith("driversmith-child-")]
