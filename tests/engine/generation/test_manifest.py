"""driver.json says what a driver is; reading it back never trusts it."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from driversmith.engine.errors import InvalidArgumentError
from driversmith.engine.generation.manifest import manifest, read_manifest
from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.models.driver import Verification

from . import profiles

VERIFICATION = Verification(level="mock", passed=12, failed=1, isolation="process")


@pytest.fixture
def text() -> str:
    profile = profiles.petstore()
    return manifest(profile, write_driver(profile), VERIFICATION)


def test_it_says_what_the_driver_is_and_how_far_it_was_verified(text: str) -> None:
    found: dict[str, Any] = json.loads(text)
    assert found["contract_version"] == 1
    assert (found["package"], found["class_name"]) == ("petstore_driver", "PetstoreDriver")
    assert found["credentials"] == [
        {"argument": "api_key", "env": "PETSTORE_API_KEY", "scheme": "key", "required": False}
    ]
    assert found["objects"]["pets"] == {
        "read": "GET /pets",
        "read_one": "GET /pets/{petId}",
        "create": "POST /pets",
        "update": "PUT /pets/{petId}",
        "delete": "DELETE /pets/{petId}",
    }
    assert found["verification"] == {"level": "mock", "passed": 12, "failed": 1, "isolation": "process"}
    assert found["profile_digest"] == profiles.petstore().digest()


def test_it_lists_every_file_with_hash_and_author(text: str) -> None:
    bundle = write_driver(profiles.petstore())
    assert json.loads(text)["files"] == {
        file.path: {"sha256": hashlib.sha256(file.text.encode()).hexdigest(), "author": "template"}
        for file in bundle.files
    }


def test_the_same_driver_gives_the_same_text(text: str) -> None:
    profile = profiles.petstore()
    assert manifest(profile, write_driver(profile), VERIFICATION) == text


def test_what_was_written_is_read_back(tmp_path: Path, text: str) -> None:
    (tmp_path / "driver.json").write_text(text)
    found = read_manifest(tmp_path)
    assert found.class_name == "PetstoreDriver"
    assert found.verification == VERIFICATION
    assert found.files["README.md"].author == "template"


def test_keys_of_a_newer_driversmith_are_ignored(tmp_path: Path, text: str) -> None:
    (tmp_path / "driver.json").write_text(json.dumps({**json.loads(text), "mood": "fine"}))
    assert read_manifest(tmp_path).package == "petstore_driver"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not JSON"),
        (b"\xff\xfe\x00", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[1]", "is no JSON object"),
        (b'{"name": "an npm package"}', "is incomplete or wrong at contract_version"),
        (b'{"contract_version": 99}', "is of contract version 99"),
    ],
)
def test_anything_else_is_refused_with_its_cause(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "driver.json").write_bytes(content)
    with pytest.raises(InvalidArgumentError, match=message):
        read_manifest(tmp_path)


def test_a_folder_without_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentError, match="cannot be read"):
        read_manifest(tmp_path)
