"""Settings: what the environment may say."""

from pathlib import Path

import pytest
from driversmith.engine.settings import Settings
from pydantic import ValidationError


@pytest.mark.parametrize(
    ("value", "allowed"),
    [
        ("", False),
        ("no", False),
        ("1", True),
        ("localhost:8000, 127.0.0.1:80,[::1]:9", frozenset({"localhost:8000", "127.0.0.1:80", "[::1]:9"})),
    ],
)
def test_local_addresses_are_allowed_by_host_and_port(
    monkeypatch: pytest.MonkeyPatch, value: str, allowed: bool | frozenset[str]
) -> None:
    monkeypatch.setenv("DRIVERSMITH_ALLOW_LOCAL", value)
    assert Settings().allow_local == allowed


@pytest.mark.parametrize(
    "value",
    ["maybe", "host:", ":80", "http://localhost:80", "localhost:0", "127.0.0.1:99999", "a:1,;", "::1:80", "u@h:1"],
)
def test_what_is_no_host_and_port_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("DRIVERSMITH_ALLOW_LOCAL", value)
    with pytest.raises(ValidationError, match="is not host:port"):
        Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FETCH_SECONDS", "inf"),
        ("FETCH_SECONDS", "nan"),
        ("LEASE_SECONDS", "1e999"),
        ("MAX_DESCRIPTION_BYTES", "9" * 30),
        ("CONCURRENT_SESSIONS", "0"),
    ],
)
def test_numbers_that_bound_nothing_are_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"DRIVERSMITH_{name}", value)
    with pytest.raises(ValidationError):
        Settings()


def test_an_empty_variable_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "OUTPUT_DIR", "READ_ROOTS", "FETCH_SECONDS", "LOG_LEVEL"):
        monkeypatch.setenv(f"DRIVERSMITH_{name}", "")
    settings = Settings()
    assert settings.home.is_absolute() and settings.home.name == "driversmith"
    assert (settings.output_dir, settings.read_roots, settings.fetch_seconds) == (None, (), 30)


def test_folders_are_whole_wherever_the_process_goes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DRIVERSMITH_HOME", "~/state")
    monkeypatch.setenv("DRIVERSMITH_OUTPUT_DIR", "drivers")
    monkeypatch.setenv("DRIVERSMITH_READ_ROOTS", "specs")
    settings = Settings()
    assert settings.home == Path.home() / "state"
    assert (settings.output_dir, settings.read_roots) == (tmp_path / "drivers", (tmp_path / "specs",))
