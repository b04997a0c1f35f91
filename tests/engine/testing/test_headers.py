"""Headers of the caller: drivers that keep the promise, and copies of one with a fault each."""

from pathlib import Path

import pytest
from driversmith.engine.models.report import ContractReport
from driversmith.engine.testing.behaviours import headers

from .harbour import harbour_profile
from .test_template_driver import failures, report_of, written

FAULTS = {
    "headers-sent": ("sent.update(self._headers)", "sent.update(self._headers if method == 'GET' else {})"),
    "headers-stay-on-origin": (
        "request = httpx2.Request(method, url)",
        "request = httpx2.Request(method, url, headers=self._headers)",
    ),
    "headers-to-no-other-token-url": ("self._is_ours(target) else httpx2.Headers()", "True else None"),
    "headers-in-no-message": ("            credentials.hide(word)", "            pass"),
}


async def tried(driver: tuple[Path, str, str], *names: str) -> ContractReport:
    chosen = [b for b in headers.BEHAVIOURS if not names or b.name in names]
    return await report_of(driver, harbour_profile(), chosen)


async def test_a_driver_of_the_templates_keeps_them_where_they_belong(tmp_path: Path) -> None:
    report = await tried(written(harbour_profile(), tmp_path))
    assert failures(report) == []
    assert {b.name for b in report.behaviours} == set(FAULTS)


@pytest.mark.parametrize("behaviour", FAULTS)
async def test_each_fault_is_caught_by_the_behaviour_that_names_it(tmp_path: Path, behaviour: str) -> None:
    project, package, class_name = written(harbour_profile(), tmp_path)
    transport, (good, bad) = project / package / "_transport.py", FAULTS[behaviour]
    text = transport.read_text("utf-8")
    assert good in text, "the fault no longer fits the driver"
    transport.write_text(text.replace(good, bad), "utf-8")
    report = await tried((project, package, class_name), behaviour)
    assert [name for name, *_ in failures(report)] == [behaviour]


async def test_a_driver_of_an_earlier_version_is_not_asked_for_them(tmp_path: Path) -> None:
    project, package, class_name = written(harbour_profile(), tmp_path)
    (project / package / "_base.py").rename(project / package / "base.py")
    for module in (project / package).glob("*.py"):
        module.write_text(module.read_text("utf-8").replace("._base", ".base"), "utf-8")
    assert (await tried((project, package, class_name))).behaviours == ()
