"""`credentials`: values come from a prompt or stdin, and never show."""

import io
import sys
from pathlib import Path

import pytest

from ..conftest import Command

ORIGIN = "https://api.example.com"


def _types(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_a_value_goes_from_stdin_into_the_file_and_is_listed_masked(
    command: Command, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _types(monkeypatch, "hunter2\n")
    ran = command("credentials", "set", ORIGIN)
    assert (ran.code, ran.out) == (0, "")
    assert 'api_key = "hunter2"' in (here.parent / "home" / "credentials.toml").read_text()
    _types(monkeypatch, "env:SOME_KEY\n")
    assert command("credentials", "set", ORIGIN, "headers.X-Key").code == 0
    listed = command("credentials", "list")
    assert "hunter2" not in listed.out + listed.err + ran.err
    assert "api_key = ********" in listed.out
    assert "headers.X-Key = env:SOME_KEY (not set here)" in listed.out
    assert set(command("credentials", "list", "--json").json) == {ORIGIN}


def test_an_empty_value_or_a_bad_origin_stores_nothing(
    command: Command, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _types(monkeypatch, "")
    assert command("credentials", "set", ORIGIN).code == 2
    _types(monkeypatch, "hunter2\n")
    ran = command("credentials", "set", "not-an-origin")
    assert ran.code != 0
    assert "hunter2" not in ran.err
    assert not (here.parent / "home" / "credentials.toml").exists()


def test_values_and_origins_are_removed(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("api_key", "token"):
        _types(monkeypatch, "hunter2")
        command("credentials", "set", ORIGIN, name)
    assert command("credentials", "remove", ORIGIN, "token").code == 0
    assert command("credentials", "list", "--json").json == {ORIGIN: {"api_key": "********"}}
    assert command("credentials", "remove", ORIGIN).code == 0
    assert command("credentials", "list", "--json").json == {}
    assert command("credentials", "remove", ORIGIN).code == 1
