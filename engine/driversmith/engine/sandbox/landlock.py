"""Landlock for a child: which files it may read, and that it may change none but in its own folder.

Standard library only, for the child loads this file by itself. Constants are those of the kernel's
Documentation/userspace-api/landlock.rst; what a version of it does not know is left out.
"""

import ctypes
import os
import stat
import struct
import sys
from collections.abc import Iterable

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_WRITE_FILE, _MAKE_DIR, _MAKE_REG = 1 << 1, 1 << 7, 1 << 8
_REMOVE_DIR, _REMOVE_FILE, _TRUNCATE = 1 << 4, 1 << 5, 1 << 14
_OF_FILES = _READ_FILE | _WRITE_FILE | _TRUNCATE
_CHANGES = _WRITE_FILE | _MAKE_DIR | _MAKE_REG | _REMOVE_DIR | _REMOVE_FILE | _TRUNCATE
_RIGHTS = {1: 13, 2: 14, 3: 15, 5: 16}
"""From which version on how many rights over files there are; all are taken, and given back by path."""
_NET = 0b11
_SCOPES = 0b11


def version(libc: ctypes.CDLL) -> int:
    """The version that the kernel has; 0: none."""
    return max(0, libc.syscall(_CREATE, None, 0, 1))


def restrict(libc: ctypes.CDLL, *, readable: Iterable[str], writable: Iterable[str]) -> None:
    """From now on this process reads what lies below `readable`, changes what lies below `writable`, and reaches no
    other file. Paths that are not there are left out. Where the kernel knows it, no TCP, no abstract socket and no signal
    leaves the process either.

    Raises:
        OSError: the kernel refuses.
    """
    known = version(libc)
    rights = (1 << max(count for since, count in _RIGHTS.items() if since <= known)) - 1
    parts = [rights, *([_NET] if known >= 4 else []), *([_SCOPES] if known >= 6 else [])]
    attributes = struct.pack(f"{len(parts)}Q", *parts)
    ruleset = libc.syscall(_CREATE, ctypes.create_string_buffer(attributes, len(attributes)), len(attributes), 0)
    if ruleset < 0:
        raise OSError(ctypes.get_errno(), "landlock_create_ruleset")
    try:
        for path in readable:
            _allow(libc, ruleset, path, _READ_FILE | _READ_DIR)
        for path in writable:
            _allow(libc, ruleset, path, (_READ_FILE | _READ_DIR | _CHANGES) & rights)
        if libc.syscall(_RESTRICT, ruleset, 0):
            raise OSError(ctypes.get_errno(), "landlock_restrict_self")
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: str, rights: int) -> None:
    if sys.platform != "linux":
        return
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= _OF_FILES
        rule = struct.pack("<Qi", rights, descriptor)
        if libc.syscall(_ADD, ruleset, 1, ctypes.create_string_buffer(rule, len(rule)), 0):
            raise OSError(ctypes.get_errno(), f"landlock_add_rule for {path}")
    finally:
        os.close(descriptor)
