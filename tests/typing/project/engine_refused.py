"""Mistakes with the engine. Every checker refuses the marked lines, and no other."""

from driversmith.engine import Engine, generate_driver_supervised, open_engine
from driversmith.engine.models.session import GenerateRequest
from driversmith.engine.settings import Settings


async def one() -> None:
    await generate_driver_supervised(api_url="https://p.example")  # refused
    await generate_driver_supervised("Parcels", "https://p.example")  # refused
    await generate_driver_supervised(api_name="Parcels", api_url=7)  # refused
    await generate_driver_supervised(api_name="Parcels", api_url="https://p.example", settings="/state")  # refused
    await generate_driver_supervised(api_name="Parcels", api_url="https://p.example", on_event=print)  # refused


async def without_await() -> None:
    found = generate_driver_supervised(api_name="Parcels", api_url="https://p.example")
    print(found.status)  # refused


async def without_care() -> None:
    result = await generate_driver_supervised(api_name="Parcels", api_url="https://p.example")
    result.output_path.upper()  # refused
    print(result.error.message)  # refused
    print(result.verified)  # refused


async def opened() -> None:
    with open_engine():  # refused
        pass
    open_engine("/state")  # refused
    open_engine(setings=Settings())  # refused


async def many(engine: Engine, request: GenerateRequest) -> None:
    await engine.start({"api_name": "Parcels"})  # refused
    await engine.start(request, "https://p.example")  # refused
    await engine.wait("s1")  # refused
    await engine.wait("s1", seconds="45")  # refused
    await engine.read_records("s1", "parcels", limit="5")  # refused
    await engine.read_records("s1", "parcels", page=1)  # refused
    await engine.diagnose_failure("s1")  # refused
    GenerateRequest(api_name="Parcels", api_url="https://p.example", output_dir="/drivers", engine="best")  # refused
