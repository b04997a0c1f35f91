"""Deterministic repairs of driver files, tried before any model is asked again: `fixing.fix`, `table.FIXERS`."""
