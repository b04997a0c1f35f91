"""The other faces: an app in a host's window, a command of this machine, and a session as a file."""

import json
import os
import re
import signal
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest
from driversmith.engine.settings import Settings

from ...patience import LONG
from ...stand_ins.connection import connected
from ...stand_ins.eventful import HOSTILE, eventful
from .browser import Page
from .conftest import filled

HOST = """<!doctype html><meta charset="utf-8"><title>A host</title><iframe sandbox="%(sandbox)s"></iframe><script>
const given = %(given)s, heard = [], frame = document.querySelector("iframe");
const reply = (message) => frame.contentWindow.postMessage({ jsonrpc: "2.0", ...message }, "*");
addEventListener("message", ({ data, source }) => {
  if (source !== frame.contentWindow) return;
  heard.push(data);
  if (data.method === "ui/initialize") reply({ id: data.id, result: { protocolVersion: data.params.protocolVersion,
    hostInfo: { name: "host", version: "1" }, hostCapabilities: given.calls ? { serverTools: {} } : {}, hostContext: { theme: "dark" } } });
  if (data.method === "ui/notifications/initialized" && !given.silent)
    reply({ method: "ui/notifications/tool-result", params: given.pushed });
  if (data.method === "tools/call") reply({ id: data.id, result: given.calls[data.params.name + (data.params.arguments.cursor || "")] });
});
frame.srcdoc = given.page;
</script>"""
FREE, CLOSED = "allow-scripts allow-same-origin", "allow-scripts"
"""The first lets a test look inside; the second is what hosts do that give an app no origin."""


async def _given(folder: Path, *, days: int, words: str = "", calls: bool) -> tuple[dict[str, Any], list[str]]:
    """What a host has of the server: the page, an answer that it pushes, and answers to what the page asks."""
    async with connected(folder) as (client, engine):
        sessions = await eventful(engine.journal, days=days, words=words)
        page = (await client.read_resource("ui://driversmith/dashboard")).contents[0].text
        pushed = await client.call_tool("query_history", {"kind": "dashboard"})
        answers: dict[str, Any] = {}
        for name, asked in (
            ("query_history", {"kind": "dashboard", "limit": 50}),
            ("get_session", {"session_id": sessions[-1], "view": "story"}),
        ):
            cursor = ""
            while cursor is not None:
                answer = await client.call_tool(name, asked | ({"cursor": cursor} if cursor else {}))
                answers[name + cursor] = answer.model_dump(mode="json", by_alias=True)
                cursor = answer.structured_content["next_cursor"]
    return {
        "page": page,
        "pushed": pushed.model_dump(mode="json", by_alias=True),
        "calls": answers if calls else None,
    }, sessions


async def _shown(page: Page, folder: Path, given: dict[str, Any], sandbox: str) -> None:
    file = anyio.Path(folder / "host.html")
    held = json.dumps(given).replace("<", "\\u003c")
    await file.write_text(HOST % {"sandbox": sandbox, "given": held}, encoding="utf-8")
    await page.set_up(900, "light")
    await page.open(f"file://{file}")


def _of_the_app(page: Page) -> list[str]:
    """Complaints, but for the one about the host that lets the test look inside."""
    return [words for words in page.complaints if "can escape its sandboxing" not in words]


async def test_an_app_asks_for_nothing_that_it_was_given(tmp_path: Path, page: Page) -> None:
    given, _ = await _given(tmp_path, days=3, calls=True)
    await _shown(page, tmp_path, given, FREE)
    await page.until("document.querySelector('iframe').contentDocument?.querySelector('.figures')")
    assert await page.js("heard.filter((m) => m.method === 'tools/call').length") == 0


async def test_an_app_that_is_given_another_answer_and_may_not_ask_says_what_to_ask_for(
    tmp_path: Path, page: Page
) -> None:
    given, _ = await _given(tmp_path, days=1, calls=False)
    await _shown(page, tmp_path, {**given, "pushed": {"content": [], "structuredContent": {"items": []}}}, FREE)
    inside = "document.querySelector('iframe').contentDocument"
    await page.until(f"{inside}?.querySelector('main')?.innerText.includes('kind=dashboard')")


async def test_an_app_whose_host_pushes_nothing_asks_by_itself(tmp_path: Path, page: Page) -> None:
    given, _ = await _given(tmp_path, days=3, calls=True)
    await _shown(page, tmp_path, {**given, "silent": True}, FREE)
    await page.until("document.querySelector('iframe').contentDocument?.querySelector('.figures')")
    assert await page.js("heard.filter((m) => m.method === 'tools/call').length") == 1


