"""MCP as streamable HTTP: who may come in (`access`), by which names (`names`), in what time (`deadlines`)."""
