"""The client inherits the contract: it adds methods, explains its overrides, and copies nothing."""

import pytest
from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.models.findings import Finding
from driversmith.engine.validation.inspection import inspect

from ...generation import profiles

CLIENT = "petstore_driver/client.py"
BASE = "petstore_driver/_base.py"
TYPES = "from ._transport import Transport\nfrom .types import Record\n"


@pytest.fixture
def files() -> dict[str, str]:
    return {file.path: file.text for file in write_driver(profiles.petstore()).files}


def found(files: dict[str, str], *methods: str) -> list[Finding]:
    """What the rules say of the template's client with these methods in addition."""
    client = files[CLIENT].replace("from ._transport import Transport\n", TYPES)
    changed = {**files, CLIENT: client + "".join(f"\n{method}" for method in methods)}
    return [f for f in inspect(changed, profile=profiles.petstore(), whole=True) if f.code != "missing-record"]


def inherited(files: dict[str, str], name: str) -> str:
    """A method as the base has it."""
    _, start, rest = files[BASE].partition(f"    def {name}(")
    return start + rest.partition("\n    def ")[0]


OWN = '''    def cheap_pets(self, limit: int | None = None) -> list[Record]:
        """Pets of the shop."""
        return self.read("pets", limit=limit)
'''
EXPLAINED = '''    def list_objects(self) -> list[str]:
        """The objects but `settings`, which this API gives to administrators alone."""
        return [name for name in super().list_objects() if name != "settings"]
'''


def test_the_templates_client_and_methods_of_its_own_have_no_finding(files: dict[str, str]) -> None:
    assert found(files, OWN) == []


def test_an_override_that_says_why_is_left_alone(files: dict[str, str]) -> None:
    assert found(files, EXPLAINED) == []


@pytest.mark.parametrize("docstring", ["", '        """Call any path below the base URL."""\n'])
def test_an_override_that_does_not_say_why_is_told(files: dict[str, str], docstring: str) -> None:
    method = (
        "    def call_endpoint(self, method: str, path: str, *, params: Record | None = None, json: object = None)"
        f" -> object:\n{docstring}        return super().call_endpoint(method.upper(), path, params=params, json=json)\n"
    )
    (finding,) = [f for f in found(files, method) if f.code.startswith("contract")]
    assert (finding.code, finding.severity, finding.file) == ("contract-override-unexplained", "P2", CLIENT)
    assert "call_endpoint" in finding.message


def test_a_copy_of_an_inherited_method_is_told_whatever_its_docstring(files: dict[str, str]) -> None:
    copy = inherited(files, "read").replace("All records of an object", "All that there is of an object")
    (finding,) = [f for f in found(files, copy) if f.code.startswith("contract")]
    assert (finding.code, finding.severity) == ("contract-copied", "P2")
    assert "read is a copy" in finding.message


def test_a_client_that_is_the_whole_contract_is_told_to_inherit_it(files: dict[str, str]) -> None:
    whole = files[BASE].replace("class DriverBase(", "class PetstoreDriver(")
    told = inspect({**files, CLIENT: whole}, profile=profiles.petstore(), whole=True)
    (finding,) = [f for f in told if f.code == "contract-not-inherited"]
    assert (finding.severity, finding.file) == ("P1", CLIENT)
    assert "class PetstoreDriver(DriverBase)" in finding.hint


def test_a_constructor_that_lost_headers_is_told(files: dict[str, str]) -> None:
    files[CLIENT] = files[CLIENT].replace("        headers: Mapping[str, str] | None = None,\n", "")
    (finding,) = [f for f in found(files) if f.code == "contract-signature"]
    assert "lacks the keyword headers" in finding.message


def test_a_driver_whose_client_is_the_contract_needs_neither_base_nor_headers(driver: dict[str, str]) -> None:
    assert [f for f in inspect(driver, whole=True) if f.code != "missing-record"] == []
    assert (
        "_base.py" not in "".join(driver) and "headers" not in driver["pet_shop_driver/client.py"].split("timeout")[0]
    )


def test_a_client_alone_is_known_by_its_base(files: dict[str, str]) -> None:
    alone = {"client.py": files[CLIENT].replace("class PetstoreDriver", "import os\n\n\nclass PetstoreDriver")}
    broken = alone["client.py"].replace("timeout: float = 30.0", "timeout: float = 3.0")
    assert [f.code for f in inspect({"client.py": broken}, whole=False)] == ["contract-signature"]
    assert inspect(alone, whole=False) == []
    assert inspect({"_base.py": files[BASE]}, whole=False) == []
