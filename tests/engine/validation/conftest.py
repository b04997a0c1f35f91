"""A small correct driver, written by hand, that tests break in one place each."""

from pathlib import Path

import pytest

collect_ignore_glob = ["sample/*"]

SAMPLE = Path(__file__).parent / "sample" / "pet_shop_driver"


@pytest.fixture
def driver() -> dict[str, str]:
    """POSIX path -> text of all files of the driver."""
    names = sorted(p for p in SAMPLE.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    return {p.relative_to(SAMPLE).as_posix(): p.read_text() for p in names}
