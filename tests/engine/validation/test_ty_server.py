"""ty kept warm: the same answers as a cold run, for less; and a cold run where it fails."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest
from driversmith.engine.models.findings import Finding
from driversmith.engine.validation.file import validate_file
from driversmith.engine.validation.tools.ty import run_ty
from driversmith.engine.validation.tools.ty_server import TyServer

CLIENT = "pet_shop_driver/client.py"


@pytest.fixture
def texts(driver: dict[str, str]) -> dict[str, str]:
    """The Python files of the sample."""
    return {path: text for path, text in driver.items() if path.endswith(".py")}


@pytest.fixture
async def server() -> AsyncIterator[TyServer]:
    """One that ends with the test."""
    opened = TyServer()
    yield opened
    await opened.close()


def brief(findings: list[Finding]) -> list[tuple[str, str, str, int, int, str]]:
    return [(f.code, f.severity, f.file, f.line, f.column, f.message) for f in findings]


async def test_warm_and_cold_say_the_same(texts: dict[str, str], server: TyServer) -> None:
    wrong = {**texts, CLIENT: texts[CLIENT].replace("self._transport.close()", "self._transport.shut(1)")}
    cold = [f for f in await run_ty(wrong) if f.file == CLIENT]
    assert [f.code for f in cold] == ["missing-attribute"]
    assert await server.run(texts, focus=CLIENT) == []
    assert brief(await server.run(wrong, focus=CLIENT)) == brief(cold)
    assert await server.run(texts, focus=CLIENT) == []


async def test_what_other_files_say_now_counts(texts: dict[str, str], server: TyServer) -> None:
    transport = "pet_shop_driver/_transport.py"
    renamed = {**texts, transport: texts[transport].replace("def close(", "def shut(")}
    gone = {path: text for path, text in texts.items() if path != transport}
    assert await server.run(texts, focus=CLIENT) == []
    assert [f.code for f in await server.run(renamed, focus=CLIENT)] == ["missing-attribute"]
    assert [f.code for f in await server.run(gone, focus=CLIENT)] == ["import-not-found"]
    assert await server.run(texts, focus=CLIENT) == []


async def test_several_callers_take_turns(texts: dict[str, str], server: TyServer) -> None:
    found: dict[int, list[Finding]] = {}

    async def one(server: TyServer, number: int) -> None:
        text = texts[CLIENT].replace("self._transport.close()", f"self._transport.shut{number}()")
        found[number] = await server.run({**texts, CLIENT: text}, focus=CLIENT)

    async with anyio.create_task_group() as tasks:
        for number in range(5):
            tasks.start_soon(one, server, number)
    assert all(f"`shut{number}`" in findings[0].message for number, findings in found.items())


@pytest.mark.parametrize(
    "program",
    [
        "raise SystemExit(3)",
        "print('nonsense')",
        "print('Content-Length: 4\\r\\n\\r\\n!!!!', end='')",
        "print('Content-Length: 999999999999\\r\\n\\r\\n', end='')",
        "import time; time.sleep(3600)",
    ],
)
async def test_a_server_that_fails_is_replaced_by_a_cold_run(program: str, texts: dict[str, str]) -> None:
    server = TyServer(command=[sys.executable, "-c", program], seconds=2.0)
    found = await server.run(texts, focus=CLIENT)
    assert [(f.code, f.severity) for f in found] == [("tool-unavailable", "P3")]
    await server.close()


async def test_after_a_cancelled_check_the_next_one_is_right(texts: dict[str, str], server: TyServer) -> None:
    wrong = {**texts, CLIENT: texts[CLIENT].replace("self._transport.close()", "self._transport.shut()")}
    await server.run(texts, focus=CLIENT)
    with anyio.move_on_after(0.001):
        await server.run(wrong, focus=CLIENT)
    assert [f.code for f in await server.run(wrong, focus=CLIENT)] == ["missing-attribute"]


async def test_a_closed_server_leaves_no_folder(
    texts: dict[str, str], server: TyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    await server.run(texts, focus=CLIENT)
    assert [path async for path in anyio.Path(tmp_path).iterdir()]
    await server.close()
    assert [path async for path in anyio.Path(tmp_path).iterdir()] == []


async def test_files_of_a_driver_are_checked_by_it(driver: dict[str, str], server: TyServer, tmp_path: Path) -> None:
    for name, text in driver.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    text = driver[CLIENT].replace("self._transport.close()", "self._transport.shut()")
    report = await validate_file(file_path=CLIENT, content=text, driver_root=str(tmp_path), types=server)
    assert [(f.code, f.file) for f in report.findings] == [("missing-attribute", CLIENT)]
