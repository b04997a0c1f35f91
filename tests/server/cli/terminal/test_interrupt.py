"""Ctrl-C: cleanups run to their end, a second one does not wait."""

import os
import signal
import subprocess
import sys

import anyio
import pytest
from driversmith.server.cli.terminal.interrupt import run_async

from tests.patience import LONG

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT to itself")


def _press() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_a_result_comes_back_and_the_old_handler_too() -> None:
    before = signal.getsignal(signal.SIGINT)

    async def answer() -> int:
        return 7

    assert run_async(answer) == 7
    assert signal.getsignal(signal.SIGINT) is before


def test_a_shielded_cleanup_runs_to_its_end() -> None:
    closed: list[str] = []

    async def work() -> None:
        try:
            with anyio.CancelScope(shield=True):
                _press()
                await anyio.sleep(0.05)
                closed.append("opened whole")
            await anyio.sleep(5)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.sleep(0.05)
                closed.append("closed")

    with pytest.raises(KeyboardInterrupt):
        run_async(work)
    assert closed == ["opened whole", "closed"]


def test_what_fails_while_stopping_is_not_told() -> None:
    async def work() -> None:
        _press()
        try:
            await anyio.sleep(5)
        finally:
            raise ConnectionError("the other end is gone")

    with pytest.raises(KeyboardInterrupt):
        run_async(work)


def test_a_second_ctrl_c_ends_at_once() -> None:
    async def work() -> None:
        with anyio.CancelScope(shield=True):
            _press()
            await anyio.sleep(0.05)
            _press()
            await anyio.sleep(5)

    with pytest.raises(KeyboardInterrupt):
        run_async(work)


def test_a_command_that_is_still_loading_leaves_without_a_traceback() -> None:
    script = (
        "import os, signal, sys\n"
        "class Press:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'typer': os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Press())\n"
        "sys.argv = ['driversmith', 'sessions']\n"
        "from driversmith.server.entry import main; main()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=LONG, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
