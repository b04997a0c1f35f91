"""The engine of driversmith: everything that is not MCP. For Python use: `generate_driver_supervised`, `open_engine`."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .api import Engine
    from .composition import generate_driver_supervised, open_engine

__all__ = ["Engine", "generate_driver_supervised", "open_engine"]


def __getattr__(name: str) -> Any:
    """Import the composition root when it is first used: rooms alone stay light."""
    if name in __all__:
        from . import composition

        return getattr(composition, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
