"""The Sandbox port: runs generated code, never in this process.

The child is a thin RPC runner: it imports the driver package, makes instances, calls methods and reports values or
exceptions. It asserts nothing; whoever called it compares what came back with what a server of ours really served.
"""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Literal, Protocol

from pydantic import JsonValue

from ..models.base import Value
from ..models.report import UnittestResult
from .doorway import Door

Isolation = Literal["bubblewrap", "landlock", "sandbox-exec", "process"]
"""What stands between the child and this machine, as it was tried out. `bubblewrap`: namespaces of its own, in which there is
nothing but the interpreter, an empty home and itself, and what `landlock` does. `landlock`: the kernel lets it read the
interpreter and its own files, and neither write, start anything, open a socket nor reach another process. `sandbox-exec`:
the same by macOS, which nobody has tried. `process`: a plain child with limits, which is enough for code of our templates."""

ISOLATED: frozenset[Isolation] = frozenset({"bubblewrap", "landlock", "sandbox-exec"})
"""Those in which code runs that nobody vouches for."""

HOW_TO_RUN = (
    "Install bubblewrap (Linux), or use a Linux kernel with Landlock and seccomp; `driversmith doctor` says what is there."
    " DRIVERSMITH_ALLOW_UNISOLATED=1 runs it with your rights all the same."
)
"""What to do where code may not run for want of isolation."""


class SandboxLimits(Value):
    """Limits of one child; exceeding one kills its whole process tree."""

    wall_seconds: float = 120.0
    cpu_seconds: int = 60
    memory_bytes: int = 1 << 30
    output_bytes: int = 16 << 20
    processes: int = 64
    call_seconds: float = 30.0
    """Longest time for a single call."""


DEFAULT_LIMITS = SandboxLimits()


class Raised(Value):
    """An exception that a call raised in the child."""

    type: str
    """Class name."""
    bases: tuple[str, ...] = ()
    """Names of all its base classes, nearest first."""
    message: str = ""
    attributes: dict[str, JsonValue] = {}
    """Its public attributes that are JSON (`details`, `retry_after`, `suggestions`)."""
    traceback: str = ""
    """The end of the child's traceback, with causes."""


class Reply(Value):
    """What a call gave: a value, or an exception."""

    value: JsonValue = None
    done: bool = False
    """For `next_item`: the iterator is exhausted."""
    raised: Raised | None = None


class DriverProcess(Protocol):
    """One child with one driver package imported.

    Every method raises SandboxLimitError when the child is killed at a limit, and SandboxError when it dies
    or answers nonsense; after that the child is gone and every further call raises the same.
    Values come back as JSON; what JSON lacks is tagged (wire.py): `{"__bytes__": base64}`, `{"__repr__": text}`, ...
    Calls run one after the other.
    """

    isolation: Isolation
    layers: tuple[str, ...]
    """What holds it, one by one: `namespaces`, `landlock`, `seccomp`, `limits`."""

    async def construct(
        self,
        handle: str,
        *,
        arguments: Mapping[str, Any],
        from_env: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> Reply:
        """Make an instance of the driver class named `handle`; with `from_env` by the classmethod, under these environment variables."""
        ...

    async def call(self, handle: str, method: str, /, *args: Any, **kwargs: Any) -> Reply:
        """Call a method; the value comes back as JSON."""
        ...

    async def open_iterator(self, handle: str, iterator: str, method: str, /, *args: Any, **kwargs: Any) -> Reply:
        """Call a method that gives an iterator and keep it as `iterator`."""
        ...

    async def next_item(self, iterator: str) -> Reply:
        """The next item of an iterator."""
        ...

    async def drop(self, handle: str) -> None:
        """Forget an instance or iterator."""
        ...

    async def run_unittests(self) -> UnittestResult:
        """`unittest discover` in the project's tests folder; they see the modules as earlier calls have left them.

        Raises:
            SandboxError: also where a test imports what tests of drivers may not have (code `validation_failed`).
        """
        ...


class Sandbox(Protocol):
    """Starts children. One suite serves every implementation (sandbox/conformance)."""

    async def prepare(self) -> None:
        """Hear that a child will be wanted soon, and start one where that saves time. Raises nothing of its own."""
        ...

    async def probe(self) -> Isolation:
        """The isolation that really holds here, tried out once.

        Raises:
            SandboxUnavailableError: no child can be started.
        """
        ...

    def open(
        self,
        project: Path,
        package: str,
        class_name: str,
        *,
        limits: SandboxLimits = DEFAULT_LIMITS,
        door: Door | None = None,
    ) -> AbstractAsyncContextManager[DriverProcess]:
        """A child with `package` from the project folder imported: the files as they are now, of which it gets a copy. What
        it connects to ends at `door`, and nowhere else; without one every connection is refused. An ImportError or other
        exception at import raises SandboxError with code `validation_failed` and the child's traceback in the message.

        Raises:
            SandboxUnavailableError: the child could not be started.
        """
        ...
