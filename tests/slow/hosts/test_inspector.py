"""MCP Inspector's command line takes the tools as they are."""

import json
import subprocess
from pathlib import Path

from ...end_to_end.processes import COMMAND
from ...others import node, package, with_node
from ...patience import LONG


def test_the_tools_pass_its_strict_check_without_a_warning(tmp_path: Path) -> None:
    program = package("@modelcontextprotocol/inspector") / "clients/launcher/build/index.js"
    command = [node(), str(program), "--cli", "--strict", "--format", "json", "--method", "tools/list", "--", COMMAND]
    environment = {**with_node(), "DRIVERSMITH_HOME": str(tmp_path), "HOME": str(tmp_path)}
    told = subprocess.run(command, capture_output=True, text=True, timeout=LONG, env=environment, check=False)
    assert (told.returncode, told.stderr) == (0, "")
    assert len(json.loads(told.stdout)["result"]["tools"]) == 8
