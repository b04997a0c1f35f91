"""Checks and contract runs, each made once for the same files in a run of the suite: most drivers in it are one of a few."""

import hashlib
import os
import pickle
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from driversmith.engine.models.profile import ApiProfile
from driversmith.engine.models.report import ContractReport
from driversmith.engine.sandbox.process import ProcessSandbox
from driversmith.engine.testing import contract_suite
from driversmith.engine.validation import package
from driversmith.engine.validation.parsed.folder import FolderTexts

_OF_ONE_SESSION = re.compile(r"https://tiny\d+\.example|written for session \d+;")
"""What tells sessions apart that run at once; no check looks at it."""


class Remembered:
    """What the real checks said of files, by their texts; in a folder, so that what one worker found all know."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._known: dict[str, Any] = {}
        self._under_way: dict[str, anyio.Event] = {}

    def patch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Have the engine's checks remembered; a file that was not seen before is checked as ever.

        No child is started ahead, since most of them would wait for a run that was made before.
        """
        validate, run = package._validate, contract_suite.run_contract

        async def validated(folder: FolderTexts, profile: ApiProfile | None) -> Any:
            key = _digest("validate", profile, folder.texts, folder.unreadable)
            return await self._once(key, lambda: validate(folder, profile))

        async def ran(project: Path, profile: ApiProfile, **values: Any) -> ContractReport:
            key = _digest("run", profile, _texts(project))
            return await self._once(key, lambda: run(project, profile, **values))

        monkeypatch.setattr(ProcessSandbox, "prepare", _not_ahead)
        monkeypatch.setattr(package, "_validate", validated)
        monkeypatch.setattr(contract_suite, "run_contract", ran)

    async def _once(self, key: str, work: Callable[[], Awaitable[Any]]) -> Any:
        while (others := self._under_way.get(key)) is not None:
            await others.wait()
        if key not in self._known and not self._is_written(key):
            done = self._under_way[key] = anyio.Event()
            try:
                self._keep(key, await work())
            finally:
                del self._under_way[key]
                done.set()
        return self._known[key]

    def _is_written(self, key: str) -> bool:
        """Whether another worker knows it; then it is known here, too."""
        try:
            self._known[key] = pickle.loads((self._folder / key).read_bytes())  # noqa: S301 - written by `_keep`
        except FileNotFoundError:
            return False
        return True

    def _keep(self, key: str, found: Any) -> None:
        self._known[key] = found
        written = self._folder / f"{key}.{os.getpid()}"
        written.write_bytes(pickle.dumps(found))
        written.replace(self._folder / key)


async def _not_ahead(_: ProcessSandbox) -> None:
    """Whoever needs a child starts it."""


def _texts(project: Path) -> dict[Path, str]:
    return {path.relative_to(project): path.read_text("utf-8") for path in project.rglob("*") if path.is_file()}


def _digest(kind: str, profile: ApiProfile | None, *texts: Any) -> str:
    known = profile.model_dump_json() if profile else ""
    parts = [repr(sorted(part.items(), key=lambda item: str(item[0]))) for part in texts]
    whole = _OF_ONE_SESSION.sub("", "\0".join([kind, known, *parts]))
    return hashlib.sha256(whole.encode(errors="replace")).hexdigest()
