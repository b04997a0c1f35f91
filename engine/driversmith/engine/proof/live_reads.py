"""Live reads: first records of the real API through the driver, compared with what the relay saw pass."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, cast

from ..errors import SandboxError, SandboxUnavailableError
from ..facts.answer import Answer, answer_of
from ..models.profile import ApiProfile, ObjectProfile, OperationProfile
from ..models.report import LiveRead
from ..sandbox.port import DriverProcess, Raised, Sandbox, SandboxLimits
from ..sandbox.wire import encode
from ..testing.trial import detail
from .record_shapes import RecordsMissingError, records_of

LIMITS = SandboxLimits(wall_seconds=300.0, call_seconds=90.0)
TIMEOUT = 25.0
GIVE_UP_AFTER = 3
"""Refusals and failed connections in a row after which no more objects are tried."""
POINTLESS = frozenset({"AuthenticationError", "DriverConnectionError", "DriverTimeoutError", "RateLimitError"})
MAX_ERROR = 500
PAGE = 100
"""Records that a page is asked to have, where the API does not say how many it may have."""
MOST_A_PAGE = 200


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


@dataclass(frozen=True)
class Reading:
    """How one object was read: what the driver gave, and what the API answered. It is never kept: it holds records."""

    live: LiveRead
    answers: tuple[Answer, ...] = ()
    raised: Raised | None = None

    @property
    def pages(self) -> list[Any]:
        """The bodies of its good answers."""
        return [answer.body for answer in self.answers if answer.is_good]


async def readings(
    project: Path,
    profile: ApiProfile,
    *,
    package: str,
    class_name: str,
    sandbox: Sandbox,
    base_url: str,
    credentials: Mapping[str, str],
    object_names: list[str],
    asked_for: bool = False,
    limit: int = 3,
    max_requests: int = 10,
    observe: Callable[[], Sequence[Exchange]],
) -> list[Reading]:
    """Read the first two pages of the objects that need no arguments, or whose arguments have examples or choices.

    `base_url` is the relay's, `credentials` are constructor arguments with placeholders, `observe` gives all that the
    relay has forwarded so far. `asked_for` says that somebody chose the objects: else single records are read after all
    collections, and count as aside. The simplest objects come first; no object is begun after `max_requests` requests.
    Of each, `limit` records are kept.

    Raises:
        SandboxUnavailableError: no child can be started.
        SandboxError: the package does not import.
    """
    start = len(observe())
    made: list[Reading] = []
    arguments = {"base_url": base_url, "timeout": TIMEOUT, "max_retries": 0, **credentials}
    async with sandbox.open(project, package, class_name, limits=LIMITS) as child:
        constructed = await child.construct("live", arguments=arguments)
        if constructed.raised:
            error = _text(constructed.raised)
            return [Reading(LiveRead(object_name=name, ok=False, error=error)) for name in object_names[:1]]
        pointless = 0
        for plan in _plans(profile, object_names, asked_for):
            if len(observe()) - start >= max_requests or pointless == GIVE_UP_AFTER:
                break
            try:
                reading = await _read(child, plan, limit, observe)
            except SandboxUnavailableError:
                raise
            except SandboxError as error:
                made.append(Reading(LiveRead(object_name=plan.name, ok=False, error=error.message[:MAX_ERROR])))
                break
            made.append(replace(reading, live=reading.live.model_copy(update={"aside": plan.aside})))
            pointless = pointless + 1 if reading.raised and reading.raised.type in POINTLESS else 0
    return made


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
        found = [_plan(profile, name, described, verb, aside) for verb in ("read", "read_one")]
        plans += [plan for plan in found if plan][:1]
    return sorted(plans, key=lambda plan: (plan.aside, len(plan.arguments), bool(plan.operation.parameters)))


def _is_collection(described: ObjectProfile) -> bool:
    return "read" in described.operations and described.shape != "record"


def _plan(profile: ApiProfile, name: str, described: ObjectProfile, verb: str, aside: bool) -> _Plan | None:
    operations: Mapping[str, str] = cast("Mapping[str, str]", described.operations)
    if verb not in operations:
        return None
    operation = profile.operations[operations[verb]]
    if operation.method != "GET":
        return None
    paging: set[str | None] = set()
    if verb == "read":
        paging = {described.pagination.position_parameter, described.pagination.size_parameter}
    arguments: dict[str, Any] = {}
    for parameter in operation.parameters:
        if not parameter.must_be_given or (parameter.location == "query" and parameter.name in paging):
            continue
        known = (parameter.example, parameter.default, *parameter.enum[:1])
        value = next((value for value in known if value is not None), None)
        if value is None:
            return None
        arguments[parameter.argument] = value
    return _Plan(name, described, operation, arguments, single=verb == "read_one", aside=aside)


async def _read(child: DriverProcess, plan: _Plan, limit: int, observe: Callable[[], Sequence[Exchange]]) -> Reading:
    start = len(observe())
    records: list[Any] = []
    raised: Raised | None = None
    if plan.single:
        reply = await child.call("live", "read", plan.name, limit=limit, **plan.arguments)
        raised = reply.raised
        records = reply.value if isinstance(reply.value, list) else [reply.value]
    else:
        raised = await _two_pages(child, plan, records, lambda: _good(observe()[start:]))
    exchanges = observe()[start:]
    note, count = "", _records_read(raised) if raised else 0
    if count:
        note = f"The API repeats itself after {count} records; reading on stops there with an error."
    answers = tuple(answer_of(e.path, e.status, e.headers, e.body, e.sent) for e in exchanges)
    if raised and not note:
        wrong = raised.type == "UnexpectedResponseError" and bool(_good(exchanges))
        return Reading(LiveRead(object_name=plan.name, ok=False, error=_text(raised), wrong=wrong), answers, raised)
    fault = _fault(records, plan, exchanges, least=count or None, limit=limit)
    live = LiveRead(
        object_name=plan.name,
        ok=not fault,
        records=tuple(records[:limit]) if not fault else (),
        error=fault or note,
        wrong=bool(fault),
        count=len(records) if not fault else 0,
        pages=len(_good(exchanges)),
    )
    return Reading(live, answers, raised)


async def _two_pages(
    child: DriverProcess, plan: _Plan, records: list[Any], answers: Callable[[], Sequence[Exchange]]
) -> Raised | None:
    """Take records until those of a second page have begun, or there are no more; what the driver raised."""
    size = min(plan.described.pagination.max_size or PAGE, MOST_A_PAGE)
    reply = await child.open_iterator("live", "pages", "read_batched", plan.name, batch_size=size, **plan.arguments)
    while not reply.raised:
        reply = await child.next_item("pages")
        if reply.raised or reply.done:
            break
        if not isinstance(reply.value, list):
            records.append(reply.value)
            break
        records += cast("list[Any]", reply.value)
        if len(answers()) > 1:
            break
    await child.drop("pages")
    return reply.raised


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
        bodies = [json.loads(answer.body) if answer.body.strip() else None for answer in answers]
        pages = [records_of(plan.described, body, single=plan.single) for body in bodies]
    except ValueError:
        same = _leaves_in(given[:limit], answers)
        return "" if same else "The records hold values that the API did not serve."
    except RecordsMissingError as error:
        return f"{error} in the answer of {plan.operation.signature}."
    served = encode([record for page in pages for record in page])
    if least is None:
        least = min(limit, len(served)) if plan.single else sum(map(len, pages[:-1])) + bool(pages[-1])
    if len(given) >= least and given == served[: len(given)]:
        return ""
    return f"read gave {len(given)} records that are not the first {max(least, len(given))} served."


def _leaves_in(given: list[dict[str, Any]], answers: Sequence[Exchange]) -> bool:
    """Whether every scalar of the records stands in the answers, which were too long to be kept whole."""
    text = b"".join(answer.body for answer in answers).decode("utf-8", "replace")

    def stands(value: Any) -> bool:
        if isinstance(value, dict):
            return all(stands(item) for item in cast("dict[str, Any]", value).values())
        if isinstance(value, list):
            return all(stands(item) for item in cast("list[Any]", value))
        return json.dumps(value) in text or json.dumps(value, ensure_ascii=False) in text or isinstance(value, float)

    return all(stands(record) for record in given)


def _records_read(raised: Raised) -> int:
    """How many records were good before paging went wrong; 0 for any other error."""
    count = detail(raised, "records_read") if raised.type == "UnexpectedResponseError" else None
    return count if isinstance(count, int) and count > 0 else 0


def _text(raised: Raised) -> str:
    return f"{raised.type}: {raised.message}"[:MAX_ERROR]
