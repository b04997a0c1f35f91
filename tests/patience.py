"""How long a test waits for what has to come."""

LONG = 300.0
"""Seconds. Whatever comes at all comes before, on the busiest machine; a test that waits so long has found a fault."""
