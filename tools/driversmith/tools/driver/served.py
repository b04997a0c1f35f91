"""The driver whose tools are served, and what of it is told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from driversmith.engine.models.profile import ApiProfile


@dataclass(frozen=True)
class ServedDriver:
    """A driver in a project folder."""

    project: Path
    profile: ApiProfile
    allow_local: tuple[str, ...] = ()
    """host:port pairs that may be reached besides what the settings allow."""
    write: bool = False
    """Whether operations may be called that change something."""


def holding(items: Iterable[dict[str, Any]], words: str | None) -> list[dict[str, Any]]:
    """The items in which each of the words stands, whatever its case."""
    wanted = (words or "").casefold().split()
    return [item for item in items if all(word in str(list(item.values())).casefold() for word in wanted)]


def told_kind(kind: str, *, required: bool) -> str:
    """What an argument takes."""
    return kind + " (required)" * required


def told_arguments(takes: Mapping[str, str]) -> str:
    """Arguments with what they take, on one line."""
    return ", ".join(f"{name}: {kind}" for name, kind in takes.items()) or "nothing"
