"""On a machine that cannot isolate, what a model wrote is handed over and not run; its driver is the templates', verified."""

from collections.abc import Mapping

import pytest
from driversmith.engine.sandbox import process
from driversmith.engine.sandbox.launching import plain

from .author import Author
from .conftest import Heal
from .tiny import CLIENT


@pytest.fixture
def _nothing_isolates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "candidates", lambda: [plain()])


@pytest.mark.usefixtures("_nothing_isolates")
@pytest.mark.parametrize("engine", ["model", "auto"])
async def test_the_templates_driver_is_verified_and_own_methods_lie_beside_it_unrun(
    heal: Heal, right: Mapping[str, str], engine: str
) -> None:
    healed = await heal(Author(right), settings={"allow_unisolated": False}, engine=engine)
    assert healed.result["success"], healed.result["error"]
    assert healed.result["verification"]["level"] == "mock"
    assert healed.authors[CLIENT] == "template"
    assert "def pets" not in healed.on_disk(CLIENT)
    assert healed.on_disk("unrun/client.py") == right[CLIENT]
    (note,) = [note for note in healed.result["notes"] if "unrun" in note]
    assert "own methods: pets" in note
    assert "DRIVERSMITH_ALLOW_UNISOLATED=1" in note


@pytest.mark.usefixtures("_nothing_isolates")
async def test_with_the_users_leave_it_is_run_all_the_same(heal: Heal, right: Mapping[str, str]) -> None:
    healed = await heal(Author(right), settings={"allow_unisolated": True})
    assert healed.authors[CLIENT] == "model"
