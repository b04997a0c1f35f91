"""A session that is broken off comes to the same end, wherever that was: all places that the quick suite leaves out."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from ....end_to_end.healing.conftest import Houses
from ....end_to_end.healing.test_resuming import CASES, SOON, comes_to_the_same


@pytest.mark.parametrize("case", [case for case in CASES if case not in SOON], ids=str)
async def test_it_comes_to_the_same(
    case: tuple[str, int, str], housed: Houses, right: Mapping[str, str], tmp_path: Path
) -> None:
    await comes_to_the_same(case, housed, right, tmp_path)
