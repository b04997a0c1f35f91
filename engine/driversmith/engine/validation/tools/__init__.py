"""ruff and ty, run beside our own rules."""
