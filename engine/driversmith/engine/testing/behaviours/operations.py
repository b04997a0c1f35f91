"""call_operation and call_endpoint: every operation of the profile, proven by the request that the server saw."""

import base64
from typing import Any

from ...network.loopback import Response
from ..arguments import operation_arguments
from ..expected import Expected, differences
from ..mock.pages import json_answer
from ..mock.records import ValueKind
from ..trial import MAX_SAMPLE, Behaviour, Run, Trial, brief, detail

HOSTILE = ("a/b", "a?b=c", "a#b", "a b+c", "ä€", "a;b,c", "q\"'<>", "{id}", "100%")
REFUSABLE = ("..", ".", "", "../x", "%2e%2e%2F", "x\\y")
"""A driver may refuse these: some servers and proxies read them as steps in the path, however they are encoded."""


async def calls_operation(trial: Trial) -> None:
    """With all its arguments the operation sends the request that the profile describes, and gives what came back."""
    operation = trial.operation
    answer, expected_value = _answer(trial)
    trial.mock.script.always = answer
    arguments = operation_arguments(operation, trial.maker, optional=True)
    value = trial.succeeded(await trial.driver.call("call_operation", operation.name, **arguments))
    _proven(trial, arguments)
    trial.equal(value, expected_value, "the body of the answer")


async def leaves_out_what_is_not_given(trial: Trial) -> None:
    """Optional arguments that are not given leave no trace in the request."""
    operation = trial.operation
    trial.mock.script.always, _ = _answer(trial)
    arguments = operation_arguments(operation, trial.maker, optional=False)
    trial.succeeded(await trial.driver.call("call_operation", operation.name, **arguments))
    _proven(trial, arguments)


async def path_values_stay_in_their_segment(trial: Trial) -> None:
    """Values with slashes, dots, question marks and the like stay inside their segment of the path."""
    operation = trial.operation
    trial.mock.script.always, _ = _answer(trial)
    arguments = operation_arguments(operation, trial.maker, optional=False)
    target = next(p.argument for p in operation.parameters if _hostile_place(p))
    for value in (*HOSTILE, *REFUSABLE):
        start = len(trial.mock.log)
        reply = await trial.driver.call("call_operation", operation.name, **{**arguments, target: value})
        log = trial.mock.log[start:]
        if value in REFUSABLE and reply.raised and not log:
            trial.raised(reply, "InvalidRequestError")
            continue
        trial.succeeded(reply)
        expected = trial.expected(operation, {**arguments, target: value})
        segments = Expected(operation.method, expected.segments, body=None)
        found = [d for seen in log for d in differences(segments, seen, operation) if d.startswith(("path", "method"))]
        trial.require(
            log and not found,
            expected=f"{target}={value!r} inside one segment",
            received="; ".join(found) or "no request",
        )


async def unknown_operation_argument_is_refused(trial: Trial) -> None:
    """An argument that the operation does not know is refused without a request."""
    operation = trial.operation
    arguments = operation_arguments(operation, trial.maker, optional=False)
    reply = await trial.driver.call("call_operation", operation.name, **arguments, no_such_argument_q=1)
    trial.raised(reply, "InvalidRequestError")
    trial.requests(0)


async def missing_operation_argument_is_refused(trial: Trial) -> None:
    """A required argument that is missing is refused without a request."""
    raised = trial.raised(await trial.driver.call("call_operation", trial.operation.name), "InvalidRequestError")
    trial.requests(0)
    needed = [p.argument for p in trial.operation.parameters if p.must_be_given]
    missing = detail(raised, "missing")
    trial.require(
        set(needed) <= set(missing or ()),
        expected=f"details['missing'] with {needed}",
        received=brief(raised.attributes.get("details")),
    )


