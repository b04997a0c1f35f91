"""MCP resources and prompts, thin: they read the journal only. `registry.py` registers them all."""
