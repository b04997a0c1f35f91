"""A driver as its README, its examples and docs/driver.md use it."""

from collections.abc import AsyncIterator, Iterator
from datetime import date
from typing import Any

import httpx2
from parcels_driver import (
    AsyncParcelsDriver,
    DriverCapabilities,
    DriverError,
    Name,
    ObjectName,
    ObjectNotFoundError,
    ParcelsDriver,
    RateLimitError,
)
from parcels_driver.types import ParcelsRecord

with ParcelsDriver.from_env() as from_env:
    for record in from_env.read("parcels", limit=5):
        print(record["id"], record.get("to"))

driver: ParcelsDriver = ParcelsDriver("https://parcels.example/v2", api_key="key", timeout=5, max_retries=0)
another = ParcelsDriver(api_key=None, transport=httpx2.MockTransport(lambda _: httpx2.Response(200, json={})))
shorter = ParcelsDriver.from_env(timeout=1.5)

records: list[dict[str, Any]] = driver.read("parcels", page=2)
batches: Iterator[list[dict[str, Any]]] = driver.read_batched("parcels", batch_size=50)
grams: list[float] = [record["grams"] for batch in batches for record in batch]
typed: list[ParcelsRecord] = driver.read("parcels", state="lost", since=date(2026, 1, 1), ids=[1, 2], limit=None)
senders = [record["sender"]["name"] for record in driver.iterate("parcels", since="2026-01-01") if "sender" in record]
driver.read("parcels", state=None, page=1)
hubs = [hub["city"].upper() for hub in driver.read("hubs", country="de", **{"filter[open]": True})]
name: ObjectName = "parcels"
named: str = driver.list_objects()[0]
names: list[str] = driver.list_objects()
read_by_name = [*driver.read(Name(name)), *driver.read(Name(named), page=1)]
read_all = [record for known in driver.list_objects() for record in driver.read(known)]
required: bool = driver.get_fields("parcels")["id"]["required"]


def by_hand(name: str, data: dict[str, Any]) -> dict[str, Any]:
    return driver.create(Name(name), data, dry_run=True)


created: dict[str, Any] = driver.create("parcels", {"to": "Ada"})
updated: dict[str, Any] = driver.update("parcels", 7, {"to": "Grace"})
driver.delete("parcels", "7")
parcel: ParcelsRecord = {"id": 7, "to": "Ada"}
receiver: str = parcel.get("to", "nobody")

can: DriverCapabilities = driver.get_capabilities()
most: int = can.max_page_size or 0
style: str = can.pagination["parcels"]
called: Any = driver.call_operation(driver.list_operations()[0], page=1)
called_by_name: Any = driver.call_operation("list_parcels", page=1)
raw: Any = driver.call_endpoint("GET", "/parcels", params={"page": 1})
driver.check_connection()
driver.close()

try:
    driver.read(Name("letters"))
except ObjectNotFoundError as error:
    print(", ".join(error.suggestions))
except RateLimitError as error:
    print(error.retry_after, error.details["status"])
except DriverError as error:
    print(error)


async def twin() -> None:
    async with AsyncParcelsDriver(api_key="key") as driver:
        found: list[dict[str, Any]] = await driver.read("parcels", state="sent")
        streamed: AsyncIterator[list[ParcelsRecord]] = driver.read_batched("parcels")
        print(found, streamed, [record["id"] async for record in driver.iterate("parcels", page=2)])
        made: ParcelsRecord = await driver.create("parcels", {"to": "Ada", "sender": {"name": "Grace"}})
        print(made, await driver.update("parcels", 7, {"state": "lost"}))
