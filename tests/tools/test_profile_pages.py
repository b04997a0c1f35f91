"""A session's profile in pages."""

from pathlib import Path

from driversmith.engine.journal.ownership import this_process
from driversmith.engine.models.driver import DriverFile
from driversmith.engine.models.profile import (
    ApiProfile,
    DescriptionSource,
    Evidence,
    ObjectProfile,
    OperationProfile,
    SkippedOperation,
)

from ..stand_ins.connection import PETSTORE, answered, connected

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
