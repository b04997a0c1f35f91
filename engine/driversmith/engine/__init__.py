"""Everything that is not MCP: research, generation, contract runs, sessions."""
