"""Types of the driver."""

from dataclasses import dataclass
from typing import Literal, TypedDict

ObjectName = Literal["pets", "orders"]


class Pet(TypedDict, total=False):
    """A record of `pets`."""

    id: int
    name: str


@dataclass(frozen=True)
class DriverCapabilities:
    """What the driver can do."""

    read: bool
    create: bool
    update: bool
    delete: bool
    pagination: dict[str, str]
    auth: list[str]
    max_page_size: int | None = None
