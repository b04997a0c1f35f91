"""A driver is fetched from another machine, by whoever made it."""

import base64
import io
import zipfile
from pathlib import Path

import pytest
from driversmith.engine.settings import Settings
from driversmith.tools.calling.downloads import download_url
from mcp import MCPError

from ...security.served import bearing, served
from ...stand_ins.connection import ERAS, answered, said

CALL = {"api_name": "Pets", "api_url": "https://pets.example"}


@pytest.mark.parametrize("era", ERAS)
async def test_the_result_names_a_url_that_gives_whoever_made_it_the_driver(tmp_path: Path, era: str) -> None:
    async with served(tmp_path) as server:
        async with server.client("alice", era) as client:
            result = await client.call_tool("generate_driver_supervised", CALL)
            url = answered(result)["links"]["driver.zip"]
            assert url in said(result)
            (blob,) = (
                await client.read_resource(url.replace(_root(url), "driversmith:/").replace("driver.zip", "archive"))
            ).contents
        got = await server.raw.get(url, headers=bearing("alice"))
        again = await server.raw.get(url, headers=bearing("alice"))
        theirs = await server.raw.get(url, headers=bearing("bob"))
        nobodys = await server.raw.get(url.replace("/sessions/", "/sessions/x"), headers=bearing("bob"))
        unknown = await server.raw.get(url)
    assert (got.status_code, got.headers["content-type"]) == (200, "application/zip")
    assert got.headers["content-disposition"] == 'attachment; filename="pets_driver.zip"'
    assert got.content == again.content == base64.b64decode(blob.blob) and blob.mime_type == "application/zip"
    names = zipfile.ZipFile(io.BytesIO(got.content)).namelist()
    assert {"pets_driver/driver.json", "pets_driver/proof.json", "pets_driver/pets_driver/client.py"} <= set(names)
    assert (theirs.status_code, unknown.status_code) == (404, 401)
    assert (theirs.text, theirs.status_code) == (nobodys.text, nobodys.status_code)


async def test_anothers_archive_is_read_like_one_that_was_never_there(tmp_path: Path) -> None:
    async with served(tmp_path) as server:
        async with server.client("alice") as client:
            session = answered(await client.call_tool("generate_driver_supervised", CALL))["session_id"]
        async with server.client("bob") as client:
            with pytest.raises(MCPError, match="There is no session"):
                await client.read_resource(f"driversmith://sessions/{session}/archive")


async def test_a_session_that_has_no_driver_says_so(tmp_path: Path) -> None:
    async with served(tmp_path) as server, server.client("alice") as client:
        server.activities.faults["research"] = [ValueError("odd")]
        found = answered(await client.call_tool("generate_driver_supervised", {**CALL, "max_supervisor_attempts": 1}))
        assert "driver.zip" not in found["links"]
        answer = await server.raw.get(
            f"{_root(server.url)}/sessions/{found['session_id']}/driver.zip", headers=bearing("alice")
        )
    assert answer.status_code == 409 and "has no driver" in answer.text


def test_behind_a_proxy_the_url_is_the_one_that_clients_know() -> None:
    class Context:
        class request_context:  # noqa: N801
            class request:  # noqa: N801
                base_url = "http://10.0.0.7:8931/"

            class lifespan_context:  # noqa: N801
                settings = Settings.model_construct(oauth_resource="https://drivers.example/smith/mcp")

    assert download_url(Context(), "s1") == "https://drivers.example/smith/sessions/s1/driver.zip"  # type: ignore[arg-type]
    Context.request_context.lifespan_context.settings = Settings.model_construct(oauth_resource=None)
    assert download_url(Context(), "s1") == "http://10.0.0.7:8931/sessions/s1/driver.zip"  # type: ignore[arg-type]


def _root(url: str) -> str:
    return "/".join(url.split("/")[:3])
