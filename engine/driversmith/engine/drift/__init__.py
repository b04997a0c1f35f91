"""Drift: an API as it is now beside the driver that was made for it."""
