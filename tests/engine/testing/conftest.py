"""Drivers are what these tests run, not tests themselves."""

collect_ignore = ["drivers"]
