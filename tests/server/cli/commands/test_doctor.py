"""`doctor`: whether everything is in place."""

from pathlib import Path

import pytest
from driversmith.engine.validation.tools import tool_maps
from driversmith.engine.validation.tools import ty as ty_tool

from ..conftest import Command


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
        "model",
        "model prices",
    }
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
    assert "none  model" in lines
    assert "ok    python" in lines


def test_a_checker_of_another_version_is_a_note_in_both_forms_and_no_fault(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tool_maps, "installed", lambda _tool: "99.0")
    monkeypatch.setattr(ty_tool, "severities", dict)
    ran = command("doctor", "--json")
    assert ran.code == 0
    (ty,) = [check for check in ran.json["checks"] if check["name"] == "ty"]
    assert ty["ok"]
    assert "missing-attribute" in ty["note"]
    assert ty["note"] in command("doctor").out


def test_a_checker_that_does_not_tell_its_rules_is_no_fault(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    async def silent(_command: list[str], _key: str) -> set[str]:
        raise ValueError("other words")

    monkeypatch.setattr(tool_maps, "installed", lambda _tool: "99.0")
    monkeypatch.setattr(tool_maps, "_rules", silent)
    ran = command("doctor", "--json")
    assert ran.code == 0
    assert ["other words" in check["note"] for check in ran.json["checks"] if check["name"] in {"ruff", "ty"}] == [
        True
    ] * 2


def model_checks(command: Command) -> dict[str, dict[str, object]]:
    return {c["name"]: c for c in command("doctor", "--json").json["checks"] if c["name"].startswith("model")}


def test_whether_a_model_is_set_up_is_told_with_its_endpoint_and_prices(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-hunter2")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://user:hunter2@127.0.0.1:9/v1?token=hunter2")
    checks = model_checks(command)
    assert checks["model"]["found"] == "ANTHROPIC_API_KEY is set; http://127.0.0.1:9/v1"
    assert "claude-sonnet-5-5 for generate and repair ($2 in, $10 out)" in str(checks["model prices"]["found"])
    assert checks["model prices"]["ok"]


def test_an_endpoint_that_may_not_be_asked_and_a_price_that_is_not_known_are_told(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-hunter2")
    monkeypatch.setenv("DRIVERSMITH_MODEL_GENERATE", "my-model")
    checks = model_checks(command)
    assert not checks["model"]["ok"]
    assert "DRIVERSMITH_MODEL_LOOPBACK_ONLY refuses it" in str(checks["model"]["found"])
    assert not checks["model prices"]["ok"]
    assert "my-model for generate (price not known)" in str(checks["model prices"]["found"])
    assert "prices.toml" in str(checks["model prices"]["advice"])


def test_a_base_url_that_cannot_be_used_is_a_fault(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-hunter2")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "ftp://user:hunter2@models")
    ran = command("doctor")
    assert ran.code == 1
    assert "FAIL  model: ANTHROPIC_BASE_URL" in ran.out
    assert "sk-hunter2" not in ran.out


def test_a_home_that_cannot_be_made_is_named(command: Command, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "file").write_text("")
    monkeypatch.setenv("DRIVERSMITH_HOME", str(here / "file" / "home"))
    ran = command("doctor")
    assert ran.code == 1
    assert "FAIL  home" in ran.out
    assert "DRIVERSMITH_HOME" in ran.out
