"""What goes wrong on the wire: limits, server errors, refusals, broken answers, silence."""

from collections.abc import Callable, Coroutine
from typing import Any

from ...network.loopback import Response
from ...sandbox.port import Reply
from ..mock.listener import OddResponse
from ..mock.pages import json_answer
from ..mock.server import NOBODY
from ..trial import MAX_RETRIES, TIMEOUT, Behaviour, Run, Trial, brief, detail, now

GAP = 0.95
"""A Retry-After of one second, less what clocks differ."""
SHORT_TIMEOUT = 0.1
SILENCE, SOON = 6.0, 4.0
"""Seconds; far apart, so that a busy machine makes no driver look slow."""
PAST = "Wed, 21 Oct 2015 07:28:00 GMT"
HTML = Response(200, b"<!doctype html><html><body>Sign in</body></html>", (("Content-Type", "text/html"),))
BROKEN = Response(200, b'{"items": [{"id": 1}, {"id"', (("Content-Type", "application/json"),))


async def rate_limit_is_waited_out(trial: Trial) -> None:
    """429 with Retry-After: the same request again after that time, and its records."""
    expected = trial.serve(2)[:1]
    trial.mock.script.first = [problem(429, ("Retry-After", "1"))]
    value = trial.succeeded(await trial.driver.probe(trial.subject))
    trial.equal(value, expected, "the served records")
    first, second = trial.requests(2)[:2]
    gap = second.time - first.time
    trial.require(GAP <= gap < TIMEOUT, expected="1 s between the two requests", received=f"{gap:.2f} s")
    trial.equal(second.target, first.target, "the same request")


async def rate_limit_by_date_is_obeyed(trial: Trial) -> None:
    """Retry-After may be an HTTP date; one in the past means now."""
    expected = trial.serve(2)[:1]
    trial.mock.script.first = [problem(429, ("Retry-After", PAST))]
    value = trial.succeeded(await trial.driver.probe(trial.subject))
    trial.equal(value, expected, "the served records")
    first, second = trial.requests(2)[:2]
    gap = second.time - first.time
    trial.require(gap < 2.5, expected="a second request at once", received=f"it came after {gap:.2f} s")


async def rate_limit_that_stays_is_raised(trial: Trial) -> None:
    """429 to the end: RateLimitError with the server's last Retry-After."""
    trial.mock.script.first = [problem(429, ("Retry-After", "0"))] * MAX_RETRIES
    trial.mock.script.always = problem(429, ("Retry-After", "7"))
    started = now()
    raised = trial.raised(await trial.driver.probe(trial.subject), "RateLimitError")
    trial.details_name(raised, trial.requests(1 + MAX_RETRIES)[0])
    after = raised.attributes.get("retry_after")
    trial.require(after == 7, expected="retry_after 7", received=f"retry_after {after!r}")
    waited = now() - started
    trial.require(waited < TIMEOUT, expected="no wait after the last try", received=f"{waited:.1f} s")


async def server_error_is_retried(trial: Trial) -> None:
    """503 once: tried again, and the records come."""
    expected = trial.serve(2)[:1]
    trial.mock.script.first = [problem(503)]
    value = trial.succeeded(await trial.driver.probe(trial.subject))
    trial.equal(value, expected, "the served records")
    trial.requests(2)


async def server_error_that_stays_is_raised(trial: Trial) -> None:
    """500 to the end: ServerError after max_retries tries more."""
    trial.mock.script.always = problem(500)
    raised = trial.raised(await trial.driver.probe(trial.subject), kind_of(trial, 500, "ServerError"))
    trial.details_name(raised, trial.requests(1 + MAX_RETRIES)[0])
    trial.require(
        detail(raised, "status") == 500,
        expected="details['status'] 500",
        received=brief(raised.attributes.get("details")),
    )


async def without_retries_one_request_is_made(trial: Trial) -> None:
    """max_retries=0 means one try."""
    driver = await trial.make("once", max_retries=0)
    trial.mock.script.always = problem(503)
    trial.raised(await driver.probe(trial.subject), kind_of(trial, 503, "ServerError"))
    trial.requests(1)


def refusal(status: int, kind: str) -> Callable[[Trial], Coroutine[Any, Any, None]]:
    """The check that a status becomes this exception, without another try."""

    async def refused(trial: Trial) -> None:
        if kind_of(trial, status, kind) != kind:
            return  # it means too many requests: `rate-limit-by-its-signs`
        trial.mock.script.always = problem(status)
        raised = trial.raised(await trial.driver.probe(trial.subject), kind)
        oauth = status == 401 and any(s.kind == "oauth2_client_credentials" for s in trial.profile.auth)
        trial.details_name(raised, trial.requests(1, 2 if oauth else 1)[0])
        trial.require(
            detail(raised, "status") == status,
            expected=f"details['status'] {status}",
            received=brief(raised.attributes.get("details")),
        )

    return refused


async def broken_json_is_an_error(trial: Trial) -> None:
    """A body that breaks off is UnexpectedResponseError."""
    trial.mock.script.always = BROKEN
    raised = trial.raised(await trial.driver.probe(trial.subject), "UnexpectedResponseError")
    trial.details_name(raised, trial.requests(1, 1 + MAX_RETRIES)[0])


