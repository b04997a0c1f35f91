"""`doctor`: whether everything is in place."""

from pathlib import Path

import pytest

from .conftest import Command


def test_a_sound_installation_passes_without_showing_a_key(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-hunter2")
    ran = command("doctor", "--json")
    assert ran.code == 0, ran.out
    checks = {check["name"]: check for check in ran.json["checks"]}
    assert set(checks) == {
        "python",
        "packages",
        "home",
        "database",
        "credentials",
        "sandbox",
        "ruff",
        "ty",
        "model key",
    }
    assert checks["model key"]["found"] == "ANTHROPIC_API_KEY is set"
    assert "hunter2" not in ran.out + ran.err


def test_what_is_broken_is_told_with_advice_and_a_missing_key_is_no_fault(
    command: Command, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    home = here.parent / "home"
    home.mkdir()
    (home / "driversmith.db").write_bytes(b"not a database" * 100)
    (home / "credentials.toml").write_text("[broken")
    (home / "credentials.toml").chmod(0o600)
    ran = command("doctor")
    assert ran.code == 1
    lines = {line.split(": ")[0]: line for line in ran.out.splitlines()}
    assert "FAIL  database" in lines
    assert "FAIL  credentials" in lines
    assert "none  model key" in lines
    assert "ok    python" in lines


def test_a_home_that_cannot_be_made_is_named(command: Command, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "file").write_text("")
    monkeypatch.setenv("DRIVERSMITH_HOME", str(here / "file" / "home"))
    ran = command("doctor")
    assert ran.code == 1
    assert "FAIL  home" in ran.out
    assert "DRIVERSMITH_HOME" in ran.out
