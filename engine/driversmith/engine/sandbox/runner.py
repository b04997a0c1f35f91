"""The child: a thin RPC runner for one driver package, started as a plain script by ProcessSandbox.

    python -I -B runner.py [MODULE ...]

Standard library only, apart from what the driver imports. Requests come as JSON lines on stdin, replies leave as JSON
lines on what was stdout; the driver's own prints go to stderr. The first line is the set-up, which brings the driver's files
too: the child sees no other folder of this machine. Limits and confinement are in force before the driver is imported. It
asserts nothing: every verdict is the parent's.
"""

import base64
import contextlib
import ctypes
import io
import json
import os
import signal
import sys
import traceback
from collections.abc import AsyncIterator, Callable, Coroutine, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

if TYPE_CHECKING:
    from . import door, landlock, seccomp, wire
else:
    sys.path.insert(0, str(Path(__file__).parent))
    import door
    import landlock
    import seccomp
    import wire

    sys.path.pop(0)

MAX_MESSAGE = 10_000
MAX_TRACEBACK = 4_000
MAX_ATTRIBUTE_NODES = 2_000
ERROR_ATTRIBUTES = ("details", "retry_after", "suggestions")
GRACE_SECONDS = 5


def main() -> None:
    """Serve requests until stdin ends."""
    for module in sys.argv[1:]:  # it was started ahead of its use
        with contextlib.suppress(ImportError):
            __import__(module)
    requests, replies = take_streams()
    line = requests.readline()
    if not line:  # nobody came for it
        return
    setup: dict[str, Any] = json.loads(line)
    limits: dict[str, Any] = setup["limits"]
    project = lay_out(setup["files"])
    apply_limits(limits)
    lead_out(setup)
    layers = confine([str(Path.cwd()), *setup["readable"]], setup["writable"]) if setup["confined"] else []
    if "seccomp" not in layers:
        stay_on_loopback()
    sys.path.append(str(project))
    runner = Runner(project)
    send(replies, {"id": 0, "value": "ready", "layers": layers}, limits["output_bytes"])
    for line in requests:
        request = json.loads(line)
        reply = runner.answer(request)
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()
        send(replies, {"id": request["id"], **reply}, limits["output_bytes"])
    runner.close()


def lay_out(files: dict[str, str]) -> Path:
    """Write the driver's files, base64 by relative path, below the working folder."""
    for name in ("home", "certificates", "project"):
        (Path.cwd() / name).mkdir()
    project = Path.cwd() / "project"
    for name, content in files.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(content))
    return project


def lead_out(setup: dict[str, Any]) -> None:
    """Have what the driver connects to end at the parent: over a descriptor, or, where none can be passed, a port."""
    if setup["connects"]:
        connect = door.Door(setup["door"]).connect if "door" in setup else door.dialling(setup["port"], setup["token"])
        door.lead_through(connect)


def confine(readable: list[str], writable: list[str]) -> list[str]:
    """Have the kernel hold this process: what of it holds, by name. Where the kernel can do only one of them, that one."""
    libc, held = ctypes.CDLL(None, use_errno=True), list[str]()
    if not seccomp.is_known():
        return held
    seccomp.give_up_privileges(libc)
    if landlock.version(libc):
        landlock.restrict(libc, readable=readable, writable=writable)
        held.append("landlock")
    with contextlib.suppress(OSError):
        seccomp.refuse_other_calls(libc)
        held.append("seccomp")
    return held


def take_streams() -> tuple[BinaryIO, BinaryIO]:
    """The wire on descriptors of its own; what the driver reads is empty, what it prints goes to stderr."""
    requests, replies = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    return os.fdopen(requests, "rb"), os.fdopen(replies, "wb")


def send(replies: BinaryIO, reply: dict[str, Any], limit: int) -> None:
    """Write one line, or in its place how large it would have been."""
    line = json.dumps(reply, separators=(",", ":")).encode()
    if len(line) > limit:
        line = json.dumps({"id": reply["id"], "too_large": len(line)}).encode()
    replies.write(line + b"\n")
    replies.flush()


def apply_limits(limits: dict[str, Any]) -> None:
    """Resource limits of this process and whatever it starts; none on Windows."""
    if sys.platform == "win32":
        return
    import resource

    def limit(kind: int, value: int, hard: int | None = None) -> None:
        ceiling = resource.getrlimit(kind)[1]
        hard = value if hard is None else hard
        if ceiling != resource.RLIM_INFINITY:
            value, hard = min(value, ceiling), min(hard, ceiling)
        with contextlib.suppress(ValueError, OSError):  # Darwin has limits that it refuses to set
            resource.setrlimit(kind, (value, hard))

    cpu = max(1, int(limits["cpu_seconds"]))
    limit(resource.RLIMIT_CPU, cpu, cpu + 1)
    limit(resource.RLIMIT_AS, limits["memory_bytes"])
    limit(resource.RLIMIT_FSIZE, limits["output_bytes"])
    limit(resource.RLIMIT_NOFILE, 256)
    limit(resource.RLIMIT_CORE, 0)
    if sys.platform == "linux":
        limit(resource.RLIMIT_NPROC, tasks_of_this_user() + limits["processes"])
    # Should the parent die without killing us, a sleeping driver must not live on.
    signal.setitimer(signal.ITIMER_REAL, limits["wall_seconds"] + GRACE_SECONDS)


