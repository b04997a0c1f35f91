"""What is put to the check, and the driver package that most checks open."""

import textwrap
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from ...conformance import LONG, expect_equal
from ..port import DriverProcess, Sandbox, SandboxLimits

Check = Callable[[Sandbox, Path], Awaitable[None]]
"""One promise of the port, tried with a sandbox and an empty folder. Raises UnmetError where it is not kept, and
NotCheckableError where this machine does not show it; whatever else it raises is a fault too."""

LIMITS = SandboxLimits(wall_seconds=LONG, call_seconds=LONG)
PACKAGE = '''
"""A package that does what a check asks of a driver."""
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
                "capabilities": Capabilities(), "numbered": {1: 2}, "object": object, "tuple": (1, 2),
                "half": "\\ud800"}
    def cycle(self):
        inner = []; inner += [inner, inner]
        return inner
    def deep(self):
        value = []
        for _ in range(100000): value = [value]
        return value
    def large(self, size): return "x" * size
    def fail(self, key): raise LimitError("too fast", retry_after=3.5)
    def leave(self): raise SystemExit(3)
    def count(self, n): yield from range(n)
    def sleep(self, seconds): time.sleep(seconds); return "slept"
    def spin(self):
        while True: pass
    def reserve(self, size): return len(bytes(size))  # zeros that nobody touches: address space, and no memory
    def chatter(self, size): print("y" * size); return "done"
    def read_input(self): return input()
    def connect(self, host):
        import httpx2
        try: return httpx2.get(f"http://{host}:9/", timeout=5).text
        except httpx2.HTTPError as error: return str(error)
'''
WHOLE_OS = "import logging\nos = logging.os\n"
"""Gets a driver what its imports may not: the list of imports is a tripwire, and what lies behind it is checked too."""


def a_project(folder: Path, source: str = PACKAGE) -> Path:
    """A project folder in `folder` whose package `a_driver` has this source."""
    package = folder / "project" / "a_driver"
    package.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").write_text(textwrap.dedent(source), encoding="utf-8")
    return package.parent


def opened(
    sandbox: Sandbox, project: Path, limits: SandboxLimits = LIMITS
) -> AbstractAsyncContextManager[DriverProcess]:
    """A child with the project's package imported."""
    return sandbox.open(project, "a_driver", "Driver", limits=limits)


async def constructed(child: DriverProcess) -> None:
    """An instance `d` of the driver stands in the child."""
    reply = await child.construct("d", arguments={})
    expect_equal("What making a driver raised", reply.raised, None)
