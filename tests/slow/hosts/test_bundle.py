"""The bundle, packed by one command, starts the server as its manifest says, with what a user leaves as it is."""

import json
import subprocess
import sys
from pathlib import Path

import anyio
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from ...others import FOLDER, ROOT, node, package, with_node

SECONDS = 300
RESOLVE = """
import {getMcpConfigForManifest} from %s;
import fs from 'node:fs';
const [folder] = process.argv.slice(1);
const manifest = JSON.parse(fs.readFileSync(folder + '/manifest.json'));
const systemDirs = {HOME: process.env.HOME};
console.log(JSON.stringify(await getMcpConfigForManifest(
  {manifest, extensionPath: folder, systemDirs, userConfig: {}, pathSeparator: '/'})));
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the command is a shell script")
async def test_packs_and_starts(tmp_path: Path) -> None:
    packer = package("@anthropic-ai/mcpb")
    uv = FOLDER / "bin/uv"
    if not uv.is_file():
        pytest.skip("uv is not installed; `.ci/hosts` installs it")
    bundle, folder = tmp_path / "driversmith.mcpb", tmp_path / "unpacked"
    told = _run([str(ROOT / ".ci/bundle"), str(bundle)])
    assert "Manifest schema validation passes" in told
    _run([node(), str(packer / "dist/cli/cli.js"), "unpack", str(bundle), str(folder)])
    names = {path.name for path in folder.iterdir()}
    assert {"manifest.json", "pyproject.toml", "engine", "server", "tools", "resources"} <= names
    assert not list(folder.rglob("__pycache__"))
    script = RESOLVE % json.dumps(str(packer / "dist/index.js"))
    config = json.loads(_run([node(), "--input-type=module", "-e", script, str(folder)]))
    assert "${" not in json.dumps(config)
    environment = {**with_node(), **config["env"], "DRIVERSMITH_HOME": str(tmp_path / "home")}
    parameters = StdioServerParameters(command=str(uv), args=config["args"], env=environment)
    with anyio.fail_after(SECONDS):
        async with Client(stdio_client(parameters)) as client:
            assert len((await client.list_tools()).tools) == 8


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, env=with_node(), check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
