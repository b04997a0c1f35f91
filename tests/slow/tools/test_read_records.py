"""Records that come in many parts can be had from the texts of a tool alone."""

from pathlib import Path

import pytest

from ...tools.test_read_records import ERAS, SLOW, are_had_from_the_texts


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("name", SLOW)
async def test_all_records_can_be_had_from_the_texts_alone(tmp_path: Path, name: str, era: str) -> None:
    await are_had_from_the_texts(tmp_path, name, era)
