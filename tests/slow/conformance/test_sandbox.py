"""What every Sandbox must do, whichever way it isolates: one suite for all implementations."""

import gc
import os
import sys
import tempfile
import textwrap
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from pathlib import Path

import anyio
import pytest
from driversmith.engine.errors import SandboxError, SandboxLimitError
from driversmith.engine.sandbox.port import DriverProcess, Sandbox, SandboxLimits
from driversmith.engine.sandbox.process import ProcessSandbox

from ...patience import LONG


@asynccontextmanager
async def keeping_ahead() -> AsyncGenerator[Sandbox]:
    """One whose next child stands ready whenever it is asked for one."""
    sandbox = ProcessSandbox(keeps_ahead=True)
    await sandbox.prepare()
    yield sandbox
    await sandbox.close()


SANDBOXES: list[Callable[[], AbstractAsyncContextManager[Sandbox]]] = [
    lambda: nullcontext(ProcessSandbox()),
    keeping_ahead,
]

PACKAGE = '''
"""A package that does what a test asks of a driver."""
import dataclasses, datetime, math, os, time
print("printed at import")

class DriverError(Exception):
    def __init__(self, message, *, details):
        super().__init__(message)
        self.details = details

class LimitError(DriverError):
    def __init__(self, message, *, retry_after):
        super().__init__(message, details={"method": "GET"})
        self.retry_after = retry_after

@dataclasses.dataclass(frozen=True)
class Capabilities:
    read: bool = True
    names: tuple = ("a", "b")

class Driver:
    def __init__(self, base_url="", **credentials):
        self.base_url, self.credentials = base_url, credentials
    @classmethod
    def from_env(cls, **overrides):
        return cls(os.environ["A_BASE_URL"], **overrides)
    def echo(self, *args, **kwargs): return [list(args), kwargs]
    def type_of(self, value): return type(value).__name__
    def url(self): return self.base_url
    def environment(self): return dict(os.environ)
    def values(self):
        return {"bytes": b"\\x00\\xff", "when": datetime.datetime(2026, 1, 2, 3), "nan": math.nan, "set": {1},
                "capabilities": Capabilities(), "numbered": {1: 2}, "object": object, "tuple": (1, 2), "half": "\\ud800"}
    def cycle(self):
        inner = []; inner += [inner, inner]
        return inner
    def deep(self):
        value = []
        for _ in range(100000): value = [value]
        return value
    def large(self, size): return "x" * size
    def many(self, count): return [[]] * count
    def fail(self, key): raise LimitError("too fast", retry_after=3.5)
    def leave(self): raise SystemExit(3)
    def count(self, n): yield from range(n)
    def sleep(self, seconds): time.sleep(seconds); return "slept"
    def spin(self):
        while True: pass
    def memory(self): return len(bytearray(1 << 40))
    def chatter(self, size): print("y" * size); return "done"
    def read_input(self): return input()
    def connect(self, host):
        import httpx2
        try: httpx2.get(f"http://{host}:9/", timeout=1)
        except httpx2.HTTPError as error: return str(error)
'''
LIMITS = SandboxLimits(wall_seconds=LONG, call_seconds=LONG)


@pytest.fixture(params=SANDBOXES, ids=["process", "ahead"])
async def sandbox(request: pytest.FixtureRequest) -> AsyncGenerator[Sandbox]:
    async with request.param() as sandbox:
        yield sandbox


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_package(tmp_path / "project", PACKAGE)


def write_package(project: Path, source: str) -> Path:
    package = project / "a_driver"
    package.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").write_text(textwrap.dedent(source), encoding="utf-8")
    return project


def open_driver(sandbox: Sandbox, project: Path, limits: SandboxLimits = LIMITS):
    return sandbox.open(project, "a_driver", "Driver", limits=limits)


async def constructed(child: DriverProcess) -> DriverProcess:
    assert (await child.construct("d", arguments={})).raised is None
    return child


async def test_the_isolation_that_was_probed_is_what_the_child_reports(sandbox: Sandbox, project: Path):
    isolation = await sandbox.probe()
    async with open_driver(sandbox, project) as child:
        assert child.isolation == isolation


async def test_arguments_arrive_and_values_come_back(sandbox: Sandbox, project: Path):
    async with open_driver(sandbox, project) as child:
        await child.construct("d", arguments={"base_url": "http://x", "token": "t"})
        assert (await child.call("d", "url")).value == "http://x"
        reply = await child.call("d", "echo", 1, None, method="GET", handle="h", self_="é")
        assert reply.value == [[1, None], {"method": "GET", "handle": "h", "self_": "é"}]
        assert (await child.call("d", "type_of", b"raw")).value == "bytes"
        assert (await child.call("d", "echo", {"__bytes__": "not a tag"})).value == [
            [{"__map__": [["__bytes__", "not a tag"]]}],
            {},
        ]


