"""A driver lies on disk whole or not at all, and no edit of a person is ever lost."""

import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from driversmith.engine.drivers.publish import check_writable, files_intact, publish
from driversmith.engine.errors import OutputError
from driversmith.engine.models.driver import DriverFile

MANIFEST = {
    "contract_version": 1,
    "api_name": "Pets",
    "api_url": "https://pets.example",
    "package": "pkg",
    "class_name": "PetsDriver",
}


def a_driver(version: int = 1, **texts: str) -> list[DriverFile]:
    """Two files, more by `texts` (`__` for `/`), and a manifest of them."""
    files = {"pkg/client.py": f"client {version}\n", "README.md": f"readme {version}\n"}
    files |= {name.replace("__", "/") + ".py": text for name, text in texts.items()}
    made = [DriverFile(path=path, text=text) for path, text in files.items()]
    hashes = {f.path: {"sha256": f.sha256, "author": f.author} for f in made}
    return [*made, DriverFile(path="driver.json", text=json.dumps({**MANIFEST, "files": hashes}))]


def tree(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): p.read_text() for p in folder.rglob("*") if p.is_file()}


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def texts(files: list[DriverFile]) -> dict[str, str]:
    return {file.path: file.text for file in files}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return tmp_path / "drivers" / "pets_driver"


def test_a_new_driver_appears_with_its_parents_and_nothing_beside_it(project: Path) -> None:
    publication = publish(a_driver(), project)
    assert tree(project) == texts(a_driver())
    assert names(project.parent) == ["pets_driver"]
    assert {f.path for f in publication.files} == {"pkg/client.py", "README.md", "driver.json"}
    assert files_intact(project, publication.files)


def test_an_empty_folder_is_taken(project: Path) -> None:
    project.mkdir(parents=True)
    publish(a_driver(), project)
    assert tree(project) == texts(a_driver())


def test_publishing_the_same_again_changes_nothing(project: Path) -> None:
    publish(a_driver(), project)
    before = (project / "pkg/client.py").stat().st_mtime_ns
    publication = publish(a_driver(), project)
    assert (project / "pkg/client.py").stat().st_mtime_ns == before
    assert (publication.kept_files, publication.notes) == ((), ())
    assert files_intact(project, publication.files)


def test_a_new_version_replaces_files_adds_and_removes(project: Path) -> None:
    publish(a_driver(1, old__gone="x\n"), project)
    (project / "notes.txt").write_text("the user's own")
    publish(a_driver(2, sub__more="y\n"), project)
    assert tree(project) == {**texts(a_driver(2, sub__more="y\n")), "notes.txt": "the user's own"}
    assert not (project / "old").exists()
    assert names(project.parent) == ["pets_driver"]


def test_an_edited_file_stays_and_the_new_text_lies_beside_it(project: Path) -> None:
    publish(a_driver(1), project)
    (project / "pkg/client.py").write_text("mine\n")
    publication = publish(a_driver(2), project)
    assert (project / "pkg/client.py").read_text() == "mine\n"
    assert (project / "pkg/client.py.new").read_text() == "client 2\n"
    assert (project / "README.md").read_text() == "readme 2\n"
    assert publication.kept_files == ("pkg/client.py",)
    assert "pkg/client.py.new" in publication.notes[0]
    assert {f.path for f in publication.files} == {"pkg/client.py.new", "README.md", "driver.json"}
    assert files_intact(project, publication.files)


def test_an_edit_survives_every_later_version(project: Path) -> None:
    publish(a_driver(1), project)
    (project / "pkg/client.py").write_text("mine\n")
    publish(a_driver(2), project)
    publish(a_driver(3), project)
    assert (project / "pkg/client.py").read_text() == "mine\n"
    assert (project / "pkg/client.py.new").read_text() == "client 3\n"


def test_taking_the_new_text_over_ends_the_matter(project: Path) -> None:
    publish(a_driver(1), project)
    (project / "pkg/client.py").write_text("mine\n")
    publish(a_driver(2), project)
    shutil.copy(project / "pkg/client.py.new", project / "pkg/client.py")
    publication = publish(a_driver(3), project)
    assert tree(project) == texts(a_driver(3))
    assert publication.kept_files == ()


def test_an_edited_new_file_is_an_edit_too(project: Path) -> None:
    publish(a_driver(1), project)
    (project / "pkg/client.py").write_text("mine\n")
    publish(a_driver(2), project)
    (project / "pkg/client.py.new").write_text("half merged\n")
    publish(a_driver(3), project)
    assert (project / "pkg/client.py.new").read_text() == "half merged\n"
    assert (project / "pkg/client.py.new.2").read_text() == "client 3\n"


