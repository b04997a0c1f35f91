"""Methods that an author added to the contract: each is called, and asks for nothing that the API does not have."""

from ...sandbox.port import Raised, Reply
from ..mock.server import MAX_REQUESTS
from ..own_methods import OwnMethod, fitting
from ..trial import Behaviour, Run, Trial, UnmetError, brief, detail, spelled

MOST_ITEMS = 3
"""Items that are taken of a method that gives them one by one."""
MOST_TOLD = 5


async def own_methods_work(trial: Trial) -> None:
    """Each own public method, called with arguments that fit, ends without a fault of its own, and its requests are the API's."""
    broken: list[str] = []
    for method in trial.run.own_methods:
        arguments = fitting(method, trial.profile, trial.maker)
        if arguments is None:
            continue
        trial.mock.reset()
        reply = await _called(trial, method, arguments)
        why = _unknown_requests(trial) or (_fault(reply.raised) if reply.raised else "")
        if why:
            broken.append(f"{method.name}({spelled((), arguments)}) {why}")
    if broken:
        more = f" (and {len(broken) - MOST_TOLD} more)" if len(broken) > MOST_TOLD else ""
        raise UnmetError(
            expected="own methods that ask only for what the API has, and raise nothing but what its answers mean",
            received="; ".join(broken[:MOST_TOLD]) + more,
        )


async def _called(trial: Trial, method: OwnMethod, arguments: dict[str, object]) -> Reply:
    if not method.gives_items:
        return await trial.driver.call(method.name, **arguments)
    trial.note(f"{method.name}({spelled((), arguments)})", method.name)
    handle = trial.driver.handle
    reply = trial.heard(await trial.child.open_iterator(handle, "own", method.name, **arguments))
    for _ in range(MOST_ITEMS):
        if reply.raised or reply.done:
            break
        reply = trial.heard(await trial.child.next_item("own"))
    await trial.child.drop("own")
    return reply


def _unknown_requests(trial: Trial) -> str:
    """That a request went where the API has nothing; "" where none did."""
    unknown = [f"{seen.method} {seen.path}" for seen in trial.mock.log if not trial.mock.knows(seen)]
    strangers = [f"{seen.method} {seen.path} at another origin" for seen in trial.mock.other_log]
    if len(trial.mock.log) >= MAX_REQUESTS:
        return f"asks without end: {len(trial.mock.log)} requests"
    return (
        f"asks for what the API does not have: {', '.join([*unknown, *strangers][:3])}" if unknown or strangers else ""
    )


def _fault(raised: Raised) -> str:
    """What is wrong with an exception; "" where the API's answer, or an argument that happens not to fit, explains it."""
    told = f"raises {raised.type}: {brief(raised.message)}"
    if "DriverError" not in (raised.type, *raised.bases):
        return "" if raised.type == "ValueError" else told
    is_answer = detail(raised, "status") is not None
    return "" if is_answer else told


def _where_some_are(run: Run) -> list[str]:
    return [""] if run.own_methods else []


BEHAVIOURS = (Behaviour("own-methods-work", own_methods_work, _where_some_are),)