async def test_values_that_json_lacks_come_back_tagged(sandbox: Sandbox, project: Path):
    async with open_driver(sandbox, project) as child:
        await constructed(child)
        reply = await child.call("d", "values")
        assert reply.value == {
            "bytes": {"__bytes__": "AP8="},
            "when": "2026-01-02T03:00:00",
            "nan": {"__float__": "nan"},
            "set": [1],
            "capabilities": {"read": True, "names": ["a", "b"]},
            "numbered": {"__map__": [[1, 2]]},
            "object": {"__repr__": "<class 'object'>"},
            "tuple": [1, 2],
            "half": "\\ud800",
        }


async def test_cycles_and_deep_values_are_cut(sandbox: Sandbox, project: Path):
    async with open_driver(sandbox, project) as child:
        await constructed(child)
        assert (await child.call("d", "cycle")).value == [{"__repr__": "..."}, {"__repr__": "..."}]
        assert (await child.call("d", "deep")).raised is None
        assert (await child.call("d", "echo")).value == [[], {}]


async def test_an_exception_comes_back_as_a_value_with_its_public_attributes(sandbox: Sandbox, project: Path):
    async with open_driver(sandbox, project) as child:
        await constructed(child)
        raised = (await child.call("d", "fail", "k")).raised
        assert raised
        assert (raised.type, raised.bases[:2], raised.message) == (
            "LimitError",
            ("DriverError", "Exception"),
            "too fast",
        )
        assert raised.attributes == {"details": {"method": "GET"}, "retry_after": 3.5}
        assert "in fail" in raised.traceback


async def test_leaving_by_system_exit_is_an_exception_like_any_other(sandbox: Sandbox, project: Path):
    async with open_driver(sandbox, project) as child:
        await constructed(child)
        raised = (await child.call("d", "leave")).raised
        assert raised
        assert raised.type == "SystemExit"
        assert (await child.call("d", "echo")).value == [[], {}]


async def test_a_missing_method_or_handle_is_an_exception_of_the_call(sandbox: Sandbox, project: Path):
    async with open_driver(sandbox, project) as child:
        assert (await child.call("nobody", "echo")).raised
        await constructed(child)
        assert (await child.call("d", "no_such_method")).raised


async def test_iterators_are_kept_in_the_child_and_give_one_item_at_a_time(sandbox: Sandbox, project: Path):
    async with open_driver(sandbox, project) as child:
        await constructed(child)
        assert (await child.open_iterator("d", "i", "count", 2)).raised is None
        replies = [await child.next_item("i") for _ in range(3)]
        assert [(r.value, r.done) for r in replies] == [(0, False), (1, False), (None, True)]
        await child.drop("i")
        assert (await child.next_item("i")).raised


async def test_from_env_sees_the_given_variables_for_that_call_only(sandbox: Sandbox, project: Path):
    async with open_driver(sandbox, project) as child:
        await child.construct("e", arguments={}, from_env=True, environment={"A_BASE_URL": "http://env"})
        assert (await child.call("e", "url")).value == "http://env"
        after = (await child.call("e", "environment")).value
        assert isinstance(after, dict)
        assert "A_BASE_URL" not in after


async def test_the_child_sees_nothing_of_our_environment(
    sandbox: Sandbox, project: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "secret")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example")
    async with open_driver(sandbox, project) as child:
        await constructed(child)
        environment = (await child.call("d", "environment")).value
    assert isinstance(environment, dict)
    assert set(environment) <= {
        "PATH", "LANG", "LC_CTYPE", "HOME", "TMPDIR", "TEMP", "TMP", "SSL_CERT_DIR", "SYSTEMROOT", "__CF_USER_TEXT_ENCODING"
    }  # fmt: skip
    assert environment["HOME"] != os.environ.get("HOME")


async def test_what_the_driver_prints_and_reads_does_not_reach_the_wire(sandbox: Sandbox, project: Path):
    async with open_driver(sandbox, project) as child:
        await constructed(child)
        assert (await child.call("d", "chatter", 100_000)).value == "done"
        raised = (await child.call("d", "read_input")).raised
        assert raised
        assert raised.type == "EOFError"


