"""Clients of APIs that are no driver, whatever sends for them: their faults are found, and what looks like them is not."""

import tomllib
from pathlib import Path

import pytest
from driversmith.engine.validation.file import validate_file
from driversmith.engine.validation.inspection import inspect

from ....pinned import only_with_pinned

HAND_WRITTEN = Path(__file__).parents[3] / "fixtures" / "hand_written"
_ROWS = tomllib.loads(Path(__file__).with_name("siblings.toml").read_text("utf-8"))
OF_TOOLS = _ROWS.pop("tools")["fault"]
FAULTS = [(code, text) for code, rows in _ROWS.items() for text in rows["fault"]]
SOUND = [(code, text) for code, rows in _ROWS.items() for text in rows["sound"]]


@pytest.mark.parametrize(("code", "text"), FAULTS)
def test_a_fault_is_found_in_each_of_its_spellings(code: str, text: str) -> None:
    found = [f for f in inspect({"api.py": text}, whole=False) if f.code == code]
    assert found
    assert all(f.is_serious for f in found)


@pytest.mark.parametrize(("code", "text"), SOUND)
def test_what_only_looks_like_a_fault_is_none(code: str, text: str) -> None:
    assert [f for f in inspect({"api.py": text}, whole=False) if f.code in {code, "rule-failed"}] == []


@only_with_pinned("ruff")
async def test_what_ruff_finds_counts_in_a_client_and_less_in_other_files() -> None:
    for code, text in OF_TOOLS:
        report = await validate_file(file_path="api.py", content=f"import requests\n\n{text}")
        assert [f.is_serious for f in report.findings if f.code == code] == [True], code
    constant = "import requests\n\n\ndef get(path, again=[429, 503]):\n    return path in again\n"
    report = await validate_file(file_path="api.py", content=constant)
    assert [f.severity for f in report.findings if f.code == "B006"] == ["P3"]
    report = await validate_file(file_path="sums.py", content=OF_TOOLS[0][1])
    assert [(f.code, f.severity) for f in report.findings] == [("B006", "P3")]


@only_with_pinned("ruff")
@pytest.mark.parametrize("client", ["freightline.py", "papertrail.py", "tidepool.py"])
async def test_planted_faults_of_a_client_written_by_hand(client: str) -> None:
    report = await validate_file(file_path=client, content=(HAND_WRITTEN / client).read_text("utf-8"))
    faults = tomllib.loads((HAND_WRITTEN / "faults.toml").read_text("utf-8"))["fault"]
    lines = {f.line for f in report.findings if f.is_serious}
    planted = {f["kind"]: range(f["lines"][0], f["lines"][1] + 1) for f in faults if f["client"] == client}
    assert {kind for kind, where in planted.items() if not lines & set(where)} == set()
    assert {line for line in lines if not any(line in where for where in planted.values())} == set()
