"""Escapes: what code that hides its intent tries, and none of which may come off where a sandbox isolates.

Each probe is a function of a driver that gets around the list of imports. It returns what it got hold of, or raises. What it could
take or spoil is laid out for it beforehand: a private key, a database, listeners, and this process itself.
"""

import os
import socket
import sqlite3
import sys
import tempfile
import textwrap
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ...conformance import by_name, expect_equal
from ...errors import NotCheckableError, SandboxError
from ..port import ISOLATED, Sandbox
from .subject import Check, a_project, constructed, opened

MARK = "PRIVATE-KEY-OF-THE-BAIT"
_HEAD = '''
import logging
os, sys = logging.os, logging.sys
load = vars(logging)["__bui" + "ltins__"]["__imp" + "ort__"]

def get(name):
    load(name)
    return sys.modules[name]

def libc():
    return get("ctypes").CDLL(None, use_errno=True)

def called(result):
    """What a C function gave, where it is no error."""
    if result == -1:
        raise OSError(get("ctypes").get_errno(), "refused")
    return result or "done"

def marked(text):
    text = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    if "%(mark)s" not in text:
        raise ValueError("nothing of worth")
    return text

class Driver:
    def probe(self, name, bait):
        return repr(getattr(self, name)(bait))[:200]
'''
# fmt: off
PROBES: dict[str, str] = {
    # Reading.
    "read_by_open": 'return marked(get("io").open(b["key"]).read())',
    "read_by_descriptor": 'return marked(os.read(os.open(b["key"], 0), 999))',
    "read_by_file_io": 'return marked(get("io").FileIO(b["key"]).read())',
    "read_by_path": 'return marked(get("pathlib").Path(b["key"]).read_text())',
    "read_by_codecs": 'return marked(get("codecs").open(b["key"]).read())',
    "read_by_linecache": 'return marked(get("linecache").getlines(b["key"]))',
    "read_by_tokenize": 'return marked(get("tokenize").open(b["key"]).read())',
    "read_by_loader": 'return marked(get("importlib.machinery").SourceFileLoader("x", b["key"]).get_data(b["key"]))',
    "read_by_c": 'return marked(os.read(called(libc().open(b["key"].encode(), 0)), 999))',
    "read_by_system_call": 'return marked(os.read(called(libc().syscall(257, -100, b["key"].encode(), 0, 0)), 999))',
    "read_by_mapping": 'return marked(get("mmap").mmap(os.open(b["key"], 0), 0, prot=1)[:])',
    "read_by_link": 'os.symlink(b["key"], "home/l"); return marked(get("io").open("home/l").read())',
    "read_by_hard_link": 'os.link(b["key"], "home/h"); return marked(get("io").open("home/h").read())',
    "read_by_shell": 'return marked(get("subprocess").check_output(["cat", b["key"]]))',
    "read_upwards": 'return marked(get("io").open("../" * 20 + b["key"].lstrip("/")).read())',
    "read_through_proc_root": 'return marked(get("io").open("/proc/%d/root%s" % (b["pid"], b["key"])).read())',
    "read_through_proc_cwd": 'return os.listdir("/proc/%d/cwd/" % b["pid"])',
    "list_the_folder_of_the_key": 'return os.listdir(os.path.dirname(b["key"]))',
    "list_the_homes": 'return [n for n in os.listdir("/home") if n != "driver"][0]',
    "list_the_root_of_a_disk": 'return [n for n in os.listdir("/") if n in ("root", "boot", "srv", "opt")][0]',
    "read_accounts": 'return get("io").open("/etc/passwd").read()[0]',
    "read_the_database": 'return marked(get("sqlite3").connect(b["database"]).execute("select * from steps").fetchall())',
    "environment_of_the_parent": 'return get("io").open("/proc/%d/environ" % b["pid"], "rb").read()[0]',
    "command_line_of_the_parent": 'return get("io").open("/proc/%d/cmdline" % b["pid"], "rb").read()[0]',
    "memory_of_the_parent": 'return get("io").open("/proc/%d/mem" % b["pid"], "rb", 0).fileno()',
    "memory_map_of_the_parent": 'return get("io").open("/proc/%d/maps" % b["pid"]).read()[0]',
    "memory_by_vm_readv": '''
        c = get("ctypes"); buffer = c.create_string_buffer(8)
        class V(c.Structure): _fields_ = [("a", c.c_void_p), ("n", c.c_size_t)]
        here, there = V(c.addressof(buffer), 8), V(b["address"], 8)
        return called(libc().process_vm_readv(b["pid"], c.byref(here), 1, c.byref(there), 1, 0))''',
    "trace_the_parent": 'return called(libc().ptrace(0x4206, b["pid"], 0, 0))',
    "descriptors_that_are_files": '''
        found = []
        for fd in range(3, 64):
            try:
                if get("stat").S_ISDIR(os.fstat(fd).st_mode) or marked(os.pread(fd, 99, 0)): found.append(fd)
            except (OSError, ValueError): pass
        return found[0]''',
    # Changing.
    "overwrite": 'return get("io").open(b["spoil"], "w").write("x")',
    "append": 'return get("io").open(b["spoil"], "a").write("x")',
    "make_a_file": 'return get("io").open(b["spoil"] + ".new", "w").write("x")',
    "make_a_folder": 'os.mkdir(b["spoil"] + ".d"); return "made"',
    "make_a_link": 'os.symlink("/", b["spoil"] + ".l"); return "made"',
    "make_a_pipe": 'os.mkfifo(b["spoil"] + ".p"); return "made"',
    "remove": 'os.unlink(b["lost"]); return "removed"',
    "rename": 'os.rename(b["doomed"], b["doomed"] + ".r"); return "renamed"',
    "truncate": 'os.truncate(b["spoil"], 0); return "cut"',
    "change_the_mode": 'os.chmod(b["spoil"], 0o777); return "changed"',
    "change_the_owner": 'os.chown(b["spoil"], 1, 1); return "changed"',
    "change_the_time": 'os.utime(b["spoil"], (1, 1)); return "changed"',
    "insert_a_verdict": '''
        base = get("sqlite3").connect(b["database"]); base.execute("insert into steps values ('attempt/1/live')")
        base.commit(); return "inserted"''',
    "write_into_our_code": 'return get("io").open(get("httpx2").__file__, "a").write("#")',
    "write_into_temporary_files": 'return get("io").open(b["temporary"] + "/escaped-%d" % b["pid"], "w").write("x")',
    # Starting.
    "run_a_program": 'return get("subprocess").run(["/bin/true"]).returncode == 0 or 1 / 0',
    "run_a_shell": 'return os.system("true") == 0 or 1 / 0',
    "run_by_c": 'return libc().system(b"true") == 0 or 1 / 0',
    "become_a_program": 'os.execv("/bin/true", ["true"])',
    "spawn": 'return os.posix_spawn("/bin/true", ["true"], {})',
    "fork": 'return os.fork() or os._exit(0)',
    "fork_by_clone3": 'return called(libc().syscall(435, bytes(64), 64))',
    "leave_a_daemon": 'pid = os.fork() or os.setsid() or os._exit(0); return pid',
    "fork_with_a_terminal": 'pid, _ = get("pty").fork(); return pid or os._exit(0)',
    "fork_by_multiprocessing": 'p = get("multiprocessing").get_context("fork").Process(target=print); p.start(); return p.pid',
    "run_from_memory": '''
        fd = os.memfd_create("x"); os.write(fd, b"#!/bin/true"); os.execve(fd, ["x"], {})''',
    # Other processes.
    "signal_the_parent": 'os.kill(b["pid"], 0); return "signalled"',
    "signal_everybody": 'os.kill(-1, 0); return "signalled"',
    "signal_by_descriptor": 'return os.pidfd_open(b["pid"])',
    "limit_the_parent": 'return get("resource").prlimit(b["pid"], 7, (9, 9))',
    "slow_the_parent": 'os.setpriority(os.PRIO_PROCESS, b["pid"], 19); return "slowed"',
    "take_its_own_limits_off": 'get("resource").setrlimit(get("resource").RLIMIT_CPU, (-1, -1)); return "off"',
    "stop_its_alarm": 'get("signal").setitimer(0, 0); return "stopped"',
    # The network.
    "connect_to_loopback": 'return get("socket").create_connection(("127.0.0.1", b["port"]), 2)',
    "connect_by_httpx": 'return get("httpx2").get("http://127.0.0.1:%d/" % b["port"], timeout=2)',
    "connect_by_http_client": 'c = get("http.client").HTTPConnection("127.0.0.1", b["port"], timeout=2); c.request("GET", "/"); return c',
    "connect_by_system_call": 'return called(libc().syscall(41, 2, 1, 0))',
    "connect_to_a_socket_file": 's = get("socket").socket(1); s.connect(b["socket"]); return s',
    "connect_to_an_abstract_socket": r's = get("socket").socket(1); s.connect("\0" + b["abstract"]); return s',
    "send_a_datagram": 's = get("socket").socket(2, 2); return s.sendto(b"x", ("127.0.0.1", b["port"]))',
    "listen": 's = get("socket").socket(); s.bind(("127.0.0.1", 0)); s.listen(); return s',
    "open_a_raw_socket": 'return get("socket").socket(2, 3, 1)',
    "ask_the_kernel_for_routes": 'return get("socket").socket(16, 3, 0)',
    "resolve_a_name": 'return get("socket").getaddrinfo("localhost.localdomain.example", 80)',
    # Privileges.
    "become_another_user": 'os.setuid(os.getuid()); os.setgroups([]); return "changed"',
    "make_a_namespace": 'return called(libc().unshare(0x10000000))',
    "enter_a_namespace": 'return called(libc().setns(os.open("/proc/self/ns/uts", 0), 0))',
    "mount": 'return called(libc().mount(b"none", b"/home", b"tmpfs", 0, None))',
    "change_the_root": 'os.chroot("/"); return "changed"',
    "name_the_host": 'get("socket").sethostname("x"); return "named"',
    "make_a_ring": 'return called(libc().syscall(425, 8, bytes(120)))',
    "keep_a_key": 'return called(libc().syscall(248, b"user", b"x", b"x", 1, -3))',
    "load_a_program_into_the_kernel": 'return called(libc().syscall(321, 0, get("struct").pack("18I", 2, 4, 4, 1, *[0] * 14), 72))',
    "share_memory": 'return called(libc().shmget(77, 4096, 0o1666))',
}
"""By name, the body of each: `b` is what was laid out (paths, ports, the id of this process)."""
# fmt: on