def test_an_edited_file_that_the_new_version_lacks_stays(project: Path) -> None:
    publish(a_driver(1, old__gone="x\n"), project)
    (project / "old/gone.py").write_text("mine\n")
    publication = publish(a_driver(2), project)
    assert (project / "old/gone.py").read_text() == "mine\n"
    assert "old/gone.py" in publication.notes[0]


def test_a_file_that_the_user_removed_comes_back(project: Path) -> None:
    publish(a_driver(1), project)
    (project / "README.md").unlink()
    publish(a_driver(1), project)
    assert tree(project) == texts(a_driver(1))


def refused(project: Path, files: list[DriverFile] | None = None) -> OutputError:
    before = tree(project.parent) if project.parent.is_dir() else {}
    with pytest.raises(OutputError) as caught:
        publish(files or a_driver(2), project)
    assert caught.value.next_action
    assert (tree(project.parent) if project.parent.is_dir() else {}) == before
    return caught.value


@pytest.mark.parametrize("manifest", [None, "not JSON", '{"files": []}', '{"name": "npm package"}', "[1]"])
def test_a_folder_with_something_else_in_it_is_refused(project: Path, manifest: str | None) -> None:
    project.mkdir(parents=True)
    (project / "thesis.tex").write_text("only copy")
    if manifest:
        (project / "driver.json").write_text(manifest)
    assert str(project) in refused(project).message


def test_a_file_in_the_way_is_refused(project: Path) -> None:
    project.parent.mkdir()
    project.write_text("a file")
    assert "is a file" in refused(project).message


def test_a_link_in_the_place_of_the_project_folder_is_refused(project: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    project.parent.mkdir()
    project.symlink_to(tmp_path / "elsewhere")
    assert "symbolic link" in refused(project).message
    assert names(tmp_path / "elsewhere") == []


def test_nothing_is_written_through_a_linked_subfolder(project: Path, tmp_path: Path) -> None:
    publish(a_driver(1), project)
    shutil.move(project / "pkg", tmp_path / "elsewhere")
    (project / "pkg").symlink_to(tmp_path / "elsewhere")
    assert "symbolic link" in refused(project).message
    assert (tmp_path / "elsewhere/client.py").read_text() == "client 1\n"


def test_a_linked_file_counts_as_edited(project: Path, tmp_path: Path) -> None:
    publish(a_driver(1), project)
    shutil.move(project / "README.md", tmp_path / "mine.md")
    (project / "README.md").symlink_to(tmp_path / "mine.md")
    publish(a_driver(2), project)
    assert (tmp_path / "mine.md").read_text() == "readme 1\n"
    assert (project / "README.md").is_symlink()
    assert (project / "README.md.new").read_text() == "readme 2\n"


def test_a_folder_where_a_file_has_to_be_is_refused(project: Path) -> None:
    publish(a_driver(1), project)
    (project / "README.md").unlink()
    (project / "README.md").mkdir()
    assert "README.md is a folder" in refused(project).message


def test_a_file_above_the_project_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="file stands where"):
        publish(a_driver(), tmp_path / "file" / "sub" / "pets_driver")


