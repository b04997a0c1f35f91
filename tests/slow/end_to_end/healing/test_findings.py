"""A fault is found by the guards, told to the model, and gone within the attempt: all that the quick suite leaves out."""

from collections.abc import Mapping

import pytest

from ....end_to_end.healing.conftest import Heal
from ....end_to_end.healing.test_findings import FAULTS, MENDED, SOON, is_found_told_and_gone, is_mended


@pytest.mark.parametrize("name", [name for name in FAULTS if name not in SOON])
async def test_it_is_found_told_and_gone(name: str, heal: Heal, right: Mapping[str, str]) -> None:
    await is_found_told_and_gone(name, heal, right)


@pytest.mark.parametrize("name", list(MENDED)[1:])
async def test_no_model_is_asked_again_where(name: str, heal: Heal, right: Mapping[str, str]) -> None:
    await is_mended(name, heal, right)
