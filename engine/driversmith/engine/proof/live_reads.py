"""Live reads: first records of the real API through the driver, compared with what the relay saw pass."""

import contextlib
import hashlib
import itertools
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, cast

import anyio

from ..errors import SandboxError, SandboxUnavailableError
from ..facts.answer import Answer, answer_of, text_of
from ..facts.detectors.counting import ROUND
from ..facts.record_shapes import RecordsMissingError, records_of
from ..facts.rows import rows_of
from ..facts.structure import FieldKinds, always_there, field_kinds, structure_hash, structure_of
from ..facts.totals import told_total
from ..models.profile import ApiProfile, ObjectProfile, OperationProfile, ParameterProfile, Verb
from ..models.report import LiveRead
from ..sandbox.doorway import Door
from ..sandbox.port import DriverProcess, Raised, Sandbox, SandboxLimits
from ..sandbox.wire import encode
from ..testing.trial import detail

LIMITS = SandboxLimits(wall_seconds=300.0, call_seconds=90.0)
TIMEOUT = 25.0
GIVE_UP_AFTER = 3
"""Refusals and failed connections in a row after which no more objects are tried."""
POINTLESS = frozenset({"AuthenticationError", "DriverConnectionError", "DriverTimeoutError", "RateLimitError"})
MOST_PATIENCE = 10.0
"""Seconds that are waited where an API asks for it (Retry-After); once an object."""
MAX_ERROR = 500
PAGE = 100
"""Records that a page is asked to have, where the API does not say how many it may have."""
MOST_A_PAGE = 200
_READS: tuple[Verb, ...] = ("read", "read_one")
_SALT = secrets.token_bytes(32)


