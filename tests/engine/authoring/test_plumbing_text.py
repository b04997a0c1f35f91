"""The plumbing as a model reads it: every name that a client can import, no bodies, no strangers' words."""

import ast

import pytest
from driversmith.engine.authoring.contract_text import contract_text
from driversmith.engine.authoring.plumbing_text import plumbing_text
from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.models.profile import ApiProfile

from ..generation import profiles

KINDS = [profiles.petstore, profiles.messages, profiles.repositories, profiles.stations, profiles.calls_only]


@pytest.mark.parametrize("make", KINDS)
def test_every_name_that_the_template_s_client_imports_is_shown(make: type[ApiProfile]) -> None:
    template = write_driver(make())
    text = contract_text() + plumbing_text(template)
    client = ast.parse(template[f"{template.project}/client.py"].text)
    wanted = [
        name.name for node in ast.walk(client) if isinstance(node, ast.ImportFrom) and node.level for name in node.names
    ]
    assert wanted
    assert [name for name in wanted if name not in text] == []


@pytest.mark.parametrize("make", KINDS)
def test_the_stubs_are_python(make: type[ApiProfile]) -> None:
    ast.parse(plumbing_text(write_driver(make())))


def test_what_the_contract_tells_is_not_told_again() -> None:
    assert "class RateLimitError" not in plumbing_text(write_driver(profiles.petstore()))
    assert "RateLimitError" in contract_text()


def test_bodies_and_private_names_are_left_out() -> None:
    text = plumbing_text(write_driver(profiles.petstore()))
    assert "def send(self, call: Call) -> Any:" in text
    assert "def _attempt" not in text and "for tried in range" not in text
    assert "MAX_REDIRECTS" not in text and "OPERATIONS" in text, "what a client has no use for is not told"


def test_what_the_package_exports_is_shown() -> None:
    template = write_driver(profiles.petstore())
    assert "'PetstoreDriver'" in plumbing_text(template).partition("__all__")[2]


def test_a_large_api_s_tables_are_named_not_shown() -> None:
    operations = [profiles.operation(f"list_{n}", f"GET /things_{n}") for n in range(400)]
    objects = [profiles.thing(f"thing_{n}", {"read": f"list_{n}"}) for n in range(400)]
    text = plumbing_text(write_driver(profiles.profile("Large", operations, objects)))
    assert "400 keys" in text and len(text) < 30_000
