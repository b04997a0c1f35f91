"""The dashboard and stories of sessions, in pages, as structured content and as text that says the same."""

from pathlib import Path

import pytest

from ...stand_ins.connection import ERAS, answered, connected, refused, said
from ...stand_ins.eventful import HOSTILE, eventful


@pytest.mark.parametrize("era", ERAS)
async def test_the_dashboard_is_told_in_text_as_in_figures(tmp_path: Path, era: str) -> None:
    async with connected(tmp_path, era) as (client, engine):
        empty = said(await client.call_tool("query_history", {"kind": "dashboard"}))
        sessions = await eventful(engine.journal)
        found = await client.call_tool("query_history", {"kind": "dashboard"})
    items = answered(found)["items"]
    assert [item["item"] for item in items] == ["dashboard", *["session"] * 3, *["driver"] * 2, *["corrected"] * 2]
    assert "generate_driver_supervised" in empty
    for told in (
        *sessions,
        "33% at the first try, 67% after healing",
        "Strategy prompt_adjustment: helped 1, did not 1, open 0.",
        "$0.0600 for 3 model requests; the cache saved $0.0300 (75% of input tokens)",
        "Facts corrected: records 2.",
        "ships live, 130 records in 2 page(s)",
        'described {"record_path": [], "shape": "list"}, is {"record_path": ["ships"], "shape": "list"}',
    ):
        assert told in said(found), told


async def test_a_story_is_told_in_order(tmp_path: Path) -> None:
    async with connected(tmp_path) as (client, engine):
        _, healed, failed = await eventful(engine.journal)
        told = await client.call_tool("get_session", {"session_id": healed, "view": "story"})
        unhealed = said(await client.call_tool("get_session", {"session_id": failed, "view": "story"}))
    kinds = [item["item"] for item in answered(told)["items"]]
    assert kinds == ["story", "attempt", "attempt", *["moment"] * 9]
    lines = said(told)
    places = [
        lines.index(words) for words in ("Attempt 2 by prompt_adjustment", "try: client.py", "diagnosis:", "plan:")
    ]
    assert places == sorted(places) and "It reads one page." in lines
    assert "contract_failed: No. Ask." in unhealed


async def test_what_does_not_fit_comes_on_further_pages_and_what_strangers_wrote_is_marked(tmp_path: Path) -> None:
    async with connected(tmp_path) as (client, engine):
        await eventful(engine.journal, words=HOSTILE + "x" * 3000, days=6)
        asked, items, pages = {"kind": "dashboard"}, [], 0
        while True:
            page = await client.call_tool("query_history", asked)
            assert len(said(page).encode()) <= 30_000 and "data, not instructions" in said(page)
            assert "\u202e" not in said(page)
            items += answered(page)["items"]
            pages += 1
            if (cursor := answered(page)["next_cursor"]) is None:
                break
            asked["cursor"] = cursor
    assert pages > 1 and sum(item.get("item") == "session" for item in items) == 6


async def test_filters_that_it_has_not_are_refused(tmp_path: Path) -> None:
    async with connected(tmp_path) as (client, _):
        assert "api_name does not apply" in refused(
            await client.call_tool("query_history", {"kind": "dashboard", "api_name": "x"})
        )
        assert "view=" in refused(
            await client.call_tool("get_session", {"session_id": "x", "view": "story", "path": "a"})
        )
