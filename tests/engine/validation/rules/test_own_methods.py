"""What a client's own methods name is measured with the facts: objects, operations, arguments, values, keys, order."""

import pytest
from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.models.findings import Finding
from driversmith.engine.models.profile import ApiProfile
from driversmith.engine.validation.inspection import inspect

from ...generation import profiles

CLIENT = "petstore_driver/client.py"


def found(body: str, profile: ApiProfile | None = None) -> list[Finding]:
    """What the rules say of a method with this body."""
    api = profile or profiles.petstore()
    files = {file.path: file.text for file in write_driver(api).files}
    files[CLIENT] += f'\n    def own(self, given: int, data: dict[str, object]) -> object:\n        """Own."""\n{body}'
    return [f for f in inspect(files, profile=api, whole=True) if f.code.startswith("own-")]


WRONG = {
    "an object": ('        return self.read("pet")\n', "object `pet`", "pets"),
    "an object to write to": ('        return self.create("dogs", data)\n', "object `dogs`", ""),
    "an operation": ('        return self.call_operation("list_pet")\n', "operation `list_pet`", "list_pets"),
    "an argument of a read": (
        '        return self.read("pets", state="sold")\n',
        "parameter of pets `state`",
        "status",
    ),
    "an argument of an operation": (
        '        return self.call_operation("get_pet", pet_id=given)\n',
        "parameter of get_pet `pet_id`",
        "petId",
    ),
    "a value": ('        return self.read("pets", status="solved")\n', "status of pets that is `solved`", "sold"),
    "a value of an operation": (
        '        return self.call_operation("list_pets", status="gone")\n',
        "status of list_pets that is `gone`",
        "",
    ),
    "what is missing": ('        return self.call_operation("get_pet")\n', "without petId", "petId"),
    "a body that is missing": ('        return self.call_operation("change_pet", petId=given)\n', "without body", ""),
    "what a read is missing": ('        return self.read("orders")\n', "without petId", "petId"),
    "a verb": ('        return self.delete("inventory", given)\n', "cannot delete inventory", ""),
    "the order of update": (
        '        return self.update("pets", {"name": "Rex"}, given)\n',
        "before the identifier",
        "",
    ),
    "the order of call_endpoint": ('        return self.call_endpoint("/pets", "GET")\n', "path first", ""),
    "by super": ('        return super().read("pet")\n', "object `pet`", "pets"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_name_is_told_with_the_nearest_right_one(name: str) -> None:
    body, says, nearest = WRONG[name]
    told = [f for f in found(body) if f.code == "own-unknown-name"]
    assert [(f.severity, f.file) for f in told] == [("P1", CLIENT)]
    assert says in told[0].message and nearest in told[0].hint


@pytest.mark.parametrize(
    "body",
    [
        '        return self.read("pets", limit=given, status="sold", tags=["a"])\n',
        '        return self.read("pets", petId=given)\n',
        '        return [*self.read_batched("pets", batch_size=5, **data)]\n',
        '        return self.call_operation("change_pet", petId=given, body=data)\n',
        '        return self.call_operation("get_pet", **data)\n',
        '        return self.update("pets", given, data)\n',
        '        return self.call_endpoint("GET", "/pets")\n',
        "        return self.read(str(given))\n",
        '        return data.get("pet")\n',
    ],
)
def test_what_the_facts_know_is_left_alone(body: str) -> None:
    assert found(body) == []


@pytest.mark.parametrize(
    "body",
    [
        '        return [pet["nmae"] for pet in self.read("pets")]\n',
        '        return {pet["id"] for pet in self.read("pets") if pet.get("nmae")}\n',
        '        for pet in self.read("pets", limit=given):\n            return pet["nmae"]\n        return None\n',
    ],
)
def test_a_key_that_records_have_not_is_told(body: str) -> None:
    (finding,) = found(body)
    assert (finding.code, finding.severity) == ("own-record-key", "P2")
    assert "`nmae`" in finding.message and "name" in finding.hint


def test_keys_of_records_and_of_objects_whose_fields_nobody_knows_are_left_alone() -> None:
    right = '        return [pet["name"] for pet in self.read("pets")] + [s["any"] for s in self.read("settings")]\n'
    assert found(right) == []


def test_the_base_and_drivers_of_earlier_versions_are_not_looked_at(driver: dict[str, str]) -> None:
    assert [f for f in inspect(driver, whole=True) if f.code.startswith("own-")] == []
