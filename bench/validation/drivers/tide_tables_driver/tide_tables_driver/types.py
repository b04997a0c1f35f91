"""Types of the driver."""

from dataclasses import dataclass, field
from typing import Literal, TypedDict

ObjectName = Literal["stations", "tides", "moon"]


class Station(TypedDict, total=False):
    """A record of `stations`."""

    id: str
    name: str
    latitude: float
    longitude: float
    country: str


class Tide(TypedDict, total=False):
    """A record of `tides`."""

    time: str
    height: float
    kind: str


class Moon(TypedDict, total=False):
    """The record of `moon`."""

    phase: str
    age: float


@dataclass(frozen=True)
class DriverCapabilities:
    """What a driver can do."""

    read: bool
    create: bool
    update: bool
    delete: bool
    pagination: dict[str, str] = field(default_factory=dict)
    auth: list[str] = field(default_factory=list)
    max_page_size: int | None = None
