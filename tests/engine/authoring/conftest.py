"""What the tests of guards share."""

import pytest


@pytest.fixture(autouse=True)
def _checked_once(remembered: None) -> None:
    """The validator is what guards measure with, and not what is tested here."""
