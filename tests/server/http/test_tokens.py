"""Named tokens: read from a file and a setting, and made by a command."""

import sys
from pathlib import Path
from typing import Any

import pytest
from driversmith.engine.errors import InvalidArgumentError
from driversmith.engine.models.principal import Principal
from driversmith.engine.settings import Settings
from driversmith.server.http.tokens import (
    KnownTokens,
    add_token,
    digest_of,
    named_tokens,
    remove_token,
    token_names,
)

LONG_ENOUGH = "0123456789abcdef"


def _settings(folder: Path, **more: Any) -> Settings:
    return Settings(home=folder, **more)


def _wrote(folder: Path, text: str) -> Settings:
    file = folder / "tokens.toml"
    file.write_text(text)
    file.chmod(0o600)
    return _settings(folder)


async def test_a_token_that_was_made_is_that_of_its_name_until_it_is_removed(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    token, other = (add_token(settings.tokens_file, name) for name in ("alice", "bob.smith"))
    assert token_names(settings.tokens_file) == ["alice", "bob.smith"]
    principals, plain = named_tokens(settings)
    assert plain == [] and token not in settings.tokens_file.read_text()
    verifier = KnownTokens(principals)
    found = await verifier.verify_token(token)
    assert found and found.principal == Principal.of_token("alice")
    assert await verifier.verify_token(f"{token} ") is None and await verifier.verify_token("") is None
    with pytest.raises(InvalidArgumentError, match="has a token already"):
        add_token(settings.tokens_file, "alice")
    assert remove_token(settings.tokens_file, "alice") and not remove_token(settings.tokens_file, "alice")
    principals, _ = named_tokens(settings)
    assert set(principals) == {digest_of(other)}


def test_tokens_come_from_file_and_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOBS", f"b{LONG_ENOUGH}")
    _wrote(tmp_path, f'alice = "a{LONG_ENOUGH}"\nbob = "env:BOBS"\n')
    principals, plain = named_tokens(_settings(tmp_path, http_tokens=f" carol = c{LONG_ENOUGH} ,"))
    named = {name: principals[digest_of(f"{name[0]}{LONG_ENOUGH}")] for name in ("alice", "bob", "carol")}
    assert named == {name: Principal.of_token(name) for name in named}
    assert sorted(plain) == [f"{letter}{LONG_ENOUGH}" for letter in "abc"]


@pytest.mark.parametrize(
    "text",
    [
        'alice = "short-secret"',
        'alice = "with spaces in it, many"',
        'alice = "sha256:123"',
        'alice = "env:DRIVERSMITH_TESTS_UNSET"',
        "alice = 1234567890123456",
        'alice = "0123456789abcdef"\nbob = "0123456789abcdef"',
        '"al ice" = "0123456789abcdef"',
        "alice = ",
    ],
)
def test_what_cannot_be_used_is_refused_and_not_shown(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidArgumentError) as refused:
        named_tokens(_wrote(tmp_path, text))
    assert "0123456789abcdef" not in str(refused.value) and "short-secret" not in str(refused.value)


@pytest.mark.skipif(sys.platform == "win32", reason="modes of files are those of POSIX")
def test_a_file_that_others_can_read_and_a_link_are_not_used(tmp_path: Path) -> None:
    settings = _wrote(tmp_path, 'alice = "0123456789abcdef"')
    settings.tokens_file.chmod(0o640)
    with pytest.raises(InvalidArgumentError, match="chmod 600"):
        named_tokens(settings)
    elsewhere = settings.tokens_file.rename(tmp_path / "elsewhere.toml")
    elsewhere.chmod(0o600)
    settings.tokens_file.symlink_to(elsewhere)
    with pytest.raises(InvalidArgumentError, match="cannot be used"):
        named_tokens(settings)
