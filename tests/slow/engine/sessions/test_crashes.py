"""Real processes on one database: killed, side by side, and taken up again."""

import subprocess
import sys
from pathlib import Path

import anyio
import pytest
from driversmith.engine.journal.sqlite.opening import SqliteJournal
from driversmith.engine.models.session import GenerateRequest

from tests.patience import LONG

ROOT = Path(__file__).parents[4]
CHILD = """
import sys, anyio
from collections.abc import Awaitable
from pathlib import Path

sys.path.insert(0, sys.argv[1])
from driversmith.engine.composition import open_engine
from driversmith.engine.journal.sqlite.opening import open_journal
from driversmith.engine.models.session import GenerateRequest
from driversmith.engine.settings import Settings
from tests.stand_ins.activities import ActivitiesStandIn

class Held(ActivitiesStandIn):
    async def _step(self, name):
        if name == sys.argv[4]:
            print("reached", flush=True)
            while not Path(sys.argv[2], "go on").exists():
                await anyio.sleep(0.02)

async def one(engine, request):
    session = await engine.start(GenerateRequest.model_validate_json(request))
    print("asked", flush=True)
    result = await engine.wait(session.session_id, seconds=300)
    assert result.success, result

async def main():
    settings = Settings(home=Path(sys.argv[2]), concurrent_sessions=4)
    async with open_journal(Path(sys.argv[3])) as journal, open_engine(settings, journal=journal, activities=Held()) as engine:
        async with anyio.create_task_group() as tasks:
            for request in sys.argv[5:]:
                tasks.start_soon(one, engine, request)

anyio.run(main)
"""


class Servers:
    """Starts processes that run an engine on the test's database; `hold` names a step that waits for `go_on`."""

    def __init__(self, home: Path, database: Path) -> None:
        self._home = home
        self._arguments = [str(ROOT), str(home), str(database)]
        self._children: list[subprocess.Popen[str]] = []

    def start(self, *requests: GenerateRequest, hold: str = "-") -> "subprocess.Popen[str]":
        arguments = [*self._arguments, hold, *(r.model_dump_json() for r in requests)]
        child = subprocess.Popen([sys.executable, "-c", CHILD, *arguments], stdout=subprocess.PIPE, text=True)
        self._children.append(child)
        return child

    def kill_at(self, step: str, request: GenerateRequest) -> None:
        """Run a session up to a step, and kill the process there."""
        child = self.start(request, hold=step)
        self.read_until(child, "reached")
        child.kill()
        child.wait(timeout=LONG)

    def read_until(self, child: "subprocess.Popen[str]", line: str) -> None:
        assert child.stdout is not None
        assert f"{line}\n" in iter(child.stdout.readline, "")

    def go_on(self) -> None:
        self._home.mkdir(exist_ok=True)
        (self._home / "go on").touch()

    def close(self) -> None:
        for child in self._children:
            child.kill()
            child.wait(timeout=LONG)
            assert child.stdout is not None
            child.stdout.close()


@pytest.fixture
def servers(tmp_path: Path, journal: SqliteJournal):
    servers = Servers(tmp_path / "home", journal.path)
    yield servers
    servers.close()


STEPS = ["research", "write", "contract", "validate", "live"]
"""In the order of activities whose run does not say that it has begun: the checks come after it then."""


@pytest.mark.parametrize("step", STEPS)
async def test_a_session_whose_process_was_killed_goes_on_where_it_was(  # noqa: PLR0917  fixtures
    servers, opened, activities, asked, journal, step
) -> None:
    servers.kill_at(step, asked())
    (record,) = (await journal.sessions()).items
    assert record.status == "interrupted"
    async with opened() as sessions:
        assert (await sessions.start(asked())).session_id == record.session_id
        with anyio.fail_after(LONG):
            done = await sessions.wait(record.session_id, seconds=None)
    assert done.status == "succeeded"
    assert done.resumed == 1
    assert dict(activities.calls) == dict.fromkeys(STEPS[STEPS.index(step) :], 1)
    assert (await journal.metrics())["crash_recovery_rate"] == 1.0
    progress = [e.progress for e in await journal.events(record.session_id) if e.progress is not None]
    assert progress == sorted(set(progress))


async def test_a_session_survives_being_killed_again_and_again(servers, opened, activities, asked, journal) -> None:
    for step in STEPS[1:4]:
        servers.kill_at(step, asked())
    (record,) = (await journal.sessions()).items
    async with opened() as sessions:
        await sessions.resume(record.session_id)
        with anyio.fail_after(LONG):
            done = await sessions.wait(record.session_id, seconds=None)
    assert done.result.success
    assert done.resumed == 3
    assert dict(activities.calls) == {"validate": 1, "live": 1}


async def test_what_a_killed_process_left_in_the_scratch_folder_is_swept(
    servers, sessions, activities, asked, tmp_path
) -> None:
    servers.kill_at("contract", asked())
    assert len(folders(tmp_path / "home/work")) == 1
    record = await sessions.start(asked(api_name="Dogs"))
    with anyio.fail_after(LONG):
        await sessions.wait(record.session_id, seconds=None)
    assert folders(tmp_path / "home/work") == []


def folders(scratch: Path) -> list[str]:
    return [path.name for path in scratch.iterdir()]


async def test_two_servers_with_ten_sessions_each_share_one_database(servers, asked, journal) -> None:
    children = [servers.start(*(asked(api_name=f"{name} {n}") for n in range(10))) for name in ("Cat", "Dog")]
    for child in children:
        assert await anyio.to_thread.run_sync(lambda child=child: child.wait(timeout=LONG)) == 0
    sessions = (await journal.sessions(limit=50)).items
    assert [record.status for record in sessions] == ["succeeded"] * 20
    assert all(record.result.success for record in sessions)


async def test_two_servers_asked_for_the_same_driver_make_it_once(servers, asked, journal) -> None:
    children = [servers.start(asked(), hold="contract") for _ in range(2)]
    for child in children:
        servers.read_until(child, "asked")
    servers.go_on()
    for child in children:
        assert await anyio.to_thread.run_sync(lambda child=child: child.wait(timeout=LONG)) == 0
    kinds = [e.kind for record in (await journal.sessions()).items for e in await journal.events(record.session_id)]
    assert kinds.count("session.started") == len((await journal.sessions()).items) == 1
