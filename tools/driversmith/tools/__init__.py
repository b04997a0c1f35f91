"""MCP tools, one a file, thin: parse, call the engine, shape the answer. `catalogue.py` names them all."""
