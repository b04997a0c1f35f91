"""A person's edits and what we would write now become one text, or both are laid beside: nothing is lost."""

import json
from pathlib import Path

import pytest
from driversmith.engine.drivers import base
from driversmith.engine.drivers.base import BASE, Base, read_base
from driversmith.engine.drivers.merge import merge
from driversmith.engine.drivers.publish import Publication, files_intact, publish
from driversmith.engine.models.driver import DriverFile

WRITTEN = """class Driver:
    def a(self):
        return 1

    def b(self):
        return 2

    def c(self):
        return 3
"""
EDITED = WRITTEN.replace("return 2", "return 20")
NEW = WRITTEN.replace("return 1", "return 'one'")
MANIFEST = {
    "contract_version": 1,
    "api_name": "Pets",
    "api_url": "https://pets.example",
    "package": "pkg",
    "class_name": "PetsDriver",
}


def published(text: str, project: Path) -> Publication:
    client = DriverFile(path="pkg/client.py", text=text)
    hashes = {client.path: {"sha256": client.sha256, "author": "template"}}
    manifest = DriverFile(path="driver.json", text=json.dumps({**MANIFEST, "files": hashes}))
    return publish([client, manifest], project, keeps_base=True)


def merged(theirs: str, new: str, path: str = "pkg/client.py") -> tuple[str, str]:
    found = merge(path, base=WRITTEN, theirs=theirs, new=new)
    assert found is not None
    return found.text, found.why


def test_edits_in_different_places_are_both_there() -> None:
    text, why = merged(EDITED, NEW)
    assert (why, "return 20" in text, "return 'one'" in text) == ("", True, True)


def test_a_side_that_changed_nothing_gives_way() -> None:
    assert merged(EDITED, WRITTEN) == (EDITED, "")
    assert merged(WRITTEN, NEW) == (NEW, "")


def test_the_line_ends_of_an_editor_are_kept() -> None:
    text, why = merged(EDITED.replace("\n", "\r\n"), NEW)
    assert why == "" and text == merged(EDITED, NEW)[0].replace("\n", "\r\n")


def test_the_same_line_changed_twice_is_a_conflict() -> None:
    text, why = merged(WRITTEN.replace("return 1", "return 0"), NEW)
    assert "1 place" in why
    assert "<<<<<<< yours" in text and "return 0" in text and "return 'one'" in text


def test_a_name_that_both_define_is_a_conflict_although_every_line_merged() -> None:
    mine = WRITTEN + "\n    def find(self):\n        return 'mine'\n"
    ours = WRITTEN.replace("class Driver:\n", "class Driver:\n    def find(self):\n        return 'ours'\n\n")
    assert "both changes define find" in merged(mine, ours)[1]


def test_what_both_changes_break_together_is_a_conflict() -> None:
    written, mine = "a = [\n 1,\n 2,\n 3,\n 4,\n 5,\n]\n", "a = (\n 1,\n 2,\n 3,\n 4,\n 5,\n)\n"
    ours = written.replace(" 3,\n", " 3,\n *[\n 30,\n ],\n")
    found = merge("x.py", base=written, theirs=mine, new=ours)
    assert found is not None and found.why == ""
    json_mine = merge("x.json", base="[\n1,\n2,\n3\n]\n", theirs="[\n1,\n2\n]\n", new="[\n1,\n2,\n3\n]\n")
    assert json_mine is not None and json_mine.why == ""


def test_without_git_nothing_is_merged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert merge("pkg/client.py", base=WRITTEN, theirs=EDITED, new=NEW) is None


def test_a_published_driver_keeps_its_base_and_merges_edits_again_and_again(tmp_path: Path) -> None:
    project = tmp_path / "pets_driver"
    published(WRITTEN, project)
    client = project / "pkg" / "client.py"
    client.write_text(EDITED)
    publication = published(NEW, project)
    assert (publication.merged_files, publication.kept_files) == (("pkg/client.py",), ())
    assert client.read_text() == merged(EDITED, NEW)[0]
    assert files_intact(project, publication.files)
    assert {file.author for file in publication.files if file.path == "pkg/client.py"} == {"merged"}
    newest = NEW.replace("return 3", "return 30")
    assert published(newest, project).merged_files == ("pkg/client.py",)
    assert client.read_text() == newest.replace("return 2", "return 20")


def test_a_conflict_stays_one_until_it_is_settled(tmp_path: Path) -> None:
    project = tmp_path / "pets_driver"
    published(WRITTEN, project)
    client = project / "pkg" / "client.py"
    mine = WRITTEN.replace("return 1", "return 0")
    client.write_text(mine)
    for _ in range(2):
        publication = published(NEW, project)
        assert publication.kept_files == ("pkg/client.py",)
        assert client.read_text() == mine
        assert (project / "pkg" / "client.py.new").read_text() == NEW
        assert "<<<<<<<" in (project / "pkg" / "client.py.conflict").read_text()
    client.write_text(NEW.replace("return 3", "return 33"))
    settled = published(NEW, project)
    assert settled.merged_files == ("pkg/client.py",), settled.notes
    assert sorted(path.name for path in client.parent.iterdir()) == ["client.py"]


def test_an_edited_conflict_file_is_not_overwritten(tmp_path: Path) -> None:
    project = tmp_path / "pets_driver"
    published(WRITTEN, project)
    (project / "pkg" / "client.py").write_text(WRITTEN.replace("return 1", "return 0"))
    published(NEW, project)
    beside = project / "pkg" / "client.py.conflict"
    beside.write_text("half settled\n")
    assert any("was edited, so it stays" in note for note in published(NEW, project).notes)
    assert beside.read_text() == "half settled\n"


@pytest.mark.parametrize("content", [None, b"", b"\0\xff", b"driversmith base", Base().stored().text.encode()[:-20]])
def test_a_base_that_cannot_be_read_is_none(content: bytes | None) -> None:
    assert read_base(content) == Base()


def test_a_base_that_unpacks_to_too_much_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = Base({"a.py": "x" * 100_000}).stored().text.encode()
    assert read_base(stored).files
    monkeypatch.setattr(base, "MAX_TEXT", 50_000)
    assert len(stored) < 1_000
    assert read_base(stored) == Base()


def test_a_link_in_the_place_of_the_base_is_not_followed(tmp_path: Path) -> None:
    project = tmp_path / "pets_driver"
    published(WRITTEN, project)
    (project / BASE).unlink()
    (tmp_path / "other").write_text(Base({"pkg/client.py": "stolen"}).stored().text)
    (project / BASE).symlink_to(tmp_path / "other")
    (project / "pkg" / "client.py").write_text(EDITED)
    publication = published(NEW, project)
    assert publication.kept_files == ("pkg/client.py",)
    assert (project / "pkg" / "client.py").read_text() == EDITED
