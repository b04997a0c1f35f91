"""Our server in this process, its model on loopback, and everything that a session left behind."""

import json
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
from driversmith.engine.api import Engine
from driversmith.engine.composition import open_engine
from driversmith.engine.llm.patience import Backoff
from driversmith.engine.models.session import DiagnosisRecord, SessionEvent
from driversmith.engine.settings import Settings
from driversmith.server.app import create_server
from mcp import Client

from ...stand_ins.connection import answered
from ...stand_ins.messages_api import StandInMessages
from ...stand_ins.messages_script import Asked
from .tiny import API_NAME, API_URL

SHORT = Backoff(first_seconds=0.01, longest_seconds=0.02, longest_retry_after=0.05, retries=3)
LONGEST = 100.0


@dataclass(frozen=True)
class Healed:
    """A session that is over, as tool and journal tell it."""

    result: dict[str, Any]
    events: list[SessionEvent]
    attempts: list[dict[str, Any]]
    diagnoses: list[DiagnosisRecord]
    """Oldest first."""
    usage: list[dict[str, Any]]
    """One row a request that went out: role, outcome, path, try, ...; without answers to the question about facts."""
    steps: dict[str, Any]
    """Every journalled step, by name."""
    asked: list[Asked] = field(default_factory=list)
    """What the model was asked while the session ran, but for corrections of facts."""

    @property
    def kinds(self) -> list[str]:
        """The kinds of its events."""
        return [event.kind for event in self.events]

    @property
    def authors(self) -> dict[str, str]:
        """Path -> who wrote it."""
        return {file["path"]: file["author"] for file in self.result["files"]}

    @property
    def outcomes(self) -> list[str]:
        """How each request ended, in order."""
        return [row["outcome"] for row in self.usage]

    def tried(self, path: str) -> list[tuple[str, set[str]]]:
        """The tries of a file: how each ended, and the codes of what was found."""
        found = [e.data for e in self.events if e.kind in {"file.accepted", "file.rejected"} and e.data["path"] == path]
        return [(data["outcome"], set(data["findings"])) for data in found]

    def of_kind(self, kind: str) -> list[SessionEvent]:
        """The events of one kind."""
        return [event for event in self.events if event.kind == kind]

    def requests(self, path: str, *, attempt: int | None = None) -> list[dict[str, Any]]:
        """The journalled requests for a file, in the order in which they were asked."""
        names = [e.data["step"] for e in self.of_kind("model.asked") if e.data["path"] == path]
        found = [self.steps[name]["request"] for name in names]
        return [r for r in found if attempt in (None, r["task"]["attempt"])]

    def on_disk(self, path: str) -> str:
        """The text of a file of the driver."""
        return (Path(self.result["output_path"]) / path).read_text("utf-8")


class House:
    """One server, as a client sees it."""

    def __init__(self, client: Client, engine: Engine, api: StandInMessages, spec: Path) -> None:
        self.client = client
        self.engine = engine
        self.api = api
        self.spec = spec

    async def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The structured answer of a tool."""
        return answered(await self.client.call_tool(tool, arguments))

    def arguments(self, **arguments: Any) -> dict[str, Any]:
        """The arguments of the tool for the tiny API."""
        known = {"api_name": API_NAME, "api_url": API_URL, "spec": str(self.spec), "live": "false", "engine": "model"}
        return {**known, **arguments}

    async def make(self, **arguments: Any) -> Healed:
        """Have a driver made, to its end."""
        before = len(self.api.asked)
        with anyio.fail_after(LONGEST):
            result = await self.call(
                "generate_driver_supervised", **self.arguments(**{"wait_seconds": LONGEST, **arguments})
            )
        return await self.left(result["session_id"], self.api.asked[before:])

    async def left(self, session_id: str, asked: list[Asked] | None = None) -> Healed:
        """What a session has left."""
        journal = self.engine.journal
        result = (await self.engine.result(session_id)).model_dump(mode="json")
        diagnoses = (await journal.diagnostics(session_id=session_id)).items
        return Healed(
            result=result,
            events=await journal.events(session_id, limit=2000),
            attempts=await journal.attempts(session_id),
            diagnoses=diagnoses[::-1],
            usage=_usage(self.engine.settings.database, session_id),
            steps=_steps(self.engine.settings.database, session_id),
            asked=[a for a in asked or [] if a.task.role != "research"],
        )


@asynccontextmanager
async def opened_house(
    folder: Path, api: StandInMessages, spec: Path, *, backoff: Backoff = SHORT, **settings: Any
) -> AsyncGenerator[House]:
    """A server with a client; state and drivers lie in `folder`. ANTHROPIC_* must point to the stand-in already."""
    engines: list[Engine] = []

    @asynccontextmanager
    async def factory(chosen: Settings) -> AsyncGenerator[Engine]:
        async with open_engine(chosen, backoff=backoff) as engine:
            engines.append(engine)
            yield engine

    chosen = Settings(home=folder / "home", output_dir=folder / "drivers", **settings)
    async with Client(create_server(chosen, engine_factory=factory)) as client:
        yield House(client, engines[0], api, spec)


def _usage(database: Path, session_id: str) -> list[dict[str, Any]]:
    rows = _rows(database, "SELECT role, cost_usd, data FROM usage WHERE session_id = ? ORDER BY id", session_id)
    found = [{"role": role, "cost_usd": cost, **json.loads(data)} for role, cost, data in rows]
    return [row for row in found if (row["role"], row["outcome"]) != ("research", "answered")]


def _steps(database: Path, session_id: str) -> dict[str, Any]:
    rows = _rows(database, "SELECT name, result FROM steps WHERE session_id = ?", session_id)
    return {name: json.loads(result) for name, result in rows}


def _rows(database: Path, sql: str, session_id: str) -> list[Any]:
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute(sql, (session_id,)).fetchall()
