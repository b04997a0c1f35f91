"""Every rule finds its fault in a driver that is otherwise correct, at its place, and nothing in the correct one."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
from driversmith.engine.models.findings import Finding
from driversmith.engine.models.profile import ApiProfile
from driversmith.engine.validation.inspection import inspect
from driversmith.engine.validation.rules.registry import RULES
from driversmith.engine.validation.tools.ruff import run_ruff
from driversmith.engine.validation.tools.ruff import severities as ruff_severities
from driversmith.engine.validation.tools.ty import run_ty
from driversmith.engine.validation.tools.ty import severities as ty_severities


@dataclass(frozen=True)
class Case:
    """`old` in the file becomes `new`; with `old` None the file is `new`, or gone where that is None too."""

    code: str
    file: str
    old: str | None = None
    new: str | None = None
    says: str = ""
    """A part of the message or hint."""
    at: str | None = None
    """A part of the line that the finding points to; None: `new`'s first line."""

    def __str__(self) -> str:
        return f"{self.code} {self.says}"


def _cases() -> list[Case]:
    rows = tomllib.loads(Path(__file__).with_name("faults.toml").read_text("utf-8"))["fault"]
    return [Case(**row) for row in rows]


CASES = _cases()
OF_TOOLS = {*ruff_severities(), *ty_severities()}
"""Codes of ruff and ty, whose faults our own rules used to find."""
OWN_PROFILE = {
    "next-misplaced",
    "page-too-large",
    "records-not-found",
    "wrapped-body",
    "wrong-authorization",
    "wrong-envelope",
}
"""Rules that test_profile_rules.py holds, since they need another profile than the sample's."""
LAYERED = {
    "contract-copied",
    "contract-not-inherited",
    "contract-override-unexplained",
    "own-endless-polling",
    "own-naive-time",
    "own-one-page",
    "own-record-key",
    "own-silent-cap",
    "own-unknown-name",
}
"""Rules that test_inheritance.py and test_own_methods.py hold: the sample's client is the contract itself, as in earlier versions."""


def test_the_correct_driver_has_no_finding_but_of_files_that_publishing_writes(driver: dict[str, str]) -> None:
    assert [f for f in inspect(driver, whole=True) if f.code != "missing-record"] == []


@pytest.mark.parametrize("case", [case for case in CASES if case.code not in OF_TOOLS], ids=str)
def test_a_rule_finds_its_fault(case: Case, driver: dict[str, str]) -> None:
    found = [f for f in inspect(_broken(case, driver), whole=True) if f.code == case.code]
    severity = next(rule.severity for rule in RULES if rule.id == case.code)
    assert any(_fits(finding, case, driver) for finding in found), found
    assert all(f.severity == severity for f in found)


@pytest.mark.parametrize("case", [case for case in CASES if case.code in OF_TOOLS], ids=str)
async def test_a_tool_finds_its_fault(case: Case, driver: dict[str, str]) -> None:
    python = {path: text for path, text in _broken(case, driver).items() if path.endswith(".py")}
    run = run_ty if case.code in ty_severities() else run_ruff
    found = [f for f in await run(python) if f.code == case.code]
    assert any(_fits(finding, case, driver) for finding in found), found
    assert all(f.is_serious for f in found)


def test_every_rule_has_a_case() -> None:
    assert {case.code for case in CASES} - OF_TOOLS | OWN_PROFILE | LAYERED == {rule.id for rule in RULES}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("        api_key: str | None = None,", "        api_key: str,", "the argument api_key"),
        (
            "        headers = {",
            '        if not api_key:\n            raise InvalidRequestError("api_key")\n        headers = {',
            "api_key",
        ),
    ],
)
def test_a_key_demanded_for_an_api_without_keys(driver: dict[str, str], old: str, new: str, says: str) -> None:
    profile = ApiProfile.model_validate_json(driver["profile.json"]).model_copy(update={"auth": ()})
    driver["pet_shop_driver/client.py"] = driver["pet_shop_driver/client.py"].replace(old, new, 1)
    found = [f for f in inspect(driver, whole=True, profile=profile) if f.code == "key-demanded"]
    assert [f.severity for f in found] == ["P1"]
    assert says in found[0].message


def test_rule_ids_are_unique() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)


def test_a_rule_that_fails_is_told_and_hides_no_other(driver: dict[str, str]) -> None:
    from driversmith.engine.validation.parsed.project import Project
    from driversmith.engine.validation.rules.rule import ProjectRule

    def broken(_project: Project) -> list[None]:
        raise KeyError("unexpected")

    rules = (ProjectRule("broken", "P1", broken), *RULES)  # pyright: ignore[reportArgumentType]
    driver["pyproject.toml"] = "["
    codes = {f.code: f.severity for f in inspect(driver, whole=True, rules=rules)}
    assert codes["rule-failed"] == "P3"
    assert codes["invalid-toml"] == "P0"


def _broken(case: Case, driver: dict[str, str]) -> dict[str, str]:
    files = dict(driver)
    if case.old is not None:
        assert case.old in files[case.file], "the sample has changed"
        files[case.file] = files[case.file].replace(case.old, case.new or "", 1)
    elif case.new is not None:
        files[case.file] = case.new
    else:
        del files[case.file]
    return files


def _fits(finding: Finding, case: Case, driver: dict[str, str]) -> bool:
    if finding.file != case.file or case.says not in f"{finding.message} {finding.hint}":
        return False
    lines = _broken(case, driver).get(case.file, "").splitlines()
    wanted = case.at if case.at is not None else (case.new or "").strip().split("\n")[0]
    return not lines or wanted in lines[finding.line - 1]
