"""Code that hides its intent gets nothing where this machine isolates: not with namespaces, and not without."""

from pathlib import Path

import pytest
from driversmith.engine.errors import SandboxUnavailableError
from driversmith.engine.sandbox.conformance.escapes import PROBES, escaped
from driversmith.engine.sandbox.conformance.subject import a_project
from driversmith.engine.sandbox.launching import Launch, candidates
from driversmith.engine.sandbox.process import ProcessSandbox

WAYS = {launch.isolation: launch for launch in candidates() if launch.isolation != "process"}


@pytest.mark.parametrize("isolation", ["bubblewrap", "landlock"])
async def test_no_probe_gets_out(isolation: str, tmp_path: Path) -> None:
    assert len(PROBES) >= 80
    assert await escaped(await sandbox_of(isolation), tmp_path) == {}


async def sandbox_of(isolation: str) -> ProcessSandbox:
    """A sandbox that starts children in one way only; the test is skipped where this machine has not got it."""
    launch: Launch | None = WAYS.get(isolation)
    if launch is None:
        pytest.skip(f"there is no {isolation} here")
    sandbox = ProcessSandbox(ways=[launch])
    try:
        await sandbox.probe()
    except SandboxUnavailableError as error:
        pytest.skip(f"{isolation} does not work here: {error.message}")
    return sandbox


@pytest.mark.parametrize("isolation", ["bubblewrap", "landlock"])
async def test_what_the_standard_library_looks_up_by_itself_can_be_read(isolation: str, tmp_path: Path) -> None:
    source = """
        import mimetypes, zoneinfo
        class Driver:
            def look(self): return [mimetypes.guess_type("a.png")[0], str(zoneinfo.ZoneInfo("UTC"))]
    """
    sandbox = await sandbox_of(isolation)
    async with sandbox.open(a_project(tmp_path, source), "a_driver", "Driver") as child:
        await child.construct("d", arguments={})
        assert (await child.call("d", "look")).value == ["image/png", "UTC"]
