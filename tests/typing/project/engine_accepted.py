"""The engine from Python, as README and its own docstrings show it."""

import asyncio
from pathlib import Path

from driversmith.engine import Engine, generate_driver_supervised, open_engine
from driversmith.engine.models.session import GenerateRequest, SessionEvent, SupervisedResult
from driversmith.engine.settings import Settings

result = asyncio.run(
    generate_driver_supervised(api_name="Petstore", api_url="https://petstore3.swagger.io/api/v3/openapi.json")
)
print(result.status, result.verification.level, result.output_path)


async def tell(event: SessionEvent) -> None:
    print(event.message)


async def one() -> SupervisedResult:
    return await generate_driver_supervised(
        api_name="Parcels",
        api_url="https://parcels.example",
        spec="/descriptions/parcels.json",
        engine="template",
        settings=Settings(home=Path("/state"), allow_local=frozenset({"127.0.0.1:80"})),
        on_event=tell,
    )


async def many(requests: list[GenerateRequest]) -> list[str | None]:
    async with open_engine() as engine:
        sessions = [await engine.start(request) for request in requests]
        results = [await engine.wait(session.session_id, seconds=None) for session in sessions]
        return [result.output_path for result in results if result.success]


async def first_record(engine: Engine, session_id: str) -> object:
    page = await engine.read_records(session_id, "parcels", params={"page": 1}, limit=1)
    return page.records[0]["id"]


async def why(engine: Engine, session_id: str) -> str:
    result = await engine.result(session_id)
    if result.error is None:
        return ""
    diagnosis = await engine.diagnose_failure(session_id=session_id)
    return f"{result.error.message} {result.error.next_action} {diagnosis.root_cause}"
