"""Calls: what goes in arrives, and what comes back is a value or an exception."""

from pathlib import Path

import anyio
from pydantic import JsonValue

from ...conformance import by_name, expect, expect_equal, expect_error, expect_object, expect_some
from ..port import DriverProcess, Sandbox
from .subject import Check, a_project, constructed, opened

NO_ARGUMENTS: JsonValue = [[], {}]
"""What `echo` gives back of a call that has none."""


async def the_isolation_that_was_probed_is_what_the_child_reports(sandbox: Sandbox, folder: Path) -> None:
    """What stands in a report is what held."""
    isolation = await sandbox.probe()
    async with opened(sandbox, a_project(folder)) as child:
        expect_equal("The isolation of a child", child.isolation, isolation)


async def arguments_arrive_and_values_come_back(sandbox: Sandbox, folder: Path) -> None:
    """Also names that the wire itself uses, and values that look like its tags."""
    async with opened(sandbox, a_project(folder)) as child:
        await child.construct("d", arguments={"base_url": "http://x", "token": "t"})
        expect_equal("An argument of the instance", (await child.call("d", "url")).value, "http://x")
        reply = await child.call("d", "echo", 1, None, method="GET", handle="h", self_="é")
        expect_equal(
            "The arguments of a call", reply.value, [[1, None], {"method": "GET", "handle": "h", "self_": "é"}]
        )
        expect_equal("The type of bytes that arrived", (await child.call("d", "type_of", b"raw")).value, "bytes")
        reply = await child.call("d", "echo", {"__bytes__": "not a tag"})
        untagged: JsonValue = [[{"__map__": [["__bytes__", "not a tag"]]}], {}]
        expect_equal("An argument that looks like a tag", reply.value, untagged)


async def values_that_json_lacks_come_back_tagged(sandbox: Sandbox, folder: Path) -> None:
    """Whoever compares must not take bytes for text, or a class for a string."""
    async with opened(sandbox, a_project(folder)) as child:
        await constructed(child)
        reply = await child.call("d", "values")
        tagged = {
            "bytes": {"__bytes__": "AP8="},
            "when": "2026-01-02T03:00:00",
            "nan": {"__float__": "nan"},
            "set": [1],
            "capabilities": {"read": True, "names": ["a", "b"]},
            "numbered": {"__map__": [[1, 2]]},
            "object": {"__repr__": "<class 'object'>"},
            "tuple": [1, 2],
            "half": "\\ud800",
        }
        expect_equal("Values that JSON lacks", reply.value, tagged)


async def cycles_and_deep_values_are_cut(sandbox: Sandbox, folder: Path) -> None:
    """No value of a driver breaks the wire."""
    async with opened(sandbox, a_project(folder)) as child:
        await constructed(child)
        cut = [{"__repr__": "..."}, {"__repr__": "..."}]
        expect_equal("A list that holds itself", (await child.call("d", "cycle")).value, cut)
        expect_equal("What a value of 100,000 levels raised", (await child.call("d", "deep")).raised, None)
        expect_equal("The next call", (await child.call("d", "echo")).value, NO_ARGUMENTS)


async def an_exception_comes_back_as_a_value_with_its_public_attributes(sandbox: Sandbox, folder: Path) -> None:
    """What a driver raises is part of what it promises."""
    async with opened(sandbox, a_project(folder)) as child:
        await constructed(child)
        raised = expect_some("What a call raised", (await child.call("d", "fail", "k")).raised)
        said = (raised.type, raised.bases[:2], raised.message)
        wanted = ("LimitError", ("DriverError", "Exception"), "too fast")
        expect_equal("The exception's class, its bases and message", said, wanted)
        attributes = {"details": {"method": "GET"}, "retry_after": 3.5}
        expect_equal("The exception's attributes", raised.attributes, attributes)
        expect("in fail" in raised.traceback, "The traceback of an exception does not name the method that raised it.")


