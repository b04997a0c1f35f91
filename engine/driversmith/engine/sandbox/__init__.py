"""Children that run generated code."""
