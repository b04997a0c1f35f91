"""The contract run catches each fault of a driver: those that the quick suite leaves out."""

from pathlib import Path

import pytest

from ....engine.testing.test_contract_suite import FAULTS, SOON, copied_to, is_caught


@pytest.mark.parametrize("fault", [fault for n, fault in enumerate(FAULTS) if n % SOON])
async def test_each_fault_is_caught_by_the_behaviour_that_names_it(tmp_path: Path, fault: str) -> None:
    await is_caught(copied_to(tmp_path), fault)
