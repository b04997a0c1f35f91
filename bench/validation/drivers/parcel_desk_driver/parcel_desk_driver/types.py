"""Types of the driver."""

from dataclasses import dataclass
from typing import Literal, TypedDict

ObjectName = Literal["parcels", "depots"]


class Parcel(TypedDict, total=False):
    """A record of `parcels`."""

    id: str
    weight: float
    status: str
    depot: str


class Depot(TypedDict, total=False):
    """A record of `depots`."""

    id: str
    city: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DriverCapabilities:
    """What the driver can do."""

    read: bool
    create: bool
    update: bool
    delete: bool
    pagination: dict[str, str]
    auth: list[str]
    max_page_size: int | None = None
