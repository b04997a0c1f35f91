"""What is done below a folder that is held open stays there, with and without calls that are relative to one."""

import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from driversmith.engine.disk import open_folder as room
from driversmith.engine.disk.open_folder import LinkInTheWayError, OpenFolder, open_folder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="making links takes a right there")


@pytest.fixture(params=[True, False], ids=["relative", "by path"], autouse=True)
def relative(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    if not request.param:
        monkeypatch.setattr(room, "_RELATIVE", False)
    return request.param and room._RELATIVE


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret").write_text("theirs")
    return folder


@pytest.fixture
def inside(tmp_path: Path) -> Generator[OpenFolder]:
    with open_folder(tmp_path / "inside" / "deep", make=True) as folder:
        yield folder


def test_files_are_written_read_moved_and_removed(inside: OpenFolder) -> None:
    inside.write("a/b.txt", b"one")
    inside.move("a/b.txt", "c/d.txt")
    assert (inside.read("c/d.txt"), inside.read("a/b.txt"), sorted(inside.names())) == (b"one", None, ["a", "c"])
    inside.remove("c/d.txt")
    inside.remove_empty("c")
    inside.make("e")
    inside.write("e/f", b"")
    inside.sync("e")
    inside.remove_all("e")
    assert (inside.names(), inside.mode("e"), inside.read("a")) == (["a"], None, None)


def test_a_file_that_is_there_is_not_written_over(inside: OpenFolder) -> None:
    inside.write("a", b"one")
    with pytest.raises(FileExistsError):
        inside.write("a", b"two")
    assert inside.read("a") == b"one"


@pytest.mark.parametrize("path", ["../x", "a/../../x", "..", ""])
def test_no_path_leads_up(inside: OpenFolder, path: str) -> None:
    with pytest.raises(OSError):
        inside.write(path, b"x")


def test_a_link_below_is_neither_followed_nor_read(inside: OpenFolder, outside: Path) -> None:
    (inside.shown / "link").symlink_to(outside)
    (inside.shown / "file").symlink_to(outside / "secret")
    for act in (
        lambda: inside.write("link/x", b"x"),
        lambda: inside.names("link"),
        lambda: inside.read("link/secret"),
        lambda: inside.move("link/secret", "mine"),
        lambda: inside.remove("link/secret"),
        lambda: inside.make("link/x"),
    ):
        with pytest.raises(LinkInTheWayError, match="symbolic link"):
            act()
    with pytest.raises(FileExistsError):
        inside.write("file", b"x")
    assert inside.read("file") is None
    inside.remove_all("link")
    assert [entry.name for entry in outside.iterdir()] == ["secret"]


def test_a_link_on_the_way_is_refused_unless_the_path_is_trusted(tmp_path: Path, outside: Path) -> None:
    (tmp_path / "link").symlink_to(outside)
    with pytest.raises(LinkInTheWayError), open_folder(tmp_path / "link" / "x", make=True):
        pass
    assert [entry.name for entry in outside.iterdir()] == ["secret"]
    with open_folder(tmp_path / "link", trusted=True) as folder:
        assert folder.read("secret") == b"theirs"


def test_a_link_that_takes_the_place_of_the_open_folder_changes_nothing(
    inside: OpenFolder, outside: Path, tmp_path: Path, relative: bool
) -> None:
    if not relative:
        pytest.skip("by path this cannot be helped")
    (tmp_path / "inside").rename(tmp_path / "moved")
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "deep").symlink_to(outside)
    inside.write("a/b", b"x")
    assert [entry.name for entry in outside.iterdir()] == ["secret"]
    assert (tmp_path / "moved" / "deep" / "a" / "b").read_bytes() == b"x"


def test_a_missing_folder_is_told_as_the_system_tells_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), open_folder(tmp_path / "none"):
        pass
    (tmp_path / "file").write_text("x")
    with pytest.raises(NotADirectoryError), open_folder(tmp_path / "file" / "x", make=True):
        pass
