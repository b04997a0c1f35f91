"""A driver as its README, its examples and docs/driver.md use it."""

from collections.abc import Iterator
from typing import Any

import httpx2
from parcels_driver import (
    DriverCapabilities,
    DriverError,
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
name: ObjectName = "parcels"
named: str = driver.list_objects()[0]
read_by_name = [*driver.read(name), *driver.read(named)]
required: bool = driver.get_fields("parcels")["id"]["required"]

created: dict[str, Any] = driver.create("parcels", {"to": "Ada"})
updated: dict[str, Any] = driver.update("parcels", 7, {"to": "Grace"})
driver.delete("parcels", "7")
parcel: ParcelsRecord = {"id": 7, "to": "Ada"}
receiver: str = parcel.get("to", "nobody")

can: DriverCapabilities = driver.get_capabilities()
most: int = can.max_page_size or 0
style: str = can.pagination["parcels"]
called: Any = driver.call_operation(driver.list_operations()[0], page=1)
raw: Any = driver.call_endpoint("GET", "/parcels", params={"page": 1})
driver.check_connection()
driver.close()

try:
    driver.read("letters")
except ObjectNotFoundError as error:
    print(", ".join(error.suggestions))
except RateLimitError as error:
    print(error.retry_after, error.details["status"])
except DriverError as error:
    print(error)
