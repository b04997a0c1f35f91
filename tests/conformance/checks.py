"""Checks of the package's conformance suites as tests."""

from collections.abc import Awaitable

import pytest
from driversmith.engine.errors import NotCheckableError


async def made(check: Awaitable[None]) -> None:
    """Make a check; where this machine does not show what it is about, the test is skipped with its words."""
    try:
        await check
    except NotCheckableError as error:
        pytest.skip(error.message)
