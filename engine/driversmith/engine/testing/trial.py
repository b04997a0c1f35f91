"""One behaviour being tried: calls of the driver, and assertions about them and about what the mock saw."""

import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from ..contract.naming import DriverNames
from ..models.profile import ApiProfile, ObjectProfile, OperationProfile
from ..models.report import BehaviourResult
from ..network.loopback import Request
from ..sandbox.port import DriverProcess, Raised, Reply
from .arguments import read_arguments, read_needs, read_operation
from .expected import Expected, expected_request
from .mock.credentials import spellings
from .mock.records import RecordMaker
from .mock.server import MockServer
from .own_methods import OwnMethod
from .serving.pages import cell
from .wire_text import cut

MAIN = "main"
MAX_SAMPLE = 25
TIMEOUT = 5.0
MAX_RETRIES = 1


class UnmetError(Exception):
    """A behaviour that the driver does not show."""

    def __init__(self, *, expected: str, received: str) -> None:
        super().__init__(f"expected {expected}; received {received}")
        self.expected, self.received = expected, received


class Run:
    """What all behaviours of one contract run share."""

    def __init__(
        self,
        profile: ApiProfile,
        names: DriverNames,
        mock: MockServer,
        maker: RecordMaker,
        credentials: dict[str, str],
        *,
        layered: bool = False,
        own_methods: tuple[OwnMethod, ...] = (),
        is_twin: bool = False,
    ) -> None:
        self.is_twin = is_twin
        """Whether the asynchronous twin is tried, whose methods are coroutines."""
        self.layered = layered
        """Whether the driver's contract has a module of its own: those of earlier versions promise less."""
        self.own_methods = own_methods
        """What its author added to the contract."""
        self.profile, self.names, self.mock, self.maker, self.credentials = profile, names, mock, maker, credentials
        self.spellings = spellings(credentials)
        self.leaks: list[str] = []
        self._readable: list[str] | None = None
        self.called: dict[str, None] = {}
        """Names of operations proven by a request, in order."""

    @property
    def constructor_arguments(self) -> dict[str, Any]:
        """Of the driver that most behaviours use."""
        arguments: dict[str, Any] = {
            "base_url": self.mock.base_url,
            "timeout": TIMEOUT,
            "max_retries": MAX_RETRIES,
            **self.credentials,
        }
        if any(scheme.kind == "oauth2_client_credentials" for scheme in self.profile.auth):
            arguments["token_url"] = self.mock.token_url
        return arguments

    def operation_of(self, name: str) -> OperationProfile:
        """The operation that reads an object."""
        return read_operation(self.profile, self.profile.objects[name])

    def readable(self) -> list[str]:
        """Objects that `read` can read, those that need the fewest arguments first."""
        if self._readable is None:
            objects = self.profile.objects
            names = [name for name, o in objects.items() if {"read", "read_one"} & set(o.operations)]
            self._readable = sorted(names, key=lambda name: read_needs(self.profile, objects[name]))
        return list(self._readable)

    def collections(self) -> list[str]:
        """Objects whose `read` gives many records."""
        objects = self.profile.objects
        return [n for n in self.readable() if "read" in objects[n].operations and objects[n].shape != "record"]

    def first_collection(self) -> list[str]:
        """The simplest object to read, preferring GET, with a call that changes nothing; alone in a list, which is empty where
        there is none."""
        return list(self._first_collection)

    def first_get(self) -> list[str]:
        """The same where it is read with GET: what is asked with a body goes to no other origin, and becomes a GET by most
        redirects."""
        return [name for name in self._first_collection if self.operation_of(name).method == "GET"]

    @cached_property
    def _first_collection(self) -> tuple[str, ...]:
        operations = {name: self.operation_of(name) for name in self.readable()}
        safe = [name for name, operation in operations.items() if operation.is_safe]
        best = min(
            safe, key=lambda n: (operations[n].method != "GET", operations[n].response.kind != "json"), default=None
        )
        return () if best is None else (best,)

    def having(self, verb: str) -> list[str]:
        """Objects with a verb, at most a sample of them."""
        return [name for name, o in self.profile.objects.items() if verb in o.operations][:MAX_SAMPLE]


class Driver:
    """One instance of the driver in the child; every call is noted in the trial."""

    def __init__(self, trial: "Trial", handle: str) -> None:
        self._trial, self.handle = trial, handle

    async def call(self, method: str, /, *args: Any, **kwargs: Any) -> Reply:
        """Call a method."""
        self._trial.note(f"{method}({spelled(args, kwargs)})", method)
        return self._trial.heard(await self._trial.child.call(self.handle, method, *args, **kwargs))

    async def read(self, name: str, /, **kwargs: Any) -> Reply:
        """Read an object, with the arguments that it cannot do without."""
        return await self.call("read", name, **self._trial.read_arguments(name), **kwargs)

    async def probe(self, name: str, /) -> Reply:
        """Read one record of an object: a single request, whatever its paging."""
        return await self.read(name, limit=1)


