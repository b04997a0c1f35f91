"""Fixtures shared by all tests. Nothing here, or in any test, can reach a paid model or the internet."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """Run every async test on asyncio, the loop that the server uses."""
    return "asyncio"
