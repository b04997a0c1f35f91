"""Many more descriptions of any words; packages of some are put to all tools, and run."""

from pathlib import Path
from typing import Any

import pytest
from driversmith.engine.drivers.publish import lay_out
from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.sandbox.process import ProcessSandbox
from driversmith.engine.testing.contract_suite import run_contract
from driversmith.engine.validation.package import validate_package
from hypothesis import HealthCheck, Phase, given, seed, settings

from ...security.hostile import descriptions
from ...security.test_any_text import check, files_of, profile_of

MANY = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@given(descriptions())
@MANY
def test_many_packages_of_any_words_are_ours_and_pass(document: dict[str, Any]) -> None:
    check(document)


def drawn(number: int) -> dict[str, Any]:
    """A description that a profile can be made of, the same for the same number."""
    found: list[dict[str, Any]] = []

    @seed(number)
    @settings(MANY, max_examples=6, derandomize=False)
    @given(descriptions())
    def draw(document: dict[str, Any]) -> None:
        profile_of(document)
        found.append(document)

    draw()
    return found[-1]


@pytest.mark.parametrize("number", range(6))
async def test_a_package_of_any_words_passes_all_tools_and_keeps_the_contract(tmp_path: Path, number: int) -> None:
    profile = profile_of(drawn(number))
    report = await validate_package(files_of(profile), profile=profile)
    assert list(report.findings) == []
    bundle = write_driver(profile)
    lay_out(bundle.files, tmp_path / "driver")
    ran = await run_contract(
        tmp_path / "driver", profile, package=bundle.project, class_name=bundle.class_name, sandbox=ProcessSandbox()
    )
    assert [(b.name, b.subject, b.expected, b.received) for b in ran.broken] == []
    assert ran.passed
