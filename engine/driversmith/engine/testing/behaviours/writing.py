"""create, update and delete: the right request, once."""

from typing import Any

from ...models.profile import ApiProfile, ObjectProfile, OperationProfile, Verb
from ...network.loopback import Response
from ..arguments import data_for, operation_arguments
from ..expected import differences, received_body
from ..mock.listener import OddResponse
from ..mock.pages import json_answer
from ..serving.pages import nest
from ..trial import Behaviour, Run, Trial, brief
from .failures import kind_of, problem

HOSTILE_ID = "a/b c?d=e&f#g%2Fä"
WRITES: tuple[Verb, ...] = ("create", "update", "delete")


async def creates(trial: Trial) -> None:
    """`create` sends the data once and gives the record of the answer."""
    await _writes(trial, "create")


async def updates(trial: Trial) -> None:
    """`update` sends the data to the record's own path and gives the record of the answer."""
    await _writes(trial, "update")


async def deletes(trial: Trial) -> None:
    """`delete` asks for the record's own path and gives nothing."""
    await _writes(trial, "delete")


async def writes_are_not_sent_again(trial: Trial) -> None:
    """A write that meets 503, 429 or a dropped connection is sent once and raises."""
    verb, _ = _sent_once(trial.profile, trial.described)[0]
    for answer, kind in (
        (problem(503), kind_of(trial, 503, "ServerError")),
        (problem(429, ("Retry-After", "0")), "RateLimitError"),
        (OddResponse(drop=True), "DriverConnectionError"),
    ):
        start = len(trial.mock.log)
        trial.mock.script.always = answer
        call, _ = _call(trial, verb)
        trial.raised(await trial.driver.call(verb, trial.subject, *call[0], **call[1]), kind)
        made = len(trial.mock.log) - start
        trial.require(made == 1, expected=f"1 request before {kind}", received=f"{made}")


async def writes_are_sent_again_with_their_key(trial: Trial) -> None:
    """A write that takes an idempotency key and meets 503 is sent again with the same key, and the next one with another."""
    verb, header = _repeatable_write(trial.profile, trial.described)
    keys: list[list[str | None]] = []
    for _ in range(2):
        start = len(trial.mock.log)
        trial.mock.script.first = [problem(503)]
        call, _sent = _call(trial, verb)
        trial.succeeded(await trial.driver.call(verb, trial.subject, *call[0], **call[1]))
        keys.append([sent.header(header) for sent in trial.mock.log[start:]])
    (first, again), (other, *_) = keys
    kept = bool(first) and first == again and first != other
    trial.require(
        kept, expected=f"one {header} for a write and its retry, and another for the next", received=f"{keys}"
    )


async def writes_do_not_follow_to_another_origin(trial: Trial) -> None:
    """A write that is redirected to another origin raises, and nothing goes there."""
    verb, _ = _writes_of(trial.profile, trial.described)[0]
    for status in (302, 307):
        trial.mock.script.always = Response(status)
        trial.mock.script.redirect = trial.mock.other_origin
        call, _ = _call(trial, verb)
        reply = await trial.driver.call(verb, trial.subject, *call[0], **call[1])
        sent = len(trial.mock.other_log)
        trial.require(not sent, expected="nothing sent to the other origin", received=f"{sent} requests")
        trial.raised(reply, "UnexpectedResponseError")


async def writes_follow_on_the_origin(trial: Trial) -> None:
    """307 on the same origin: the same method and body again."""
    verb: Verb = "create"
    trial.mock.script.first = [Response(307)]
    trial.mock.script.redirect = trial.mock.origin
    call, _ = _call(trial, verb)
    reply = await trial.driver.call(verb, trial.subject, *call[0], **call[1])
    first, second = trial.requests(2)[:2]
    body = trial.profile.operations[trial.described.operations[verb]].body
    sent = [(seen.method, received_body(seen, body.kind if body else "binary")) for seen in (first, second)]
    trial.equal(sent[1], sent[0], "the same method and body")
    trial.succeeded(reply)


async def verbs_that_do_not_exist_are_refused(trial: Trial) -> None:
    """A verb that the API does not have for an object is NotSupportedError, without a request."""
    calls: dict[str, tuple[Any, ...]] = {"create": ({"a": 1},), "update": ("1", {"a": 1}), "delete": ("1",)}
    for verb in WRITES:
        if verb not in trial.described.operations:
            trial.raised(await trial.driver.call(verb, trial.subject, *calls[verb]), "NotSupportedError")
    if not {"read", "read_one"} & set(trial.described.operations):
        trial.raised(await trial.driver.call("read", trial.subject), "NotSupportedError")
    trial.requests(0)


