"""The arms that are not driversmith: one shot, blind resampling, and the classic loop."""

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
from driversmith.engine.errors import BudgetSpentError, ModelError
from driversmith.engine.guards.files.extraction import extract_file
from driversmith.engine.llm.patience import PatientModel
from driversmith.engine.models.findings import Finding

from .asking import Asker
from .classic import classic_errors, unfenced
from .judging import Judge
from .outcomes import Outcome
from .subjects import Subject, marked, slug_of

CLASSIC_TRIES = 3
CLASSIC_ROUNDS = 7
CLASSIC_ATTEMPTS = 3
_MOST_RESAMPLES = 40


@dataclass
class Bench:
    """What an arm works with in one cell."""

    subjects: dict[str, Subject]
    judge: Judge
    model: PatientModel
    at_once: int = 16

    def subject(self, session: int) -> Subject:
        """The API of a session."""
        return self.subjects[slug_of(session, tuple(self.subjects))]


@dataclass
class _Session:
    """One session of a baseline."""

    bench: Bench
    number: int
    subject: Subject
    asker: Asker
    outcome: Outcome
    files: dict[str, str] = field(default_factory=dict[str, str])

    async def first_answers(self, attempt: int, extract: Callable[[str, str, str | None], str]) -> None:
        """Ask for all four files once."""
        for path in self.subject.paths:
            named = marked(path, self.number)
            answer = await self.asker.write(named, attempt=attempt, client=self.client)
            self.files[named] = extract(answer.text, named, answer.stop_reason)

    @property
    def client(self) -> str:
        """The text of the client as it stands."""
        return self.files.get(marked(self.subject.paths[0], self.number), "")

    @property
    def whole(self) -> dict[str, str]:
        """The driver as it stands, the templates' plumbing included."""
        plain = {marked(path, 0): marked(text, 0) for path, text in self.files.items()}
        return self.subject.files(plain)

    async def passes(self) -> bool:
        """Whether validation and contract run find nothing."""
        if not (await self.bench.judge.validate(self.subject, self.whole)).ok:
            return False
        return (await self.bench.judge.run_contract(self.subject, self.whole)).ok

    async def close(self, *, claimed: bool) -> None:
        """Hand the driver over, if there is one, and hold it against the truth."""
        self.outcome.claimed = claimed
        self.outcome.author = "model"
        if claimed:
            self.outcome.untrue = await self.bench.judge.untrue(self.subject, self.whole)


async def one_shot(bench: Bench, sessions: Sequence[int]) -> list[Outcome]:
    """Ask once for each file and take what comes."""

    async def run(session: _Session) -> None:
        await session.first_answers(1, lambda answer, _, __: unfenced(answer))
        session.outcome.first_try = session.outcome.guarded = True
        await session.close(claimed=True)

    return await _each(bench, sessions, run)


async def resampling(bench: Bench, sessions: Sequence[int], *, tokens: int) -> list[Outcome]:
    """Ask anew, blindly, until validation and contract run find nothing: in turn for every session that has no driver yet,
    as long as all together have used fewer than `tokens`."""
    found: list[_Session] = [_opened(bench, number) for number in sessions]
    waiting = list(found)
    for attempt in range(1, _MOST_RESAMPLES + 1):
        left: list[_Session] = []

        async def run(session: _Session, attempt: int = attempt, left: list[_Session] = left) -> None:
            if attempt > 1 and sum(s.asker.spent.tokens for s in found) >= tokens:
                return
            session.outcome.attempts = attempt
            await session.first_answers(attempt, _extracted)
            if not await session.passes():
                left.append(session)
                return
            session.outcome.first_try = session.outcome.guarded = attempt == 1
            await session.close(claimed=True)

        await _all_of(bench, waiting, run)
        waiting = sorted(left, key=lambda s: s.number)
        if not waiting or sum(s.asker.spent.tokens for s in found) >= tokens:
            break
    return [session.outcome for session in found]


async def classic_loop(bench: Bench, sessions: Sequence[int]) -> list[Outcome]:
    """Three attempts, each three tries a file with the errors appended, then seven rounds of tests and fixes; what an
    attempt found out is recorded, and the next one does not read it. Its tests are the templates', which is generous."""

    async def run(session: _Session) -> None:
        for attempt in range(1, CLASSIC_ATTEMPTS + 1):
            session.outcome.attempts = attempt
            tries = await _classic_attempt(session, attempt)
            if tries is not None:
                session.outcome.guarded = attempt == 1
                session.outcome.first_try = attempt == 1 and tries == len(session.subject.paths)
                await session.close(claimed=True)
                return
            session.outcome.diagnoses += 1

    return await _each(bench, sessions, run)


async def _classic_attempt(session: _Session, attempt: int) -> int | None:
    """How many tries it took, or None where it failed."""
    count = 0
    for path in session.subject.paths:
        named, earlier = marked(path, session.number), list[tuple[str, str]]()
        for number in range(1, CLASSIC_TRIES + 1):
            count += 1
            asker, client = session.asker, session.client
            if number == 1:
                answer = await asker.write(named, attempt=attempt, client=client)
            else:
                answer = await asker.retry(named, attempt=attempt, client=client, number=number, earlier=earlier)
            session.files[named] = unfenced(answer.text)
            errors = classic_errors(named, session.files[named])
            if not errors:
                break
            earlier.append((answer.text, "\n".join(errors)))
        else:
            return None
    return await _classic_rounds(session, attempt, count)


async def _classic_rounds(session: _Session, attempt: int, count: int) -> int | None:
    client = marked(session.subject.paths[0], session.number)
    for number in range(1, CLASSIC_ROUNDS + 2):
        output = await session.bench.judge.run_tests(session.subject, session.whole)
        if not output:
            return count
        if number > CLASSIC_ROUNDS:
            break
        count += 1
        answer = await session.asker.fix(
            client, attempt=attempt, number=CLASSIC_TRIES + number, text=session.client, output=output
        )
        session.files[client] = unfenced(answer.text)
    return None


def _extracted(answer: str, path: str, stop_reason: str | None) -> str:
    found = extract_file(answer, path=path, stop_reason=stop_reason)
    return answer if isinstance(found, Finding) else found.text


def _opened(bench: Bench, number: int) -> _Session:
    subject = bench.subject(number)
    return _Session(bench, number, subject, Asker(bench.model, subject, number), Outcome(number, subject.api.slug))


async def _each(bench: Bench, sessions: Sequence[int], run: Callable[[_Session], Awaitable[None]]) -> list[Outcome]:
    opened = [_opened(bench, number) for number in sessions]
    await _all_of(bench, opened, run)
    return [session.outcome for session in opened]


async def _all_of(bench: Bench, sessions: Sequence[_Session], run: Callable[[_Session], Awaitable[None]]) -> None:
    """Some at a time; what a session takes and how long is written down however it ends."""
    places = anyio.Semaphore(bench.at_once)

    async def one(session: _Session) -> None:
        async with places, _timed(session):
            try:
                await run(session)
            except (ModelError, BudgetSpentError):
                session.outcome.claimed = False

    async with anyio.create_task_group() as tasks:
        for session in sessions:
            tasks.start_soon(one, session)


@asynccontextmanager
async def _timed(session: _Session) -> AsyncGenerator[None]:
    began = time.monotonic()
    try:
        yield
    finally:
        session.outcome.wall += time.monotonic() - began
        session.outcome.spent = session.asker.spent
