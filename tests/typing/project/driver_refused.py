"""Mistakes with a driver. Every checker refuses the marked lines, and no other."""

from parcels_driver import ObjectName, ParcelsDriver, RateLimitError
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
