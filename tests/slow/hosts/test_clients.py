"""Clients and agent frameworks of others go the whole way, and lose nothing of what is structured."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ...end_to_end.conftest import shop
from ...end_to_end.processes import COMMAND, environment
from ...end_to_end.shop import RECORDS, Shop
from ...others import MODULES, framework, node, package

__all__ = ["shop"]
CLIENTS = Path(__file__).parent / "clients"
SECONDS = 180


def _ran(python: str, script: str, folder: Path, shop: Shop) -> Any:
    """What a script printed last."""
    command = [python, str(CLIENTS / script), COMMAND, shop.base_url]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=SECONDS, env=environment(folder, shop), check=False
    )
    assert done.returncode == 0, done.stderr[-3_000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_fastmcp_gives_answers_as_data(tmp_path: Path, shop: Shop) -> None:
    seen = _ran(framework("fastmcp"), "fastmcp_client.py", tmp_path, shop)
    assert (seen["status"], seen["level"], seen["ended"]) == ("succeeded", "live", "succeeded")
    assert seen["records"] == seen["as data"] == len(RECORDS["pets"])


def test_langchain_has_the_text_for_the_model_and_the_structure_as_artifact(tmp_path: Path, shop: Shop) -> None:
    seen = _ran(framework("langchain-mcp-adapters"), "langchain_client.py", tmp_path, shop)
    assert seen["said"].startswith("Succeeded") and seen["status"] == "succeeded"
    assert (seen["records"], seen["tools"]) == (len(RECORDS["pets"]), 8)


def test_an_agent_of_pydantic_ai_is_shown_what_is_structured(tmp_path: Path, shop: Shop) -> None:
    made, read = _ran(framework("pydantic-ai-slim"), "pydantic_ai_client.py", tmp_path, shop)
    assert (made["status"], made["verification"]["level"]) == ("succeeded", "live")
    assert made["links"]["shop_driver/client.py"].endswith("/files/shop_driver/client.py")
    assert read["records"] == RECORDS["pets"]


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_a_typescript_client_attaches_again_after_its_time_out(tmp_path: Path, shop: Shop, version: str) -> None:
    package({"v1": "@modelcontextprotocol/sdk", "v2": "@modelcontextprotocol/client"}[version])
    for name in (f"typescript_{version}.mjs", "typescript.mjs"):
        (tmp_path / name).write_text((CLIENTS / name).read_text("utf-8"), encoding="utf-8")
    (tmp_path / "node_modules").symlink_to(MODULES)  # Node looks for packages beside the file
    command = [node(), str(tmp_path / f"typescript_{version}.mjs"), COMMAND, shop.base_url]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(tmp_path, shop),
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            shop.door.set()
            told, errors = process.communicate("go\n", timeout=SECONDS)
        finally:
            process.kill()
    assert told, errors
    seen = json.loads(told.splitlines()[-1])
    assert (seen["timedOut"], seen["status"], seen["sessions"]) == (True, "succeeded", 1)
    assert (seen["tools"], seen["records"], seen["kinds"]) == (8, len(RECORDS["pets"]), ["text"])
