"""A driver lands where it was said to, and nowhere else, whatever is done to the folders meanwhile."""

import sys
from pathlib import Path
from typing import Any

import pytest
from driversmith.engine.composition import open_engine
from driversmith.engine.disk.open_folder import OpenFolder
from driversmith.engine.drivers.atomic_folder import AtomicFolder
from driversmith.engine.drivers.publish import publish
from driversmith.engine.errors import OutputError
from driversmith.engine.models.driver import DriverFile
from driversmith.engine.sessions.request import resolve_request

from ..end_to_end.shop import Shop, open_shop
from ..stand_ins.engine import settings_in

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="making links takes a right there")
FILES = [
    DriverFile(path="pets_driver/client.py", text="class PetsDriver: ...\n"),
    DriverFile(
        path="driver.json",
        text='{"contract_version": 1, "api_name": "Pets", "api_url": "https://pets.example", "package": "pets_driver",'
        ' "class_name": "PetsDriver", "files": {}}',
    ),
]


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    return folder


def _swap(folder: Path, outside: Path) -> None:
    """Put a link in the place of a folder."""
    folder.rename(folder.with_name("moved"))
    folder.symlink_to(outside)


def _is_empty(folder: Path) -> bool:
    return next(folder.iterdir(), None) is None


@pytest.mark.parametrize("level", ["out", "out/deep", "out/deep/pets_driver"])
def test_a_link_in_the_place_of_any_folder_on_the_way_is_refused(tmp_path: Path, outside: Path, level: str) -> None:
    project = tmp_path / "out" / "deep" / "pets_driver"
    project.mkdir(parents=True)
    _swap(tmp_path / level, outside)
    with pytest.raises(OutputError, match="symbolic link"):
        publish(FILES, project)
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("moment", ["write", "appear"])
def test_a_link_that_appears_while_files_are_written_leads_nowhere(
    tmp_path: Path, outside: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    project = tmp_path / "out" / "pets_driver"
    project.parent.mkdir()
    real = getattr(AtomicFolder, moment)

    def swapping(self: AtomicFolder, *arguments: Any) -> None:
        _swap(project.parent, outside)
        real(self, *arguments)

    monkeypatch.setattr(AtomicFolder, moment, swapping)
    publish(FILES, project)
    assert list(outside.iterdir()) == []
    assert (tmp_path / "moved" / "pets_driver" / "driver.json").exists()


def test_a_link_that_appears_in_a_driver_while_it_is_replaced_leads_nowhere(
    tmp_path: Path, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "out" / "pets_driver"
    publish(FILES, project)
    real = OpenFolder.move

    def swapping(self: OpenFolder, path: str, target: str) -> None:
        if (project / "pets_driver").is_dir() and not (project / "pets_driver").is_symlink():
            _swap(project / "pets_driver", outside)
        real(self, path, target)

    monkeypatch.setattr(OpenFolder, "move", swapping)
    changed = [FILES[0].model_copy(update={"text": "class PetsDriver: pass\n"}), FILES[1]]
    with pytest.raises(OutputError, match="symbolic link"):
        publish([*changed, DriverFile(path="pets_driver/more.py", text="x = 1\n")], project)
    assert list(outside.iterdir()) == []


async def test_a_link_swapped_under_a_running_session_lands_nothing_outside(tmp_path: Path, outside: Path) -> None:
    """Over HTTP an agent gives output_dir; what it may write is told by the folder as it was resolved then."""
    output = tmp_path / "roots" / "drivers"
    output.mkdir(parents=True)
    settings = settings_in(tmp_path, read_roots=(tmp_path / "roots",))

    def look(shop: Shop) -> None:
        if not output.is_symlink():
            _swap(output, outside)

    with open_shop() as shop:
        settings = settings.model_copy(update={"allow_local": frozenset({shop.address})})
        request = resolve_request(
            api_name="Shop",
            api_url=shop.base_url,
            settings=settings,
            default_output_dir=settings.default_output_dir,
            output_dir=str(output),
            engine="template",
            live="false",
            restricted=True,
        )
        async with open_engine(settings) as engine:
            session = await engine.start(request)
            look(shop)
            result = await engine.wait(session.session_id, seconds=None)
    assert not result.success
    assert result.error is not None and result.error.code == "output_not_writable"
    assert _is_empty(outside)