class Exchange(Protocol):
    """One request that the relay forwarded, and its answer."""

    @property
    def path(self) -> str: ...
    @property
    def status(self) -> int: ...
    @property
    def body(self) -> bytes: ...
    @property
    def headers(self) -> dict[str, str]: ...
    @property
    def sent(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def question(self) -> bytes: ...


class Gate(Protocol):
    """What lets requests through to the API."""

    async def open(self, object_name: str) -> int:
        """Let through as many requests for an object as it may have; 0: none."""
        ...

    def shut(self) -> None:
        """Let no more through until it is opened again."""
        ...


@dataclass(frozen=True)
class Reading:
    """How one object was read: what the driver gave, and what the API answered. It is never kept: it holds records."""

    live: LiveRead
    answers: tuple[Answer, ...] = ()
    raised: Raised | None = None
    described: ObjectProfile | None = None
    """The facts by which it was read."""
    fields: Mapping[str, FieldKinds] = field(default_factory=dict[str, FieldKinds])
    """What its records have under each key, without values; none where it was not read rightly."""

    @property
    def pages(self) -> list[Any]:
        """The bodies of its good answers."""
        return [answer.body for answer in self.answers if answer.is_good]

    def begins_like(self, other: "Reading") -> bool:
        """Whether both have the same first page, or neither has one."""
        mine, others = self._contents[:1], other._contents[:1]
        return bool(mine) == bool(others) and all(one & two for one, two in zip(mine, others, strict=True))

    def comes_to(self, other: "Reading") -> bool:
        """Whether the first page of another read is a later one of this."""
        return any(later & first for first in other._contents[:1] for later in self._contents[1:])

    @cached_property
    def _contents(self) -> list[frozenset[str]]:
        """Of each page its body and its records: one of them is the same in equal pages. What stands beside records may
        change with every answer, as the time that it took does."""
        return [_contents(self.described, page) for page in self.pages]


async def readings(
    project: Path,
    profile: ApiProfile,
    *,
    package: str,
    class_name: str,
    sandbox: Sandbox,
    base_url: str,
    door: Door,
    credentials: Mapping[str, str],
    object_names: list[str],
    asked_for: bool = False,
    limit: int = 3,
    pages: int = 2,
    gate: Gate,
    observe: Callable[[], Sequence[Exchange]],
    stop: Callable[[Reading], bool] = lambda _: False,
) -> list[Reading]:
    """Read the first pages of the objects that need no arguments, or whose arguments have examples or choices.

    `base_url` is the API's, `door` the relay's, `credentials` are constructor arguments with placeholders, `observe` gives all that the
    relay has forwarded so far, `gate` lets requests through. `asked_for` says that somebody chose the objects: else single
    records are read after all collections, and count as aside. The simplest objects come first, and of these the ones whose
    facts are most in doubt. Of each, `limit` records are kept. After one at which to `stop` no further one is read.

    Raises:
        SandboxUnavailableError: no child can be started.
        SandboxError: the package does not import.
    """
    made: list[Reading] = []
    arguments = {"base_url": base_url, "timeout": TIMEOUT, "max_retries": 0, **credentials}
    async with sandbox.open(project, package, class_name, limits=LIMITS, door=door) as child:
        constructed = await child.construct("live", arguments=arguments)
        if constructed.raised:
            error = _text(constructed.raised)
            return [Reading(LiveRead(object_name=name, ok=False, error=error)) for name in object_names[:1]]
        reader, pointless = _Reader(child, gate, observe, limit, profile.error_path), 0
        for plan in _plans(profile, object_names, asked_for):
            if pointless == GIVE_UP_AFTER:
                break
            if (allowed := await gate.open(plan.name)) < 1:
                continue
            try:
                reading = await reader.read(plan, min(pages, allowed))
                if (pause := _asked_to_wait(reading)) is not None:
                    await anyio.sleep(pause)
                    if (allowed := await gate.open(plan.name)) > 0:
                        reading = await reader.read(plan, min(pages, allowed))
            except SandboxUnavailableError:
                raise
            except SandboxError as error:
                made.append(Reading(LiveRead(object_name=plan.name, ok=False, error=error.message[:MAX_ERROR])))
                break
            made.append(replace(reading, live=reading.live.model_copy(update={"aside": plan.aside})))
            pointless = pointless + 1 if reading.raised and reading.raised.type in POINTLESS else 0
            if stop(made[-1]):
                break
    return made


def _asked_to_wait(reading: Reading) -> float | None:
    """How many seconds the API asks for before the next request, where that is worth waiting for."""
    if reading.raised is None or reading.raised.type != "RateLimitError" or not reading.answers:
        return None
    told = reading.raised.attributes.get("retry_after")
    return float(told) if isinstance(told, int | float) and 0 <= told <= MOST_PATIENCE else None


def why_untried(profile: ApiProfile, name: str) -> str:
    """Why an object cannot be read without a person; "" where it can."""
    described = profile.objects[name]
    asked = _questions(profile, described)
    if not asked:
        return "No operation reads it with GET, or with a POST of which the description says that it only reads."
    wanted = [_unknown(described, operation) for operation in asked]
    if not all(wanted):
        return ""
    return f"It cannot be read without arguments that only the caller knows: {', '.join(wanted[0])}."


def unknown_arguments(profile: ApiProfile, name: str) -> list[str]:
    """What has to be given to read an object, and of which the description tells no value; [] where nothing has."""
    described = profile.objects[name]
    asked = _questions(profile, described)
    return _unknown(described, asked[0]) if asked else []


def _questions(profile: ApiProfile, described: ObjectProfile) -> list[OperationProfile]:
    """The operations that read an object, the one that lists it first."""
    operations = [profile.operations[described.operations[verb]] for verb in _READS if verb in described.operations]
    return [operation for operation in operations if operation.is_safe]


@dataclass(frozen=True)
class _Plan:
    name: str
    described: ObjectProfile
    operation: OperationProfile
    arguments: dict[str, Any]
    single: bool
    """Whether `read` asks for one record by its own path."""
    aside: bool
    """Whether it shows nothing of what the driver is for."""


def _plans(profile: ApiProfile, object_names: list[str], asked_for: bool) -> list[_Plan]:
    """What can be read, the simplest first: no parameters, optional ones, required ones with a value that is known."""
    plans: list[_Plan] = []
    collections = {name for name, described in profile.objects.items() if _is_collection(described)}
    for name in object_names:
        described = profile.objects.get(name)
        if described is None:
            continue
        aside = bool(collections) and name not in collections and not asked_for
        found = [_plan(name, described, operation, aside) for operation in _questions(profile, described)]
        plans += [plan for plan in found if plan][:1]
    return sorted(plans, key=lambda p: (p.aside, len(p.arguments), _is_sure(p.described), bool(p.operation.parameters)))


def _is_sure(described: ObjectProfile) -> bool:
    """Whether the description itself says how its pages go on, and where the end is."""
    evidence = described.pagination.evidence
    return evidence is not None and evidence.rule is None


def _is_collection(described: ObjectProfile) -> bool:
    return "read" in described.operations and described.shape != "record"


def _plan(name: str, described: ObjectProfile, operation: OperationProfile, aside: bool) -> _Plan | None:
    if _unknown(described, operation):
        return None
    given = [*_wanted(described, operation), *filter(described.is_asked_by, operation.parameters)]
    arguments = {p.argument: value for p in given if (value := _known(p)) is not None}
    single = described.operations.get("read") != operation.name
    return _Plan(name, described, operation, arguments, single=single, aside=aside)


def _wanted(described: ObjectProfile, operation: OperationProfile) -> list[ParameterProfile]:
    """Parameters that a caller has to give, and the driver does not fill in itself."""
    reads = described.operations.get("read") == operation.name
    return [p for p in operation.parameters if p.must_be_given and not (reads and described.pagination.fills(p))]


def _known(parameter: ParameterProfile) -> Any:
    """A value of which the description says that it can be given; None: there is none."""
    known = (parameter.example, parameter.default, *parameter.enum[:1])
    return next((value for value in known if value is not None), None)


def _unknown(described: ObjectProfile, operation: OperationProfile) -> list[str]:
    return [p.argument for p in _wanted(described, operation) if _known(p) is None]


@dataclass(frozen=True)
class _Reader:
    """Reads through a driver in a child, and compares with what passed the relay."""

    child: DriverProcess
    gate: Gate
    observe: Callable[[], Sequence[Exchange]]
    limit: int
    error_path: tuple[str, ...] = ()

    async def read(self, plan: _Plan, pages: int) -> Reading:
        """The object, as far as `pages` answers go."""
        start = len(self.observe())
        records: list[Any] = []
        ended = True
        if plan.single:
            reply = await self.child.call("live", "read", plan.name, limit=self.limit, **plan.arguments)
            raised = reply.raised
            records = reply.value if isinstance(reply.value, list) else [reply.value]
        else:
            raised, ended = await self._some_pages(plan, records, pages, lambda: _good(self.observe()[start:]))
        exchanges = self.observe()[start:]
        answers = tuple(
            answer_of(e.path, e.status, e.headers, e.body, e.sent, question=e.question, error_path=self.error_path)
            for e in exchanges
        )
        bare = LiveRead(
            object_name=plan.name,
            ok=False,
            requests=len(exchanges),
            seen=structure_of(answers[0].body) if answers and answers[0].status else None,
        )
        note, count = "", _records_read(raised) if raised else 0
        if count:
            note = f"The API repeats itself after {count} records; reading on stops there with an error."
        if raised and not note:
            # Where a body asks, an error in a good answer is about the question; elsewhere it is what a wrong fact looks like.
            came = any(a.is_good or (a.question is None and 200 <= a.status < 300) for a in answers)
            wrong = raised.type == "UnexpectedResponseError" and came
            told = bare.model_copy(update={"error": _text(raised), "wrong": wrong})
            return Reading(told, answers, raised, plan.described)
        fault = _fault(records, plan, exchanges, least=count or None, limit=self.limit)
        if not fault and not raised:
            fault = _miscounted(plan, answers, records, ended=ended)
        if fault:
            return Reading(bare.model_copy(update={"error": fault, "wrong": True}), answers, raised, plan.described)
        kinds = field_kinds(records)
        found = {
            "ok": True,
            "records": tuple(records[: self.limit]),
            "error": note,
            "count": len(records),
            "pages": len(_good(exchanges)),
            "complete": True if ended and not raised else False if raised else None,
            "structure": structure_hash(records),
            "keys": always_there(kinds, len(records)),
        }
        return Reading(bare.model_copy(update=found), answers, raised, plan.described, kinds)

    async def _some_pages(
        self, plan: _Plan, records: list[Any], most: int, answers: Callable[[], Sequence[Exchange]]
    ) -> tuple[Raised | None, bool]:
        """Take records until those of the last of so many pages have begun, or there are no more; what the driver raised, and
        whether it came to an end."""
        size = min(plan.described.pagination.max_size or PAGE, MOST_A_PAGE)
        reply = await self.child.open_iterator(
            "live", "pages", "read_batched", plan.name, batch_size=size, **plan.arguments
        )
        ended = False
        while not reply.raised:
            reply = await self.child.next_item("pages")
            if reply.raised or reply.done:
                ended = reply.done
                break
            if not isinstance(reply.value, list):
                records.append(reply.value)
                break
            records += cast("list[Any]", reply.value)
            if len(answers()) >= most:
                self.gate.shut()  # whether there is more the driver may know without asking
                ended = (await self.child.next_item("pages")).done
                break
        await self.child.drop("pages")
        return reply.raised, ended


def _miscounted(plan: _Plan, answers: Sequence[Answer], records: Sequence[Any], *, ended: bool) -> str:
    """That pages repeat each other, or that an end is none; "" where what was read agrees with itself."""
    if plan.single:
        return ""
    pages = [_hashes(plan.described, answer.body) for answer in answers if answer.is_good]
    for number, (one, other) in enumerate(itertools.pairwise(pages), 1):
        if not other or len(one & other) * 2 < len(other):
            continue
        if one != other or not ended or number + 1 < len(pages):
            return f"Page {number + 1} gives records of page {number} again."
        if number == 1 and len(one) in ROUND:
            return f"Page 2 repeats page 1, and its {len(one)} records look like one page of more."
    last = next((answer for answer in reversed(answers) if answer.is_good), None)
    told = told_total(last, plan.described) if last is not None and ended else None
    if told is not None and len(records) + max(2, told.number // 50) < told.number:
        return f"The API tells of {told.number} records, and reading ended after {len(records)}."
    return ""


def _hashes(described: ObjectProfile, body: Any) -> frozenset[bytes]:
    """The records of a page as salted hashes, which nobody can turn into values; none where two are the same, so that the
    same again would tell nothing."""
    try:
        records = records_of(described, body)
    except RecordsMissingError:
        return frozenset()
    texts = (json.dumps(record, sort_keys=True).encode() for record in records)
    hashes = frozenset(hashlib.blake2b(text, key=_SALT, digest_size=16).digest() for text in texts)
    return hashes if len(hashes) == len(records) else frozenset()


def _contents(described: ObjectProfile | None, body: Any) -> frozenset[str]:
    contents = [body]
    if described is not None:
        with contextlib.suppress(RecordsMissingError):
            contents += [records] if (records := records_of(described, body)) else []
    return frozenset(json.dumps(content, sort_keys=True) for content in contents)


def _good(exchanges: Sequence[Exchange]) -> list[Exchange]:
    return [exchange for exchange in exchanges if 200 <= exchange.status < 300]


def _fault(given: list[Any], plan: _Plan, exchanges: Sequence[Exchange], *, least: int | None, limit: int) -> str:
    """Why the records are not what the API served, at `least` so many; empty where they are."""
    if not all(isinstance(item, dict) for item in given):
        return "read gave no list of dicts."
    answers = _good(exchanges)
    if not answers:
        return f"read gave {len(given)} records, but no successful answer passed the relay."
    try:
        pages = [records_of(plan.described, _body(answer, plan), single=plan.single) for answer in answers]
    except RecordsMissingError as error:
        return f"{error} in the answer of {plan.operation.signature}."
    # Past the end, some APIs give the last page once more.
    pages = [*pages[:1], *(page for before, page in itertools.pairwise(pages) if page != before)]
    served = encode([record for page in pages for record in page])
    if least is None:
        least = min(limit, len(served)) if plan.single else sum(map(len, pages[:-1])) + bool(pages[-1])
    if len(given) >= least and given == served[: len(given)]:
        return ""
    return f"read gave {len(given)} records that are not the first {max(least, len(given))} served."


def _body(answer: Exchange, plan: _Plan) -> Any:
    """A body as JSON, whatever its size; as records where it is text that holds them; as text where it is neither."""
    if not answer.body.strip():
        return None
    form = plan.operation.response.form
    told = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if form and not told.endswith(("/json", "+json")):
            return rows_of(text_of(answer.body, answer.headers), form, plan.described.fields)
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        return answer.body.decode("utf-8", "replace")


def _records_read(raised: Raised) -> int:
    """How many records were good before paging went wrong; 0 for any other error."""
    count = detail(raised, "records_read") if raised.type == "UnexpectedResponseError" else None
    return count if isinstance(count, int) and count > 0 else 0


def _text(raised: Raised) -> str:
    return f"{raised.type}: {raised.message}"[:MAX_ERROR]
