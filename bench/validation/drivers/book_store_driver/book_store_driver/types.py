"""Shapes of records and of the driver's abilities."""

from dataclasses import dataclass
from typing import Literal, TypedDict

ObjectName = Literal["books", "authors"]


class Book(TypedDict, total=False):
    """A record of `books`."""

    id: int
    title: str
    price: float
    genre: str


class Author(TypedDict, total=False):
    """A record of `authors`."""

    id: int
    name: str


@dataclass
class DriverCapabilities:
    """What the driver can do."""

    read: bool
    create: bool
    update: bool
    delete: bool
    pagination: dict[str, str]
    auth: list[str]
    max_page_size: int | None
