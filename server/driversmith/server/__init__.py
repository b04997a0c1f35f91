"""The MCP server: entry point, lifespan, HTTP, signals, command line."""
