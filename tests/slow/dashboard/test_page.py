"""The page as a browser shows it: in every size and colour, for every kind of data, by keyboard, and as it changes."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from ...security.served import TOKENS, Served
from ...stand_ins.eventful import HOSTILE
from .browser import ENTER, TAB, Page
from .conftest import looked_at

DATA: dict[str, dict[str, Any]] = {
    "empty": {},
    "full": {"days": 24},
    "one day": {"days": 1},
    "hostile": {"days": 6, "words": HOSTILE},
    "long words": {"days": 6, "words": "x" * 400},
}
AA = """
(() => {
  const light = (c) => c.map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  const of = (c) => { const [r, g, b] = light(c); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const rgb = (name) => colour(name).match(/[0-9.]+/g).slice(0, 3).map(Number);
  const worst = [];
  for (const ink of ["ink", "soft", "link"]) for (const ground of ["ground", "surface", "sunken"]) {
    const [a, b] = [of(rgb(ink)), of(rgb(ground))].sort((x, y) => y - x);
    worst.push([ink, ground, (a + 0.05) / (b + 0.05)]);
  }
  return worst.filter(([, , ratio]) => ratio < 4.5);
})()
"""


def _root(server: Served) -> str:
    return server.url.removesuffix("/mcp")


async def _opened(page: Page, server: Served, fragment: str = "") -> None:
    await page.open("about:blank")
    await page.open(f"{_root(server)}/dashboard{fragment}", token=TOKENS["alice"])
    await page.until("document.querySelector('main h1')")


async def _is_sound(page: Page, server: Served, width: int) -> None:
    """Nothing complained, nobody else was asked, and all is in the window and in order."""
    assert page.complaints == []
    assert {url for url in page.requests if not url.startswith((_root(server), "data:"))} <= {"about:blank"}
    assert await page.js("document.documentElement.scrollWidth") <= width
    wide = await page.js(
        "[...document.querySelectorAll('main *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1"
        " && !e.closest('.unseen') && e.checkVisibility()).map((e) => e.className || e.tagName).slice(0, 5)"
    )
    assert wide == []
    assert await page.js("document.title") != "owned" and await page.js("document.images.length") == 0
    headings = await page.js("[...document.querySelectorAll('h1,h2,h3')].map((h) => Number(h.tagName[1]))")
    assert headings.count(1) == 1 and headings[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(headings))
    assert await page.js(
        "[...document.querySelectorAll('table')].every((t) => t.caption && t.querySelector('th[scope=col]'))"
    )
    assert await page.js(
        "[...document.querySelectorAll('[role=img]')].every((c) => c.ariaLabel && c.parentNode.querySelector('table'))"
    )
    assert await page.js("document.querySelectorAll('main, header.top').length") == 2
    ids = await page.js("[...document.querySelectorAll('[id]')].map((e) => e.id)")
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("kind", DATA)
async def test_it_is_sound_in_every_size_and_colour(tmp_path: Path, page: Page, kind: str) -> None:
    async with looked_at(tmp_path, **DATA[kind]) as (server, sessions):
        for fragment in ["", *(f"#session={session}" for session in sessions[:3])]:
            for width, scheme in ((400, "light"), (1600, "light"), (1600, "dark"), (400, "dark")):
                await page.set_up(width, scheme)
                await _opened(page, server, fragment)
                await _is_sound(page, server, width)
                assert await page.js(AA) == []
                drawn = await page.screenshot(tmp_path / f"{width}-{scheme}.png")
                assert len(drawn) > 5_000
        if kind == "empty":
            assert "driversmith generate" in await page.js("document.querySelector('main').innerText")


async def test_light_and_dark_follow_the_system_until_somebody_chooses(tmp_path: Path, page: Page) -> None:
    async with looked_at(tmp_path, days=3) as (server, _):
        await page.set_up(1600, "dark")
        await _opened(page, server)
        ground = "getComputedStyle(document.body).backgroundColor"
        dark = await page.js(ground)
        for _ in range(2):
            await page.js("document.getElementById('theme').click()")
        assert await page.js("document.getElementById('theme').textContent") == "Theme: dark"
        await page.set_up(1600, "light")
        assert await page.js(ground) == dark
        await _opened(page, server)
        assert await page.js(ground) == dark
        await page.js("document.getElementById('theme').click()")
        assert await page.js(ground) != dark


async def test_charts_are_drawn_and_their_figures_stand_in_tables(tmp_path: Path, page: Page) -> None:
    async with looked_at(tmp_path, days=24) as (server, _):
        await page.set_up(1600, "light")
        await _opened(page, server)
        await page.until("document.querySelectorAll('.chart canvas').length === 2")
        painted = (
            "[...document.querySelectorAll('.chart canvas')].map((c) => new Set(new Uint32Array("
            "c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer)).size)"
        )
        await page.until(f"{painted}.every((colours) => colours > 5)")
        rows = await page.js(
            "[...document.querySelector('figure table').tBodies[0].rows].map((r) => [...r.cells].map((c) => c.innerText))"
        )
        assert len(rows) == 24 and await page.js("document.querySelector('figure details').open") is False
        await page.set_up(400, "light")
        await page.until("[...document.querySelectorAll('.chart canvas')].every((c) => c.clientWidth < 400)")
    assert page.complaints == []


async def test_all_of_it_is_reached_and_worked_by_keyboard(tmp_path: Path, page: Page) -> None:
    async with looked_at(tmp_path, days=3) as (server, sessions):
        await page.set_up(1600, "light")
        await _opened(page, server)
        seen = [await _tabbed(page) for _ in range(60)]
        wanted = await page.js(
            "[...document.querySelectorAll('a, button, summary, input')].filter((e) => e.checkVisibility())"
            ".map((e) => e.innerText + (e.getAttribute('href') || ''))"
        )
        assert seen[0][0] == "Skip to the content#main"
        assert set(wanted) <= {name for name, _ in seen}
        assert all(outline != "none" for name, outline in seen if name)
        await page.js(f"document.querySelector('.card a[href=\"#session={sessions[1]}\"]').focus()")
        await page.press(ENTER)
        await page.until("document.querySelector('.timeline')")
        assert await page.js("document.activeElement.id") == "main"
        assert (await _tabbed(page))[0] == "All sessions#"
        await page.js("document.querySelector('.skip').click()")
        assert await page.js("document.activeElement.id") == "main" and await page.js("Boolean(chosen_session())")
        await _tabbed(page)
        await page.press(ENTER)
        await page.until("!document.querySelector('.timeline')")
    assert page.complaints == []


async def _tabbed(page: Page) -> list[str]:
    """What has the focus after the next tab, and its outline."""
    await page.press(TAB)
    return await page.js(
        "(() => { const e = document.activeElement; return e === document.body ? ['', 'none'] :"
        " [e.innerText + (e.getAttribute('href') || ''), getComputedStyle(e).outlineStyle]; })()"
    )


async def test_it_changes_by_itself_keeps_what_stands_open_and_rests_while_nobody_looks(
    tmp_path: Path, page: Page
) -> None:
    async with looked_at(tmp_path, days=3) as (server, sessions):
        await page.set_up(1600, "light")
        await _opened(page, server, f"#session={sessions[1]}")
        await page.js("document.querySelector('details').open = true")
        await page.js("document.querySelectorAll('summary')[1].focus()")
        focused = await page.js("document.activeElement.parentElement.dataset.keep")
        await page.js("shown = shown + ' '; window.before = document.querySelector('main h1'); again(0.05)")
        await page.until("window.before !== document.querySelector('main h1')")
        assert await page.js("document.querySelector('details').open") is True
        assert await page.js("document.activeElement.parentElement.dataset.keep") == focused
        await page.js("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
        await page.js("document.dispatchEvent(new Event('visibilitychange'))")
        asked = len(page.requests)
        await page.js("again(0.01); new Promise((done) => setTimeout(done, 300))")
        assert len(page.requests) == asked
        await page.js("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
        await page.js("new Promise((done) => setTimeout(done, 300))")
        assert len(page.requests) > asked
    assert page.complaints == []


async def test_whoever_opens_it_without_a_token_is_asked_for_one(tmp_path: Path, page: Page) -> None:
    async with looked_at(tmp_path, days=3) as (server, sessions):
        await page.set_up(400, "light")
        await page.open(f"{_root(server)}/dashboard")
        await page.until("document.querySelector('form')")
        assert await page.js("document.activeElement.id") == "token"
        await page.js("document.activeElement.value = 'nobodys-token'")
        await page.press(ENTER)
        await page.until("document.querySelector('[role=alert]')")
        await page.js(f"document.activeElement.value = {json.dumps(TOKENS['alice'])}")
        await page.press(ENTER)
        await page.until("document.querySelector('.figures')")
        assert sessions[0] in await page.js("document.querySelector('main').innerHTML")
        assert all("Failed to load resource" in complaint for complaint in page.complaints)


async def test_an_unknown_session_is_told_and_leaves_a_way_back(tmp_path: Path, page: Page) -> None:
    async with looked_at(tmp_path, days=1) as (server, _):
        await page.set_up(400, "light")
        await _opened(page, server, "#session=nope")
        assert "no session 'nope'" in await page.js("document.querySelector('main').innerText")
        await page.js("document.querySelector('main a').click()")
        await page.until("document.querySelector('.figures')")