def tasks_of_this_user() -> int:
    """RLIMIT_NPROC counts all threads of the user, so the allowance of the child comes on top of these."""
    if sys.platform == "win32":
        return 0
    count, user = 0, os.getuid()
    for entry in os.scandir("/proc"):
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and entry.stat().st_uid == user:
                count += max(1, Path(f"/proc/{entry.name}/task").stat().st_nlink - 2)
    return count


def stay_on_loopback() -> None:
    """Refuse connections to anywhere but loopback, where the kernel does not refuse them all.

    A tripwire against a driver that opens sockets of its own, not a boundary.
    """

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.connect":
            host = str(arguments[1]) if isinstance(arguments[1], (str, bytes)) else str(arguments[1][0])
        elif event == "socket.getaddrinfo":
            host = arguments[0].decode() if isinstance(arguments[0], bytes) else str(arguments[0])
        else:
            return
        if host not in {"localhost", "::1"} and not host.startswith("127."):
            raise PermissionError(f"the sandbox allows connections to loopback only, not to {host}")

    sys.addaudithook(hook)


class Runner:
    """The driver class, its instances and open iterators, by name."""

    def __init__(self, project: Path) -> None:
        self._project = project
        self._class: Any = None
        self._kept: dict[str, Any] = {}
        self._loop: Any = None
        self._operations: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "import": self._import,
            "construct": self._construct,
            "call": lambda request: {"value": wire.encode(self._invoke(request))},
            "open_iterator": self._open_iterator,
            "next_item": self._next_item,
            "drop": self._drop,
            "unittests": lambda _: {"value": run_unittests(self._project / "tests")},
        }

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """What a request gave: `value`, or `done`, or `raised`."""
        try:
            return self._operations[request["op"]](request)
        except wire.TooLargeError:
            return {"too_large": wire.MAX_NODES}
        except BaseException as error:  # an edge: whatever the driver raises, SystemExit too, is its answer
            return {"raised": describe(error)}

    def close(self) -> None:
        """End what coroutines ran in."""
        if self._loop is not None:
            self._loop.close()

    def _import(self, request: dict[str, Any]) -> dict[str, Any]:
        module = __import__(request["package"])
        self._class = getattr(module, request["class_name"])
        return {}

    def _construct(self, request: dict[str, Any]) -> dict[str, Any]:
        with environment(request["environment"]):
            make = self._class.from_env if request["from_env"] else self._class
            self._kept[request["handle"]] = make(**wire.decode(request["kwargs"]))
        return {}

    def _invoke(self, request: dict[str, Any]) -> Any:
        method = getattr(self._kept[request["handle"]], request["method"])
        value = method(*wire.decode(request["args"]), **wire.decode(request["kwargs"]))
        return self._awaited(cast("Coroutine[Any, Any, Any]", value)) if isinstance(value, Coroutine) else value

    def _awaited(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        import asyncio  # only the asynchronous twin needs it

        self._loop = self._loop or asyncio.Runner()
        return self._loop.run(coroutine)

    def _open_iterator(self, request: dict[str, Any]) -> dict[str, Any]:
        found = self._invoke(request)
        self._kept[request["iterator"]] = found if isinstance(found, AsyncIterator) else iter(found)
        return {}

    def _next_item(self, request: dict[str, Any]) -> dict[str, Any]:
        iterator = self._kept[request["iterator"]]
        try:
            is_awaited = isinstance(iterator, AsyncIterator)
            item = self._awaited(_next_of(cast("AsyncIterator[Any]", iterator))) if is_awaited else next(iterator)
        except (StopIteration, StopAsyncIteration):
            return {"done": True}
        return {"value": wire.encode(item)}

    def _drop(self, request: dict[str, Any]) -> dict[str, Any]:
        self._kept.pop(request["handle"], None)
        return {}


async def _next_of(iterator: AsyncIterator[Any]) -> Any:
    return await anext(iterator)


@contextlib.contextmanager
def environment(variables: dict[str, str]) -> Generator[None]:
    """These variables for the time of one call."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def describe(error: BaseException) -> dict[str, Any]:
    """The exception as plain data, cut to a sane size."""
    try:
        message = wire.sendable_text(str(error)[:MAX_MESSAGE])
    except Exception:  # an edge: __str__ is the driver's
        message = wire.short_repr(error)
    attributes: dict[str, Any] = {k: v for k, v in vars(error).items() if not k.startswith("_")}
    for name in ERROR_ATTRIBUTES:
        with contextlib.suppress(Exception):
            attributes.setdefault(name, getattr(error, name))
    try:
        sendable = wire.encode(attributes, max_nodes=MAX_ATTRIBUTE_NODES)
    except wire.TooLargeError:
        sendable = {}
    return {
        "type": type(error).__name__,
        "bases": [c.__name__ for c in type(error).__mro__[1:]],
        "message": message,
        "attributes": sendable,
        "traceback": traceback_text(error),
    }


def traceback_text(error: BaseException) -> str:
    """The end of the traceback with its causes."""
    try:
        return wire.sendable_text("".join(traceback.format_exception(error))[-MAX_TRACEBACK:])
    except Exception:  # an edge: formatting calls __str__ of the driver's exceptions
        return ""


def run_unittests(folder: Path) -> dict[str, Any]:
    """`unittest discover` in the tests folder of the project."""
    import unittest

    output = io.StringIO()
    suite = unittest.TestLoader().discover(str(folder), top_level_dir=str(folder))
    result = unittest.TextTestRunner(stream=output, verbosity=1).run(suite)
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    return {"ran": result.testsRun, "failed": failed, "output": output.getvalue()[-MAX_TRACEBACK:] if failed else ""}


if __name__ == "__main__":
    main()
