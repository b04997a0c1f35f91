"""Twelve canaries in whatever a session is given: the real server is asked for all it can tell, and none is found anywhere."""

import json
import os
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from ...end_to_end.processes import COMMAND
from ...patience import LONG
from ...security.canaries import RECORD_VALUE, Parrot, canary, files_below, found_in, open_parrot

ENVIRONMENT = {"CLOUD_SECRET": canary("environment"), "PARROT_PASSWORD": canary("variable", odd=True)}
CREDENTIALS = {"username": canary("username"), "api_key": canary("key", odd=True), "header": canary("header")}
DESCRIBED = CREDENTIALS["api_key"]
"""A description that knows the user's key, as pages that are made for a user do."""
URLS = {name: canary(name) for name in ("api-url", "spec-url", "user", "fragment")}
ARGUMENTS = {name: canary(name) for name in ("log", "parameter", "error")}
SECRETS = [*ENVIRONMENT.values(), *CREDENTIALS.values(), *URLS.values(), *ARGUMENTS.values()]
VIEWS = ("summary", "profile", "log", "diagnostics", "files", "metrics")


def _environment(folder: Path, parrot: Parrot) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("DRIVERSMITH_")}
    (folder / "tmp").mkdir()
    (folder / "home").mkdir()
    file = folder / "home" / "credentials.toml"
    file.write_text(
        f'["{parrot.base_url}"]\nusername = {json.dumps(CREDENTIALS["username"])}\npassword = "env:PARROT_PASSWORD"\n'
        f"api_key = {json.dumps(CREDENTIALS['api_key'])}\nheaders = {{ X-Extra = {json.dumps(CREDENTIALS['header'])} }}\n",
        encoding="utf-8",
    )
    file.chmod(0o600)
    return {
        **ours,
        **ENVIRONMENT,
        "TMPDIR": str(folder / "tmp"),
        "DRIVERSMITH_HOME": str(folder / "home"),
        "DRIVERSMITH_OUTPUT_DIR": str(folder / "drivers"),
        "DRIVERSMITH_ALLOW_LOCAL": parrot.address,
        "DRIVERSMITH_LOG_LEVEL": "DEBUG",
    }


@contextmanager
def _parrot() -> Generator[Parrot]:
    with open_parrot(DESCRIBED) as parrot:
        yield parrot


async def _all_told(folder: Path, parrot: Parrot, answers: dict[str, bytes], **arguments: Any) -> None:
    """Make a driver, and ask for everything that the server can tell of it, and refuse."""
    with (folder / "stderr").open("w", encoding="utf-8") as log:
        server = StdioServerParameters(command=COMMAND, args=["serve"], env=_environment(folder, parrot))
        async with Client(stdio_client(server, errlog=log)) as client:

            async def ask(tool: str, **given: Any) -> dict[str, Any]:
                answer = await client.call_tool(tool, given)
                text = "".join(getattr(block, "text", "") for block in answer.content)
                structured = json.dumps(answer.structured_content, ensure_ascii=False)
                answers[f"{len(answers)} {tool} {sorted(given)}"] = f"{text}\n{structured}".encode()
                return answer.structured_content or {}

            made = {"api_name": "Parrot", "api_url": parrot.base_url, "live": "true", "engine": "template"}
            made |= {"wait_seconds": 120, **arguments}
            session = (await ask("generate_driver_supervised", **made))["session_id"]
            await ask("generate_driver_supervised", **made)
            url = f"{parrot.base_url}/openapi.json"
            for faulty in (
                {"api_url": f"{url}?api_key={URLS['api-url']}"},
                {"spec": f"{url}?x=1&access_token={URLS['spec-url']}"},
                {"api_url": f"http://{URLS['user']}:{URLS['user']}@{parrot.address}/"},
                {"api_url": f"{url}#token={URLS['fragment']}"},
                {"spec": f"ftp://{parrot.address}/openapi.json?sig={URLS['spec-url']}"},
            ):
                assert await ask("generate_driver_supervised", **{**made, **faulty}) == {}
            for view in VIEWS:
                await ask("get_session", session_id=session, view=view)
            files = await ask("get_session", session_id=session, view="files")
            for file in files["items"]:
                await ask("get_session", session_id=session, view="files", path=file["path"])
            await ask("read_records", session_id=session, object_name="items")
            await ask(
                "read_records", session_id=session, object_name="items", params={"nonsense": ARGUMENTS["parameter"]}
            )
            told = f"Authorization: Bearer {ARGUMENTS['log']}\nGET /items?api_key={ARGUMENTS['log']} 401"
            await ask("diagnose_failure", error_message=f"AuthenticationError: api_key={ARGUMENTS['error']}", log=told)
            for kind in ("sessions", "diagnostics", "metrics"):
                await ask("query_history", kind=kind)
            for resource in (f"driversmith://sessions/{session}", f"driversmith://sessions/{session}/log"):
                read = await client.read_resource(resource)
                answers[resource] = "".join(getattr(part, "text", "") for part in read.contents).encode()


def _kept(folder: Path) -> dict[str, bytes]:
    return files_below(folder, without=["credentials.toml"])


def _without_records(answers: dict[str, bytes]) -> dict[str, bytes]:
    shows = ("0 generate", "read_records")
    return {place: text for place, text in answers.items() if not any(word in place for word in shows)}


@pytest.mark.parametrize("refuses", [False, True], ids=["succeeds", "is refused"])
async def test_no_canary_is_found_in_anything_that_a_session_leaves_or_tells(tmp_path: Path, refuses: bool) -> None:
    answers: dict[str, bytes] = {}
    with _parrot() as parrot:
        parrot.refuses = refuses
        await _all_told(tmp_path, parrot, answers)
    assert any("Basic" in sent for sent in parrot.sent), "the credentials were used"
    found = found_in({**answers, **_kept(tmp_path)}, SECRETS)
    assert not found, "\n".join(found)
    found = found_in({**_without_records(answers), **_kept(tmp_path)}, [RECORD_VALUE])
    assert not found, "\n".join(found)


async def test_a_session_that_fails_leaves_no_canary(tmp_path: Path) -> None:
    answers: dict[str, bytes] = {}
    with _parrot() as parrot:
        await _all_told(tmp_path, parrot, answers, objects=["nothing_of_the_kind"])
    found = found_in({**answers, **_kept(tmp_path)}, SECRETS)
    assert not found, "\n".join(found)


def test_the_command_line_tells_no_canary(tmp_path: Path) -> None:
    with _parrot() as parrot:
        environment = _environment(tmp_path, parrot)
        told: dict[str, bytes] = {}
        for arguments in (
            ("generate", "Parrot", parrot.base_url, "--live", "true", "--output", str(tmp_path / "drivers")),
            ("generate", "Parrot", f"{parrot.base_url}/?api_key={URLS['api-url']}"),
            (
                "generate",
                "Parrot",
                parrot.base_url,
                "--spec",
                f"{parrot.base_url}/x?token={URLS['spec-url']}",
                "--json",
            ),
            ("credentials", "list"),
            ("sessions",),
            ("doctor",),
        ):
            done = subprocess.run(
                [COMMAND, *arguments], env=environment, capture_output=True, check=False, timeout=LONG
            )
            told[" ".join(arguments[:2])] = done.stdout + done.stderr
    found = found_in({**told, **_kept(tmp_path)}, SECRETS)
    assert not found, "\n".join(found)