async def calls_endpoint(trial: Trial) -> None:
    """`call_endpoint` sends method, path below the base URL, query and JSON body as given."""
    answer = trial.maker.record({})
    for method, body in (("GET", None), ("POST", {"sent": trial.maker.word()})):
        start = len(trial.mock.log)
        trial.mock.script.always = json_answer(answer)
        word = trial.maker.word()
        keywords: dict[str, Any] = {"params": {"q": word}, **({"json": body} if body else {})}
        value = trial.succeeded(await trial.driver.call("call_endpoint", method, f"/raw/{word}", **keywords))
        trial.equal(value, answer, "the body of the answer")
        log = trial.mock.log[start:]
        trial.require(len(log) == 1, expected="1 request", received=f"{len(log)}")
        seen = log[0]
        trial.equal((seen.method, seen.path), (method, f"{trial.mock.base_path}/raw/{word}"), "method and path")
        trial.equal(seen.parameter("q"), word, "query")
        if body:
            trial.equal(seen.body.replace(b" ", b""), repr(body).replace("'", '"').replace(" ", "").encode(), "body")


def _proven(trial: Trial, arguments: dict[str, Any]) -> None:
    operation = trial.operation
    seen = trial.requests(1)[0]
    expected = trial.expected(operation, arguments)
    secret = {scheme.parameter for scheme in trial.profile.auth if scheme.location == "query"}
    found = differences(expected, seen, operation, hidden=secret)
    trial.require(not found, expected=f"{operation.signature} as described", received="; ".join(found))
    trial.run.called[operation.name] = None


def _answer(trial: Trial) -> tuple[Response, Any]:
    """An answer of the described kind, and what the driver must make of it."""
    response = trial.operation.response
    status = response.status if 200 <= response.status < 300 else 200
    media = response.media_type or ""
    if trial.operation.method == "HEAD" or response.kind is None or status in {204, 205}:
        return Response(status), None
    if response.kind == "json":
        types = {"object": "object", "array": "array", "any": "object", "null": "object"}
        value = trial.maker.value(ValueKind(type=types.get(response.type, response.type)))
        json_media = media if media and "*" not in media and "json" in media else "application/json"
        return Response(status, json_answer(value).body, (("Content-Type", json_media),)), value
    if response.kind == "binary":
        content = trial.maker.word(24).encode() + b"\x00\xfe\xff"
        binary_media = media if media and "*" not in media else "application/octet-stream"
        return (
            Response(status, content, (("Content-Type", binary_media),)),
            {"__bytes__": base64.b64encode(content).decode()},
        )
    text = f"{trial.maker.word()} ä€ {trial.maker.word()}"
    text_media = (media if media and "*" not in media else "text/plain").partition(";")[0]
    return Response(status, text.encode(), (("Content-Type", f"{text_media}; charset=utf-8"),)), text


def _hostile_place(parameter: Any) -> bool:
    return (
        parameter.location == "path" and parameter.type in {"string", "any"} and parameter.style == "simple"
    ) and not parameter.json_encoded


def _all(run: Run) -> list[str]:
    return list(run.profile.operations)


def _with_optional(run: Run) -> list[str]:
    operations = run.profile.operations.values()
    return [
        op.name
        for op in operations
        if any(not p.must_be_given for p in op.parameters) or (op.body and not op.body.required)
    ]


def _with_path_values(run: Run) -> list[str]:
    return [op.name for op in run.profile.operations.values() if any(map(_hostile_place, op.parameters))][:3]


def _needing_arguments(run: Run) -> list[str]:
    return [op.name for op in run.profile.operations.values() if any(p.must_be_given for p in op.parameters)][
        :MAX_SAMPLE
    ]


BEHAVIOURS = (
    Behaviour("call-operation", calls_operation, _all, on_operations=True),
    Behaviour("call-operation-required-only", leaves_out_what_is_not_given, _with_optional, on_operations=True),
    Behaviour("path-values-contained", path_values_stay_in_their_segment, _with_path_values, on_operations=True),
    Behaviour(
        "operation-unknown-argument",
        unknown_operation_argument_is_refused,
        lambda run: _all(run)[:MAX_SAMPLE],
        on_operations=True,
    ),
    Behaviour(
        "operation-missing-argument", missing_operation_argument_is_refused, _needing_arguments, on_operations=True
    ),
    Behaviour("call-endpoint", calls_endpoint),
)
