"""Who works on a session, and whether that process still lives.

Linux tells exactly, by boot id, process namespace, pid and start time. Elsewhere a vanished pid is the only sign of
death (and on Windows not even that is asked for, since `os.kill` ends processes there): then the lease decides.
"""

import os
import sys
from functools import cache
from pathlib import Path

from .port import Owner

_PROC = Path("/proc")


@cache
def this_process() -> Owner:
    """The running process as an owner of sessions."""
    return Owner(boot_id=_machine(), pid=os.getpid(), started=_start_time(os.getpid()) or "")


def is_alive(owner: Owner) -> bool | None:
    """Whether the owner still runs; None where this machine cannot tell."""
    machine = _machine()
    if not owner.boot_id or not machine:
        return None if _pid_exists(owner.pid) else False
    boot, _, namespace = owner.boot_id.partition("/")
    our_boot, _, our_namespace = machine.partition("/")
    if boot != our_boot:
        return False
    if namespace != our_namespace:
        return None
    return _start_time(owner.pid) == owner.started


def _machine() -> str:
    """This boot of this machine, and the namespace that pids are counted in: a pid of another container says nothing."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}/{(_PROC / 'self/ns/pid').readlink()}"
    except OSError:
        return ""


def _start_time(pid: int) -> str | None:
    """When the process started, in clock ticks since boot; None where there is no such process or it is a zombie."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in {"Z", "X"} else fields[19]


def _pid_exists(pid: int) -> bool:
    if sys.platform == "win32":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