async def _writes(trial: Trial, verb: Verb) -> None:
    operation = trial.profile.operations[trial.described.operations[verb]]
    (args, kwargs), arguments = _call(trial, verb)
    item = trial.maker.record(trial.described.fields, trial.described.identifier)
    answer = nest(trial.described.item_path, item)
    silent = verb == "delete" or operation.response.status == 204
    trial.mock.script.always = Response(204) if silent else json_answer(answer, operation.response.status)
    value = trial.succeeded(await trial.driver.call(verb, trial.subject, *args, **kwargs))
    seen = trial.requests(1)[0]
    wanted = trial.expected(operation, arguments)
    secret = {scheme.parameter for scheme in trial.profile.auth if scheme.location == "query"}
    found = differences(wanted, seen, operation, hidden=secret)
    trial.require(not found, expected=f"{operation.signature} as described", received="; ".join(found))
    holds = item if not silent else None if verb == "delete" else {}
    trial.equal(value, holds, "what the answer holds")
    if not silent:
        trial.mock.script.always = Response(204)
        (args, kwargs), _ = _call(trial, verb)
        empty = trial.succeeded(await trial.driver.call(verb, trial.subject, *args, **kwargs))
        trial.require(empty == {}, expected="{} for an empty answer", received=brief(empty))


def _call(trial: Trial, verb: Verb) -> tuple[tuple[list[Any], dict[str, Any]], dict[str, Any]]:
    """Arguments of the verb, and the same by the operation's own argument names."""
    operation = trial.profile.operations[trial.described.operations[verb]]
    trial.mock.focus = operation
    by_name = operation_arguments(operation, trial.maker, optional=False)
    keywords = dict(by_name)
    args: list[Any] = []
    path = [p for p in operation.parameters if p.location == "path"]
    if verb in {"update", "delete"} and path:
        last = sorted(path, key=lambda p: operation.path.rfind("{" + p.name + "}"))[-1]
        keywords.pop(last.argument, None)
        by_name[last.argument] = HOSTILE_ID
        args.append(HOSTILE_ID)
    if verb != "delete":
        data = data_for(trial.described.fields, trial.maker)
        body = operation.body
        if body and body.argument is not None:
            keywords.pop(body.argument, None)
            data = data_for(body.fields or trial.described.fields, trial.maker, kind=body.kind)
            by_name[body.argument] = data
        args.append(data)
    return (args, keywords), by_name


def _writes_of(profile: ApiProfile, described: ObjectProfile) -> list[tuple[Verb, OperationProfile]]:
    found: list[tuple[Verb, OperationProfile]] = []
    for verb in WRITES:
        operation = profile.operation(described.name, verb)
        if operation is not None and operation.method not in {"GET", "HEAD"}:
            found.append((verb, operation))
    return found


def _sent_once(profile: ApiProfile, described: ObjectProfile) -> list[tuple[Verb, OperationProfile]]:
    return [(verb, operation) for verb, operation in _writes_of(profile, described) if not operation.idempotency_key]


def _repeatable_write(profile: ApiProfile, described: ObjectProfile) -> tuple[Verb, str]:
    """The first write that takes an idempotency key, and the header of the key; StopIteration where there is none."""
    return next((v, o.idempotency_key) for v, o in _writes_of(profile, described) if o.idempotency_key)


def _with_record_id(verb: Verb, run: Run) -> list[str]:
    found: list[str] = []
    for name in run.having(verb):
        operation = run.profile.operations[run.profile.objects[name].operations[verb]]
        if any(p.location == "path" for p in operation.parameters):
            found.append(name)
    return found


def _writable(run: Run) -> list[str]:
    return [name for name, described in run.profile.objects.items() if _writes_of(run.profile, described)][:1]


def _written_once(run: Run) -> list[str]:
    return [name for name, described in run.profile.objects.items() if _sent_once(run.profile, described)][:1]


def _repeatable(run: Run) -> list[str]:
    writes = ((name, o) for name, d in run.profile.objects.items() for _, o in _writes_of(run.profile, d))
    return [name for name, operation in writes if operation.idempotency_key][:1]


def _creatable(run: Run) -> list[str]:
    objects = run.profile.objects
    return [n for n in run.having("create") if run.profile.operations[objects[n].operations["create"]].method == "POST"]


def _lacking(run: Run) -> list[str]:
    return [n for n, o in run.profile.objects.items() if not {*WRITES} <= set(o.operations)][:3]


BEHAVIOURS = (
    Behaviour("create", creates, lambda run: run.having("create")),
    Behaviour("update", updates, lambda run: _with_record_id("update", run)),
    Behaviour("delete", deletes, lambda run: _with_record_id("delete", run)),
    Behaviour("writes-sent-once", writes_are_not_sent_again, _written_once),
    Behaviour("writes-repeat-their-key", writes_are_sent_again_with_their_key, _repeatable),
    Behaviour("writes-stay-on-origin", writes_do_not_follow_to_another_origin, _writable),
    Behaviour("writes-follow-307", writes_follow_on_the_origin, lambda run: _creatable(run)[:1]),
    Behaviour("verb-not-supported", verbs_that_do_not_exist_are_refused, _lacking),
)
