"""Methods that a client adds read all that they say, come to an end, and tell times with their zone."""

import pytest
from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.validation.inspection import inspect

from ...generation import profiles

CLIENT = "petstore_driver/client.py"


def codes(name: str, docstring: str, *body: str) -> list[str]:
    """What the rules say of a method with this body."""
    api = profiles.petstore()
    files = {file.path: file.text for file in write_driver(api).files}
    files[CLIENT] += "\n".join(
        [f"\n    def {name}(self, done=None):", f'        """{docstring}"""', *(f"        {line}" for line in body), ""]
    )
    files[CLIENT] = "import time\nfrom datetime import UTC, datetime\n" + files[CLIENT]
    return [f.code for f in inspect(files, profile=api, whole=True) if f.code.startswith("own-")]


FAULTS = {
    'return self.call_operation("list_pets")': "own-one-page",
    'return self.read("pets", limit=50)': "own-silent-cap",
    'return datetime.strptime("2026", "%Y")': "own-naive-time",
    "return datetime.utcnow()": "own-naive-time",
    "return datetime.now()": "own-naive-time",
}
RIGHT = [
    'return self.read("pets")',
    'return self.read("pets", limit=done)',
    'return datetime.strptime("2026", "%Y").replace(tzinfo=UTC)',
    'return datetime.strptime("2026 +00:00", "%Y %z")',
    "return datetime.now(UTC)",
]


@pytest.mark.parametrize("line", FAULTS)
def test_each_fault_has_its_finding(line: str) -> None:
    assert codes("all_pets", "All pets.", line) == [FAULTS[line]]


@pytest.mark.parametrize("line", RIGHT)
def test_what_is_right_has_none(line: str) -> None:
    assert codes("all_pets", "All pets.", line) == []


@pytest.mark.parametrize(("name", "docstring"), [("newest_pets", "Pets."), ("pets_of_today", "At most 50 pets.")])
def test_a_cap_that_is_told_is_none(name: str, docstring: str) -> None:
    assert codes(name, docstring, 'return self.read("pets", limit=50)') == []


def test_a_loop_that_waits_has_to_give_up() -> None:
    endless = ("while True:", '    if self.read("pets"):', "        return 1", "    time.sleep(1)")
    assert codes("wait", "Wait.", *endless) == ["own-endless-polling"]
    bounded = (*endless, "    if done:", '        raise TimeoutError("not in time")')
    assert codes("wait", "Wait.", *bounded) == []
