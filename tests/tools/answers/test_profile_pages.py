"""A session's profile in pages."""

import json
from pathlib import Path

from driversmith.engine.journal.ownership import this_process
from driversmith.engine.models.driver import DriverFile
from driversmith.engine.models.profile import (
    ApiProfile,
    DescriptionSource,
    Evidence,
    FieldProfile,
    ObjectProfile,
    OperationProfile,
    SkippedOperation,
)

from tests.stand_ins.connection import PETSTORE, answered, connected, said

HERE = Evidence(pointer="#")
SOURCE = DescriptionSource(location="api.json", format="OpenAPI 3.1.0", sha256="0" * 64, size=1)


def _profile(count: int) -> ApiProfile:
    operations = {
        f"list_{n}": OperationProfile(name=f"list_{n}", method="GET", path=f"/{n}", evidence=HERE) for n in range(count)
    }
    objects = {
        f"object_{n}": ObjectProfile(name=f"object_{n}", operations={"read": f"list_{n}"}, evidence=HERE)
        for n in range(count)
    }
    skipped = (SkippedOperation(operation="GET /x", reason="other_server"),)
    return ApiProfile(
        api_name="Big",
        source=SOURCE,
        base_url="https://big.test",
        objects=objects,
        operations=operations,
        skipped=skipped,
    )


async def test_the_text_of_a_page_tells_what_its_facts_hold(tmp_path: Path) -> None:
    async with connected(tmp_path) as (client, engine):
        engine.hold = True
        begun = answered(await client.call_tool("generate_driver_supervised", {**PETSTORE, "wait_seconds": 0}))
        session = begun["session_id"]
        profile = _profile(1)
        fields = {"id": FieldProfile(type="integer"), "name": FieldProfile(type="string")}
        objects = {"object_0": profile.objects["object_0"].model_copy(update={"fields": fields, "identifier": "id"})}
        text = profile.model_copy(update={"objects": objects, "description": "y" * 90_000}).to_json()
        await engine.journal.store_files(session, 1, [DriverFile(path="profile.json", text=text)])
        told, cursor = "", None
        while cursor != "1":  # the API itself is too long for one page
            asked = {"session_id": session, "view": "profile", "cursor": cursor}
            page = answered(await client.call_tool("get_session", asked))
            told, cursor = told + page["items"][0]["text"], page["next_cursor"]
        assert json.loads(told)["description"] == "y" * 90_000
        rest = await client.call_tool("get_session", {"session_id": session, "view": "profile", "cursor": cursor})
    assert "object object_0: read = GET /0" in said(rest)
    assert '"fields": {"id": "integer", "name": "string"}' in said(rest)


async def test_every_fact_comes_once_however_many_there_are(tmp_path: Path) -> None:
    async with connected(tmp_path) as (client, engine):
        engine.hold = True
        session = answered(await client.call_tool("generate_driver_supervised", {**PETSTORE, "wait_seconds": 0}))[
            "session_id"
        ]
        assert await engine.journal.claim(session, this_process(), lease_seconds=60) is None
        await engine.journal.store_files(session, 1, [DriverFile(path="profile.json", text=_profile(300).to_json())])
        items, cursor = [], None
        while True:
            arguments = {"session_id": session, "view": "profile", "cursor": cursor}
            page = answered(await client.call_tool("get_session", arguments))
            items += page["items"]
            if (cursor := page["next_cursor"]) is None:
                break
    kinds = [item["kind"] for item in items]
    assert kinds == ["api"] + ["object"] * 300 + ["operation"] * 300 + ["skipped"]
    assert items[1]["verbs"] == {"read": "GET /0"}


async def test_a_profile_can_be_searched(tmp_path: Path) -> None:
    async with connected(tmp_path) as (client, engine):
        engine.hold = True
        begun = answered(await client.call_tool("generate_driver_supervised", {**PETSTORE, "wait_seconds": 0}))
        session = begun["session_id"]
        assert await engine.journal.claim(session, this_process(), lease_seconds=60) is None
        await engine.journal.store_files(session, 1, [DriverFile(path="profile.json", text=_profile(30).to_json())])
        arguments = {"session_id": session, "view": "profile", "search": "get /2"}
        names = [item["name"] for item in answered(await client.call_tool("get_session", arguments))["items"]]
        assert names == [f"{kind}_{n}" for kind in ("object", "list") for n in (2, *range(20, 30))]
        wrong = await client.call_tool("get_session", {**arguments, "view": "log"})
        assert "view='profile' only" in said(wrong)
