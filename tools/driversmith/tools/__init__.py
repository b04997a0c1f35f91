"""One MCP tool a file, thin: parse, call the engine, shape the answer."""
