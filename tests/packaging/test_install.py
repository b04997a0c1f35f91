"""What clients and registries install from says what the package says."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from driversmith.engine.settings import Settings
from driversmith.tools.publishing import published

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
MANIFEST: dict[str, Any] = json.loads((ROOT / "docs/install/manifest.json").read_text("utf-8"))
SERVER: dict[str, Any] = json.loads((ROOT / "docs/install/server.json").read_text("utf-8"))
DOCS = (ROOT / "docs/install.md").read_text("utf-8")


def test_versions_are_that_of_the_package() -> None:
    told = [MANIFEST["version"], SERVER["version"], *(package["version"] for package in SERVER["packages"])]
    assert told == [PROJECT["version"]] * 3
    assert f"dist/driversmith-{PROJECT['version']}.mcpb" in DOCS


def test_the_bundle_names_the_tools_and_what_python_they_need() -> None:
    assert MANIFEST["tools"] == [
        {"name": name, "description": f"{face['title']}."} for name, face in published().items()
    ]
    assert MANIFEST["compatibility"]["runtimes"]["python"] == PROJECT["requires-python"]
    assert (ROOT / MANIFEST["server"]["entry_point"]).is_file()


def test_the_bundle_asks_for_a_key_as_a_secret_and_for_nothing_that_must_be_given() -> None:
    asked = MANIFEST["user_config"]
    assert [name for name, field in asked.items() if field.get("sensitive")] == ["anthropic_api_key"]
    assert all(field["required"] is False and "default" in field for field in asked.values())


def test_every_variable_is_one_that_the_server_reads() -> None:
    in_bundle = MANIFEST["server"]["mcp_config"]["env"]
    in_registry = [variable["name"] for variable in SERVER["packages"][0]["environmentVariables"]]
    known = {f"DRIVERSMITH_{name.upper()}" for name in Settings.model_fields} | {"ANTHROPIC_API_KEY"}
    assert {*in_bundle, *in_registry} <= known
    placeholders = re.findall(r"\$\{user_config\.(\w+)\}", json.dumps(in_bundle))
    assert sorted(placeholders) == sorted(MANIFEST["user_config"])


def test_what_the_bundle_gives_by_itself_is_what_the_server_does_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    without = Settings()
    for name, value in MANIFEST["server"]["mcp_config"]["env"].items():
        if field := re.fullmatch(r"\$\{user_config\.(\w+)\}", value):
            monkeypatch.setenv(name, MANIFEST["user_config"][field[1]]["default"])
    assert Settings() == without


def test_the_registry_gets_what_it_demands() -> None:
    assert re.fullmatch(r"[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+", SERVER["name"])
    assert 1 <= len(SERVER["description"]) <= 100
    assert f"<!-- mcp-name: {SERVER['name']} -->" in (ROOT / "README.md").read_text("utf-8")
    (package,) = SERVER["packages"]
    assert (package["registryType"], package["identifier"]) == ("pypi", PROJECT["name"])
    assert package["transport"] == {"type": "stdio"}


def test_configurations_in_the_docs_are_json_and_start_the_server() -> None:
    found = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", DOCS, re.DOTALL)]
    found += [{"servers": {"driversmith": json.loads(text)}} for text in re.findall(r"--add-mcp '(.*?)'", DOCS)]
    servers = [next(iter(one.values()))["driversmith"] for one in found]
    assert len(servers) == 4
    for server in servers:
        assert server.get("type") == "http" or (server["command"], server["args"][-2:]) == (
            "uvx",
            ["driversmith", "serve"],
        )


def test_the_image_is_made_of_what_is_there() -> None:
    folder = ROOT / "docs/install"
    lines = (folder / "Dockerfile").read_text("utf-8").splitlines()
    copied = [name for line in lines if line.startswith("COPY") for name in line.split()[1:-1]]
    allowed = [
        line[1:] for line in (folder / "Dockerfile.dockerignore").read_text("utf-8").splitlines() if line[0] == "!"
    ]
    assert sorted(copied) == sorted(allowed) and all((ROOT / name).exists() for name in copied)
