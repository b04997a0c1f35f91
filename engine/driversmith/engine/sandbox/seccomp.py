"""seccomp for a child: the kernel refuses every system call that a driver has no use for.

Standard library only, for the child loads this file by itself, before it has seen any code of the driver. A driver computes,
keeps time and threads, reads files, and speaks on the connections that it was given. It starts no program and no process,
opens no socket, sends no signal, and changes no mode, owner, limit or clock: what is not on the list fails with EPERM.
Numbers are those of Linux' own tables (x86-64: arch/x86/entry/syscalls/syscall_64.tbl; aarch64: asm-generic/unistd.h).
"""

import ctypes
import os
import platform
import struct

# fmt: off
CALLS: dict[str, tuple[int | None, int | None]] = {
    # What happens all the time stands first: the filter is a list, and read from its beginning.
    "read": (0, 63), "write": (1, 64), "recvfrom": (45, 207), "sendto": (44, 206), "poll": (7, None), "ppoll": (271, 73),
    "futex": (202, 98), "mmap": (9, 222), "munmap": (11, 215), "madvise": (28, 233), "newfstatat": (262, 79),
    "fstat": (5, 80), "lseek": (8, 62), "close": (3, 57), "openat": (257, 56), "open": (2, None), "stat": (4, None),
    "lstat": (6, None), "statx": (332, 291), "getdents64": (217, 61), "readlink": (89, None), "readlinkat": (267, 78),
    "access": (21, None), "faccessat": (269, 48), "faccessat2": (439, 439), "statfs": (137, 43), "fstatfs": (138, 44),
    "readv": (19, 65), "writev": (20, 66), "pread64": (17, 67), "pwrite64": (18, 68), "preadv": (295, 69),
    "pwritev": (296, 70), "brk": (12, 214), "mprotect": (10, 226), "mremap": (25, 216), "mincore": (27, 232),
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139), "rt_sigpending": (127, 136),
    "rt_sigtimedwait": (128, 137), "rt_sigsuspend": (130, 133), "sigaltstack": (131, 132), "restart_syscall": (219, 128),
    "select": (23, None), "pselect6": (270, 72), "epoll_create": (213, None), "epoll_create1": (291, 20),
    "epoll_ctl": (233, 21), "epoll_wait": (232, None), "epoll_pwait": (281, 22), "epoll_pwait2": (441, 441),
    "eventfd": (284, None), "eventfd2": (290, 19), "pipe": (22, None), "pipe2": (293, 59), "dup": (32, 23),
    "dup2": (33, None), "dup3": (292, 24), "close_range": (436, 436), "sendmsg": (46, 211), "recvmsg": (47, 212),
    "shutdown": (48, 210), "getsockname": (51, 204), "getpeername": (52, 205), "getsockopt": (55, 209),
    "setsockopt": (54, 208), "clock_gettime": (228, 113), "clock_getres": (229, 114), "clock_nanosleep": (230, 115),
    "nanosleep": (35, 101), "gettimeofday": (96, 169), "time": (201, None), "times": (100, 153), "getrandom": (318, 278),
    "getpid": (39, 172), "gettid": (186, 178), "getppid": (110, 173), "getuid": (102, 174), "geteuid": (107, 175),
    "getgid": (104, 176), "getegid": (108, 177), "getresuid": (118, 148), "getresgid": (120, 150), "getgroups": (115, 158),
    "getpgrp": (111, None), "getpgid": (121, 155), "getsid": (124, 156), "getrusage": (98, 165), "sysinfo": (99, 179),
    "getrlimit": (97, 163), "uname": (63, 160), "getcpu": (309, 168), "getitimer": (36, 102), "umask": (95, 166),
    "getcwd": (79, 17), "chdir": (80, 49), "fchdir": (81, 50), "mkdir": (83, None), "mkdirat": (258, 34),
    "rmdir": (84, None), "unlink": (87, None), "unlinkat": (263, 35), "rename": (82, None), "renameat": (264, 38),
    "renameat2": (316, 276), "ftruncate": (77, 46), "flock": (73, 32), "fsync": (74, 82), "fdatasync": (75, 83),
    "fadvise64": (221, 223), "sched_yield": (24, 124), "sched_getaffinity": (204, 123), "sched_getparam": (143, 121),
    "sched_getscheduler": (145, 120), "arch_prctl": (158, None), "set_tid_address": (218, 96),
    "set_robust_list": (273, 99), "get_robust_list": (274, 100), "rseq": (334, 293), "membarrier": (324, 283),
    "futex_waitv": (449, 449), "exit": (60, 93), "exit_group": (231, 94), "wait4": (61, 260), "waitid": (247, 95),
}
"""What a driver may call, whatever the arguments: by name, on x86-64 and on aarch64."""
# fmt: on

