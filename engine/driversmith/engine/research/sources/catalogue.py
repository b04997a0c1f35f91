"""The catalogue of public APIs (stub)."""

from ..documents.parse import Description
from .port import Search


async def find(search: Search) -> Description | None:
    """Nothing yet."""
    return None
