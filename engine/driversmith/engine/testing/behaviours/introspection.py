"""What the driver says about itself, without a request."""

from typing import Any, cast

from ..trial import Behaviour, Run, Trial, brief


async def no_network_before_the_first_call(trial: Trial) -> None:
    """Import and construction, with and without a base URL, open no connection."""
    before = trial.mock.connections
    await trial.make("fresh")
    await trial.make("default", base_url=None)
    opened = trial.mock.connections - before
    trial.require(not opened, expected="no connection", received=f"{opened} connections")
    trial.requests(0)


async def lists_objects(trial: Trial) -> None:
    """`list_objects` gives names only, and all."""
    value = trial.succeeded(await trial.driver.call("list_objects"))
    names: list[Any] = cast("list[Any]", value) if isinstance(value, list) else []
    expected = sorted(trial.profile.objects)
    trial.require(
        isinstance(value, list) and all(isinstance(n, str) for n in names),
        expected="a list of names (str)",
        received=brief(value),
    )
    trial.equal(sorted(names), expected, "the objects of the profile")
    trial.requests(0)


async def describes_fields(trial: Trial) -> None:
    """`get_fields` gives type, required, nullable and description of every field."""
    value: Any = trial.succeeded(await trial.driver.call("get_fields", trial.subject))
    fields = trial.described.fields
    trial.require(isinstance(value, dict), expected="a dict by field name", received=brief(value))
    trial.equal(sorted(value), sorted(fields), "the fields of the profile")
    for name, described in fields.items():
        entry: dict[str, Any] = value[name] if isinstance(value[name], dict) else {}
        wanted = ["type", "required", "nullable", "description"]
        complete = set(wanted) <= set(entry)
        trial.require(complete, expected=f"{name} with {', '.join(wanted)}", received=f"{name}: {brief(value[name])}")
        got = tuple(entry[key] for key in wanted[:3])
        trial.equal(
            got, (described.type, described.required, described.nullable), f"type, required, nullable of {name}"
        )
        trial.require(isinstance(entry["description"], str), expected=f"{name}: text", received=brief(entry))
    trial.requests(0)


async def tells_capabilities(trial: Trial) -> None:
    """`get_capabilities` is true to the profile."""
    value: Any = trial.succeeded(await trial.driver.call("get_capabilities"))
    trial.require(isinstance(value, dict), expected="a DriverCapabilities dataclass", received=brief(value))
    objects = trial.profile.objects
    verbs = {verb for o in objects.values() for verb in o.operations}
    expected = {
        "read": bool(verbs & {"read", "read_one"}),
        **{verb: verb in verbs for verb in ("create", "update", "delete")},
    }
    trial.equal({k: value.get(k) for k in expected}, expected, "verbs")
    trial.equal(value.get("pagination"), {n: o.pagination.style for n, o in objects.items()}, "pagination")
    sizes = [o.pagination.max_size for o in objects.values() if o.pagination.max_size]
    allowed = {None} if not sizes else {max(sizes), min(sizes)}
    trial.require(
        value.get("max_page_size") in allowed,
        expected=f"max_page_size {max(sizes, default=None)}",
        received=brief(value.get("max_page_size")),
    )
    auth: Any = value.get("auth")
    kinds, names = {s.kind for s in trial.profile.auth}, {s.name for s in trial.profile.auth}
    trial.require(
        isinstance(auth, list) and set(cast("list[Any]", auth)) in (kinds, names),
        expected=f"auth {sorted(kinds)}",
        received=brief(auth),
    )
    trial.requests(0)


async def lists_operations(trial: Trial) -> None:
    """`list_operations` gives every operation of the profile."""
    value: Any = trial.succeeded(await trial.driver.call("list_operations"))
    trial.require(isinstance(value, list), expected="a list of names", received=brief(value))
    trial.equal(sorted(map(str, value)), sorted(trial.profile.operations), "the operations of the profile")
    trial.requests(0)


async def unknown_object_is_refused(trial: Trial) -> None:
    """An object that does not exist is refused without a request, with names that do."""
    wrong = misspelled(trial.subject)
    raised = trial.raised(await trial.driver.call("read", wrong), "ObjectNotFoundError")
    suggestions: Any = raised.attributes.get("suggestions")
    names = cast("list[Any]", suggestions) if isinstance(suggestions, list) else []
    trial.require(
        names and all(name in trial.profile.objects for name in names),
        expected=f"suggestions with {trial.subject!r}",
        received=f"suggestions {brief(suggestions)}",
    )
    trial.raised(await trial.driver.call("get_fields", wrong), "ObjectNotFoundError")
    trial.requests(0)


async def unknown_operation_is_refused(trial: Trial) -> None:
    """An operation that does not exist is refused without a request."""
    trial.raised(await trial.driver.call("call_operation", misspelled(trial.subject)), "ObjectNotFoundError")
    trial.requests(0)


def misspelled(name: str) -> str:
    """A name close to this one that surely does not exist."""
    return f"{name}_q"


def _sampled_objects(run: Run) -> list[str]:
    return list(run.profile.objects)


BEHAVIOURS = (
    Behaviour("no-network-before-first-call", no_network_before_the_first_call),
    Behaviour("list-objects", lists_objects),
    Behaviour("get-fields", describes_fields, _sampled_objects),
    Behaviour("get-capabilities", tells_capabilities),
    Behaviour("list-operations", lists_operations),
    Behaviour("unknown-object", unknown_object_is_refused, lambda run: list(run.profile.objects)[:1]),
    Behaviour(
        "unknown-operation",
        unknown_operation_is_refused,
        lambda run: list(run.profile.operations)[:1],
        on_operations=True,
    ),
)
