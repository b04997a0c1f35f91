"""Killing a child with everything that it started."""

import contextlib
import os
import signal
import subprocess
import sys
from typing import Any

from anyio.abc import Process


def own_group() -> dict[str, Any]:
    """Keywords of `anyio.open_process` that give a child a process group of its own."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def kill_tree(process: Process) -> None:
    """Kill the child and its process group at once; on Windows its tree as far as taskkill finds it."""
    if sys.platform == "win32":
        if process.returncode is None:
            command = ["taskkill", "/T", "/F", "/PID", str(process.pid)]
            subprocess.run(command, capture_output=True, check=False, timeout=10)  # noqa: S603
            with contextlib.suppress(ProcessLookupError):
                process.kill()
    else:
        # Not process.kill(): it polls, and would take the exit code from the loop, which waits for it.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
