"""Facts tried on the real API, each through a driver that is written from them."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import anyio.to_thread

from ...drivers.publish import lay_out
from ...facts.answer import Answer
from ...generation.template_engine import write_driver
from ...models.driver import DriverBundle
from ...models.profile import ApiProfile
from ...models.report import LiveReport
from ...proof.live_reads import Reading
from ..progress import Tell
from .live_budget import LiveBudget
from .read import Read

POLITE_PAGES = 2
"""Of an object: the second shows whether paging goes on."""


class Api(Protocol):
    """The API as it may be asked (live_api.LiveApi)."""

    budget: LiveBudget

    async def read(
        self, project: Path, bundle: DriverBundle, profile: ApiProfile, names: list[str], *, pages: int | None = None
    ) -> Read: ...
    async def peek(self, profile: ApiProfile, name: str, answer: Answer, query: Mapping[str, str]) -> Answer | None: ...
    async def peek_bare(self, profile: ApiProfile, name: str, answer: Answer) -> Answer | None: ...


class Trials:
    """The API as corrections are tried on it (proof.correct.Api)."""

    def __init__(self, api: Api, project: Path, tell: Tell) -> None:
        self._api = api
        self._project = project
        self._tell = tell

    async def read(self, profile: ApiProfile, name: str) -> Reading | None:
        again = await self.again(profile, name)
        return again.readings[0] if again and again.readings else None

    async def again(self, profile: ApiProfile, name: str) -> Read | None:
        """The same with what the relay had to say."""
        if self._api.budget.left_for(name) < 1:
            return None
        await self._tell(f"Trying another reading of {name}")
        folder, trial = await self.written(profile)
        return await self._api.read(folder, trial, profile, [name], pages=POLITE_PAGES)

    async def written(self, profile: ApiProfile) -> tuple[Path, DriverBundle]:
        """A driver by these facts, in a folder beside the project."""
        trial = await anyio.to_thread.run_sync(write_driver, profile)
        folder = self._project.parent.parent / "trial" / trial.project
        await anyio.to_thread.run_sync(lay_out, trial.files, folder)
        return folder, trial

    async def peek(self, profile: ApiProfile, name: str, answer: Answer, query: Mapping[str, str]) -> Answer | None:
        return await self._api.peek(profile, name, answer, query)

    async def peek_bare(self, profile: ApiProfile, name: str, answer: Answer) -> Answer | None:
        return await self._api.peek_bare(profile, name, answer)


class CleanTrials(Trials):
    """Reads whose words and records an author may be told: without secrets."""

    async def read(self, profile: ApiProfile, name: str) -> Reading | None:
        again = await self.again(profile, name)
        if again is None or not again.readings:
            return None
        reading = again.readings[0]
        report = again.without_secrets(LiveReport(reads=(reading.live,)))
        return replace(reading, live=report.reads[0])
