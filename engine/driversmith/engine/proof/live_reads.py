"""Live reads: first records of the real API through the driver, compared with what the relay saw pass."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

from ..errors import SandboxError, SandboxUnavailableError
from ..models.profile import ApiProfile, ObjectProfile, OperationProfile
from ..models.report import LiveRead, LiveReport
from ..sandbox.port import DriverProcess, Raised, Reply, Sandbox, SandboxLimits
from ..sandbox.wire import encode
from ..testing.trial import detail
from .record_shapes import RecordsMissingError, records_of

LIMITS = SandboxLimits(wall_seconds=300.0, call_seconds=90.0)
TIMEOUT = 25.0
GIVE_UP_AFTER = 3
"""Refusals and failed connections in a row after which no more objects are tried."""
POINTLESS = frozenset({"AuthenticationError", "DriverConnectionError", "DriverTimeoutError", "RateLimitError"})
MAX_ERROR = 500


class Exchange(Protocol):
    """One request that the relay forwarded, and its answer."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def status(self) -> int: ...
    @property
    def body(self) -> bytes: ...


async def read_live(
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
) -> LiveReport:
    """Read the first `limit` records of the objects that need no arguments, or whose arguments have examples or choices.

    `base_url` is the relay's, `credentials` are constructor arguments with placeholders, `observe` gives all that the
    relay has forwarded so far. `asked_for` says that somebody chose the objects: else single records are read after all
    collections, and count as aside. The simplest objects come first; no object is begun after `max_requests` requests.

    Raises:
        SandboxUnavailableError: no child can be started.
        SandboxError: the package does not import.
    """
    start = len(observe())
    reads: list[LiveRead] = []
    arguments = {"base_url": base_url, "timeout": TIMEOUT, "max_retries": 0, **credentials}
    async with sandbox.open(project, package, class_name, limits=LIMITS) as child:
        made = await child.construct("live", arguments=arguments)
        pointless = 0
        for plan in _plans(profile, object_names, asked_for):
            if len(observe()) - start >= max_requests or pointless == GIVE_UP_AFTER or made.raised:
                break
            try:
                read, raised = await _read(child, plan, limit, observe)
            except SandboxUnavailableError:
                raise
            except SandboxError as error:
                reads.append(LiveRead(object_name=plan.name, ok=False, error=error.message[:MAX_ERROR]))
                break
            reads.append(read.model_copy(update={"aside": plan.aside}))
            pointless = pointless + 1 if raised and raised.type in POINTLESS else 0
    if made.raised:
        reads = [LiveRead(object_name=n, ok=False, error=_text(made.raised)) for n in object_names[:1]]
    return LiveReport(reads=tuple(reads), requests=len(observe()) - start)


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


async def _read(
    child: DriverProcess, plan: _Plan, limit: int, observe: Callable[[], Sequence[Exchange]]
) -> tuple[LiveRead, Raised | None]:
    start = len(observe())
    reply = await child.call("live", "read", plan.name, limit=limit, **plan.arguments)
    note = ""
    if reply.raised and (count := _records_read(reply.raised)):
        note = f"The API repeats itself after {count} records, shown here; reading on stops there with an error."
        start = len(observe())
        limit = min(limit, count)
        reply = await child.call("live", "read", plan.name, limit=limit, **plan.arguments)
    if reply.raised:
        return LiveRead(object_name=plan.name, ok=False, error=_text(reply.raised)), reply.raised
    fault = _fault(reply, plan, limit, observe()[start:])
    records = tuple(cast("Any", reply.value)) if not fault else ()
    return LiveRead(object_name=plan.name, ok=not fault, records=records, error=fault or note), None


def _fault(reply: Reply, plan: _Plan, limit: int, exchanges: Sequence[Exchange]) -> str:
    """Why the value is not what the API served; empty where it is."""
    value: Any = reply.value
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in cast("list[Any]", value)):
        return "read gave no list of dicts."
    given = cast("list[dict[str, Any]]", value)
    answers = [exchange for exchange in exchanges if 200 <= exchange.status < 300]
    if not answers:
        return f"read gave {len(given)} records, but no successful answer passed the relay."
    try:
        bodies = [json.loads(answer.body) if answer.body.strip() else None for answer in answers]
        served = [record for body in bodies for record in records_of(plan.described, body, single=plan.single)]
    except ValueError:
        same = len(given) <= limit and _leaves_in(given, answers)
        return "" if same else "The records hold values that the API did not serve."
    except RecordsMissingError as error:
        return f"{error} in the answer of {plan.operation.signature}."
    wanted = encode(served[:limit])
    return "" if given == wanted else f"read gave {len(given)} records that are not the first {len(wanted)} served."


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
