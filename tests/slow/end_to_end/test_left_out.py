"""Through the real tool: a template that writes one operation wrongly costs that operation, and nothing else."""

import json
from collections.abc import Callable
from pathlib import Path

import anyio
import pytest
from driversmith.engine.generation import template_engine
from driversmith.engine.models.driver import DriverBundle
from driversmith.engine.models.profile import ApiProfile
from driversmith.server.app import create_server
from mcp import Client

from ...end_to_end.shop import RECORDS, Shop
from ...patience import LONG
from ...stand_ins.connection import answered
from ...stand_ins.engine import settings_in

Spoil = Callable[[str], str]

SPOILED = {
    "sent elsewhere": ('"/toys"', '"/joys"'),
    "a name that is not there": ('"/toys"', "TOYS_PATH"),
    "no Python": ('"/toys"', '"/toys" "'),
    "refused by the import guard": ('"/toys"', 'eval("1") or "/toys"'),
}


@pytest.mark.parametrize("fault", SPOILED)
async def test_the_rest_of_the_driver_reads_the_api(
    fault: str, shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, wrong = SPOILED[fault]
    write = template_engine.write_driver

    def spoiled(profile: ApiProfile) -> DriverBundle:
        bundle = write(profile)
        files = [
            file.model_copy(update={"text": file.text.replace(right, wrong)}) if file.path.endswith(".py") else file
            for file in bundle.files
        ]
        return bundle.model_copy(update={"files": tuple(files)})

    monkeypatch.setattr(template_engine, "write_driver", spoiled)
    settings = settings_in(tmp_path, allow_local=frozenset({shop.address}))
    async with Client(create_server(settings)) as client:
        with anyio.fail_after(LONG):
            found = answered(
                await client.call_tool(
                    "generate_driver_supervised",
                    {"api_name": "Shop", "api_url": shop.base_url, "wait_seconds": 90, "engine": "template"},
                )
            )
    assert found["success"], found["error"]
    assert [(entry["operation"], entry["reason"]) for entry in found["skipped"]] == [("GET /toys", "not_proven")]
    assert found["skipped"][0]["detail"]
    assert found["preview"]["pets"] == RECORDS["pets"][:3]
    assert found["verification"]["failed"] == 0
    project = Path(found["output_path"])
    assert list(json.loads((project / "driver.json").read_text())["objects"]) == ["pets"]
    assert "GET /toys" in (project / "README.md").read_text()
