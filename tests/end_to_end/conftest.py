"""What the end-to-end tests share."""

from collections.abc import Generator

import pytest

from .shop import Shop, open_shop


@pytest.fixture
def shop() -> Generator[Shop]:
    """A small real HTTP API on loopback."""
    with open_shop() as opened:
        yield opened