async def test_the_driver_reaches_loopback_only(sandbox: Sandbox, project: Path):
    async with open_driver(sandbox, project) as child:
        await constructed(child)
        for host in ("192.0.2.1", "example.invalid"):
            reply = await child.call("d", "connect", host)
            assert "loopback" in str(reply.raised or reply.value)
        reply = await child.call("d", "connect", "127.0.0.1")
        assert "loopback" not in str(reply.raised or reply.value)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import no_such_module_httpx2", "no_such_module_httpx2"),
        ("raise RuntimeError('broken at import')", "broken at import"),
        ("x = 1", "Driver"),
        ("import httpx2\nclass Driver: pass\nraise SystemExit(0)", "SystemExit"),
        ("def f(:", "a_driver/__init__.py"),
        ("x = 1\nimport subprocess", "a_driver/__init__.py:2"),
        ("import os\nos._exit(0)", "a_driver/__init__.py:2"),
        ("from httpx2 import _utils\n_utils.os._exit(0)", "exit code 0"),
    ],
)
async def test_a_package_that_does_not_import_is_said_to_be_at_fault(
    sandbox: Sandbox, tmp_path: Path, source: str, said: str
):
    with pytest.raises(SandboxError, match=said.replace("(", r"\(")) as caught:
        async with open_driver(sandbox, write_package(tmp_path, source)):
            pytest.fail("it was opened")
    assert caught.value.code == "validation_failed"


async def test_a_child_that_dies_in_a_call_is_an_error_and_stays_one(sandbox: Sandbox, tmp_path: Path):
    project = write_package(
        tmp_path,
        "import httpx2\nclass Driver:\n    def die(self):\n        print('last words')\n        httpx2._utils.os._exit(0)",
    )
    async with open_driver(sandbox, project) as child:
        await constructed(child)
        with pytest.raises(SandboxError, match="exit code 0"):
            await child.call("d", "die")
        with pytest.raises(SandboxError, match="exit code 0"):
            await child.call("d", "die")


@pytest.mark.skipif(sys.platform != "linux", reason="descriptors of the wire are found in /proc")
@pytest.mark.parametrize(
    ("written", "said"),
    [
        (b"{not json}\n", "not JSON"),
        (b'{"id": 77, "value": 1}\n', "out of turn"),
        (b"[1]\n", "out of turn"),
        (b"[" * 200_000 + b"\n", "not JSON"),
        (b'{"id": 3, "raised": {"type": 3}}\n', "nonsense"),
        (b"x" * 3_000_000, "more than"),
    ],
)
async def test_a_child_that_forges_the_wire_gets_an_error(sandbox: Sandbox, tmp_path: Path, written: bytes, said: str):
    source = f"""
    import httpx2
    os = httpx2._utils.os
    class Driver:
        def forge(self):
            for fd in range(3, 20):
                try:
                    if os.readlink(f"/proc/self/fd/{{fd}}").startswith("pipe:"):
                        left = {written!r}
                        while left: left = left[os.write(fd, left):]
                except OSError: pass
    """
    limits = LIMITS.model_copy(update={"output_bytes": 1 << 20})
    async with open_driver(sandbox, write_package(tmp_path, source), limits) as child:
        await constructed(child)
        with pytest.raises(SandboxError, match=said):
            await child.call("d", "forge")


async def test_values_beyond_the_limit_are_refused(sandbox: Sandbox, project: Path):
    limits = LIMITS.model_copy(update={"output_bytes": 1 << 20})
    async with open_driver(sandbox, project, limits) as child:
        await constructed(child)
        with pytest.raises(SandboxLimitError, match="too large"):
            await child.call("d", "large", 2 << 20)


async def test_printing_beyond_the_limit_ends_the_child(sandbox: Sandbox, project: Path):
    limits = LIMITS.model_copy(update={"output_bytes": 1 << 20})
    async with open_driver(sandbox, project, limits) as child:
        await constructed(child)
        with pytest.raises(SandboxLimitError, match="printed more"):
            await child.call("d", "chatter", 2 << 20)


async def test_a_call_that_takes_too_long_is_killed(sandbox: Sandbox, project: Path):
    limits = LIMITS.model_copy(update={"call_seconds": 2.0})
    async with open_driver(sandbox, project, limits) as child:
        await constructed(child)
        with anyio.fail_after(LONG), pytest.raises(SandboxLimitError, match=r"longer than 2 s"):
            await child.call("d", "sleep", 10 * LONG)


async def test_a_child_that_lives_too_long_is_killed(sandbox: Sandbox, project: Path):
    limits = LIMITS.model_copy(update={"wall_seconds": 1.5})
    with anyio.fail_after(LONG), pytest.raises(SandboxError, match="ran longer than"):
        async with open_driver(sandbox, project, limits) as child:
            await constructed(child)
            await child.call("d", "sleep", 10 * LONG)


