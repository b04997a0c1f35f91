"""A file comes out of a model's answer exactly, or a finding says why not."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
from driversmith.engine.guards.extraction import Extracted, extract_file
from driversmith.engine.models.findings import Finding

ANSWERS = Path(__file__).parent / "answers"
CLIENT = "tide_driver/client.py"


@dataclass(frozen=True)
class Case:
    name: str
    why: str
    path: str
    stop_reason: str | None = None
    expects: str | None = None
    code: str | None = None

    def __str__(self) -> str:
        return self.name

    @property
    def answer(self) -> str:
        return (ANSWERS / f"{self.name}.txt").read_bytes().decode()


CASES = [Case(**row) for row in tomllib.loads((ANSWERS / "cases.toml").read_text("utf-8"))["answer"]]


def expected(name: str) -> str:
    return (ANSWERS / f"expected_{name}.txt").read_bytes().decode()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_answer(case: Case) -> None:
    found = extract_file(case.answer, path=case.path, stop_reason=case.stop_reason)
    if case.code:
        assert isinstance(found, Finding), found
        assert (found.code, found.severity, found.file) == (case.code, "P0", case.path)
        assert found.message
        assert found.hint
    else:
        assert isinstance(found, Extracted), found
        assert found.text == (case.answer if case.expects == "as_is" else expected(str(case.expects)))
        assert found.how or case.name.startswith("raw")