@pytest.mark.parametrize("words", ["", HOSTILE, "w" * 2000])
async def test_an_app_asks_its_host_for_all_pages_and_for_a_session(tmp_path: Path, page: Page, words: str) -> None:
    given, sessions = await _given(tmp_path, days=12, words=words, calls=True)
    await _shown(page, tmp_path, given, FREE)
    inside = "document.querySelector('iframe').contentDocument"
    await page.until(f"{inside}?.querySelector('.figures')")
    rows = f"[...{inside}.querySelectorAll('a[href^=\"#session\"]')].map((a) => a.hash.slice(9))"
    assert set(sessions) == set(await page.js(rows))
    assert await page.js(f"{inside}.documentElement.dataset.theme") == "dark"
    await page.js(f"{inside}.querySelector('a[href=\"#session={sessions[-1]}\"]').click()")
    await page.until(f"{inside}.querySelector('.timeline')")
    assert await page.js(f"{inside}.title") != "owned" and await page.js(f"{inside}.images.length") == 0
    assert _of_the_app(page) == []
    assert {url for url in page.requests if not url.startswith("data:")} <= {
        f"file://{tmp_path}/host.html",
        "about:srcdoc",
    }


async def test_an_app_without_an_origin_works_and_tells_its_host_how_tall_it_is(tmp_path: Path, page: Page) -> None:
    given, _ = await _given(tmp_path, days=3, calls=True)
    await _shown(page, tmp_path, given, CLOSED)
    await page.until("heard.some((m) => m.method === 'ui/notifications/size-changed' && m.params.height > 900)")
    (first, *_) = await page.js("heard.map((m) => m.method)")
    assert first == "ui/initialize" and page.complaints == []


async def test_an_app_that_may_ask_for_nothing_shows_what_it_is_given(tmp_path: Path, page: Page) -> None:
    given, sessions = await _given(tmp_path, days=3, calls=False)
    await _shown(page, tmp_path, given, FREE)
    inside = "document.querySelector('iframe').contentDocument"
    await page.until(f"{inside}?.querySelector('.figures')")
    await page.js(f"{inside}.querySelector('a[href=\"#session={sessions[0]}\"]').click()")
    await page.until(f"{inside}.body.innerText.includes('view=story')")
    assert _of_the_app(page) == []


async def test_the_command_shows_the_page_at_the_url_that_it_prints_until_ctrl_c(tmp_path: Path, page: Page) -> None:
    home = tmp_path / "home"
    sessions = await filled(Settings(home=home), days=3)
    environment = {**os.environ, "DRIVERSMITH_HOME": str(home)}
    command = [sys.executable, "-m", "driversmith.server", "dashboard"]
    async with await anyio.open_process(command, env=environment, stderr=None) as process:
        assert process.stdout is not None
        try:
            with anyio.fail_after(LONG):
                url = (await process.stdout.receive()).decode().strip()
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+/dashboard#token=\S+", url)
            await page.set_up(1600, "light")
            await page.open(url)
            await page.until("document.querySelector('.figures')")
            assert await page.js("location.hash") == "" and sessions[0] in await page.js("document.body.innerHTML")
            await page.reload()
            await page.until("document.querySelector('.figures')")
            assert page.complaints == []
            process.send_signal(signal.SIGINT)
            with anyio.fail_after(LONG):
                assert await process.wait() == 130
        finally:
            if process.returncode is None:
                process.kill()


@pytest.mark.parametrize("words", ["", HOSTILE])
async def test_a_session_is_one_file_that_needs_nothing_else(tmp_path: Path, page: Page, words: str) -> None:
    home, file = tmp_path / "home", tmp_path / "story.html"
    sessions = await filled(Settings(home=home), days=3, words=words)
    command = [sys.executable, "-m", "driversmith.server", "show", sessions[1], "--html", str(file)]
    await anyio.run_process(command, env={**os.environ, "DRIVERSMITH_HOME": str(home)})
    for width, scheme in ((400, "light"), (1600, "dark")):
        await page.set_up(width, scheme)
        await page.open(f"file://{file}")
        await page.until("document.querySelector('.timeline')")
        assert await page.js("document.documentElement.scrollWidth") <= width
    told = await page.js("document.querySelector('main').innerText")
    assert "It reads one page." in await page.js("document.querySelector('main').textContent")
    assert "All sessions" not in told and await page.js("document.title") != "owned"
    assert page.complaints == [] and {url for url in page.requests if not url.startswith("data:")} == {f"file://{file}"}
