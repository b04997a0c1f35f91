"""Tests about the exact words of a tool: they run with the version that our table knows, and say so with any other."""

import pytest
from driversmith.engine.validation.tools.tool_maps import Tool, installed, table_version


def only_with_pinned(tool: Tool) -> pytest.MarkDecorator:
    """Skips a test that holds what the pinned version says, rule by rule or word for word."""
    known, found = table_version(tool), installed(tool)
    return pytest.mark.skipif(
        found != known, reason=f"this is about {tool} {known}, and {found or 'none'} is installed"
    )