_CLONE, _IOCTL, _FCNTL, _PRCTL = (56, 220), (16, 29), (72, 25), (157, 167)
_PRLIMIT, _TGKILL, _SOCKETPAIR, _CLONE3 = (302, 261), (234, 131), (53, 199), (435, 435)
_CAPSET, _SECCOMP = (126, 91), (317, 277)
_NEWEST = 470
"""From this number on a call is newer than this list: "not there" lets libraries do without it."""

_CLONE_THREAD, _AF_UNIX = 0x10000, 1
_IOCTLS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
"""TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX: asked of a descriptor, or set on it alone."""
_FCNTLS = (0, 1, 2, 3, 4, 1030)
"""F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC; not those that choose who gets a signal."""
_PRCTLS = (15, 16, 0x53564D41)
"""PR_SET_NAME, PR_GET_NAME, PR_SET_VMA: names of threads and of memory."""

_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _ENOSYS = _ERROR | 1, _ERROR | 38
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_NO_NEW_PRIVILEGES = 38

Instruction = tuple[int, int, int, int]
"""Of a BPF program: code, how many to skip where it holds, where it does not, and a constant."""


def is_known() -> bool:
    """Whether there are tables for this processor."""
    return platform.machine() in _ARCHITECTURES


def give_up_privileges(libc: ctypes.CDLL) -> None:
    """Hold no capability, and gain none by any program: root is then a user whose name is root.

    Raises:
        OSError: the kernel refuses.
    """
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_NO_NEW_PRIVS)")
    column, _ = _ARCHITECTURES[platform.machine()]
    header = ctypes.create_string_buffer(struct.pack("II", 0x20080522, 0))
    nothing = ctypes.create_string_buffer(bytes(24))
    if libc.syscall(_CAPSET[column], header, nothing):
        raise OSError(ctypes.get_errno(), "capset")


def refuse_other_calls(libc: ctypes.CDLL) -> None:
    """Put the filter into force, for all threads and for good; `give_up_privileges` comes before it.

    Raises:
        OSError: the kernel has no such filters.
    """
    column, architecture = _ARCHITECTURES[platform.machine()]
    program = b"".join(struct.pack("HBBI", *step) for step in filter_program(column, architecture, os.getpid()))
    steps = ctypes.create_string_buffer(program, len(program))
    held = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(steps))
    if libc.syscall(_SECCOMP[column], 1, 1, ctypes.create_string_buffer(held, len(held))):
        raise OSError(ctypes.get_errno(), "seccomp")


def filter_program(column: int, architecture: int, pid: int) -> list[Instruction]:
    """The filter for one processor and one process, as the kernel reads it."""
    steps: list[Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    for numbers in CALLS.values():
        if (number := numbers[column]) is not None:
            steps += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ALLOW)]
    for numbers, argument, test, values in (
        (_CLONE, 0, _ANY_BIT, (_CLONE_THREAD,)),
        (_IOCTL, 1, _EQUAL, _IOCTLS),
        (_FCNTL, 1, _EQUAL, _FCNTLS),
        (_PRCTL, 0, _EQUAL, _PRCTLS),
        (_TGKILL, 0, _EQUAL, (pid,)),
        (_SOCKETPAIR, 0, _EQUAL, (_AF_UNIX,)),
    ):
        checks = [step for value in values for step in ((test, 0, 1, value), (_RETURN, 0, 0, _ALLOW))]
        steps += _only(numbers[column], [_load(argument), *checks, (_RETURN, 0, 0, _EPERM)])
    own = [(_EQUAL, 1, 0, 0), (_RETURN, 0, 0, _EPERM)]  # of prlimit64: this process, and nothing to be set
    looking = [step for half in (_load(0), _load(2), _load(2, high=True)) for step in (half, *own)]
    steps += _only(_PRLIMIT[column], [*looking, (_RETURN, 0, 0, _ALLOW)])
    steps += _only(_CLONE3[column], [(_RETURN, 0, 0, _ENOSYS)])  # its flags lie in memory, which no filter sees
    return [*steps, (_AT_LEAST, 0, 1, _NEWEST), (_RETURN, 0, 0, _ENOSYS), (_RETURN, 0, 0, _EPERM)]


def _only(number: int, steps: list[Instruction]) -> list[Instruction]:
    """Steps for one call, the last of which all return; the number is still loaded behind them."""
    return [(_EQUAL, 0, len(steps), number), *steps]


def _load(argument: int, *, high: bool = False) -> Instruction:
    """Half of an argument of 64 bits; both processors are little-endian."""
    return (_LOAD, 0, 0, _ARGUMENTS + 8 * argument + (4 if high else 0))