def test_a_name_that_is_too_long_is_refused_and_leaves_no_folders(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="shorter"):
        publish(a_driver(), tmp_path / "made" / ("x" * 300) / "pets_driver")
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    "path",
    [
        "../x.py",
        "/etc/x.py",
        "a//b.py",
        "a/./b.py",
        "a\\b.py",
        "C:x.py",
        "~/x.py",
        "a\0.py",
        "",
        "a/../../x.py",
        "x\n.py",
        "con",
        "NUL.py",
        "pkg/aux.tar.gz",
        "Com1.json",
        "lpt\u00b9.txt",
        "pkg/conin$",
        "pkg./x.py",
        "x.py.",
        "x.py ",
        " x.py",
        "a/.../b.py",
        "x.py:stream",
        "a/\u202eyp.exe",
    ],
)
def test_a_path_that_could_leave_the_folder_is_refused(project: Path, path: str) -> None:
    refused(project, [DriverFile(path=path, text="x"), *a_driver()])
    assert not project.exists()


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EDQUOT])
@pytest.mark.parametrize("call", range(1, 6))
def test_the_old_driver_is_whole_after_a_failure_at_any_replacement(
    project: Path, monkeypatch: pytest.MonkeyPatch, code: int, call: int
) -> None:
    publish(a_driver(1, old__gone="x\n"), project)
    real, calls = os.replace, 0

    def failing(*paths: str, **folders: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == call:
            raise OSError(code, os.strerror(code))
        real(*paths, **folders)

    monkeypatch.setattr(os, "replace", failing)
    if call > 4:
        publish(a_driver(2, sub__more="y\n"), project)
        return
    error = refused(project, a_driver(2, sub__more="y\n"))
    assert os.strerror(code) in error.message
    assert not (project / "sub").exists()
    assert names(project.parent) == ["pets_driver"]


def test_a_full_disk_while_a_new_driver_is_written_leaves_nothing(
    project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left") as caught:
        publish(a_driver(), project)
    assert "Free some space" in caught.value.next_action
    assert names(tmp_path) == []


KILLED = """
import json, os, sys
from pathlib import Path
from driversmith.engine.models.driver import DriverFile
from driversmith.engine.drivers.publish import publish

real, calls = os.replace, 0
def dying(*paths, **folders):
    global calls
    calls += 1
    if calls == int(sys.argv[3]):
        os.kill(os.getpid(), 9)
    real(*paths, **folders)
os.replace = dying
publish([DriverFile.model_validate(f) for f in json.loads(sys.argv[1])], Path(sys.argv[2]))
"""


@pytest.mark.parametrize("call", [1, 2, 3, 4])
def test_what_a_killed_process_left_is_put_right_by_the_next(project: Path, call: int) -> None:
    publish(a_driver(1), project)
    (project / "notes.txt").write_text("mine")
    second = json.dumps([f.model_dump() for f in a_driver(2, sub__more="y\n")])
    child = subprocess.run([sys.executable, "-c", KILLED, second, str(project), str(call)], check=False)
    assert child.returncode == -9
    assert len(names(project.parent)) == 2
    publication = publish(a_driver(3), project)
    assert publication.kept_files == ()
    assert tree(project) == {**texts(a_driver(3)), "notes.txt": "mine"}
    assert names(project.parent) == ["pets_driver"]


def test_a_manifest_with_hostile_paths_removes_nothing(project: Path, tmp_path: Path) -> None:
    publish(a_driver(1), project)
    (tmp_path / "victim.txt").write_text("x")
    manifest = json.loads((project / "driver.json").read_text())
    manifest["files"]["../../victim.txt"] = {"sha256": hashlib.sha256(b"x").hexdigest(), "author": "template"}
    (project / "driver.json").write_text(json.dumps(manifest))
    publish(a_driver(2), project)
    assert (tmp_path / "victim.txt").read_text() == "x"


def test_a_driver_of_a_newer_contract_is_not_overwritten(project: Path) -> None:
    publish(a_driver(1), project)
    newer = {**json.loads((project / "driver.json").read_text()), "contract_version": 99}
    (project / "driver.json").write_text(json.dumps(newer))
    assert "contract version 99" in refused(project).message


@pytest.mark.parametrize("missing", ["api_name", "package", "files"])
def test_a_manifest_is_read_as_everybody_else_reads_it(project: Path, missing: str) -> None:
    publish(a_driver(1), project)
    manifest = json.loads((project / "driver.json").read_text())
    (project / "driver.json").write_text(json.dumps({k: v for k, v in manifest.items() if k != missing}))
    assert f"incomplete or wrong at {missing}" in refused(project).message


@pytest.mark.parametrize("below", [(), ("made", "later")])
def test_trying_a_folder_out_leaves_nothing(tmp_path: Path, below: tuple[str, ...]) -> None:
    check_writable(tmp_path.joinpath(*below, "pets_driver"))
    assert names(tmp_path) == []


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EDQUOT])
@pytest.mark.parametrize("call", ["mkdir", "fsync"])
def test_a_folder_that_cannot_be_written_is_told_as_publishing_would(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, call: str
) -> None:
    def failing(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, call, failing)
    with pytest.raises(OutputError, match=os.strerror(code)) as tried:
        check_writable(project)
    assert tried.value.code == "output_not_writable" and "output_dir" in tried.value.next_action
    assert names(tmp_path) == []


def test_files_are_not_intact_once_one_is_changed_or_gone(project: Path) -> None:
    publication = publish(a_driver(), project)
    (project / "README.md").write_text("changed")
    assert not files_intact(project, publication.files)
    (project / "README.md").unlink()
    assert not files_intact(project, publication.files)