async def html_in_place_of_json_is_an_error(trial: Trial) -> None:
    """A sign-in page in place of records is UnexpectedResponseError."""
    trial.mock.script.always = HTML
    trial.raised(await trial.driver.probe(trial.subject), "UnexpectedResponseError")
    trial.requests(1, 1 + MAX_RETRIES)


async def missing_envelope_is_an_error(trial: Trial) -> None:
    """A body without the key under which the records should stand is UnexpectedResponseError, not an empty list."""
    trial.mock.script.always = json_answer({"something_else": [1, 2]})
    trial.raised(await trial.driver.probe(trial.subject), "UnexpectedResponseError")
    trial.requests(1, 1 + MAX_RETRIES)


async def silence_is_a_timeout(trial: Trial) -> None:
    """A server that says nothing: DriverTimeoutError when the time-out has passed, not before and not long after."""
    trial.mock.script.always = OddResponse(200, b"[]", delay=SILENCE)
    patience, tries = SHORT_TIMEOUT, 1
    reply, took = await _ask_in_vain(trial, patience)
    while not trial.mock.log and tries < 3:  # too busy a machine to connect, or for a token, in that time
        patience, tries = patience * 5, tries + 1
        reply, took = await _ask_in_vain(trial, patience)
    trial.raised(reply, "DriverTimeoutError")
    trial.requests(1, tries)
    trial.require(
        0.8 * patience <= took < SOON,
        expected=f"an end after about {patience} s",
        received=f"{took:.2f} s",
    )


async def _ask_in_vain(trial: Trial, patience: float) -> tuple[Reply, float]:
    """What a driver with this time-out says of a server that does not answer, and after how many seconds."""
    driver = await trial.make(f"patient for {patience} s", timeout=patience, max_retries=0)
    before = len(trial.mock.log) + len(trial.mock.token_log)
    started = now()
    reply = await driver.probe(trial.subject)
    took = now() - started
    await trial.mock.until_asked(before + 1)
    return reply, took


async def dropped_connection_is_an_error(trial: Trial) -> None:
    """A connection that is dropped without an answer is tried again, then DriverConnectionError."""
    trial.mock.script.always = OddResponse(drop=True)
    trial.raised(await trial.driver.probe(trial.subject), "DriverConnectionError")
    trial.requests(1 + MAX_RETRIES)


async def refused_connection_is_an_error(trial: Trial) -> None:
    """No server at the base URL: DriverConnectionError."""
    driver = await trial.make("nobody", base_url=NOBODY, max_retries=0)
    trial.raised(await driver.probe(trial.subject), "DriverConnectionError")
    trial.requests(0)


def kind_of(trial: Trial, status: int, usual: str) -> str:
    """The exception for a status: that of too many requests, where a fact says so."""
    return "RateLimitError" if status in trial.profile.rate_limit_signs.statuses else usual


def problem(status: int, *headers: tuple[str, str]) -> Response:
    """An error answer with a JSON body."""
    return json_answer({"error": f"status {status} by the mock"}, status, *headers)


def _first(run: Run) -> list[str]:
    return run.first_collection()


def _first_json(run: Run) -> list[str]:
    return [n for n in run.first_collection() if _returns_json(run, n)]


def _enveloped(run: Run) -> list[str]:
    objects = run.profile.objects
    found = [n for n in run.collections() if objects[n].record_path and _returns_json(run, n)]
    return [n for n in found if run.profile.operations[objects[n].operations["read"]].method == "GET"][:1]


def _returns_json(run: Run, name: str) -> bool:
    described = run.profile.objects[name]
    operation = run.profile.operations[described.operations.get("read") or described.operations["read_one"]]
    return operation.response.kind == "json"


BEHAVIOURS = (
    Behaviour("rate-limit-waited-out", rate_limit_is_waited_out, _first, waits=True),
    Behaviour("rate-limit-by-date", rate_limit_by_date_is_obeyed, _first),
    Behaviour("rate-limit-raised", rate_limit_that_stays_is_raised, _first),
    Behaviour("server-error-retried", server_error_is_retried, _first),
    Behaviour("server-error-raised", server_error_that_stays_is_raised, _first),
    Behaviour("no-retries-when-told", without_retries_one_request_is_made, _first),
    Behaviour("status-401", refusal(401, "AuthenticationError"), _first),
    Behaviour("status-403", refusal(403, "AuthenticationError"), _first),
    Behaviour("status-404", refusal(404, "ObjectNotFoundError"), _first),
    Behaviour("status-410", refusal(410, "ObjectNotFoundError"), _first),
    Behaviour("status-422", refusal(422, "InvalidRequestError"), _first),
    Behaviour("broken-json", broken_json_is_an_error, _first_json),
    Behaviour("html-for-json", html_in_place_of_json_is_an_error, _first_json),
    Behaviour("missing-envelope", missing_envelope_is_an_error, _enveloped),
    Behaviour("timeout", silence_is_a_timeout, _first),
    Behaviour("connection-dropped", dropped_connection_is_an_error, _first),
    Behaviour("connection-refused", refused_connection_is_an_error, _first),
)
