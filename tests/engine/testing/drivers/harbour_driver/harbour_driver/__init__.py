"""A hand-written driver for the Harbour API: what the contract suite is tried on."""

from .client import HarbourDriver
from .exceptions import DriverError

__all__ = ["DriverError", "HarbourDriver"]
