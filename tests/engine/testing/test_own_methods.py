"""Methods that an author added to the contract are called against the mock server."""

from pathlib import Path

import pytest
from driversmith.engine.testing.behaviours import own
from driversmith.engine.testing.own_methods import own_methods

from .harbour import harbour_profile
from .test_template_driver import failures, report_of, written

GOOD = """
    def heaviest(self, limit: int) -> list[dict]:
        return sorted(self.read("ships", limit=limit), key=lambda ship: str(ship))[:limit]

    def each(self):
        for batch in self.read_batched("ships"):
            yield from batch

    def late(self, when: "datetime"):
        raise RuntimeError("nobody can tell what to call this with")

    @property
    def name(self):
        return "harbour"
"""
FAULTS = {
    "a record key that is not there": ("return self.read('ships')[0]['no_such_key']", "KeyError"),
    "an unknown object": ("return self.read('shipz')", "ObjectNotFoundError"),
    "an unknown operation": ("return self.call_operation('get_shipz')", "ObjectNotFoundError"),
    "an unknown path": ("return self.call_endpoint('GET', '/nowhere')", "/nowhere"),
    "an unknown argument": ("return self.read('ships', colour_of_sails='red')", "InvalidRequestError"),
    "polling without end": ("\n        while True:\n            self.read('ships', limit=1)", "asks without end"),
    "an attribute that is not there": ("return self.transport.get('/')", "AttributeError"),
}


async def run(tmp_path: Path, methods: str) -> list[tuple[str, ...]]:
    project, package, class_name = written(harbour_profile(), tmp_path)
    client = project / package / "client.py"
    client.write_text(client.read_text("utf-8") + methods, "utf-8")
    report = await report_of((project, package, class_name), harbour_profile(), own.BEHAVIOURS)
    return failures(report)


async def test_methods_that_ask_for_what_the_api_has_pass(tmp_path: Path) -> None:
    assert await run(tmp_path, GOOD) == []


@pytest.mark.parametrize("fault", FAULTS)
async def test_each_fault_is_found_and_named(tmp_path: Path, fault: str) -> None:
    body, told = FAULTS[fault]
    (failure,) = await run(tmp_path, f"\n    def odd(self):\n        {body}\n")
    assert failure[0] == "own-methods-work"
    assert "odd()" in str(failure) and told in str(failure)


def test_what_is_inherited_private_or_decorated_is_none_of_its_own() -> None:
    source = (
        "class D(Base):\n"
        "    def read(self): ...\n"
        "    def _hidden(self): ...\n"
        "    @property\n    def name(self): ...\n"
        "    def find(self, name: str, *, size: int = 3, page: int): ...\n"
    )
    (method,) = own_methods(source, "D")
    assert (method.name, method.required) == ("find", (("name", "str"), ("page", "int")))
    assert own_methods("class D(", "D") == ()
