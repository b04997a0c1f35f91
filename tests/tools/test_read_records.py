"""Records in a chat: whole, all of them, and in pages that no host cuts."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from driversmith.tools.answers.shape import OF_THE_API
from mcp import Client
from mcp_types import CallToolResult

from ..stand_ins.connection import ERAS, PETSTORE, answered, connected, refused, said

MOST = 70_000
"""Characters of 20,000 tokens at 3.5 a token; pages stay far below."""


async def _session(client: Client) -> str:
    return answered(await client.call_tool("generate_driver_supervised", PETSTORE))["session_id"]


def _cursor(text: str) -> str | None:
    """The cursor that a text tells of, as a host sees it that shows nothing else."""
    found = re.search(r"^More: call again with cursor='([^']+)'\.$", text, re.MULTILINE)
    return found[1] if found else None


async def _texts(client: Client, **arguments: Any) -> list[str]:
    """The texts of all pages, found by what the texts say alone."""
    texts: list[str] = []
    cursor: str | None = None
    while cursor or not texts:
        result = await client.call_tool("read_records", {**arguments, "cursor": cursor})
        _check(result, said(result))
        texts.append(said(result))
        cursor = _cursor(texts[-1])
    return texts


def _check(result: CallToolResult, text: str) -> None:
    found = answered(result)
    assert found["next_cursor"] == _cursor(text)
    assert len(text) < MOST and len(json.dumps(found, ensure_ascii=False)) < MOST
    assert len(text.encode()) < 32_000 and len(json.dumps(found, ensure_ascii=False).encode()) < 32_000


def _records(texts: list[str]) -> list[dict[str, Any]]:
    """The records in the texts, put together from parts where they come in parts."""
    records: list[dict[str, Any]] = []
    parts: list[str] = []
    for text in texts:
        if marked := re.match(r"Record (\d+) of \w+ is longer than a page: part (\d+) of (\d+) of its JSON", text):
            assert int(marked[1]) == len(records) + 1 and int(marked[2]) == len(parts) + 1
            parts.append(text.partition("\n\n")[2])
            if marked[2] == marked[3]:
                records.append(json.loads("".join(parts)))
                parts = []
        else:
            records += [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert not parts
    return records


SAMPLES: dict[str, list[dict[str, Any]]] = {
    "small": [{"id": n, "name": f"pet {n}"} for n in range(133)],
    "none": [],
    "just a page of them": [{"id": n} for n in range(20)],
    "long texts": [{"id": n, "text": "x" * 5_000} for n in range(100)],
    "many fields": [{f"field {n}": n for n in range(900)} for _ in range(7)],
    "other scripts": [{"id": n, "name": "漢字 🙂 \u2028 line"} for n in range(2_000)],
    "one that is longer than a page": [{"id": 1}, {"id": 2, "text": 'a "quoted"\n text ' * 9_000}, {"id": 3}],
    "longer ones alone": [{"id": n, "rows": [["ü" * 40] * 30] * 40} for n in range(2)],
    "just above a page": [{"id": n, "text": "y" * size} for n, size in enumerate(range(27_800, 30_200, 100))],
}


SLOW = ("longer ones alone", "one that is longer than a page")
"""They come in many parts: for the slow stage."""


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("name", [name for name in SAMPLES if name not in SLOW])
async def test_all_records_can_be_had_from_the_texts_alone(tmp_path: Path, name: str, era: str) -> None:
    await are_had_from_the_texts(tmp_path, name, era)


async def are_had_from_the_texts(tmp_path: Path, name: str, era: str) -> None:
    async with connected(tmp_path, era) as (client, engine):
        engine.records = SAMPLES[name]
        session = await _session(client)
        for limit in (20, 1000):
            texts = await _texts(client, session_id=session, object_name="pets", limit=limit)
            assert _records(texts) == SAMPLES[name]


async def test_structured_pages_hold_the_same(tmp_path: Path) -> None:
    async with connected(tmp_path) as (client, engine):
        engine.records = SAMPLES["one that is longer than a page"]
        session = await _session(client)
        records: list[Any] = []
        parts = ""
        cursor = None
        while True:
            arguments = {"session_id": session, "object_name": "pets", "cursor": cursor}
            found = answered(await client.call_tool("read_records", arguments))
            assert found["first"] == len(records) + 1
            records += found["records"]
            if part := found["part"]:
                parts += part["text"]
                if part["part"] == part["parts"]:
                    records.append(json.loads(parts))
            if (cursor := found["next_cursor"]) is None:
                break
    assert records == engine.records


async def test_the_text_says_which_records_these_are(tmp_path: Path) -> None:
    async with connected(tmp_path) as (client, engine):
        engine.records = SAMPLES["small"][:22]
        session = await _session(client)
        texts = await _texts(client, session_id=session, object_name="pets")
        assert texts[0].startswith(f'20 records of pets (1 to 20).\n{OF_THE_API}\n{{"id": 0, "name": "pet 0"}}\n')
        assert texts[1].startswith("2 records of pets (21 to 22), the last.\n")
        engine.records = []
        assert await _texts(client, session_id=session, object_name="pets") == ["No records of pets."]


async def test_fields_make_records_shorter(tmp_path: Path) -> None:
    async with connected(tmp_path) as (client, engine):
        engine.records = [
            {"id": n, "text": "x" * 90_000, "owner": {"name": "Ada", "bio": "y" * 90_000}} for n in range(9)
        ]
        session = await _session(client)
        texts = await _texts(client, session_id=session, object_name="pets", fields=["id", "owner.name"])
        assert _records(texts) == [{"id": n, "owner": {"name": "Ada"}} for n in range(9)]
        assert len(texts) == 1


async def test_an_unknown_field_is_refused_by_the_first_page_alone(tmp_path: Path) -> None:
    async with connected(tmp_path) as (client, engine):
        session = await _session(client)
        arguments: dict[str, Any] = {"session_id": session, "object_name": "pets", "fields": ["txt"]}
        text = refused(await client.call_tool("read_records", arguments))
        assert "Did you mean text? Known: id, text." in text
        engine.described = ()
        engine.records = [{"id": 1, "odd": True}] * 20 + [{"id": 2}] * 20
        texts = await _texts(client, session_id=session, object_name="pets", fields=["odd"])
        assert _records(texts) == [{"odd": True}] * 20 + [{}] * 20


async def test_the_engine_is_told_where_to_go_on(tmp_path: Path) -> None:
    async with connected(tmp_path) as (client, engine):
        session = await _session(client)
        await _texts(client, session_id=session, object_name="pets")
        readings = [arguments["reading"] for name, arguments in engine.calls if name == "read_records"]
    assert readings[0] == "" and set(readings[1:]) == {"0" * 8}


FOREIGN = "belongs to another read"
NONE_OF_OURS = "must be the next_cursor of the page before"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"object_name": "toys"}, FOREIGN),
        ({"params": {"fed": True}}, FOREIGN),
        ({"fields": ["id"]}, FOREIGN),
        ({"cursor": "7"}, NONE_OF_OURS),
        ({"cursor": ""}, NONE_OF_OURS),
        ({"cursor": "x" * 400}, NONE_OF_OURS),
        ({"cursor": "20.0.zzzzzzzz."}, NONE_OF_OURS),
        ({"cursor": "20.2.00000000."}, NONE_OF_OURS),
        ({"cursor": "٢٠.0.00000000."}, NONE_OF_OURS),
        ({"cursor": "20.0.00000000.00000000"}, FOREIGN),
    ],
)
async def test_a_cursor_that_does_not_belong_here_is_refused_in_words(
    tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    async with connected(tmp_path) as (client, engine):
        session = await _session(client)
        arguments: dict[str, Any] = {"session_id": session, "object_name": "pets"}
        cursor = answered(await client.call_tool("read_records", arguments))["next_cursor"]
        asked = len(engine.calls)
        text = refused(await client.call_tool("read_records", {**arguments, "cursor": cursor, **change}))
        assert words in text and len(engine.calls) == asked
        again = await client.call_tool("read_records", {**arguments, "cursor": cursor, "limit": 2})
        assert answered(again)["first"] == 6, "limit may change on the way"


async def test_a_record_that_changed_between_its_parts_is_not_put_together(tmp_path: Path) -> None:
    async with connected(tmp_path) as (client, engine):
        engine.records = [{"id": 1}, {"id": 2, "text": "x" * 90_000}]
        session = await _session(client)
        arguments: dict[str, Any] = {"session_id": session, "object_name": "pets"}
        for _ in range(2):
            arguments["cursor"] = answered(await client.call_tool("read_records", arguments))["next_cursor"]
        for records in ([{"id": 1}, {"id": 2, "text": "y" * 90_000}], [{"id": 1}, {"id": 2}], [{"id": 1}]):
            engine.records = records
            text = refused(await client.call_tool("read_records", arguments))
            assert "Record 2 of pets has changed" in text
        engine.records = [{"id": 1}, {"id": 2, "text": "y" * 90_000}]
        cursor = re.search(r"cursor='([^']+)'", text)
        assert cursor
        begun = answered(await client.call_tool("read_records", {**arguments, "cursor": cursor[1]}))
        assert begun["part"]["part"] == 1
