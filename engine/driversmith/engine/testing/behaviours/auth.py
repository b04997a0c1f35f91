"""Credentials: at the right place, for the right origin, and in no message."""

from typing import Any

from ...network.loopback import Request, Response
from ..mock.pages import json_answer
from ..mock.server import NOBODY
from ..trial import Behaviour, Run, Trial, UnmetError, brief
from .failures import problem
from .reading import MAX_SAMPLE


async def credentials_go_where_the_api_wants(trial: Trial) -> None:
    """With the credentials of one scheme alternative alone, requests carry exactly them, at their place."""
    operation = trial.operation
    for number, names in enumerate(operation.security):
        given = _arguments_of(trial, names)
        earlier = [_arguments_of(trial, others) for others in operation.security[:number] if others]
        if not names or any(arguments <= given for arguments in earlier):
            continue
        others = {argument: None for argument in trial.run.credentials if argument not in given}
        driver = await trial.make(f"alternative {number}", **others)
        expected = trial.serve(2)[:1]
        start = len(trial.mock.log)
        value = trial.succeeded(await driver.probe(trial.subject))
        trial.equal(value, expected, f"the served records, with credentials for {' and '.join(names)}")
        seen = trial.mock.log[start]
        for place in trial.mock.placements(operation)[number]:
            expected_text = f"{place.location} {place.name}: {' or '.join(place.values) or 'a token that was given'}"
            trial.require(place.is_in(seen), expected=expected_text, received=repr(place.found_in(seen)))


async def first_satisfied_alternative_is_sent(trial: Trial) -> None:
    """With all credentials given, the first alternative of the description goes out, and nothing of the others."""
    operation = trial.operation
    trial.serve(1)
    trial.succeeded(await trial.driver.probe(trial.subject))
    seen = trial.requests(1, 3)[0]
    alternatives = [places for places in trial.mock.placements(operation) if places]
    first = alternatives[0]
    missing = [p.name for p in first if not p.is_in(seen)]
    trial.require(not missing, expected=f"{', '.join(p.name for p in first)} sent", received=f"without {missing}")
    places = {(p.location, p.name.lower()) for p in first}
    extra = [
        p.name
        for rest in alternatives[1:]
        for p in rest
        if p.is_in(seen) and (p.location, p.name.lower()) not in places
    ]
    trial.require(not extra, expected="credentials of the first alternative only", received=f"{extra} as well")


async def without_credentials_requests_go_bare(trial: Trial) -> None:
    """Without credentials the request goes out bare; the refusal names the missing arguments and variables."""
    driver = await trial.make("bare", **dict.fromkeys(trial.run.credentials))
    trial.serve(1)
    raised = trial.raised(await driver.probe(trial.subject), "AuthenticationError")
    seen = trial.requests(1, 2)[0]
    sent = [p.name for places in trial.mock.placements(trial.operation) for p in places if p.found_in(seen) is not None]
    trial.require(not sent, expected="no credentials sent", received=f"{sent}")
    schemes = {s.name: s for s in trial.profile.auth}
    wanted = [c for names in trial.operation.security for n in names if n in schemes for c in schemes[n].credentials]
    named = any(c.argument in raised.message and c.env in raised.message for c in wanted)
    trial.require(
        named,
        expected=f"a message that names {wanted[0].argument} and {wanted[0].env}",
        received=raised.message,
    )


async def token_is_fetched_once_and_renewed(trial: Trial) -> None:
    """OAuth2: one token for many requests, asked for by form with Basic; after a 401 one new token."""
    driver = await trial.make("tokens", **token_alone(trial))
    expected = trial.serve(2)[:1]
    for _ in range(2):
        trial.equal(trial.succeeded(await driver.probe(trial.subject)), expected, "the served records")
    _count_tokens(trial, 1)
    trial.mock.refuse_last_token()
    trial.equal(trial.succeeded(await driver.probe(trial.subject)), expected, "the served records, after a 401")
    _count_tokens(trial, 2)
    trial.requests(4)


async def redirect_on_the_origin_is_followed(trial: Trial) -> None:
    """A redirect on the same origin is followed, absolute or relative."""
    for prefix in ("", trial.mock.origin):
        expected = trial.serve(2)[:1]
        start = len(trial.mock.log)
        trial.mock.script.first = [Response(302 if trial.operation.method == "GET" else 307)]
        trial.mock.script.redirect = prefix
        trial.equal(trial.succeeded(await trial.driver.probe(trial.subject)), expected, "the served records")
        made = len(trial.mock.log) - start
        trial.require(made == 2, expected="2 requests", received=f"{made}")


async def redirect_to_another_origin_goes_bare(trial: Trial) -> None:
    """A redirect of a GET to another origin is followed without credentials."""
    expected = trial.serve(2)[:1]
    trial.mock.script.first = [Response(302)]
    trial.mock.script.redirect = trial.mock.other_origin
    reply = await trial.driver.probe(trial.subject)
    log = trial.mock.other_log
    leaked = [text for seen in log if (text := _carried(trial, seen))]
    trial.require(not leaked, expected="no credentials at the other origin", received="; ".join(leaked))
    trial.equal(trial.succeeded(reply), expected, "the records of the other origin")
    trial.require(len(log) == 1, expected="1 request to the other origin", received=f"{len(log)}")


