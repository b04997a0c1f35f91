"""credentials.toml as the command line changes it."""

import stat
import sys
from pathlib import Path

import pytest
from driversmith.engine.errors import DriversmithError, InvalidArgumentError
from driversmith.engine.network.credentials import load_credentials
from driversmith.engine.network.credentials_file import list_credentials, remove_credential, set_credential


def test_the_first_credential_makes_a_file_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "home" / "credentials.toml"
    assert set_credential(path, "HTTPS://Api.Example.com/", "api_key", 'quo"te\\d') == "https://api.example.com"
    found = load_credentials(path).for_origin("https://api.example.com")
    assert found is not None
    assert dict(found.arguments) == {"api_key": 'quo"te\\d'}
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["credentials.toml"]


def test_comments_and_other_entries_stay(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text('# mine\n["https://a.example"]\napi_key = "old"  # rotate in May\nheaders = { X = "y" }\n')
    path.chmod(0o600)
    set_credential(path, "https://a.example:443", "api_key", "new")
    set_credential(path, "https://a.example", "headers.X-Key", "h")
    set_credential(path, "https://a.example", "query.key", "q")
    set_credential(path, "https://b.example", "My-Scheme.v2", "s", of_scheme=True)
    text = path.read_text()
    assert "# mine" in text
    assert "# rotate in May" in text
    credentials = load_credentials(path)
    a, b = credentials.for_origin("https://a.example"), credentials.for_origin("https://b.example")
    assert a is not None
    assert b is not None
    assert (dict(a.arguments), dict(a.headers), dict(a.query)) == (
        {"api_key": "new"},
        {"X": "y", "X-Key": "h"},
        {"key": "q"},
    )
    assert dict(b.arguments) == {"My-Scheme.v2": "s"}


def test_one_name_or_a_whole_origin_can_be_removed(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    set_credential(path, "https://a.example", "api_key", "k")
    set_credential(path, "https://a.example", "headers.X", "h")
    set_credential(path, "https://b.example", "token", "t")
    assert remove_credential(path, "https://a.example", "headers.X")
    assert list_credentials(path)["https://a.example"] == {"api_key": "********"}
    assert not remove_credential(path, "https://a.example", "headers.X")
    assert not remove_credential(path, "https://c.example")
    assert remove_credential(path, "https://a.example", "api_key")
    assert list(list_credentials(path)) == ["https://b.example"]
    assert remove_credential(path, "https://b.example")
    assert list_credentials(path) == {}


def test_a_list_masks_values_and_shows_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "c.toml"
    monkeypatch.setenv("DS_SET", "hunter2")
    monkeypatch.delenv("DS_UNSET", raising=False)
    set_credential(path, "https://a.example", "api_key", "hunter2")
    set_credential(path, "https://a.example", "token", "env:DS_SET")
    set_credential(path, "https://a.example", "headers.X", "env:DS_UNSET")
    assert list_credentials(path) == {
        "https://a.example": {
            "api_key": "********",
            "token": "env:DS_SET",
            "headers.X": "env:DS_UNSET (not set here)",
        }
    }


@pytest.mark.parametrize(
    ("origin", "name", "value"),
    [
        ("a.example", "api_key", "k"),
        ("https://a.example", "", "k"),
        ("https://a.example", "headers", "k"),
        ("https://a.example", "headers.", "k"),
        ("https://a.example", "api_key", ""),
        ("https://a.example", "api_key", "k\n"),
    ],
)
def test_what_cannot_stand_in_the_file_is_refused_and_writes_nothing(
    tmp_path: Path, origin: str, name: str, value: str
) -> None:
    with pytest.raises(DriversmithError):
        set_credential(tmp_path / "c.toml", origin, name, value)
    assert not list(tmp_path.iterdir())


def test_a_broken_file_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text("[broken")
    path.chmod(0o600)
    with pytest.raises(InvalidArgumentError):
        set_credential(path, "https://a.example", "api_key", "k")
    assert path.read_text() == "[broken"


@pytest.mark.parametrize(
    ("name", "meant"),
    [("apikey", "api_key"), ("API_KEY", "api_key"), ("pasword", "password"), ("header.X-Key", ""), ("bearer", "")],
)
def test_a_name_that_nobody_knows_is_refused_and_nothing_is_stored(tmp_path: Path, name: str, meant: str) -> None:
    path = tmp_path / "c.toml"
    with pytest.raises(InvalidArgumentError, match="no credential that driversmith knows") as refused:
        set_credential(path, "https://a.example", name, "secret")
    assert f"Did you mean {meant}" in refused.value.next_action or not meant
    assert "--scheme" in refused.value.next_action
    assert not path.exists()
