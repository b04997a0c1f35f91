"""What an earlier version made, the shop that it knows, and the right files for the tiny API."""

from pathlib import Path

import pytest

from ....end_to_end.healing.conftest import _checked_once, right, spec
from ....end_to_end.shop import Shop
from ....server.cli.conftest import command, here
from .made import VERSIONS, Made, moved

__all__ = ["_checked_once", "command", "here", "right", "spec"]


@pytest.fixture(params=VERSIONS)
def made(request: pytest.FixtureRequest, tmp_path: Path, shop: Shop) -> Made:
    """A home that an earlier version left, below the test's folder: where `command` looks, too."""
    return moved(request.param, tmp_path, shop)
