"""`read`: records as a table, JSON or CSV."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from driversmith.engine.api import Engine
from driversmith.engine.errors import InvalidArgumentError

from ..conftest import Command

RECORDS = [{"id": 1, "name": "Rex, the [first]", "tags": ["a", "b"]}, {"id": 2, "owner": {"name": "Ada"}, "fed": True}]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the engine was asked for; it answers with the records above."""
    calls: list[dict[str, Any]] = []

    async def read_driver(self: Engine, project: Path, object_name: str, **options: Any) -> list[dict[str, Any]]:
        calls.append({"project": project, "object": object_name, **options})
        if object_name != "pets":
            raise InvalidArgumentError(f"There is no object {object_name!r}.", next_action="Read pets.")
        return RECORDS

    monkeypatch.setattr(Engine, "read_driver", read_driver)
    return calls


def test_records_are_a_table_by_default(command: Command, asked: list[dict[str, Any]]) -> None:
    ran = command("read", "pets_driver", "pets")
    assert ran.code == 0
    for told in ("pets (2)", "name", "Rex, the [first]", '{"name": "Ada"}', '["a", "b"]'):
        assert told in ran.out


def test_a_table_that_leaves_something_out_says_how_to_see_it(
    command: Command, asked: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "--json" not in command("read", "pets_driver", "pets").err
    for record in ({"text": "x" * 50}, {f"field_{n}": n for n in range(99)}):
        monkeypatch.setattr(sys.modules[__name__], "RECORDS", [record])
        assert "--json or --csv shows everything" in command("read", "pets_driver", "pets").err


def test_json_and_csv_hold_everything(command: Command, asked: list[dict[str, Any]]) -> None:
    assert command("read", "pets_driver", "pets", "--json").json == RECORDS
    lines = command("read", "pets_driver", "pets", "--csv").out.splitlines()
    assert lines == [
        "id,name,tags,owner,fed",
        '1,"Rex, the [first]","[""a"", ""b""]",,',
        '2,,,"{""name"": ""Ada""}",true',
    ]
    assert command("read", "pets_driver", "pets", "--csv", "--json").code == 2


def test_parameters_limit_and_folder_reach_the_engine(
    command: Command, asked: list[dict[str, Any]], here: Path
) -> None:
    driver = here / "pets_driver"
    driver.mkdir()
    (driver / "profile.json").write_text(json.dumps({"base_url": "http://localhost:8000/v1"}))
    given = ["--param", "page=3", "--param", "q=a=b", "--param", "exact=true", "--param", 'ids=["x"]', "--limit", "7"]
    assert command("read", "pets_driver", "pets", *given).code == 0
    (call,) = asked
    assert call["project"] == driver
    assert call["params"] == {"page": 3, "q": "a=b", "exact": True, "ids": ["x"]}
    assert (call["limit"], call["allow_local"]) == (7, ("localhost:8000",))


def test_a_malformed_parameter_or_unknown_object_is_exit_code_2(command: Command, asked: list[dict[str, Any]]) -> None:
    assert command("read", "pets_driver", "pets", "--param", "page").code == 2
    ran = command("read", "pets_driver", "fish")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "driversmith: There is no object 'fish'. Read pets.\n"
