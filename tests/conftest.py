"""Fixtures shared by all tests. Nothing here, or in any test, can reach a paid model or the internet."""

import os
from collections.abc import Generator

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """Run every async test on asyncio, the loop that the server uses."""
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def no_paid_models() -> Generator[None]:
    """Keys and endpoints of whoever runs the tests are gone, also for child processes, and only loopback may be asked."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("ANTHROPIC_")]:
            patch.delenv(name)
        patch.setenv("DRIVERSMITH_MODEL_LOOPBACK_ONLY", "1")
        yield
