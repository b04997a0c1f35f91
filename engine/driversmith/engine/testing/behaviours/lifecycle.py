"""From construction to close: environment, connection check, context manager."""

from ..mock.server import NOBODY
from ..trial import Behaviour, Run, Trial, brief
from .failures import problem


async def check_connection_passes(trial: Trial) -> None:
    """`check_connection` makes at least one request, is satisfied with a good answer, and gives nothing."""
    value = trial.succeeded(await trial.driver.call("check_connection"))
    trial.require(value is None, expected="None", received=brief(value))
    trial.requests(1, 3)


async def check_connection_fails(trial: Trial) -> None:
    """`check_connection` raises where the server refuses or is not there."""
    trial.mock.script.always = problem(401)
    trial.raised(await trial.driver.call("check_connection"), "AuthenticationError")
    trial.requests(1, 3)
    trial.mock.script.always = problem(500)
    once = await trial.make("once", max_retries=0)
    trial.raised(await once.call("check_connection"), "ServerError")
    nobody = await trial.make("nobody", base_url=NOBODY, max_retries=0)
    trial.raised(await nobody.call("check_connection"), "DriverConnectionError")


async def is_made_from_the_environment(trial: Trial) -> None:
    """`from_env` takes base URL and credentials from the environment."""
    names, mock = trial.run.names, trial.mock
    environment = {names.env("base_url"): mock.base_url}
    for scheme in trial.profile.auth:
        for credential in scheme.credentials:
            environment[credential.env] = trial.run.credentials[credential.argument]
        if scheme.kind == "oauth2_client_credentials":
            environment[names.env("token_url")] = mock.token_url
    trial.note("from_env(max_retries=0)")
    reply = await trial.child.construct(
        "from-env", arguments={"max_retries": 0}, from_env=True, environment=environment
    )
    trial.succeeded(trial.heard(reply))
    driver = trial.keep("from-env")
    if trial.subject:
        expected = trial.serve(2)[:1]
        trial.equal(trial.succeeded(await driver.probe(trial.subject)), expected, "the served records")
    else:
        trial.succeeded(await driver.call("check_connection"))
    trial.requests(1, 3)


async def closes_its_connections(trial: Trial) -> None:
    """As a context manager it gives itself, and at the end closes its connections; closing twice is fine."""
    driver = await trial.make("context")
    word = "a" if trial.run.is_twin else ""
    trial.succeeded(await driver.call(f"__{word}enter__"))
    trial.serve(2)
    trial.succeeded(await driver.probe(trial.subject))
    trial.requests(1)
    trial.succeeded(await driver.call(f"__{word}exit__", None, None, None))
    connection = trial.mock.log[0].connection
    still_open = await trial.mock.stays_open(connection)
    trial.require(not still_open, expected="its connection closed", received="the connection is still open")
    trial.succeeded(await driver.call("close"))


def _first_or_none(run: Run) -> list[str]:
    return run.first_collection() or [""]


BEHAVIOURS = (
    Behaviour("check-connection", check_connection_passes),
    Behaviour("check-connection-fails", check_connection_fails),
    Behaviour("from-env", is_made_from_the_environment, _first_or_none),
    Behaviour("closes-connections", closes_its_connections, lambda run: run.first_collection()),
)
