"""What a client inherits and can import, as a model reads it: signatures, no bodies, no strangers' words."""

import ast

import pytest
from driversmith.engine.authoring.contract_text import contract_text
from driversmith.engine.authoring.plumbing_text import plumbing_text
from driversmith.engine.contract.surface import METHODS
from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.models.profile import ApiProfile

from ..generation import profiles

KINDS = [profiles.petstore, profiles.messages, profiles.repositories, profiles.stations, profiles.calls_only]


@pytest.mark.parametrize("make", KINDS)
def test_every_method_that_a_client_inherits_is_shown(make: type[ApiProfile]) -> None:
    text = plumbing_text(write_driver(make()))
    assert [m.name for m in METHODS if f"def {m.name}(" not in text] == []
    assert "Record = dict[str, Any]" in text


@pytest.mark.parametrize("make", KINDS)
def test_the_stubs_are_python(make: type[ApiProfile]) -> None:
    ast.parse(plumbing_text(write_driver(make())))


def test_what_the_contract_tells_is_not_told_again() -> None:
    assert "class RateLimitError" not in plumbing_text(write_driver(profiles.petstore()))
    assert "RateLimitError" in contract_text()


def test_bodies_private_names_and_how_requests_are_made_are_left_out() -> None:
    text = plumbing_text(write_driver(profiles.petstore()))
    assert "def call_operation(self, operation: Any, **params: Any) -> Any:" in text
    assert "def _pages" not in text and "build_call" not in text and "class Transport" not in text


def test_what_the_package_exports_is_shown() -> None:
    template = write_driver(profiles.petstore())
    assert "'PetstoreDriver'" in plumbing_text(template).partition("__all__")[2]


def test_a_large_api_s_names_are_not_all_shown() -> None:
    operations = [profiles.operation(f"list_{n}", f"GET /things_{n}") for n in range(400)]
    objects = [profiles.thing(f"thing_{n}", {"read": f"list_{n}"}) for n in range(400)]
    assert len(plumbing_text(write_driver(profiles.profile("Large", operations, objects)))) < 10_000
