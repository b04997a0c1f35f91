"""MCP tools, one a file, thin: parse, call the engine, shape the answer. `registry.py` names them all."""
