"""Live reads, with the mock as the real API behind the real relay."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from driversmith.engine.models.profile import ApiProfile
from driversmith.engine.models.report import LiveReport
from driversmith.engine.network.addresses import AddressPolicy
from driversmith.engine.network.loopback import LoopbackServer, Response
from driversmith.engine.network.relay import Relay, RelayLimits, open_relay
from driversmith.engine.proof.live_reads import readings, why_untried
from driversmith.engine.sandbox.port import Sandbox
from driversmith.engine.sandbox.process import ProcessSandbox
from driversmith.engine.testing.mock.pages import PageRules, json_answer
from driversmith.engine.testing.mock.records import RecordMaker
from driversmith.engine.testing.mock.server import MockServer

from ...stand_ins.threads import ThreadSandbox
from ..testing.harbour import CLASS_NAME, DRIVER, PACKAGE, harbour_profile

OBJECTS = list(harbour_profile().objects)


@pytest.fixture
async def api() -> AsyncIterator[MockServer]:
    profile, maker = harbour_profile(), RecordMaker()
    open_operations = {n: o.model_copy(update={"security": ()}) for n, o in profile.operations.items()}
    profile = profile.model_copy(update={"auth": (), "operations": open_operations})
    async with LoopbackServer(lambda seen: server.answer(seen), any_host=True) as listening:  # noqa: PLW0108 - made below
        profile = profile.model_copy(update={"base_url": f"{listening.url}/v2"})
        async with MockServer(profile, credentials={}, maker=maker) as server:
            yield server


class OpenGate:
    """Lets `most` requests through, of all objects together."""

    def __init__(self, relay: Relay, most: int) -> None:
        self._relay = relay
        self._most = most

    async def open(self, object_name: str) -> int:
        left = self._most - self._relay.requests
        self._relay.allow(left)
        return left

    def shut(self) -> None:
        self._relay.allow(0)


async def live(
    api: MockServer,
    project: Path = DRIVER,
    profile: ApiProfile | None = None,
    sandbox: Sandbox | None = None,
    **changes: Any,
) -> LiveReport:
    arguments = {"object_names": OBJECTS, "limit": 3, **changes}
    most = arguments.pop("max_requests", 10)
    async with open_relay(
        base_url=api.base_url,
        policy=AddressPolicy(allow_local=True),
        credentials=None,
        auth=(),
        limits=RelayLimits(max_requests=0),
    ) as relay:
        made = await readings(
            project,
            profile or harbour_profile(),
            package=PACKAGE,
            class_name=CLASS_NAME,
            sandbox=sandbox or ThreadSandbox(),
            base_url=relay.base_url,
            door=relay.door,
            credentials={},
            gate=OpenGate(relay, most),
            observe=lambda: relay.log,
            **arguments,
        )
        return LiveReport(reads=tuple(reading.live for reading in made), requests=len(relay.log))


BATCHED = "    def read_batched(self, object_name: str, *, batch_size: int = 100, **params: Any) -> Iterator[list[dict[str, Any]]]:\n"


def broken_driver(tmp_path: Path, good: str, bad: str) -> Path:
    project = Path(shutil.copytree(DRIVER, tmp_path / "project"))
    client = project / PACKAGE / "client.py"
    assert good in client.read_text()
    client.write_text(client.read_text().replace(good, bad))
    return project


async def test_records_of_what_needs_no_arguments_are_read_and_equal(api: MockServer):
    report = await live(api)
    assert [(r.object_name, r.ok, r.error) for r in report.reads if not r.ok] == []
    assert {r.object_name for r in report.reads} == set(OBJECTS) - {"berths"}
    assert report.ok
    assert report.requests == len(api.log) <= 10
    ships = next(r for r in report.reads if r.object_name == "ships")
    assert list(ships.records) == api.records["ships"][:3]


async def test_what_has_to_be_chosen_from_a_few_values_is_read_with_the_first(api: MockServer):
    profile = harbour_profile()
    read = profile.operations["list_berths"]
    port = read.parameters[0].model_copy(update={"enum": ("north", "south")})
    read = read.model_copy(update={"parameters": (port, *read.parameters[1:])})
    profile = profile.model_copy(update={"operations": {**profile.operations, "list_berths": read}})
    report = await live(api, profile=profile, object_names=["berths"])
    assert report.ok
    assert {seen.path.removeprefix(api.base_path) for seen in api.log} == {"/ports/north/berths"}


@pytest.mark.parametrize(
    ("place", "untried"), [("header", ""), ("query", "arguments that only the caller knows: page")]
)
async def test_a_required_parameter_that_the_driver_fills_in_itself_keeps_no_object_from_being_read(
    place: str, untried: str
):
    profile = harbour_profile()
    listed = profile.operations["list_ships"]
    page = listed.parameters[0].model_copy(update={"location": "header", "required": True})
    listed = listed.model_copy(update={"parameters": (page, *listed.parameters[1:])})
    ships = profile.objects["ships"]
    ships = ships.model_copy(update={"pagination": ships.pagination.model_copy(update={"position_in": place})})
    profile = profile.model_copy(
        update={
            "objects": {**profile.objects, "ships": ships},
            "operations": {**profile.operations, "list_ships": listed},
        }
    )
    why = why_untried(profile, "ships")
    assert why.rstrip(".").endswith(untried)
    assert not why or untried


async def test_the_simplest_objects_come_first_and_the_budget_holds(api: MockServer):
    report = await live(api, max_requests=2)
    assert [r.object_name for r in report.reads] == ["prices", "ships"]
    assert len(api.log) == 2


async def test_a_single_record_that_nobody_asked_for_proves_nothing_of_an_api_with_collections(api: MockServer):
    report = await live(api, object_names=["tide"])
    assert [(r.ok, r.aside, len(r.records)) for r in report.reads] == [(True, True, 1)]
    assert not report.ok
    assert (await live(api)).reads[-1].object_name == "tide"


async def test_what_was_asked_for_counts_whatever_it_is(api: MockServer):
    report = await live(api, object_names=["tide"], asked_for=True)
    assert report.ok


async def test_of_an_api_without_collections_a_single_record_counts(api: MockServer):
    profile = harbour_profile()
    alone = profile.model_copy(update={"objects": {"tide": profile.objects["tide"]}})
    assert (await live(api, profile=alone, object_names=["tide"])).ok


async def test_invented_records_are_found_out(api: MockServer, tmp_path: Path):
    project = broken_driver(tmp_path, "        return list(body)", "        return [{'id': 1}]")
    report = await live(api, project, object_names=["cranes"])
    assert not report.ok
    assert "not the first" in report.reads[0].error


async def test_records_without_any_request_are_found_out(api: MockServer, tmp_path: Path):
    begins = '        yield [{"id": 1}]\n        return\n'
    project = broken_driver(tmp_path, BATCHED, BATCHED + begins)
    report = await live(api, project, object_names=["cranes"])
    assert not report.ok
    assert report.requests == 0
    assert "no successful answer" in report.reads[0].error


async def test_paging_that_repeats_itself_still_gives_the_first_records(api: MockServer):
    api.script.always = json_answer({"data": [{"id": n} for n in range(50)]})
    (read,) = (await live(api, object_names=["ships"], limit=20)).reads
    assert read.ok
    assert "repeats itself after 50 records" in read.error
    assert [record["id"] for record in read.records] == list(range(20))


async def test_two_pages_are_read_and_counted(api: MockServer):
    api.records["events"] = RecordMaker().records(5, harbour_profile().objects["events"].fields, "id")
    api.script.pages = PageRules(cap=2)
    (read,) = (await live(api, object_names=["events"])).reads
    assert (read.ok, read.count, read.pages) == (True, 4, 2)
    assert list(read.records) == api.records["events"][:3]


async def test_answers_too_long_to_be_kept_are_compared_by_their_values(api: MockServer, tmp_path: Path):
    api.script.always = json_answer([{"id": n, "text": "é" * 1000} for n in range(1000)])
    assert (await live(api, object_names=["cranes"])).ok
    project = broken_driver(tmp_path, "        return list(body)", "        return [{'id': 'invented'}]")
    assert not (await live(api, project, object_names=["cranes"])).ok


@pytest.mark.parametrize("value", ["NaN", "-Infinity", '"half \\ud83d"', "9" * 4000, "[" * 300 + "]" * 300])
async def test_values_that_json_hardly_allows_are_no_fault_of_the_driver(api: MockServer, value: str):
    body = f'[{{"id": 1, "odd": {value}}}]'.encode()
    api.script.always = Response(200, body, (("Content-Type", "application/json"),))
    (read,) = (await live(api, object_names=["cranes"])).reads
    assert (read.ok, read.error) == (True, "")


async def test_an_api_that_refuses_is_left_alone_after_a_few_tries(api: MockServer):
    api.script.always = Response(401, b"{}")
    report = await live(api)
    assert not report.ok
    assert len(report.reads) == report.requests == 3
    assert report.reads[0].error.startswith("AuthenticationError")


async def test_a_driver_that_dies_ends_the_reads_with_what_it_said(api: MockServer, tmp_path: Path):
    project = broken_driver(tmp_path, "        return list(body)", "        httpx2._utils.os._exit(3)")
    report = await live(api, project, sandbox=ProcessSandbox(), object_names=["cranes", "tugs"])
    assert [(r.object_name, r.ok) for r in report.reads] == [("cranes", False)]
    assert "exit code 3" in report.reads[0].error


async def test_pages_that_repeat_each_other_are_no_pages(api: MockServer):
    rows = [{"id": n} for n in range(50)]
    api.script.first = [
        json_answer({"data": page}) for page in (rows, [*rows[:40], *({"id": n} for n in range(90, 100))])
    ]
    (read,) = (await live(api, object_names=["ships"])).reads
    assert (read.ok, read.wrong) == (False, True)
    assert "Page 2 gives records of page 1 again" in read.error


async def test_an_end_before_the_number_that_the_api_tells_is_none(api: MockServer):
    api.script.always = json_answer({"data": [{"id": n} for n in range(7)], "total": 60})
    (read,) = (await live(api, object_names=["ships"])).reads
    assert (read.ok, read.wrong) == (False, True)
    assert "tells of 60 records, and reading ended after 7" in read.error


async def test_an_end_that_was_seen_is_told(api: MockServer):
    api.script.always = json_answer({"data": [{"id": n} for n in range(7)], "total": 7})
    (read,) = (await live(api, object_names=["ships"])).reads
    assert (read.ok, read.complete, read.count) == (True, True, 7)


async def test_an_api_that_asks_to_wait_is_waited_for_once(api: MockServer):
    rows = json_answer({"data": [{"id": 1}], "total": 1})
    api.script.first = [Response(429, b"{}", (("Retry-After", "0"),)), rows]
    report = await live(api, object_names=["ships"])
    assert (report.reads[0].ok, report.requests) == (True, 2)
