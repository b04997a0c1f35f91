"""Through the real tool: whatever a template writes wrongly for one operation costs that operation, and nothing else."""

from pathlib import Path

import pytest

from ...end_to_end.shop import Shop
from ...end_to_end.test_left_out import SOON, SPOILED, the_rest_reads_the_api


@pytest.mark.parametrize("fault", [fault for fault in SPOILED if fault != SOON])
async def test_the_rest_of_the_driver_reads_the_api(
    fault: str, shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await the_rest_reads_the_api(fault, shop, tmp_path, monkeypatch)