class Trial:
    """One behaviour of one subject; the mock starts clean."""

    def __init__(self, run: Run, child: DriverProcess, subject: str, *, on_operation: bool = False) -> None:
        self.run, self.child, self.subject, self._on_operation = run, child, subject, on_operation
        self.profile, self.mock, self.maker = run.profile, run.mock, run.maker
        self.driver = Driver(self, MAIN)
        self._calls: list[str] = []
        self._methods: set[str] = set()
        self._made: list[str] = []
        self._arguments: dict[str, dict[str, Any]] = {}
        self.mock.reset()
        if subject and not on_operation:
            self.mock.subject = subject

    # What the profile says of the subject.

    @property
    def described(self) -> ObjectProfile:
        """The object that is the subject."""
        return self.profile.objects[self.subject]

    @property
    def operation(self) -> OperationProfile:
        """The operation that is the subject, or that reads the object that is."""
        if self._on_operation:
            return self.profile.operations[self.subject]
        return read_operation(self.profile, self.described)

    def read_arguments(self, name: str) -> dict[str, Any]:
        """The same required arguments for every read of an object in this trial."""
        if name not in self._arguments:
            self._arguments[name] = read_arguments(self.profile, self.profile.objects[name], self.maker)
            self.mock.focus = read_operation(self.profile, self.profile.objects[name])
        return self._arguments[name]

    def expected(self, operation: OperationProfile, arguments: dict[str, Any]) -> Expected:
        """The request that a call of an operation must make: what it is given, and what every request carries."""
        expected = expected_request(self.mock.base_path, operation, arguments)
        given = {name.lower() for name in expected.headers}
        expected.headers |= {n: text for n, text in self.profile.headers.items() if n.lower() not in given}
        return expected

    def serve(self, count: int) -> list[dict[str, Any]]:
        """Let the mock serve this many new records of the subject; what `read` must give for them."""
        described = self.described
        records = self.maker.records(count, described.fields, described.identifier)
        if "read" in described.operations and self.operation.response.form in ("csv", "tsv"):
            records = [_in_cells(record, described) for record in records]
        self.mock.records[described.name] = records
        if "read" not in described.operations:
            self.mock.items[described.name] = records[0]
            return records[:1]
        if described.shape == "record":
            return records[:1]
        if described.shape == "map":
            return [{described.key_field: record["served_by_mock"], **record} for record in records]
        return records

    # Calls.

    async def make(self, handle: str, **arguments: Any) -> Driver:
        """A driver of its own, closed after the trial; arguments that are None are left to their defaults."""
        merged = {**self.run.constructor_arguments, **arguments}
        self.note(f"Driver({', '.join(f'{k}={v!r}' for k, v in arguments.items() if k not in self.run.credentials)})")
        reply = await self.child.construct(handle, arguments={k: v for k, v in merged.items() if v is not None})
        self._made.append(handle)
        self.succeeded(self.heard(reply))
        return Driver(self, handle)

    def keep(self, handle: str) -> Driver:
        """A driver that was constructed otherwise, closed after the trial."""
        self._made.append(handle)
        return Driver(self, handle)

    async def close(self) -> None:
        """Close and forget the drivers that this trial made."""
        for handle in self._made:
            await self.child.call(handle, "close")
            await self.child.drop(handle)

    def note(self, call: str, method: str = "__init__") -> None:
        """Keep what was called, for the report."""
        self._methods.add(method)
        if len(self._calls) < 6:
            self._calls.append(call)

    def heard(self, reply: Reply) -> Reply:
        """Every exception is searched for credentials, whatever the behaviour is about."""
        if reply.raised:
            text = json.dumps([reply.raised.message, reply.raised.attributes, reply.raised.traceback])
            if any(spelling in text for spelling in self.run.spellings):
                where = (
                    "message" if any(s in reply.raised.message for s in self.run.spellings) else "details or traceback"
                )
                self.run.leaks.append(
                    f"{reply.raised.type} ({where}) of {self._calls[-1] if self._calls else 'a call'}"
                )
        return reply

    # Assertions.

    def require(self, condition: object, *, expected: str, received: str) -> None:
        """Raises UnmetError where the condition does not hold."""
        if not condition:
            raise UnmetError(expected=expected, received=received)

    def succeeded(self, reply: Reply) -> Any:
        """The value of a call that must not raise."""
        if reply.raised:
            raise UnmetError(expected="no exception", received=f"{reply.raised.type}: {reply.raised.message}")
        return reply.value

    def equal(self, received: Any, expected: Any, what: str) -> None:
        """Raises UnmetError that says where the two differ."""
        if received != expected:
            raise UnmetError(expected=f"{what}: {brief(expected)}", received=difference(received, expected))

    def raised(self, reply: Reply, kind: str) -> Raised:
        """The exception of a call that must raise this class of the driver's tree."""
        if reply.raised is None:
            raise UnmetError(expected=kind, received=f"no exception, but {brief(reply.value)}")
        family = (reply.raised.type, *reply.raised.bases)
        if kind not in family or "DriverError" not in family:
            raise UnmetError(
                expected=f"{kind} below DriverError", received=f"{reply.raised.type}: {reply.raised.message}"
            )
        return reply.raised

    def requests(self, low: int, high: int | None = None) -> list[Request]:
        """The requests to the API, which must be between so many."""
        high = low if high is None else high
        log = self.mock.log
        count = f"{low}" if low == high else f"{low} to {high}"
        self.require(
            low <= len(log) <= high,
            expected=f"{count} request{'' if count == '1' else 's'}",
            received=f"{len(log)}: {wire(log)}",
        )
        return log

    def details_name(self, raised: Raised, seen: Request) -> None:
        """An error about a response says in `details` which request it was about."""
        held = detail(raised, "method") == seen.method and detail(raised, "path") is not None
        received = brief(raised.attributes.get("details"))
        self.require(held, expected=f"details with method {seen.method!r} and path", received=received)

    def result(self, name: str, unmet: UnmetError | None) -> BehaviourResult:
        """The result for the report."""
        sent = "; ".join(self._calls)
        if log := [*self.mock.log, *self.mock.other_log]:
            sent += f" -> {wire(log)}"
        return BehaviourResult(
            name=name,
            subject=self.subject,
            passed=unmet is None,
            sent=cut(sent),
            received=cut(unmet.received) if unmet else "",
            expected=cut(unmet.expected) if unmet else "",
            operations=self._about() if unmet else (),
        )

    def _about(self) -> tuple[str, ...]:
        if self._on_operation:
            return (self.subject,)
        seen = self.mock.operations_seen()
        if seen or not self.subject:
            return seen
        operations = self.described.operations
        called = tuple(name for verb, name in operations.items() if verb in self._methods)
        return called or tuple(operations.values())[:1]


