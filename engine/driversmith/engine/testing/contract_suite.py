"""The contract run: every behaviour of the contract, asserted by this process about a driver in a child.

The parent decides by the values that come back, compared with random records that only this run's mock served, and by
the mock's log of requests. What only the child can report never decides alone.

Behaviours that pass their time waiting are tried beside the others, in a lane of their own. That costs the start of a
second child; threads in the first would cost nothing, but a driver that kept state of a module, or killed its process,
would then fail where nothing is wrong. The asynchronous twin has a third: it shows each behaviour for one subject, since
what differs between subjects is written once for both.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import anyio
import anyio.to_thread

from ..contract.naming import driver_names
from ..contract.surface import BASE_MODULE, TWIN_MODULE, TWIN_PREFIX
from ..models.profile import ApiProfile
from ..models.report import ContractReport, UnittestResult
from ..sandbox.port import Sandbox
from .behaviours import ALL, own
from .lane import Begin, Lane, Task
from .mock.credentials import make_credentials
from .mock.records import RecordMaker
from .mock.server import MockServer
from .own_methods import OwnMethod, own_methods
from .trial import Behaviour, Run

TWIN = "async-"
"""Before the name of a behaviour that the asynchronous twin shows."""
Progress = Callable[[float, str], Awaitable[None]]


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
    twin: bool = False,
) -> ContractReport:
    """Try every behaviour that applies to the profile, and the driver's own tests for information; with `twin` also on the
    asynchronous class, where the driver has one.

    `progress` is told a rising fraction and what is being tried. Without a seed the served values are unguessable.

    Raises:
        SandboxUnavailableError: no child can be started.
        SandboxError: the package does not import (code `validation_failed`).
    """
    started = time.monotonic()
    maker = RecordMaker(seed)
    credentials = make_credentials(profile, maker)
    layered = (project / package / f"{BASE_MODULE}.py").is_file()
    methods = (
        await anyio.to_thread.run_sync(_own_methods, project / package / "client.py", class_name) if layered else ()
    )

    names = driver_names(profile.api_name)

    def lane(maker: RecordMaker, *, is_twin: bool = False) -> Lane:
        mock = MockServer(profile, credentials=credentials, maker=maker)
        run = Run(profile, names, mock, maker, credentials, layered=layered, own_methods=methods, is_twin=is_twin)
        called = f"{TWIN_PREFIX}{class_name}" if is_twin else class_name
        return Lane(run, partial(sandbox.open, project, package, called, door=mock.door), TWIN if is_twin else "")

    main, beside = lane(maker), lane(RecordMaker(seed))
    twins = lane(RecordMaker(seed), is_twin=True) if twin and (project / package / TWIN_MODULE).is_file() else None
    plan = await anyio.to_thread.run_sync(_planned, main.run, behaviours, twins is not None)

    async def own_tests(lane: Lane) -> UnittestResult | None:
        result = await lane.run_own_tests() if (project / "tests").is_dir() else None
        await sandbox.prepare()  # for whoever opens the driver next, mostly to read live
        return result

    begin = _telling(progress, plan.count)
    lanes = [lane for lane in (main, beside, twins) if lane is not None]
    unittests = await _run_lanes(main, beside, plan, begin, own_tests, twins=twins)
    unmade = next((lane.unmade for lane in lanes if lane.unmade), None)
    results = {place: result for lane in lanes for place, result in lane.results.items()}
    return ContractReport(
        behaviours=(unmade,) if unmade else tuple(results[place] for place in sorted(results)),
        operations_called=tuple(main.run.called | beside.run.called),  # by the class that everybody uses
        unittests=unittests,
        isolation=main.isolation or "none",
        layers=main.layers,
        requests=sum(lane.run.mock.requests for lane in lanes),
        elapsed_seconds=round(time.monotonic() - started, 3),
    )


def _own_methods(client: Path, class_name: str) -> tuple[OwnMethod, ...]:
    try:
        return own_methods(client.read_text("utf-8"), class_name)
    except (OSError, ValueError):
        return ()


@dataclass(frozen=True)
class _Plan:
    waiting: list[Task]
    """Those that wait, where there are others."""
    steady: list[Task]
    last: list[Task]
    twin: list[Task]
    """Those that the asynchronous twin shows too."""

    @property
    def count(self) -> int:
        return len(self.waiting) + len(self.steady) + len(self.last) + len(self.twin)


def _planned(run: Run, behaviours: Sequence[Behaviour], has_twin: bool) -> _Plan:
    every = [(behaviour, subject) for behaviour in behaviours for subject in behaviour.subjects(run)]
    tasks = [Task(place, behaviour, subject) for place, (behaviour, subject) in enumerate(every)]
    waiting = [task for task in tasks if task.behaviour.waits]
    last = [task for task in tasks if task.behaviour.looks_back]
    steady = [task for task in tasks if not (task.behaviour.waits or task.behaviour.looks_back)]
    shown = {task.behaviour.name: task for task in reversed(steady) if task.behaviour not in own.BEHAVIOURS}
    twin = [replace(task, place=len(tasks) + task.place) for task in reversed(shown.values())] if has_twin else []
    return _Plan(waiting, steady, last, twin) if steady or last else _Plan([], waiting, [], [])


def _telling(progress: Progress | None, count: int) -> Begin:
    """Tells how many of the tasks have begun, one at a time, so that the fraction rises whichever lane they are in."""
    turn = anyio.Lock()
    begun = 0

    async def begin(task: Task) -> None:
        nonlocal begun
        async with turn:
            fraction, begun = begun / count, begun + 1
            if progress:
                await progress(fraction, f"{task.behaviour.name} {task.subject}".strip())

    return begin


async def _run_lanes(
    main: Lane,
    beside: Lane,
    plan: _Plan,
    begin: Begin,
    own_tests: Callable[[Lane], Awaitable[UnittestResult | None]],
    *,
    twins: Lane | None,
) -> UnittestResult | None:
    """Try the whole plan; what the driver's own tests gave. They come last in their lane: no behaviour is tried on a driver
    that they could have changed."""
    waited = anyio.Event()
    tested: list[UnittestResult | None] = []

    async def wait() -> None:
        if plan.waiting:
            async with beside:
                await beside.try_all(plan.waiting, begin)
                waited.set()
                tested.append(await own_tests(beside))
        waited.set()

    async def work() -> None:
        async with main:
            await main.try_all(plan.steady, begin)
            await waited.wait()
            main.run.leaks += beside.run.leaks
            await main.try_all(plan.last, begin)
            if not plan.waiting:
                tested.append(await own_tests(main))

    async def show_twin() -> None:
        if twins is not None and plan.twin:
            async with twins:
                await twins.try_all(plan.twin, begin)

    try:
        async with anyio.create_task_group() as tasks:
            for lane in (wait, work, show_twin):
                tasks.start_soon(lane)
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return tested[0]
