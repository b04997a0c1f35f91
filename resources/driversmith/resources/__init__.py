"""MCP resources and prompts, thin: they read the journal only. `catalogue.py` registers them all."""
