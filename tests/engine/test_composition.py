"""The engine as tools, resources, the command line and Python code use it."""

import json
import subprocess
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import anyio
import pytest
from driversmith.engine import generate_driver_supervised, open_engine
from driversmith.engine.errors import InvalidArgumentError, JournalError, SessionNotFoundError
from driversmith.engine.models.prose import Researched
from driversmith.engine.models.session import GenerateRequest
from driversmith.engine.network.loopback import LoopbackServer, Request, Response
from driversmith.engine.settings import Settings

from ..patience import LONG

HEAVY = ["jinja2", "yaml", "httpx2", "uvicorn", "anthropic", "mcp", "driversmith.engine.supervision.supervisor"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", output_dir=tmp_path / "drivers")


class Unneeded:
    """Activities that a test does not get to."""

    async def research(self, *_: object, **__: object) -> Researched:
        await anyio.sleep_forever()
        raise AssertionError


def asked(tmp_path: Path, **values: object) -> GenerateRequest:
    known = {"api_name": "Pets", "api_url": "https://pets.example", "output_dir": str(tmp_path / "drivers")}
    return GenerateRequest.model_validate({**known, **values})


def test_opening_an_engine_imports_nothing_heavy(tmp_path: Path) -> None:
    script = f"""
import anyio, json, sys
from collections.abc import AsyncGenerator
from pathlib import Path
from driversmith.engine import generate_driver_supervised, open_engine
from driversmith.engine.network.loopback import LoopbackServer, Request, Response
from driversmith.engine.settings import Settings

async def main():
    async with open_engine(Settings(home=Path({str(tmp_path)!r}))):
        print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))

anyio.run(main)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_importing_the_engine_imports_nothing_of_it() -> None:
    script = "import sys, driversmith.engine; print([m for m in sys.modules if m.startswith('driversmith.engine.')])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


async def test_a_finished_result_counts_as_delivered_once_a_caller_has_it(settings: Settings, tmp_path: Path) -> None:
    async with open_engine(settings) as engine:
        session = await engine.start(asked(tmp_path, engine="model"))
        assert not (await engine.journal.session(session.session_id)).delivered
        result = await engine.wait(session.session_id, seconds=LONG)
        assert result.error is not None
        assert result.error.code == "engine_not_available"
        assert (await engine.journal.session(session.session_id)).delivered
        assert (await engine.start(asked(tmp_path, engine="model"))).session_id != session.session_id


async def test_an_unfinished_session_has_a_result_too_and_is_not_delivered(settings: Settings, tmp_path: Path) -> None:
    async with open_engine(settings, activities=Unneeded()) as engine:  # type: ignore[arg-type]
        session = await engine.start(asked(tmp_path))
        result = await engine.wait(session.session_id, seconds=0.05)
        assert (result.status, result.success, result.driver_name) == ("running", False, "pets_driver")
        assert not (await engine.journal.session(session.session_id)).delivered
        cancelled = await engine.cancel(session.session_id)
        assert cancelled.status == "cancelled"
        assert (await engine.journal.session(session.session_id)).delivered


async def test_a_restart_shows_the_same(settings: Settings, tmp_path: Path) -> None:
    async with open_engine(settings) as engine:
        session = await engine.start(asked(tmp_path, engine="model"))
        before = await engine.wait(session.session_id, seconds=LONG)
    async with open_engine(settings) as engine:
        assert await engine.result(session.session_id) == before


async def test_a_session_that_is_not_there_is_named(settings: Settings) -> None:
    async with open_engine(settings) as engine:
        for call in (engine.result, engine.cancel, engine.resume):
            with pytest.raises(SessionNotFoundError, match="s0"):
                await call("s0")
        with pytest.raises(SessionNotFoundError, match="s0"):
            await engine.wait("s0", seconds=1)


async def test_failures_are_diagnosed_and_remembered(settings: Settings, tmp_path: Path) -> None:
    async with open_engine(settings) as engine:
        session = await engine.start(asked(tmp_path, engine="model"))
        await engine.wait(session.session_id, seconds=LONG)
        of_session = await engine.diagnose_failure(session_id=session.session_id)
        assert of_session.root_cause
        message = "SyntaxError: '(' was never closed"
        of_text = await engine.diagnose_failure(error_message=message, content="x = (\n", file_path="client.py")
        assert of_text.error_type == "formatting"
        stored = (await engine.journal.diagnostics()).items
        assert [d.session_id for d in stored] == ["", session.session_id]
        with pytest.raises(InvalidArgumentError):
            await engine.diagnose_failure()


async def test_an_earlier_diagnosis_of_the_same_fault_is_shown(settings: Settings, tmp_path: Path) -> None:
    async with open_engine(settings) as engine:
        for name in ("Cats", "Dogs"):
            session = await engine.start(asked(tmp_path, engine="model", api_name=name))
            await engine.wait(session.session_id, seconds=LONG)
            diagnosis = await engine.diagnose_failure(session_id=session.session_id)
        assert [s.api_name for s in diagnosis.similar] == ["Cats"]


async def test_one_file_is_validated(settings: Settings) -> None:
    async with open_engine(settings) as engine:
        report = await engine.validate_file(file_path="client.py", content="def x(:\n")
        assert not report.ok
        assert report.findings[0].severity == "P0"


async def test_a_session_without_a_driver_has_no_records(settings: Settings, tmp_path: Path) -> None:
    async with open_engine(settings) as engine:
        session = await engine.start(asked(tmp_path, engine="model"))
        await engine.wait(session.session_id, seconds=LONG)
        with pytest.raises(InvalidArgumentError, match="no driver"):
            await engine.read_records(session.session_id, "pets")


async def test_a_database_that_cannot_be_used_is_told_at_once(settings: Settings) -> None:
    settings.home.mkdir()
    settings.database.write_text("novel")
    with pytest.raises(JournalError, match="not a driversmith database"):
        async with open_engine(settings):
            pass


PETS = {
    "openapi": "3.1.0",
    "info": {"title": "Pets", "version": "1"},
    "paths": {
        "/pets": {
            "get": {
                "operationId": "listPets",
                "parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 50}}],
                "responses": {
                    "200": {
                        "description": "all",
                        "content": {"application/json": {"schema": {"type": "array", "items": {"type": "object"}}}},
                    }
                },
            }
        }
    },
}


@pytest.fixture
async def pets_api() -> AsyncGenerator[str]:
    """A small API on loopback that describes itself."""
    bodies = {"/openapi.json": PETS, "/pets": [{"id": n, "name": f"pet {n}"} for n in range(3)]}

    def answer(request: Request) -> Response:
        body = bodies.get(request.path)
        headers = (("content-type", "application/json"),)
        return Response(200 if body else 404, json.dumps(body).encode(), headers)

    async with LoopbackServer(answer) as server:
        yield server.url


async def test_a_driver_is_made_verified_live_and_read_with(pets_api: str, settings: Settings, tmp_path: Path) -> None:
    local = settings.model_copy(update={"allow_local": True})
    async with open_engine(local) as engine:
        session = await engine.start(asked(tmp_path, api_url=pets_api))
        result = await engine.wait(session.session_id, seconds=LONG)
        assert result.error is None
        assert result.verification.level == "live"
        assert result.preview["pets"] == [{"id": n, "name": f"pet {n}"} for n in range(3)]
        page = await engine.read_records(session.session_id, "pets", limit=1)
        assert (page.records, page.done) == ([{"id": 0, "name": "pet 0"}], False)
        page = await engine.read_records(session.session_id, "pets", limit=5, after=1, reading=page.reading)
        assert ([record["id"] for record in page.records], page.done) == ([1, 2], True)
        assert (await engine.start(asked(tmp_path, api_url=pets_api))).session_id == session.session_id
        assert (await engine.journal.metrics())["unhandled_exceptions"] == 0


async def test_a_local_api_that_nobody_allowed_is_refused(pets_api: str, settings: Settings, tmp_path: Path) -> None:
    async with open_engine(settings) as engine:
        session = await engine.start(asked(tmp_path, api_url=pets_api))
        result = await engine.wait(session.session_id, seconds=LONG)
        assert result.error is not None
        assert result.error.code == "address_refused"
        assert result.supervisor_attempts == 1


async def test_why_a_local_api_was_not_read_is_said_whole(pets_api: str, settings: Settings, tmp_path: Path) -> None:
    spec = tmp_path / "pets.json"
    spec.write_text(json.dumps(PETS))
    result = await generate_driver_supervised(
        api_name="Pets", api_url=pets_api, spec=str(spec), live="true", settings=settings
    )
    assert result.verification.level == "mock"
    (note,) = [note for note in result.notes if note.startswith("pets: ")]
    assert note.count("is a loopback address") == 1 and "set DRIVERSMITH_ALLOW_LOCAL=" in note and "502" not in note


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX file modes")
async def test_keys_that_others_can_read_are_not_used_and_how_to_mend_it_is_said(
    pets_api: str, settings: Settings, tmp_path: Path
) -> None:
    settings.home.mkdir()
    settings.credentials_file.write_text(f'["{pets_api}"]\napi_key = "k"\n')
    settings.credentials_file.chmod(0o644)
    local = settings.model_copy(update={"allow_local": True})
    result = await generate_driver_supervised(api_name="Pets", api_url=pets_api, settings=local)
    assert result.verification.level == "mock"
    assert any(f"chmod 600 {settings.credentials_file}" in note for note in result.notes)


async def test_one_await_makes_a_driver(settings: Settings, tmp_path: Path) -> None:
    spec = tmp_path / "pets.json"
    spec.write_text(json.dumps(PETS))
    result = await generate_driver_supervised(
        api_name="Pets", api_url="https://pets.example", spec=str(spec), live="false", settings=settings
    )
    assert result.error is None
    assert result.verification.level == "mock"
    assert result.output_path == str(tmp_path / "drivers" / "pets_driver")


async def test_an_unchanged_description_file_is_not_read_twice(settings: Settings, tmp_path: Path) -> None:
    spec = tmp_path / "pets.json"
    spec.write_text(json.dumps(PETS))
    request = asked(tmp_path, spec=str(spec), live="false")
    async with open_engine(settings) as engine:
        first = await engine.start(request)
        assert (await engine.wait(first.session_id, seconds=LONG)).success
        assert (await engine.start(request)).session_id == first.session_id
        spec.write_text(json.dumps(PETS) + "\n")
        assert (await engine.start(request)).session_id != first.session_id
