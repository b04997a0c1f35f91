"""Fixers heal what needs no model, and leave the rest: the faults that the quick suite leaves out."""

import pytest

from .....engine.guards.fixers.test_fixing import FAULTS, LOGIC, SOON, Fault, is_healed, is_left, sample


@pytest.mark.parametrize("fault", [fault for n, fault in enumerate(FAULTS) if n % SOON], ids=str)
async def test_a_fault_is_healed(fault: Fault) -> None:
    await is_healed(fault, sample())


@pytest.mark.parametrize("fault", [fault for n, fault in enumerate(LOGIC) if n % SOON])
async def test_faults_in_behaviour_are_left_for_the_contract_run(fault: str) -> None:
    await is_left(fault, sample())
