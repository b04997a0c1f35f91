"""The small real API of the end-to-end tests."""

from ...end_to_end.conftest import shop

__all__ = ["shop"]