@dataclass(frozen=True)
class Behaviour:
    """One line of the contract."""

    name: str
    """Id in kebab-case."""
    check: Callable[[Trial], Awaitable[None]]
    """Raises UnmetError where the driver does not show it."""
    subjects: Callable[[Run], Sequence[str]] = lambda run: [""]
    """Objects, or operations, to try it on; none: it does not apply."""
    on_operations: bool = False
    """Whether the subjects are operations."""
    waits: bool = False
    """Whether it waits a second or more: it is tried beside the others, on a child and a mock server of its own."""
    looks_back: bool = False
    """Whether it is about all that the others saw: it is tried when they have ended."""


def _in_cells(record: dict[str, Any], described: ObjectProfile) -> dict[str, Any]:
    """A record as a table holds it: text, but where the facts tell of numbers and booleans."""
    kinds = {name: field.type for name, field in described.fields.items()}
    plain = {name for name, kind in kinds.items() if kind in ("integer", "number", "boolean")}
    return {k: v if k in plain else v if isinstance(v, str) else f"{cell(v)}" for k, v in record.items()}


def detail(raised: Raised, key: str) -> Any:
    """One of the exception's `details`; None where it has none."""
    details = raised.attributes.get("details")
    return cast("dict[str, Any]", details).get(key) if isinstance(details, dict) else None


def wire(log: Sequence[Request]) -> str:
    """Requests in short: the first ones, and how many more."""
    shown = ", ".join(f"{seen.method} {seen.target[:120]}" for seen in log[:4])
    return shown + (f" and {len(log) - 4} more" if len(log) > 4 else "") if log else "no request"


def spelled(args: Sequence[Any], kwargs: dict[str, Any]) -> str:
    """Arguments as Python spells them, cut."""
    return cut(", ".join([*(repr(a) for a in args), *(f"{k}={v!r}" for k, v in kwargs.items())]), 200)


def brief(value: Any) -> str:
    """A value, cut."""
    items = cast("list[Any]", value) if isinstance(value, list) else []
    if len(items) > 2:
        return f"{len(items)} items, the first {cut(repr(items[0]), 160)}"
    return cut(repr(cast(object, value)), 240)


def difference(received: Any, expected: Any) -> str:
    """Where a value differs from what was expected."""
    if isinstance(received, list) and isinstance(expected, list):
        got, want = cast("list[Any]", received), cast("list[Any]", expected)
        for index, (one, other) in enumerate(zip(got, want, strict=False)):
            if one != other:
                return f"{len(got)} items; item {index} is {cut(repr(one), 160)}, not {cut(repr(other), 160)}"
        return f"{len(got)} items" + (f", the first {cut(repr(got[0]), 160)}" if got else "")
    if isinstance(received, dict) and isinstance(expected, dict):
        got_map, want_map = cast("dict[str, Any]", received), cast("dict[str, Any]", expected)
        keys = [k for k in {**want_map, **got_map} if got_map.get(k, "<none>") != want_map.get(k, "<none>")]
        return "; ".join(
            f"{k}: {cut(repr(got_map.get(k, 'missing')), 60)}, not {cut(repr(want_map.get(k, 'missing')), 60)}"
            for k in keys[:4]
        )
    return brief(received)


def now() -> float:
    """Monotonic seconds, the clock of the mock's log."""
    return time.monotonic()
