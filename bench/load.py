"""Does the engine add to what a model takes, and does it stay responsive when fifty sessions are healed at once?

    python bench/load.py [--sessions N] [--gate N] [--scale S] [--json]

A scripted model (simulated, in this process) answers as fast as a real one might: 1.5 s until the first token, then 70
tokens a second, times `--scale`. Every third session gets a client that returns dicts from list_objects, to be healed.
The API is a small one, described here. Prints one table:

- one session alone: wall clock over its longest chain of requests (facts, client, the slowest of the others), bound 1.2;
- N sessions at once: share of time in which the gate was full while work waited for it, and how late a timer of 5 ms
  woke up on the event loop (median, 99th percentile, worst), bound 50 ms at the 99th.
"""

import argparse
import json
import re
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import anyio
from driversmith.engine.api import Engine
from driversmith.engine.composition import open_engine
from driversmith.engine.llm.port import ModelAnswer, Record
from driversmith.engine.llm.prices import load_prices
from driversmith.engine.llm.request import ModelRequest
from driversmith.engine.llm.scripted import Reply, ScriptedModel
from driversmith.engine.models.session import EngineName, SupervisedResult
from driversmith.engine.sessions.request import resolve_request
from driversmith.engine.settings import Settings

FIRST_TOKEN_SECONDS = 1.5
TOKENS_A_SECOND = 70
CHARACTERS_A_TOKEN = 4
TIMER_SECONDS = 0.005
WALL_BOUND = 1.2
LAG_BOUND = 0.05
DICTIONARIES = '''
    def list_objects(self) -> list[dict[str, str]]:
        """As inherited; names stand in dictionaries."""
        return [{"name": name} for name in super().list_objects()]
'''
PACKAGE = re.compile(r"shelf((?:_\d+)?)_driver")
DESCRIPTION = {
    "openapi": "3.0.3",
    "info": {"title": "Shelf", "version": "1"},
    "paths": {
        "/books": {
            "get": {
                "operationId": "listBooks",
                "parameters": [
                    {"name": "page", "in": "query", "schema": {"type": "integer"}},
                    {"name": "per_page", "in": "query", "schema": {"type": "integer", "maximum": 50}},
                ],
                "responses": {
                    "200": {
                        "description": "Books",
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "array",
                                    "items": {
                                        "type": "object",
                                        "properties": {"id": {"type": "integer"}, "title": {"type": "string"}},
                                    },
                                }
                            }
                        },
                    }
                },
            }
        }
    },
}


class Meter:
    """A LanguageModel around another one, that counts how many requests are under way and how long they take."""

    def __init__(self, model: ScriptedModel, gate: int) -> None:
        self._model = model
        self._gate = gate
        self.inside = 0
        self.full_seconds = 0.0
        self._since = time.monotonic()
        self.began = self.ended = 0.0
        self.spans: dict[str, float] = {}

    async def ask(self, request: ModelRequest, *, record: Record) -> ModelAnswer:
        self._change(+1)
        began = time.monotonic()
        self.began = self.began or began
        try:
            return await self._model.ask(request, record=record)
        finally:
            self._change(-1)
            self.ended = time.monotonic()
            self.spans[f"{request.task.path}#{request.task.try_number}"] = self.ended - began

    def _change(self, by: int) -> None:
        now = time.monotonic()
        if self.inside >= self._gate:
            self.full_seconds += now - self._since
        self._since = now
        self.inside += by


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--sessions", type=int, default=50)
    options.add_argument("--gate", type=int, default=8, help="model requests at once")
    options.add_argument("--scale", type=float, default=1.0, help="of the model's times")
    options.add_argument("--json", action="store_true", help="print the measurements instead of the table")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = anyio.run(measured, Path(folder), chosen.sessions, chosen.gate, chosen.scale)
    print(json.dumps(found, indent=2) if chosen.json else table(found))


