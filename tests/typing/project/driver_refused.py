"""Mistakes with a driver. Every checker refuses the marked lines, and no other."""

from typing import Any

from parcels_driver import AsyncParcelsDriver, ObjectName, ParcelsDriver, RateLimitError
from parcels_driver.types import ParcelsRecord

driver = ParcelsDriver(api_key="key")

ParcelsDriver(api_key=7)  # refused
ParcelsDriver(token="key")  # refused
ParcelsDriver("https://parcels.example", "key")  # refused
ParcelsDriver(timeout="30")  # refused
ParcelsDriver(transport="https://proxy.example")  # refused

driver.read()  # refused
driver.read(7)  # refused
driver.read("parcels", 5)  # refused
driver.read("parcels", limit="5")  # refused
driver.read_batched("parcels", batch_size="50")  # refused
driver.read("parcels")[0] + 1  # refused
driver.read("parcels")["id"]  # refused
heavy = driver.read("parcels").grams  # refused
total: int = driver.read("parcels")[0]  # refused
driver.read_batched("parcels")[0]  # refused
listed: list[dict[str, str]] = driver.list_objects()  # refused
name: ObjectName = "letters"  # refused

driver.read("parcel")  # refused
driver.read_batched("parcel")  # refused
driver.iterate("parcel", page=1)  # refused
driver.read("parcels", pag=1)  # refused
driver.read("parcels", page="1")  # refused
driver.read("parcels", state="found")  # refused
driver.read("parcels", ids=["a"])  # refused
driver.read("parcels", batch_size=5)  # refused
driver.read_batched("parcels", limit=5)  # refused
driver.iterate("parcels", pag=1)  # refused
driver.read("hubs")  # refused
driver.read_batched("hubs", country=7)  # refused
driver.read("parcels")[0]["gram"]  # refused
next(driver.iterate("parcels"))["sender"]["nam"]  # refused
driver.read("hubs", country="de")[0]["cty"]  # refused
driver.get_fields("parcel")  # refused
driver.get_parameters("parcel")  # refused
driver.call_operation("list_parcel")  # refused
driver.create("parcel", {"to": "Ada"})  # refused
driver.create("parcels", {"too": "Ada"})  # refused
driver.create("parcels", {"state": "found"})  # refused
driver.create("hubs", {"city": "Bonn"})  # refused
driver.update("parcels", 7, {"gram": 1})  # refused
driver.update("parcels", 7, {"to": "Ada"}, id=7)  # refused
driver.delete("parcel", 7)  # refused


def by_hand(name: str, data: dict[str, Any]) -> None:
    driver.read(name)  # refused
    driver.create("parcels", data)  # refused


async def twin(driver: AsyncParcelsDriver) -> None:
    await driver.read("parcel")  # refused
    await driver.read("parcels", pag=1)  # refused
    (await driver.read("parcels"))[0]["gram"]  # refused
    async for record in driver.iterate("parcels"):
        print(record["gram"])  # refused
    await driver.create("parcels", {"too": "Ada"})  # refused
    await driver.call_operation("list_parcel")  # refused
    driver.read("parcels")[0]  # refused


driver.create("parcels")  # refused
driver.create("parcels", ["Ada"])  # refused
driver.update("parcels", {"to": "Ada"})  # refused
driver.delete("parcels", None)  # refused
deleted: str = driver.delete("parcels", 7)  # refused
parcel: ParcelsRecord = {"id": 7, "grams": "heavy"}  # refused
nobody: ParcelsRecord = {"to": "Ada"}  # refused

driver.get_capabilities().read = False  # refused
driver.get_capabilities().max_page_size + 1  # refused
driver.call_endpoint("GET")  # refused
driver.fetch("parcels")  # refused

try:
    driver.check_connection()
except RateLimitError as error:
    later: str = error.retry_after  # refused
