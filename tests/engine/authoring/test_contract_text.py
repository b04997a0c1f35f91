"""The contract as a model reads it says what `contract.surface` says."""

from driversmith.engine.authoring.contract_text import contract_text
from driversmith.engine.contract.surface import CAPABILITY_FIELDS, EXCEPTION_NAMES, METHODS


def test_every_method_exception_and_capability_of_the_contract_is_told() -> None:
    text = contract_text()
    assert all(f"`{method.name}`" in text for method in METHODS if method.name != "__init__")
    assert all(f"`{name}(" in text for name in EXCEPTION_NAMES)
    assert all(field in text for field in CAPABILITY_FIELDS)