@pytest.mark.skipif(sys.platform == "win32", reason="rlimits are POSIX")
async def test_cpu_and_memory_are_limited(sandbox: Sandbox, project: Path):
    limits = LIMITS.model_copy(update={"cpu_seconds": 1})
    async with open_driver(sandbox, project, limits) as child:
        await constructed(child)
        raised = (await child.call("d", "memory")).raised
        assert raised
        assert raised.type == "MemoryError"
        with pytest.raises(SandboxLimitError, match="CPU"):
            await child.call("d", "spin")


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
async def test_the_whole_tree_is_killed_and_the_folder_removed(sandbox: Sandbox, tmp_path: Path):
    source = """
    import httpx2
    os = httpx2._utils.os
    class Driver:
        def fork(self):
            child = os.fork()
            if child == 0:
                import time
                time.sleep(3600)
            return child
        def folder(self): return os.getcwd()
    """
    async with open_driver(sandbox, write_package(tmp_path, source)) as child:
        await constructed(child)
        grandchild = (await child.call("d", "fork")).value
        folder = (await child.call("d", "folder")).value
        assert isinstance(grandchild, int)
        assert isinstance(folder, str)
        assert is_folder(folder)
    assert not is_folder(folder)
    with anyio.fail_after(LONG):
        while is_running(grandchild):  # noqa: ASYNC110 - nobody tells when a grandchild has gone
            await anyio.sleep(0.02)


async def test_cancellation_kills_at_once_and_leaves_nothing(
    sandbox: Sandbox, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    limits = SandboxLimits(wall_seconds=10 * LONG, call_seconds=10 * LONG)
    with anyio.fail_after(LONG), anyio.CancelScope() as scope:
        async with open_driver(sandbox, project, limits) as child, anyio.create_task_group() as tasks:
            await constructed(child)
            tasks.start_soon(child.call, "d", "sleep", 10 * LONG)
            await anyio.wait_all_tasks_blocked()
            scope.cancel()
    assert scope.cancelled_caught
    gc.collect()
    assert folders_of_children(tmp_path) == []


@pytest.mark.skipif(sys.platform != "linux", reason="descriptors are counted in /proc")
async def test_no_descriptor_is_left_open(sandbox: Sandbox, project: Path):
    async with open_driver(sandbox, project):
        pass
    before = open_descriptors()
    for _ in range(3):
        async with open_driver(sandbox, project) as child:
            await constructed(child)
        with pytest.raises(SandboxError):
            async with open_driver(sandbox, project, LIMITS.model_copy(update={"wall_seconds": 0.001})):
                pytest.fail("it cannot have been so fast")
    assert open_descriptors() == before


async def test_an_error_in_the_body_comes_out_as_it_is(sandbox: Sandbox, project: Path):
    with pytest.raises(KeyError, match="mine"):
        async with open_driver(sandbox, project):
            raise KeyError("mine")


async def test_calls_made_at_once_are_answered_one_by_one(sandbox: Sandbox, project: Path):
    answers: list[object] = []

    async def ask(child: DriverProcess, number: int) -> None:
        answers.append((await child.call("d", "echo", number)).value)

    async with open_driver(sandbox, project) as child:
        await constructed(child)
        async with anyio.create_task_group() as tasks:
            for number in range(5):
                tasks.start_soon(ask, child, number)
    assert sorted(answers, key=str) == [[[n], {}] for n in range(5)]


async def test_the_drivers_own_tests_are_run_and_counted(sandbox: Sandbox, project: Path):
    (project / "tests").mkdir()
    (project / "tests" / "test_client.py").write_text(
        "import unittest\nimport a_driver\n"
        "class T(unittest.TestCase):\n"
        "    def test_good(self): self.assertTrue(a_driver.Driver())\n"
        "    def test_bad(self): self.fail('as meant')\n"
    )
    async with open_driver(sandbox, project) as child:
        result = await child.run_unittests()
    assert (result.ran, result.failed) == (2, 1)
    assert "as meant" in result.output


async def test_the_drivers_own_tests_may_take_longer_than_a_call(sandbox: Sandbox, project: Path):
    (project / "tests").mkdir()
    (project / "tests" / "test_client.py").write_text(
        "import unittest, time\nclass T(unittest.TestCase):\n    def test_slow(self): time.sleep(1.5)\n"
    )
    async with open_driver(sandbox, project, LIMITS.model_copy(update={"call_seconds": 0.5})) as child:
        result = await child.run_unittests()
    assert (result.ran, result.failed) == (1, 0), result.output


async def test_a_project_without_tests_ran_none(sandbox: Sandbox, project: Path):
    async with open_driver(sandbox, project) as child:
        result = await child.run_unittests()
    assert result.ran - result.failed == 0


def is_folder(path: str) -> bool:
    return Path(path).is_dir()


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def folders_of_children(parent: Path) -> list[Path]:
    return list(parent.glob("driversmith-child-*"))


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return False
    return state != "Z"
