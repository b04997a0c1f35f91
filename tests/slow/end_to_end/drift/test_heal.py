"""`heal`: a driver that a person edited fits its API again, edits and all."""

from pathlib import Path
from typing import Any

import pytest

from .conftest import Shelf
from .library import open_library

CLIENT = "library_driver/client.py"
BASE = "library_driver/_base.py"
ADDED = '''
    def first_title(self) -> str:
        """What a person added."""
        return str(next(iter(self.read("books", limit=1)[0].values())))
'''


def edited(shelf: Shelf) -> None:
    """A method added, one changed, a line in the README."""
    client = shelf.project / CLIENT
    client.write_text(client.read_text() + ADDED)
    shelf.edit(BASE, "return list(OBJECTS)", "return sorted(OBJECTS)")
    readme = shelf.project / "README.md"
    readme.write_text(readme.read_text() + "\nKept by the reading room, ask Ada.\n")


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "name", "envelope": "items"},
        {"path": "/v2/books", "needs": "region"},
        {"paging": "cursor"},
    ],
    ids=["field and envelope", "path and required parameter", "paging"],
)
def test_an_edited_driver_is_healed(shelf: Shelf, changes: dict[str, Any]) -> None:
    edited(shelf)
    shelf.library.moves(**changes)
    assert shelf.check()[0] == 1
    code, healed = shelf.heal()
    assert healed["result"]["success"], healed
    found = {finding["file"] for finding in healed["findings"] if finding["severity"] in ("P0", "P1", "P2")}
    own_needs_it = "needs" in changes  # what a person wrote asks without the new parameter: told, and theirs to mend
    assert (code, found) == ((1, {CLIENT}) if own_needs_it else (0, set())), healed["findings"]
    assert set(healed["result"]["merged_files"]) == {CLIENT, BASE, "README.md"}, healed["result"]["notes"]
    assert healed["result"]["kept_files"] == []
    assert any(change["impact"] == "breaking" for change in healed["changes"])
    assert ADDED in shelf.text(CLIENT)
    assert "return sorted(OBJECTS)" in shelf.text(BASE)
    assert "ask Ada" in shelf.text("README.md")
    assert not list(shelf.project.rglob("*.new")) + list(shelf.project.rglob("*.conflict"))
    read = shelf.run("read", str(shelf.project), "books", "--limit", "25", "--json")
    if "needs" in changes:
        read = shelf.run("read", str(shelf.project), "books", "--limit", "25", "--json", "--param", "region=north")
    assert read.stdout.count('"id"') == 25, read.stderr
    assert shelf.check("--live")[0] == 0


def test_a_conflict_is_laid_beside_and_told(shelf: Shelf) -> None:
    readme = shelf.text("README.md")
    line = next(line for line in readme.splitlines() if line.startswith("| `books`"))
    shelf.edit("README.md", line, "My own words about pages.")
    shelf.library.moves(paging="cursor")
    code, healed = shelf.heal()
    assert code == 0, healed
    assert healed["result"]["kept_files"] == ["README.md"]
    assert "My own words" in shelf.text("README.md") and "<<<<<<<" not in shelf.text("README.md")
    beside = shelf.text("README.md.conflict")
    assert "<<<<<<< yours" in beside and "My own words" in beside and line in beside
    assert any("README.md.conflict" in note for note in healed["result"]["notes"])
    again = shelf.heal()[1]  # not settled yet: told again, and nothing is lost
    assert again["result"]["kept_files"] == ["README.md"]
    (shelf.project / "README.md").write_text(shelf.text("README.md.new") + "\nMy own words about pages.\n")
    settled = shelf.heal()[1]
    assert settled["result"]["merged_files"] == ["README.md"], settled["result"]["notes"]
    assert not list(shelf.project.rglob("*.new")) + list(shelf.project.rglob("*.conflict"))


def test_a_driver_without_a_base_gets_the_new_text_beside_its_edits(shelf: Shelf) -> None:
    edited(shelf)
    (shelf.project / ".driversmith" / "base").unlink()
    shelf.library.moves(title="name")
    code, healed = shelf.heal()
    assert set(healed["result"]["kept_files"]) == {CLIENT, BASE, "README.md"}, healed
    assert ADDED in shelf.text(CLIENT) and (shelf.project / f"{BASE}.new").exists()
    assert code in (0, 1)


def test_an_error_of_the_line_changes_no_driver(shelf: Shelf) -> None:
    before = shelf.text("driver.json")
    code, healed = shelf.heal("--error", "DriverConnectionError: the API could not be reached: connection refused")
    assert (code, healed["result"]) == (1, None), healed
    assert healed["diagnosis"]["fault_kind"] == "network"
    assert "left as it is" in healed["notes"][0]
    assert shelf.text("driver.json") == before


def test_an_error_that_the_api_caused_by_moving_is_healed(shelf: Shelf) -> None:
    shelf.library.moves(path="/v2/books")
    code, healed = shelf.heal("--error", "ObjectNotFoundError: GET /books answered 404: not found")
    assert code == 0, healed
    assert healed["diagnosis"]["root_cause"]
    assert {change["kind"] for change in healed["changes"]} >= {"operation_moved"}


def test_generate_gives_what_is_there_with_its_age_and_merges_where_it_was_edited(tmp_path: Path) -> None:
    with open_library() as library:
        shelf = Shelf(tmp_path / "out" / "library_driver", library, tmp_path / "home")
        shelf.project.parent.mkdir()
        command = ("generate", "Library", library.url, "--spec", f"{library.url}/openapi.json", "--engine", "template")
        assert shelf.run(*command).returncode == 0
        asked = len(library.asked)
        again = shelf.run(*command)
        assert again.returncode == 0 and len(library.asked) == asked
        assert "was made just now" in again.stdout and "driversmith check" in again.stdout
        edited(shelf)
        library.moves(title="name")
        merged = shelf.run(*command)
        assert merged.returncode == 0 and "merged with your edits" in merged.stdout, merged.stdout
        assert ADDED in shelf.text(CLIENT) and "name" in shelf.text("library_driver/types.py")
        assert shelf.run(*command).stdout.count("was made") >= 1