async def redirect_loop_ends(trial: Trial) -> None:
    """Redirects without end are given up."""
    trial.mock.script.always = Response(302)
    trial.mock.script.redirect = trial.mock.origin
    trial.raised(await trial.driver.probe(trial.subject), "UnexpectedResponseError")
    trial.requests(2, 8)


async def no_credentials_in_messages(trial: Trial) -> None:
    """No exception of the whole run held a credential, not even where the server echoed it."""
    driver = trial.driver
    if trial.subject:
        echoed = " ".join(trial.run.credentials.values())
        for status in (400, 401, 403, 500):
            trial.mock.script.always = json_answer({"error": f"bad credentials {echoed}", "message": echoed}, status)
            await (await trial.make(f"echo {status}", max_retries=0)).probe(trial.subject)
        trial.mock.script.always = Response(200, f"no JSON: {echoed}".encode(), (("Content-Type", "application/json"),))
        await driver.probe(trial.subject)
        trial.mock.script.always = Response(302)
        trial.mock.script.redirect = "http://[broken/"
        await driver.probe(trial.subject)
        trial.mock.script.redirect = trial.mock.origin
        await driver.probe(trial.subject)
        trial.mock.script.always = problem(404)
        await driver.probe(trial.subject)
        nobody = await trial.make("nobody", base_url=NOBODY, max_retries=0)
        await nobody.probe(trial.subject)
    if trial.run.leaks:
        raise UnmetError(expected="no credential in any exception", received="; ".join(dict.fromkeys(trial.run.leaks)))


def _count_tokens(trial: Trial, count: int) -> None:
    log = trial.mock.token_log
    trial.require(len(log) == count, expected=f"{count} token requests", received=f"{len(log)}: {brief(log)}")


def _arguments_of(trial: Trial, names: tuple[str, ...]) -> set[str]:
    return {c.argument for scheme in trial.profile.auth if scheme.name in names for c in scheme.credentials}


def _carried(trial: Trial, seen: Request) -> str:
    """Credentials in a request, in words; empty where there are none."""
    values = {**trial.run.credentials, **{f"token {n}": token for n, token in enumerate(trial.mock.tokens, 1)}}
    text = " ".join([seen.target, *(value for _, value in seen.headers), seen.body.decode("utf-8", "replace")])
    found = [name for name, value in values.items() if value and (value in text or value in dict(seen.query).values())]
    found += [name for name in ("authorization", "cookie") if seen.header(name)]
    return ", ".join(found)


def _secured(run: Run) -> list[str]:
    """The simplest object of each way to authenticate."""
    found: dict[Any, str] = {}
    for name in run.readable():
        operation = run.operation_of(name)
        if any(operation.security) and operation.is_safe:
            found.setdefault(operation.security, name)
    return list(found.values())[:MAX_SAMPLE]


def _never_anonymous(run: Run) -> list[str]:
    return [n for n in _secured(run) if () not in run.operation_of(n).security][:1]


def token_alone(trial: Trial) -> dict[str, None]:
    """Arguments of `Trial.make` for a driver that has no credentials but those for a token."""
    scheme = next(s for s in trial.profile.auth if s.kind == "oauth2_client_credentials")
    given = {c.argument for c in scheme.credentials}
    return {a: None for a in trial.run.credentials if a not in given}


def with_oauth(run: Run) -> list[str]:
    """An object that is read with an OAuth2 token alone; alone in a list, which is empty where there is none."""
    schemes = [s.name for s in run.profile.auth if s.kind == "oauth2_client_credentials"][:1]
    alternatives = {name: run.operation_of(name).security for name in _secured(run)}
    return [name for name, security in alternatives.items() if schemes and tuple(schemes) in security][:1]


def _first(run: Run) -> list[str]:
    return run.first_collection()


BEHAVIOURS = (
    Behaviour("credentials-placed", credentials_go_where_the_api_wants, _secured),
    Behaviour("first-alternative-sent", first_satisfied_alternative_is_sent, _secured),
    Behaviour("bare-without-credentials", without_credentials_requests_go_bare, _never_anonymous),
    Behaviour("oauth-token-cached-and-renewed", token_is_fetched_once_and_renewed, with_oauth),
    Behaviour("redirect-on-origin", redirect_on_the_origin_is_followed, _first),
    Behaviour("redirect-to-other-origin-bare", redirect_to_another_origin_goes_bare, lambda run: run.first_get()),
    Behaviour("redirect-loop-ends", redirect_loop_ends, lambda run: run.first_get()),
)
LAST = (
    Behaviour(
        "no-credentials-in-messages",
        no_credentials_in_messages,
        lambda run: run.first_collection() or [""] if run.credentials else [],
        looks_back=True,
    ),
)
"""After all others: it looks at every exception of the run."""