async def measured(folder: Path, sessions: int, gate: int, scale: float) -> dict[str, Any]:
    """One session alone, then all at once."""
    description = folder / "shelf.json"
    description.write_text(json.dumps(DESCRIPTION))
    right = await right_files(folder, description)

    def script(request: ModelRequest) -> Reply:
        if request.role == "research":
            return Reply(text='{"corrections": []}', seconds=FIRST_TOKEN_SECONDS * scale)
        said = "\n".join([request.last_text(), *(block.text for block in request.prefix)])
        number = (PACKAGE.search(said) or ["", ""])[1]
        text = right["shelf_driver/client.py" if (path := request.task.path or "").endswith("client.py") else path]
        if path.endswith("client.py") and request.role == "generate" and int(number.strip("_") or 1) % 3 == 0:
            text += DICTIONARIES
        seconds = FIRST_TOKEN_SECONDS + len(text) / CHARACTERS_A_TOKEN / TOKENS_A_SECOND
        for old, new in (("shelf_driver", f"shelf{number}_driver"), ("SHELF_", f"SHELF{number}_")):
            text = text.replace(old, new)
        return Reply(text=text.replace("ShelfDriver", f"Shelf{number.strip('_')}Driver"), seconds=seconds * scale)

    alone = Meter(ScriptedModel(script, prices=load_prices()), gate)
    async with opened(folder / "alone", alone, gate, 1) as engine:
        began = time.monotonic()
        result = await one(engine, folder, description, "Shelf")
        wall = time.monotonic() - began
    if not result.success:
        raise SystemExit(f"The session alone failed: {result.error}")
    first = {name: seconds for name, seconds in alone.spans.items() if "facts.json" in name or "/client.py" in name}
    chain = sum(first.values()) + max(seconds for name, seconds in alone.spans.items() if name not in first)
    many = Meter(ScriptedModel(script, prices=load_prices()), gate)
    everything = 0.0
    lags: list[float] = []
    results: list[SupervisedResult] = []
    async with opened(folder / "many", many, gate, sessions) as engine, anyio.create_task_group() as tasks:
        tasks.start_soon(watched, lags)
        began = time.monotonic()
        async with anyio.create_task_group() as runs:
            for number in range(sessions):

                async def run(name: str = f"Shelf {number}") -> None:
                    results.append(await one(engine, folder, description, name))

                runs.start_soon(run)
        everything = time.monotonic() - began
        tasks.cancel_scope.cancel()
    lags.sort()
    return {
        "simulated": True,
        "alone": {"wall": wall, "chain": chain, "ratio": wall / chain},
        "sessions": sessions,
        "succeeded_by_model": sum(any(f.author == "model" for f in r.files) for r in results if r.success),
        "wall": everything,
        "gate_full": many.full_seconds / (many.ended - many.began),
        "lag": {
            "p50": statistics.median(lags),
            "p99": lags[int(len(lags) * 0.99)],
            "worst": lags[-1],
            "timers": len(lags),
        },
    }


def opened(home: Path, model: Meter, gate: int, sessions: int) -> Any:
    """An engine that asks the metered model."""
    settings = Settings(home=home, model_concurrency=gate, concurrent_sessions=max(1, sessions))
    return open_engine(settings, model=model)


async def right_files(folder: Path, description: Path) -> dict[str, str]:
    """The template's files, which the scripted model gives for its own: path -> text."""
    async with open_engine(Settings(home=folder / "template")) as engine:
        result = await one(engine, folder, description, "Shelf", engine_name="template")
    if result.output_path is None:
        raise SystemExit(f"There is no driver to begin with: {result.error}")
    root = Path(result.output_path)
    return {f.path: (root / f.path).read_text("utf-8") for f in result.files}


async def one(
    engine: Engine, folder: Path, description: Path, name: str, *, engine_name: EngineName = "model"
) -> SupervisedResult:
    """One session's result."""
    request = resolve_request(
        api_name=name,
        api_url="https://shelf.example",
        spec=str(description),
        output_dir=str(folder / "drivers"),
        engine=engine_name,
        live="false",
        time_limit_seconds=3600,
        settings=engine.settings,
        default_output_dir=folder,
        fresh=True,
    )
    session = await engine.start(request)
    return await engine.wait(session.session_id, seconds=None)


async def watched(lags: list[float]) -> None:
    """How late a timer wakes up, again and again."""
    while True:
        began = time.monotonic()
        await anyio.sleep(TIMER_SECONDS)
        lags.append(time.monotonic() - began - TIMER_SECONDS)


def table(found: dict[str, Any]) -> str:
    """The measurements as one table."""
    alone, lag = found["alone"], found["lag"]
    rows = [
        ("", "measured", "bound"),
        ("one session, wall clock over its longest chain", f"{alone['ratio']:.2f}", f"<= {WALL_BOUND}"),
        (f"  wall {alone['wall']:.1f} s, chain {alone['chain']:.1f} s", "", ""),
        (
            f"{found['sessions']} sessions: written by the model",
            str(found["succeeded_by_model"]),
            str(found["sessions"]),
        ),
        ("  share of time with a full gate", f"{found['gate_full']:.0%}", ""),
        (f"  wall {found['wall']:.1f} s", "", ""),
        ("  timer late on the loop, median", f"{lag['p50'] * 1000:.1f} ms", ""),
        ("  timer late on the loop, 99th percentile", f"{lag['p99'] * 1000:.1f} ms", f"< {LAG_BOUND * 1000:.0f} ms"),
        (f"  worst of {lag['timers']} timers", f"{lag['worst'] * 1000:.1f} ms", ""),
    ]
    return "Simulated model.\n" + "\n".join(f"{name:<52}{value:>12}{bound:>12}" for name, value, bound in rows)


if __name__ == "__main__":
    main()
