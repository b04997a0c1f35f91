"""Which paths of the user's a tool may touch."""

from pathlib import Path

import pytest
from driversmith.engine.models.principal import LOCAL, Principal
from driversmith.tools.calling.paths import FolderPath, ReadPath, UserPaths
from mcp.server.mcpserver.exceptions import ToolError

AS_USER = UserPaths()


@pytest.mark.parametrize("suffix", [".py", ".json", ".yaml", ".yml", ".toml", ".md", ".txt", ".JSON"])
def test_a_user_may_have_any_file_of_a_known_kind_read(tmp_path: Path, suffix: str) -> None:
    AS_USER.check("file_path", str(tmp_path / f"file{suffix}"), ReadPath(), frozenset())


@pytest.mark.parametrize("name", ["id_rsa", ".env", "key.pem", "history.sqlite", "file.py.bak"])
def test_files_of_other_kinds_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ToolError, match="known kind"):
        AS_USER.check("file_path", str(tmp_path / name), ReadPath(), frozenset())


def test_a_refusal_names_the_kinds_that_the_argument_can_be_and_no_others(tmp_path: Path) -> None:
    marker = ReadPath(suffixes=frozenset({".json", ".yaml"}))
    AS_USER.check("spec", str(tmp_path / "api.JSON"), marker, frozenset())
    with pytest.raises(ToolError, match=r"a file of a known kind \(\.json \.yaml\);"):
        AS_USER.check("spec", str(tmp_path / "api.md"), marker, frozenset())


@pytest.mark.parametrize("value", ["drivers", "./x.py", "~/x.py", ""])
def test_relative_paths_are_refused_with_an_example(value: str) -> None:
    for marker in (ReadPath(), FolderPath()):
        with pytest.raises(ToolError, match="must be an absolute path, such as"):
            AS_USER.check("output_dir", value, marker, frozenset())


def test_a_label_of_given_content_may_be_relative() -> None:
    marker = ReadPath(relative_with=frozenset({"content"}))
    AS_USER.check("file_path", "client.py", marker, frozenset({"file_path", "content"}))
    with pytest.raises(ToolError):
        AS_USER.check("file_path", "client.py", marker, frozenset({"file_path"}))


def test_a_url_may_stand_for_a_description() -> None:
    UserPaths(roots=()).check("spec", "HTTPS://api.test/openapi.json", ReadPath(or_url=True), frozenset())
    with pytest.raises(ToolError, match=r"an http\(s\) URL or an absolute path"):
        AS_USER.check("spec", "ftp://api.test/openapi.json", ReadPath(or_url=True), frozenset())


def test_a_nul_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="NUL"):
        AS_USER.check("output_dir", f"{tmp_path}\0", FolderPath(), frozenset())


def test_over_http_nothing_may_be_touched_until_a_folder_is_configured(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="DRIVERSMITH_READ_ROOTS"):
        UserPaths(roots=()).check("output_dir", str(tmp_path), FolderPath(), frozenset())


def test_over_http_links_and_dots_do_not_lead_out_of_the_configured_folders(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (inside / "link").symlink_to(outside)
    paths = UserPaths(roots=(inside,))
    paths.check("output_dir", str(inside / "drivers"), FolderPath(), frozenset())
    for value in (outside, inside / ".." / "outside", inside / "link", tmp_path / "inside2"):
        with pytest.raises(ToolError, match="outside the folders"):
            paths.check("output_dir", str(value), FolderPath(), frozenset())


def test_a_principals_folder_is_theirs_alone_whatever_the_roots_are(tmp_path: Path) -> None:
    alice, bob = Principal.of_token("alice"), Principal.of_token("bob")
    folders = tmp_path / "out" / "principals"
    for roots in ((), (tmp_path / "out",)):
        policy = UserPaths(roots=roots, principals_dir=folders)
        hers = str(folders / alice.folder / "pets_driver")
        policy.of(alice).check("output_dir", hers, FolderPath(), frozenset())
        for path in (hers, f"{folders / bob.folder}/../{alice.folder}", str(folders)):
            with pytest.raises(ToolError, match="DRIVERSMITH_READ_ROOTS"):
                policy.of(bob).check("output_dir", path, FolderPath(), frozenset())


def test_a_shared_root_is_shared_and_the_local_user_keeps_to_the_roots(tmp_path: Path) -> None:
    policy = UserPaths(roots=(tmp_path,), principals_dir=tmp_path / "principals")
    for principal in (LOCAL, Principal.of_token("alice")):
        policy.of(principal).check("output_dir", str(tmp_path / "shared"), FolderPath(), frozenset())
    hers = str(tmp_path / "principals" / Principal.of_token("alice").folder)
    policy.of(LOCAL).check("output_dir", hers, FolderPath(), frozenset())
