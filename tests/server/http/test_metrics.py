"""What Prometheus scrapes are the figures that the tools tell, of whoever asks."""

import re
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from driversmith.engine.errors import JournalError
from driversmith.engine.journal.sqlite.opening import open_journal
from driversmith.server.http.metrics import FAMILIES, exposition

from ...security.served import bearing, served
from ...stand_ins.connection import answered

CALL = {"api_name": "Pets", "api_url": "https://pets.example"}
LINE = re.compile(r'([a-z_]+)(?:\{([a-z_]+)="((?:[^"\\\n]|\\.)*)"\})? (-?[0-9.e+-]+)')


def read(text: str) -> dict[tuple[str, str], float]:
    """Samples by name and label, of a text that Prometheus takes."""
    samples: dict[tuple[str, str], float] = {}
    kinds: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kinds_of = line.split()
            assert name not in kinds, "a family stands together"
            kinds[name] = kinds_of
        elif not line.startswith("# HELP "):
            found = LINE.fullmatch(line)
            assert found, line
            samples[found[1].removeprefix("driversmith_"), found[3] or ""] = float(found[4])
            assert found[1] in kinds
            assert (kinds[found[1]] == "counter") == found[1].endswith("_total")
    return samples


async def test_the_figures_are_those_of_the_tool_and_of_whoever_asks(tmp_path: Path) -> None:
    async with served(tmp_path) as server:
        url = server.url.replace("/mcp", "/metrics")
        async with server.client("alice") as client:
            await client.call_tool("generate_driver_supervised", CALL)
            (told,) = answered(await client.call_tool("query_history", {"kind": "metrics"}))["items"]
        hers = await server.raw.get(url, headers=bearing("alice"))
        his = await server.raw.get(url, headers=bearing("bob"))
        assert (await server.raw.get(url)).status_code == 401
    assert hers.headers["content-type"].startswith("text/plain; version=0.0.4")
    samples = read(hers.text)
    assert samples["sessions", "succeeded"] == told["sessions"]["by_status"]["succeeded"] == 1
    assert samples["success_ratio", ""] == told["after_healing_success_rate"] == 1
    assert samples["model_requests_total", ""] == told["tokens"]["calls"]
    assert samples["unhandled_exceptions_total", ""] == told["unhandled_exceptions"]
    assert not {name for name, _ in read(his.text)} & {"sessions", "success_ratio"}


async def test_every_family_finds_its_figures_in_the_journal_and_what_is_not_known_is_not_there(tmp_path: Path) -> None:
    async with open_journal(tmp_path / "journal.db") as journal:
        metrics = await journal.metrics()
    assert {name for name, _ in read(exposition(metrics))} >= {"model_tokens_total", "unhandled_exceptions_total"}
    assert "success_ratio" not in exposition(metrics)
    full = read(exposition(_filled(metrics)))
    assert {name for name, _ in full} == {family.name for family in FAMILIES}
    assert full["diagnosis_seconds", "0.95"] == 7 and full["model_tokens_total", "cached"] == 7


async def test_a_label_cannot_end_its_line(tmp_path: Path) -> None:
    async with open_journal(tmp_path / "journal.db") as journal:
        metrics = await journal.metrics()
    text = exposition({**metrics, "findings_by_code": {'a"b\\c\nd': 1}})
    assert read(text)["findings_total", r"a\"b\\c\nd"] == 1


def _filled(value: Any) -> Any:
    """The same with a figure in every place."""
    if isinstance(value, dict):
        return {key: _filled(inner) for key, inner in value.items()} or {"x": 7}
    return 7


def test_the_page_about_watching_tells_every_family_its_kind_and_its_label() -> None:
    page = (Path(__file__).parents[3] / "docs/observability.md").read_text("utf-8")
    rows = [line.split("|")[1:4] for line in page.splitlines() if re.match(r"\| `[a-z_`, ]+ \| (gauge|counter) ", line)]
    told = {
        (name, kind.strip(), *re.findall(r"`(\w+)`", label)[:1])
        for names, kind, label in rows
        for name in re.findall(r"`(\w+)`", names)
    }
    assert told == {(f.name, f.kind, f.label) if f.label else (f.name, f.kind) for f in FAMILIES}


async def test_without_a_journal_it_says_so_and_is_no_page_of_zeros(tmp_path: Path) -> None:
    @asynccontextmanager
    async def refusing(_: Any) -> Any:
        raise JournalError("no space left in /home/alice/driversmith.db")
        yield

    async with served(tmp_path, engine_factory=refusing) as server:
        root = server.url.removesuffix("/mcp")
        for path in ("/metrics", "/sessions/s1/driver.zip"):
            answer = await server.raw.get(f"{root}{path}", headers=bearing("alice"))
            assert (answer.status_code, answer.text) == (503, "journal_unusable\n")
