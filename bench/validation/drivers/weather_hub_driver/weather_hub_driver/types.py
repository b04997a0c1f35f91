"""Types of the records, and what the driver can do."""

from dataclasses import dataclass
from typing import Literal, TypedDict

ObjectName = Literal["sensors", "alerts"]


class SensorRecord(TypedDict, total=False):
    """A record of `sensors`."""

    id: str
    region: str
    altitude: int


class AlertRecord(TypedDict, total=False):
    """A record of `alerts`."""

    id: int
    severity: str
    text: str


@dataclass(frozen=True)
class DriverCapabilities:
    """What the driver can do."""

    read: bool
    create: bool
    update: bool
    delete: bool
    pagination: dict[str, str]
    auth: list[str]
    max_page_size: int | None
