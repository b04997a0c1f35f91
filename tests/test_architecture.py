"""What docs/architecture.md says of the house is so."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ENGINE = ROOT / "engine/driversmith/engine"
ROOTS = ("engine", "server", "tools", "resources", "tests", "bench", "docs")
NAMED = sorted(set(re.findall(r"`([a-z_]+/[a-z_/0-9.]*)`", (ROOT / "docs/architecture.md").read_text("utf-8"))))


def test_it_names_places() -> None:
    assert len(NAMED) > 30


@pytest.mark.parametrize("path", NAMED)
def test_a_place_that_it_names_is_there(path: str) -> None:
    places = [ROOT / path] if path.split("/", maxsplit=1)[0] in ROOTS else [ENGINE / path, *ENGINE.glob(f"*/{path}")]
    assert any(place.exists() for place in places)
