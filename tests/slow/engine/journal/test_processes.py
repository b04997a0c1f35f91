"""Processes that share one database file, and one that is killed while it writes."""

import signal
import subprocess
import sys
from pathlib import Path

from driversmith.engine.journal.ownership import this_process
from driversmith.engine.journal.sqlite.opening import open_journal

from ....patience import LONG

TEN_SESSIONS = """
import anyio, sys
from pathlib import Path
from driversmith.engine.journal.ownership import this_process
from driversmith.engine.journal.sqlite.opening import open_journal
from driversmith.engine.models.session import GenerateRequest, SupervisedResult

async def one(journal, name):
    request = GenerateRequest(api_name=name, api_url="https://x.example", output_dir="/d")
    record, _ = await journal.create_session(request, key=name, project_path="/d/" + name)
    epoch = await journal.claim(record.session_id, this_process(), lease_seconds=30)
    for number in range(20):
        await journal.append_event(record.session_id, epoch, "step.progress", str(number))
        await journal.renew(record.session_id, epoch, lease_seconds=30)
    result = SupervisedResult(session_id=record.session_id, status="succeeded")
    await journal.release(record.session_id, epoch, "succeeded", result)

async def main():
    async with open_journal(Path(sys.argv[1])) as journal:
        async with anyio.create_task_group() as tasks:
            for number in range(10):
                tasks.start_soon(one, journal, f"{sys.argv[2]}{number}")

anyio.run(main)
"""

ACKNOWLEDGE = """
import anyio, sys
from pathlib import Path
from driversmith.engine.journal.ownership import this_process
from driversmith.engine.journal.sqlite.opening import open_journal
from driversmith.engine.models.session import GenerateRequest

async def main():
    async with open_journal(Path(sys.argv[1])) as journal:
        request = GenerateRequest(api_name="x", api_url="https://x.example", output_dir="/d")
        record, _ = await journal.create_session(request, key="k", project_path="/d/x")
        epoch = await journal.claim(record.session_id, this_process(), lease_seconds=1000)
        while True:
            event = await journal.append_event(record.session_id, epoch, "step.progress", "x")
            print(record.session_id, event.seq, flush=True)

anyio.run(main)
"""


async def test_two_processes_with_ten_sessions_each_share_a_new_file(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    children = [subprocess.Popen([sys.executable, "-c", TEN_SESSIONS, str(path), name]) for name in "ab"]  # noqa: ASYNC220  only started
    assert [child.wait(timeout=LONG) for child in children] == [0, 0]
    async with open_journal(path) as journal:
        sessions = (await journal.sessions(status="succeeded")).items
        assert len(sessions) == 20
        for record in sessions:
            assert [e.seq for e in await journal.events(record.session_id)] == list(range(1, 21))


async def test_nothing_acknowledged_is_lost_when_the_process_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    child = subprocess.Popen([sys.executable, "-c", ACKNOWLEDGE, str(path)], stdout=subprocess.PIPE, text=True)  # noqa: ASYNC220  only started
    assert child.stdout is not None
    lines = [child.stdout.readline() for _ in range(20)]
    child.send_signal(signal.SIGKILL)
    lines += child.stdout.readlines()
    child.stdout.close()
    session_id, seq = [line for line in lines if line.endswith("\n")][-1].split()
    async with open_journal(path) as journal:
        # the killed child is a zombie until it is waited for, which counts as dead
        assert (await journal.session(session_id)).status == "interrupted"
        assert len(await journal.events(session_id)) >= int(seq)
        assert await journal.claim(session_id, this_process(), lease_seconds=10) == 2
    child.wait(timeout=LONG)
