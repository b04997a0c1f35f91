"""The contract run: every behaviour of the contract, asserted by this process about a driver in a child.

The parent decides by the values that come back, compared with random records that only this run's mock served, and by
the mock's log of requests. What only the child can report never decides alone.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import anyio.to_thread

from ..contract.naming import driver_names
from ..errors import SandboxError, SandboxUnavailableError
from ..models.profile import ApiProfile
from ..models.report import BehaviourResult, ContractReport, UnittestResult
from ..sandbox.port import DriverProcess, Reply, Sandbox, SandboxLimits
from .behaviours import ALL
from .credentials import make_credentials
from .mock_server import MockServer
from .records import RecordMaker
from .trial import MAIN, Behaviour, Run, Trial, UnmetError

Progress = Callable[[float, str], Awaitable[None]]
LIMITS = SandboxLimits(wall_seconds=240.0, cpu_seconds=120, call_seconds=20.0)
"""Of the child, for an API of a usual size; each operation adds OPERATION_SECONDS, a quarter of it on the CPU."""
OPERATION_SECONDS = 0.02
TEST_LIMITS = SandboxLimits(wall_seconds=60.0, call_seconds=60.0)
MAX_CHILDREN = 4
"""A driver that kills its child more often fails what is left untried."""


async def run_contract(
    project: Path,
    profile: ApiProfile,
    *,
    package: str,
    class_name: str,
    sandbox: Sandbox,
    progress: Progress | None = None,
    seed: int | None = None,
    behaviours: Sequence[Behaviour] = ALL,
) -> ContractReport:
    """Try every behaviour that applies to the profile, then the driver's own tests for information.

    `progress` is told a rising fraction and what is being tried. Without a seed the served values are unguessable.

    Raises:
        SandboxUnavailableError: no child can be started.
        SandboxError: the package does not import (code `validation_failed`).
    """
    started = time.monotonic()
    maker = RecordMaker(seed)
    credentials = make_credentials(profile, maker)
    async with MockServer(profile, credentials=credentials, maker=maker) as mock:
        run = Run(profile, driver_names(profile.api_name), mock, maker, credentials)
        async with Children(run, sandbox, project, package, class_name) as children:
            results = await _try_all(run, children, behaviours, progress)
        mock.reset()
        requests = mock.requests
    unittests = await _own_tests(sandbox, project)
    return ContractReport(
        behaviours=tuple(results),
        operations_called=tuple(run.called),
        unittests=unittests,
        isolation=children.isolation,
        requests=requests,
        elapsed_seconds=round(time.monotonic() - started, 3),
    )


class Children:
    """The child of the run, started anew where a driver has killed it; an async context manager."""

    def __init__(self, run: Run, sandbox: Sandbox, project: Path, package: str, class_name: str) -> None:
        self._run, self._sandbox = run, sandbox
        self._project, self._package, self._class_name = project, package, class_name
        self._stack = AsyncExitStack()
        self._started = 0
        self._child: DriverProcess | None = None
        self.isolation: str = "none"
        self.constructed = Reply()
        """What constructing the main driver gave."""

    async def __aenter__(self) -> "Children":
        await self.current()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self._stack.aclose()

    async def current(self) -> DriverProcess:
        """A living child with the main driver constructed.

        Raises:
            SandboxError: it cannot be opened, or too many have died.
        """
        if self._child is None:
            if self._started == MAX_CHILDREN:
                raise SandboxError("The driver has killed its process too often.", code="contract_failed")
            self._started += 1
            opened = self._sandbox.open(self._project, self._package, self._class_name, limits=self._limits())
            child = await self._stack.enter_async_context(opened)
            self.isolation = child.isolation
            try:
                self.constructed = await child.construct(MAIN, arguments=self._run.constructor_arguments)
            except BaseException:
                await self.lost()  # where this is the first child, nobody else closes it
                raise
            self._child = child
        return self._child

    def _limits(self) -> SandboxLimits:
        more = OPERATION_SECONDS * len(self._run.profile.operations)
        wall, cpu = LIMITS.wall_seconds + more, LIMITS.cpu_seconds + round(more / 4)
        return LIMITS.model_copy(update={"wall_seconds": wall, "cpu_seconds": cpu})

    async def lost(self) -> None:
        """The current child is dead."""
        self._child = None
        await self._stack.aclose()
        self._stack = AsyncExitStack()


def _planned(run: Run, behaviours: Sequence[Behaviour]) -> list[tuple[Behaviour, str]]:
    return [(behaviour, subject) for behaviour in behaviours for subject in behaviour.subjects(run)]


async def _try_all(
    run: Run, children: Children, behaviours: Sequence[Behaviour], progress: Progress | None
) -> list[BehaviourResult]:
    tasks = await anyio.to_thread.run_sync(_planned, run, behaviours)
    results: list[BehaviourResult] = []
    if raised := children.constructed.raised:
        given = ", ".join(name for name in run.constructor_arguments)
        return [
            BehaviourResult(
                name="construct",
                passed=False,
                sent=f"{run.names.class_name}({given})",
                received=f"{raised.type}: {raised.message}"[:500],
                expected="an instance",
            )
        ]
    for number, (behaviour, subject) in enumerate(tasks):
        if progress:
            await progress(number / len(tasks), f"{behaviour.name} {subject}".strip())
        results.append(await _try(run, children, behaviour, subject))
    return results


async def _try(run: Run, children: Children, behaviour: Behaviour, subject: str) -> BehaviourResult:
    try:
        child = await children.current()
    except SandboxUnavailableError:
        raise
    except SandboxError as error:
        return BehaviourResult(name=behaviour.name, subject=subject, passed=False, received=error.message[:500])
    trial = Trial(run, child, subject, on_operation=behaviour.on_operations)
    unmet = None
    try:
        try:
            await behaviour.check(trial)
        except UnmetError as found:
            unmet = found
        await trial.close()
    except SandboxError as error:
        unmet = UnmetError(expected="an answer of the driver", received=error.message)
        await children.lost()
    return trial.result(behaviour.name, unmet)


async def _own_tests(sandbox: Sandbox, project: Path) -> UnittestResult | None:
    if not (project / "tests").is_dir():
        return None
    try:
        return await sandbox.run_unittests(project, limits=TEST_LIMITS)
    except SandboxUnavailableError:
        return None
    except SandboxError as error:
        return UnittestResult(ran=1, failed=1, output=error.message[:2000])
