"""Checks and contract runs, each made once for the same files: nearly every test here ends with the same driver."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from driversmith.engine.models.findings import ValidationReport
from driversmith.engine.models.profile import ApiProfile
from driversmith.engine.models.report import ContractReport
from driversmith.engine.testing import contract_suite
from driversmith.engine.validation import package
from driversmith.engine.validation.folder import FolderTexts


class Remembered:
    """What the real checks said of files, by their texts."""

    def __init__(self) -> None:
        self._validated: dict[str, ValidationReport] = {}
        self._run: dict[str, ContractReport] = {}

    def patch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Have the engine's checks remembered; a file that was not seen before is checked as ever."""
        validate, run = package._validate, contract_suite.run_contract

        async def validated(folder: FolderTexts, profile: ApiProfile | None) -> ValidationReport:
            key = _digest(profile, folder.texts, folder.unreadable)
            if key not in self._validated:
                self._validated[key] = await validate(folder, profile)
            return self._validated[key]

        async def ran(project: Path, profile: ApiProfile, **values: Any) -> ContractReport:
            key = _digest(profile, _texts(project))
            if key not in self._run:
                self._run[key] = await run(project, profile, **values)
            return self._run[key]

        monkeypatch.setattr(package, "_validate", validated)
        monkeypatch.setattr(contract_suite, "run_contract", ran)


def _texts(project: Path) -> dict[Path, bytes]:
    return {path.relative_to(project): path.read_bytes() for path in project.rglob("*") if path.is_file()}


def _digest(profile: ApiProfile | None, *texts: Any) -> str:
    known = profile.model_dump_json() if profile else ""
    parts = [repr(sorted(part.items(), key=lambda item: str(item[0]))) for part in texts]
    return hashlib.sha256("\0".join([known, *parts]).encode()).hexdigest()
