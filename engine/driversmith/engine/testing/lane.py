"""A lane of the contract run: behaviours tried one after the other, on a child and a mock server of their own.

Lanes run at the same time and share nothing that a driver could touch: one that hangs or kills its process there fails
what is tried there, and nothing else.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from ..errors import SandboxError, SandboxUnavailableError
from ..models.report import BehaviourResult, UnittestResult
from ..sandbox.port import DriverProcess, Isolation, Reply, SandboxLimits
from .trial import MAIN, Behaviour, Run, Trial, UnmetError

LIMITS = SandboxLimits(wall_seconds=240.0, cpu_seconds=120, call_seconds=20.0)
"""Of a child, for an API of a usual size; each operation adds OPERATION_SECONDS, a quarter of it on the CPU."""
OPERATION_SECONDS = 0.1
MAX_CHILDREN = 4
"""A driver that kills its child more often fails what is left untried."""


@dataclass(frozen=True)
class Task:
    """A behaviour, and what it is to be tried on."""

    place: int
    """Where its result stands in the report."""
    behaviour: Behaviour
    subject: str


Begin = Callable[[Task], Awaitable[None]]
"""Hears of each task before it is tried."""


class OpenChild(Protocol):
    """Opens a child with the driver imported: what a Sandbox does."""

    def __call__(self, *, limits: SandboxLimits) -> AbstractAsyncContextManager[DriverProcess]: ...


class Lane:
    """An async context manager: the mock server of a run, and a child that is started anew where a driver killed it.

    Entering it raises what opening the child raises.
    """

    def __init__(self, run: Run, open_child: OpenChild, prefix: str = "") -> None:
        self.run = run
        self._prefix = prefix
        """Before the names of its results."""
        self._open = open_child
        self._server = AsyncExitStack()
        self._stack = AsyncExitStack()
        self._started = 0
        self._child: DriverProcess | None = None
        self._constructed = Reply()
        """What constructing the main driver gave."""
        self.isolation: Isolation | None = None
        """Of its child."""
        self.layers: tuple[str, ...] = ()
        """What holds that one."""
        self.results: dict[int, BehaviourResult] = {}
        """By place."""

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.run.mock)
            await self._current()
            self._server = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        async with self._server:
            await self._stack.aclose()
            self.run.mock.reset()

    @property
    def unmade(self) -> BehaviourResult | None:
        """The only result where no driver can be constructed."""
        if (raised := self._constructed.raised) is None:
            return None
        return BehaviourResult(
            name=f"{self._prefix}construct",
            passed=False,
            sent=f"{self.run.names.class_name}({', '.join(self.run.constructor_arguments)})",
            received=f"{raised.type}: {raised.message}"[:500],
            expected="an instance",
        )

    async def try_all(self, tasks: Sequence[Task], begin: Begin) -> None:
        """Try them in order, telling `begin` of each; nothing where there is no driver to try.

        Raises:
            SandboxUnavailableError: no child can be started.
        """
        for task in tasks if self._constructed.raised is None else ():
            await begin(task)
            self.results[task.place] = await self._try(task.behaviour, task.subject)

    async def run_own_tests(self) -> UnittestResult | None:
        """What the driver's own tests gave, in the child as the behaviours left it, and with nothing after them; one failure
        where they cannot run, None where no child can be had."""
        try:
            child = await self._current()
            return await child.run_unittests()
        except SandboxUnavailableError:
            return None
        except SandboxError as error:
            return UnittestResult(ran=1, failed=1, output=error.message[:2000])

    async def _try(self, behaviour: Behaviour, subject: str) -> BehaviourResult:
        try:
            child = await self._current()
        except SandboxUnavailableError:
            raise
        except SandboxError as error:
            name = f"{self._prefix}{behaviour.name}"
            return BehaviourResult(name=name, subject=subject, passed=False, received=error.message[:500])
        trial = Trial(self.run, child, subject, on_operation=behaviour.on_operations)
        unmet = None
        try:
            try:
                await behaviour.check(trial)
            except UnmetError as found:
                unmet = found
            await trial.close()
        except SandboxError as error:
            unmet = UnmetError(expected="an answer of the driver", received=error.message)
            await self._lost()
        return trial.result(f"{self._prefix}{behaviour.name}", unmet)

    async def _current(self) -> DriverProcess:
        """A living child with the main driver constructed.

        Raises:
            SandboxError: it cannot be opened, or too many have died.
        """
        if self._child is None:
            if self._started == MAX_CHILDREN:
                raise SandboxError("The driver has killed its process too often.", code="contract_failed")
            self._started += 1
            child = await self._stack.enter_async_context(self._open(limits=self._limits()))
            self.isolation, self.layers = child.isolation, child.layers
            try:
                self._constructed = await child.construct(MAIN, arguments=self.run.constructor_arguments)
            except BaseException:
                await self._lost()  # where this is the first child, nobody else closes it
                raise
            self._child = child
        return self._child

    def _limits(self) -> SandboxLimits:
        more = OPERATION_SECONDS * len(self.run.profile.operations)
        wall, cpu = LIMITS.wall_seconds + more, LIMITS.cpu_seconds + round(more / 4)
        return LIMITS.model_copy(update={"wall_seconds": wall, "cpu_seconds": cpu})

    async def _lost(self) -> None:
        """The current child is dead."""
        self._child = None
        await self._stack.aclose()
        self._stack = AsyncExitStack()
