"""credentials.toml as it is read."""

import sys
from pathlib import Path

import pytest
from driversmith.engine.errors import InvalidArgumentError
from driversmith.engine.network.credentials import OriginCredentials, load_credentials

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="POSIX file modes")


def _write(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_a_missing_file_holds_no_credentials(tmp_path: Path) -> None:
    assert load_credentials(tmp_path / "none.toml").for_origin("https://api.example.com/") is None


def test_credentials_belong_to_one_origin_however_it_is_spelled(tmp_path: Path) -> None:
    path = _write(
        tmp_path / "c.toml",
        '["HTTPS://Api.Example.com:443/"]\napi_key = "k"\n["http://127.0.0.1:8000"]\ntoken = "t"\n',
    )
    credentials = load_credentials(path)
    found = credentials.for_origin("https://api.example.com/v1/pets?x=1")
    assert found is not None
    assert (found.origin, dict(found.arguments)) == ("https://api.example.com", {"api_key": "k"})
    for other in (
        "http://api.example.com/",
        "https://api.example.com:8443/",
        "https://api.example.com.evil.test/",
        "https://evil.test/?https://api.example.com",
    ):
        assert credentials.for_origin(other) is None


def test_headers_and_query_go_on_the_wire_as_written(tmp_path: Path) -> None:
    path = _write(
        tmp_path / "c.toml",
        '["https://a.example"]\nheaders = { X-API-Key = "h" }\nquery = { key = "env:DS_TEST_KEY" }\n',
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DS_TEST_KEY", "from the environment")
        found = load_credentials(path).for_origin("https://a.example/")
    assert found is not None
    assert (dict(found.headers), dict(found.query)) == ({"X-API-Key": "h"}, {"key": "from the environment"})
    assert found.secrets() == {"h", "from the environment"}


def test_an_unset_variable_is_named_only_when_its_origin_is_asked_for(tmp_path: Path) -> None:
    path = _write(
        tmp_path / "c.toml", '["https://a.example"]\napi_key = "env:DS_NOT_SET"\n["https://b.example"]\ntoken = "t"\n'
    )
    credentials = load_credentials(path)
    assert credentials.for_origin("https://b.example/") is not None
    with pytest.raises(InvalidArgumentError, match=r"DS_NOT_SET is not set.*api_key of https://a\.example"):
        credentials.for_origin("https://a.example/")


def test_no_repr_shows_a_value(tmp_path: Path) -> None:
    path = _write(tmp_path / "c.toml", '["https://a.example"]\napi_key = "hunter2"\nheaders = { A = "hunter3" }\n')
    credentials = load_credentials(path)
    shown = f"{credentials!r} {credentials.for_origin('https://a.example')!r}"
    assert "hunter" not in shown


@posix_only
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_file_that_others_can_read_is_refused_with_the_command_that_mends_it(tmp_path: Path, mode: int) -> None:
    path = _write(tmp_path / "c.toml", "", mode)
    with pytest.raises(InvalidArgumentError) as caught:
        load_credentials(path)
    assert caught.value.next_action == f"Run: chmod 600 {path}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('["https://a.example"\n', "not valid TOML"),
        ('["https://a.example/v1"]\napi_key = "hunter2"\n', "more than an origin"),
        ('["a.example"]\napi_key = "hunter2"\n', "not an origin"),
        ('["https://u:hunter2@a.example"]\n', "not an origin"),
        ('api_key = "hunter2"\n', "not an origin"),
        ('["https://a.example"]\napi_key = 4711\n', "api_key of 'https://a.example' is not text"),
        ('["https://a.example"]\napi_key = ""\n', "api_key of 'https://a.example' is empty"),
        ('["https://a.example"]\nheaders = "hunter2"\n', "headers of 'https://a.example' is not a table"),
        ('["https://a.example"]\napi_key = "hunter2\\r\\nX: y"\n', "line break"),
        ('["https://a.example"]\n["https://A.example:443"]\n', "two tables"),
    ],
)
def test_a_faulty_file_is_explained_without_its_values(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        load_credentials(_write(tmp_path / "c.toml", text))
    assert message in str(caught.value)
    assert "4711" not in str(caught.value)
    if "u:hunter2" not in text:
        assert "hunter2" not in str(caught.value)


@posix_only
def test_a_folder_is_not_a_credentials_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentError, match="is a folder"):
        load_credentials(tmp_path)


def test_binary_is_not_a_credentials_file(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_bytes(b"\xff\xfe\x00")
    path.chmod(0o600)
    with pytest.raises(InvalidArgumentError, match="cannot be read"):
        load_credentials(path)


def test_headers_that_say_how_and_not_who_are_no_secrets() -> None:
    credentials = OriginCredentials(
        origin="https://api.example.com",
        arguments={"username": "ann", "password": "pa55word"},
        headers={"Accept": "application/json", "Authorization": "Bearer abcdef", "X-Key": "k-1"},
        query={"appid": "a-1"},
    )
    assert credentials.secrets() == {"ann", "pa55word", "ann:pa55word", "Bearer abcdef", "abcdef", "k-1", "a-1"}
