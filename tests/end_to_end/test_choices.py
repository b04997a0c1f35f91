"""What only the user knows is asked, where the client can ask, in both eras; else the answer says which argument to give."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from driversmith.engine.network.loopback import LoopbackServer, Request, Response
from driversmith.engine.settings import Settings
from driversmith.server.app import create_server
from mcp import Client
from mcp_types import ElicitRequestFormParams, ElicitResult

from ..stand_ins.connection import ERAS, answered, refused, said

LIST = {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "integer"}}}}


def described(home: str) -> dict[str, Any]:
    answer = {"200": {"description": "", "content": {"application/json": {"schema": LIST}}}}
    return {
        "openapi": "3.0.3",
        "info": {"title": "Harbour", "version": "1"},
        "servers": [
            {"url": f"{home}/live"},
            {"url": home + "/{region}/sandbox", "variables": {"region": {"default": "eu", "enum": ["eu", "us"]}}},
        ],
        "paths": {"/ships": {"get": {"security": [{"key": []}, {"user": []}], "responses": answer}}},
        "components": {
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
                "user": {"type": "http", "scheme": "basic"},
            }
        },
    }


class Asked:
    """A user who answers every form alike."""

    def __init__(self, action: Any, **content: Any) -> None:
        self.answer = ElicitResult(action=action, content=content if action == "accept" else None)
        self.forms: list[ElicitRequestFormParams] = []

    async def __call__(self, context: Any, params: Any) -> ElicitResult:
        self.forms.append(params)
        return self.answer


@asynccontextmanager
async def harbour(folder: Path, era: str, user: Asked | None) -> AsyncGenerator[tuple[Client, dict[str, Any]]]:
    """A client, and the arguments by which it asks for the facts of an API with several servers and schemes."""
    home = ""

    async def answer(_: Request) -> Response:
        return Response(200, json.dumps(described(home)).encode(), (("content-type", "application/json"),))

    async with LoopbackServer(answer) as server:
        home = server.url.rstrip("/")
        settings = Settings(home=folder / "home", output_dir=folder / "out", allow_local=True)
        given = {
            "api_name": "Harbour",
            "api_url": f"{home}/openapi.json",
            "stop_after": "research",
            "live": "false",
            "engine": "template",
        }
        async with Client(create_server(settings), mode=era, elicitation_callback=user) as client:
            yield client, given


@pytest.mark.parametrize("era", ERAS)
async def test_the_user_is_asked_which_server_and_which_scheme_are_meant(tmp_path: Path, era: str) -> None:
    user = Asked("accept")
    async with harbour(tmp_path, era, user) as (client, given):
        home = given["api_url"].removesuffix("/openapi.json")
        user.answer = ElicitResult(action="accept", content={"server": f"{home}/us/sandbox", "auth": "key"})
        answer = await client.call_tool("generate_driver_supervised", given)
        result = answered(answer)
        (form,) = user.forms
        assert form.requested_schema["properties"]["server"]["enum"] == [
            f"{home}/live",
            f"{home}/eu/sandbox",
            f"{home}/us/sandbox",
        ]
        assert form.requested_schema["properties"]["auth"]["enum"] == ["key", "user"]
        assert (result["status"], result["choices"]) == ("succeeded", [])
        assert result["profile"]["base_url"] == f"{home}/us/sandbox"
        assert [scheme["scheme"] for scheme in result["profile"]["auth"]] == ["key"]
        assert 'auth="key"' in said(answer)


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("action", ["decline", "cancel", "accept"])
async def test_what_the_user_leaves_open_is_taken_and_told(tmp_path: Path, era: str, action: str) -> None:
    user = Asked(action)
    async with harbour(tmp_path, era, user) as (client, given):
        result = answered(await client.call_tool("generate_driver_supervised", given))
        assert len(user.forms) == 1
        assert result["status"] == "succeeded"
        assert result["profile"]["base_url"].endswith("/live")
        assert [choice["argument"] for choice in result["choices"]] == ["server", "auth"]


@pytest.mark.parametrize("era", ERAS)
async def test_a_client_that_cannot_ask_is_told_which_argument_to_give(tmp_path: Path, era: str) -> None:
    async with harbour(tmp_path, era, None) as (client, given):
        home = given["api_url"].removesuffix("/openapi.json")
        answer = await client.call_tool("generate_driver_supervised", given)
        server, auth = answered(answer)["choices"]
        assert (server["options"][1], server["taken"]) == (f"{home}/eu/sandbox", f"{home}/live")
        assert auth["options"] == ["key", "user"]
        assert f"server chooses: {home}/live, {home}/eu/sandbox" in said(answer)
        chosen = await client.call_tool(
            "generate_driver_supervised", {**given, "server": server["options"][1], "auth": "user"}
        )
        assert answered(chosen)["profile"]["base_url"] == f"{home}/eu/sandbox"
        assert answered(chosen)["choices"] == []
        for wrong in ({"server": "https://elsewhere.test"}, {"auth": "nothing"}):
            failed = answered(await client.call_tool("generate_driver_supervised", {**given, **wrong}))
            assert failed["status"] == "failed"
            assert any(word in failed["error"]["message"] for word in (f"{home}/live", "key, user"))


@pytest.mark.parametrize("era", ERAS)
async def test_the_user_is_asked_which_api_of_a_name_is_meant(
    tmp_path: Path, era: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = Asked("decline")
    async with harbour(tmp_path, era, user) as (client, given):
        several = {
            given["api_url"]: f"Harbour at {given['api_url']}",
            "https://other.test": "Harbour at https://other.test",
        }
        known = [_Known(url, told) for url, told in several.items()]

        def known_urls(_name: str, _settings: Any) -> dict[str, str]:
            return several

        def known_as(_name: str, _settings: Any) -> list[_Known]:
            return known

        monkeypatch.setattr("driversmith.tools.generate_driver_supervised.known_urls", known_urls)
        monkeypatch.setattr("driversmith.engine.sessions.request._known_as", known_as)
        unnamed = {name: value for name, value in given.items() if name != "api_url"}
        assert "Give the URL of one of them" in refused(await client.call_tool("generate_driver_supervised", unnamed))
        user.answer = ElicitResult(action="accept", content={"api_url": given["api_url"]})
        result = answered(await client.call_tool("generate_driver_supervised", unnamed))
        assert result["status"] == "succeeded"
        assert len(user.forms) == 3  # two for the API, one for its servers


class _Known:
    def __init__(self, api_url: str, told: str) -> None:
        self.api_url, self.told = api_url, told