def source() -> str:
    """The package that holds all probes."""
    methods = [
        f"    def {name}(self, b):\n{textwrap.indent(textwrap.dedent(body).strip(), '        ')}\n"
        for name, body in PROBES.items()
    ]
    return _HEAD.replace("%(mark)s", MARK) + "\n".join(methods)


async def escaped(sandbox: Sandbox, folder: Path) -> dict[str, str]:
    """The probes that came off, each with what it got.

    Raises:
        NotCheckableError: the sandbox does not isolate here.
    """
    isolation = await sandbox.probe()
    if isolation not in ISOLATED or sys.platform != "linux":
        raise NotCheckableError(f"Nothing is promised of the isolation {isolation!r}.")
    with _bait(folder) as (bait, spoilt):
        found: dict[str, str] = {}
        waiting = list(PROBES)
        while waiting:
            waiting = await _tried(sandbox, a_project(folder, source()), waiting, bait, found)
        return found | spoilt()


async def no_probe_gets_out(sandbox: Sandbox, folder: Path) -> None:
    """Not the plain ones, and not those that hide."""
    expect_equal("Probes that came off", await escaped(sandbox, folder), {})


async def _tried(
    sandbox: Sandbox, project: Path, names: list[str], bait: dict[str, Any], found: dict[str, str]
) -> list[str]:
    """Try probes in one child as long as it lives; those that are left."""
    async with opened(sandbox, project) as child:
        await constructed(child)
        for place, name in enumerate(names, 1):
            try:
                reply = await child.call("d", "probe", name, bait)
            except SandboxError:  # it has ended its own process, and got nothing by that
                return names[place:]
            if reply.raised is None:
                found[name] = str(reply.value)
    return []


