"""Headers of the caller: with every request to the base URL's origin, to no other, and in no message.

Tried on drivers whose contract has a module of its own: those of earlier versions take no headers, and need not.
"""

from ...network.loopback import Request, Response
from ..mock.pages import json_answer
from ..trial import Behaviour, Driver, Run, Trial, UnmetError, brief
from .auth import token_alone, with_oauth

NAME = "X-Of-The-Caller"


async def headers_go_with_every_request(trial: Trial) -> None:
    """`headers` are sent with whatever is read or called, beside the driver's own."""
    driver, value = await _with_header(trial)
    if trial.subject:
        expected = trial.serve(2)[:1]
        trial.equal(trial.succeeded(await driver.probe(trial.subject)), expected, "the served records")
    trial.mock.script.always = json_answer({})
    trial.succeeded(await driver.call("call_endpoint", "POST", "/raw", json={"sent": 1}))
    without = [f"{seen.method} {seen.path}" for seen in trial.mock.log if seen.header(NAME) != value]
    trial.require(
        trial.mock.log and not without, expected=f"{NAME} with every request", received=f"none with {without}"
    )


async def headers_stay_on_the_origin(trial: Trial) -> None:
    """A redirect to another origin is followed without them."""
    driver, value = await _with_header(trial)
    expected = trial.serve(2)[:1]
    trial.mock.script.first = [Response(302)]
    trial.mock.script.redirect = trial.mock.other_origin
    reply = await driver.probe(trial.subject)
    _none_at(trial, trial.mock.other_log, value)
    trial.equal(trial.succeeded(reply), expected, "the records of the other origin")


async def headers_go_to_no_other_token_url(trial: Trial) -> None:
    """OAuth2: a token URL on another origin is asked without them."""
    elsewhere = f"{trial.mock.other_origin}/token"
    driver, value = await _with_header(trial, token_url=elsewhere, max_retries=0, **token_alone(trial))
    await driver.probe(trial.subject)
    trial.require(trial.mock.other_log, expected="a token asked for at the URL that was given", received="no request")
    _none_at(trial, trial.mock.other_log, value)


async def headers_are_in_no_message(trial: Trial) -> None:
    """Their values may be keys: no exception holds one, though the server echoed it."""
    driver, value = await _with_header(trial, max_retries=0)
    for status in (400, 401, 500):
        trial.mock.script.always = json_answer({"error": f"{value} is not good enough"}, status)
        raised = (await driver.call("call_endpoint", "GET", "/raw")).raised
        if raised and (value in raised.message or value in repr(raised.attributes)):
            raise UnmetError(expected=f"the value of {NAME} in no exception", received=brief(raised.message))


async def _with_header(trial: Trial, **arguments: object) -> tuple[Driver, str]:
    """A driver that was given a header, and its value."""
    value = f"of-the-caller-{trial.maker.word(12)}"
    return await trial.make("headers", headers={NAME: value}, **arguments), value


def _none_at(trial: Trial, log: list[Request], value: str) -> None:
    leaked = [f"{seen.method} {seen.path}" for seen in log if value in "\n".join(v for _, v in seen.headers)]
    trial.require(not leaked, expected=f"no {NAME} at the other origin", received=f"it is in {leaked}")


def _once(run: Run) -> list[str]:
    return (run.first_collection() or [""]) if run.layered else []


BEHAVIOURS = (
    Behaviour("headers-sent", headers_go_with_every_request, _once),
    Behaviour("headers-stay-on-origin", headers_stay_on_the_origin, lambda run: run.first_get() if run.layered else []),
    Behaviour(
        "headers-to-no-other-token-url",
        headers_go_to_no_other_token_url,
        lambda run: with_oauth(run) if run.layered else [],
    ),
    Behaviour("headers-in-no-message", headers_are_in_no_message, _once),
)