async def leaving_by_system_exit_is_an_exception_like_any_other(sandbox: Sandbox, folder: Path) -> None:
    """A driver must not end its child in silence."""
    async with opened(sandbox, a_project(folder)) as child:
        await constructed(child)
        raised = expect_some("What leaving raised", (await child.call("d", "leave")).raised)
        expect_equal("What leaving raised", raised.type, "SystemExit")
        expect_equal("The next call", (await child.call("d", "echo")).value, NO_ARGUMENTS)


async def a_missing_method_or_handle_is_an_exception_of_the_call(sandbox: Sandbox, folder: Path) -> None:
    """And the child lives on."""
    async with opened(sandbox, a_project(folder)) as child:
        expect_some("What a call of no instance raised", (await child.call("nobody", "echo")).raised)
        await constructed(child)
        expect_some("What a call of no method raised", (await child.call("d", "no_such_method")).raised)


async def iterators_are_kept_in_the_child_and_give_one_item_at_a_time(sandbox: Sandbox, folder: Path) -> None:
    """Records are read as far as they are wanted."""
    async with opened(sandbox, a_project(folder)) as child:
        await constructed(child)
        reply = await child.open_iterator("d", "i", "count", 2)
        expect_equal("What opening an iterator raised", reply.raised, None)
        replies = [await child.next_item("i") for _ in range(3)]
        items = [(reply.value, reply.done) for reply in replies]
        expect_equal("Items of an iterator of two", items, [(0, False), (1, False), (None, True)])
        await child.drop("i")
        expect_some("What the next item of a dropped iterator raised", (await child.next_item("i")).raised)


async def from_env_sees_the_given_variables_for_that_call_only(sandbox: Sandbox, folder: Path) -> None:
    """Credentials of one call are not there for the next."""
    async with opened(sandbox, a_project(folder)) as child:
        await child.construct("e", arguments={}, from_env=True, environment={"A_BASE_URL": "http://env"})
        expect_equal("A variable given to from_env", (await child.call("e", "url")).value, "http://env")
        after = expect_object("The environment of a driver", (await child.call("e", "environment")).value)
        expect(
            "A_BASE_URL" not in after, "A variable given to from_env was expected to be gone afterwards, and is there."
        )


async def an_error_in_the_body_comes_out_as_it_is(sandbox: Sandbox, folder: Path) -> None:
    """Neither wrapped in a group nor replaced by what closing raised."""
    with expect_error("An error while a child is open", KeyError, saying="mine"):
        async with opened(sandbox, a_project(folder)):
            raise KeyError("mine")


async def calls_made_at_once_are_answered_one_by_one(sandbox: Sandbox, folder: Path) -> None:
    """Each caller gets its own answer."""
    answers: list[object] = []

    async def ask(child: DriverProcess, number: int) -> None:
        answers.append((await child.call("d", "echo", number)).value)

    async with opened(sandbox, a_project(folder)) as child:
        await constructed(child)
        async with anyio.create_task_group() as tasks:
            for number in range(5):
                tasks.start_soon(ask, child, number)
    echoes: list[JsonValue] = [[[number], {}] for number in range(5)]
    expect_equal("Answers to five calls at once", sorted(answers, key=str), echoes)


CHECKS: dict[str, Check] = by_name(
    the_isolation_that_was_probed_is_what_the_child_reports,
    arguments_arrive_and_values_come_back,
    values_that_json_lacks_come_back_tagged,
    cycles_and_deep_values_are_cut,
    an_exception_comes_back_as_a_value_with_its_public_attributes,
    leaving_by_system_exit_is_an_exception_like_any_other,
    a_missing_method_or_handle_is_an_exception_of_the_call,
    iterators_are_kept_in_the_child_and_give_one_item_at_a_time,
    from_env_sees_the_given_variables_for_that_call_only,
    an_error_in_the_body_comes_out_as_it_is,
    calls_made_at_once_are_answered_one_by_one,
)