@contextmanager
def _bait(folder: Path) -> Generator[tuple[dict[str, Any], Any]]:
    """What there is to take and to spoil; what was spoilt shows afterwards."""
    if sys.platform == "win32":
        raise NotCheckableError("The probes are for Linux.")
    kept = Path(tempfile.mkdtemp(prefix="bait-", dir=folder))
    kept.chmod(0o755)
    for name in ("key", "spoil", "doomed", "lost"):
        (kept / name).write_text(MARK)
        (kept / name).chmod(0o666)
    base = sqlite3.connect(kept / "database")
    base.execute("create table steps (name text)")
    base.execute("insert into steps values (?)", [MARK])
    base.commit()
    before = os.environ.get("OF_THE_BAIT")
    os.environ["OF_THE_BAIT"] = MARK
    abstract = f"bait-{os.getpid()}-{kept.name}"
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.socket(socket.AF_UNIX) as named,
        socket.socket(socket.AF_UNIX) as hidden,
    ):
        place = f"/tmp/{abstract}"  # noqa: S108 - the path of a socket may not be long
        named.bind(place)
        named.listen()
        hidden.bind(f"\0{abstract}")
        hidden.listen()
        for listening in (listener, named, hidden):
            listening.setblocking(False)
        bait: dict[str, Any] = {
            "key": str(kept / "key"),
            **{name: str(kept / name) for name in ("spoil", "doomed", "lost")},
            "database": str(kept / "database"),
            "temporary": "/tmp",  # noqa: S108
            "pid": os.getpid(),
            "address": id(bait_of_memory),
            "port": listener.getsockname()[1],
            "socket": place,
            "abstract": abstract,
        }

        def spoilt() -> dict[str, str]:
            changes = {
                "the file that was laid out": (kept / "spoil").exists() and (kept / "spoil").read_text() == MARK,
                "its folder": sorted(p.name for p in kept.iterdir() if "journal" not in p.name)
                == ["database", "doomed", "key", "lost", "spoil"],
                "the database": base.execute("select count(*) from steps").fetchone() == (1,),
                "a file beside other temporary ones": not Path(f"/tmp/escaped-{os.getpid()}").exists(),  # noqa: S108
                "no listener": not any(_was_called(each) for each in (listener, named, hidden)),
            }
            return {what: "changed" for what, same in changes.items() if not same}

        try:
            yield bait, spoilt
        finally:
            base.close()
            Path(place).unlink()
            if before is None:
                del os.environ["OF_THE_BAIT"]
            else:
                os.environ["OF_THE_BAIT"] = before


bait_of_memory = MARK.encode()


def _was_called(listening: socket.socket) -> bool:
    try:
        listening.accept()[0].close()
    except BlockingIOError:
        return False
    return True


CHECKS: dict[str, Check] = by_name(no_probe_gets_out)
