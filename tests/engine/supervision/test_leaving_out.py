"""One detail never costs the driver: what the templates' own run does not prove is left out, and the rest published."""

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import pytest
from driversmith.engine.errors import SandboxError
from driversmith.engine.facts.fields import field_contradictions
from driversmith.engine.llm.gate import Gate
from driversmith.engine.llm.patience import Backoff, PatientModel
from driversmith.engine.llm.scripted import ScriptedModel
from driversmith.engine.models.driver import DriverBundle
from driversmith.engine.models.facts import Correction
from driversmith.engine.models.findings import Finding
from driversmith.engine.models.profile import (
    ApiProfile,
    DescriptionSource,
    Evidence,
    FieldProfile,
    ObjectProfile,
    OperationProfile,
)
from driversmith.engine.models.prose import Prose, Researched
from driversmith.engine.models.report import BehaviourResult, ContractReport, LiveProof
from driversmith.engine.models.session import GenerateRequest, SupervisedResult
from driversmith.engine.supervision.asks.opening import Asks
from driversmith.engine.supervision.leaving_out import MOST_FOUND, search
from driversmith.engine.supervision.progress import Tell

from ...patience import LONG
from ...stand_ins.activities import ActivitiesStandIn

HERE = Evidence(pointer="#/paths")


def api(*names: str) -> ApiProfile:
    """An API of operations `GET /<name>`, each an object that is read."""
    return ApiProfile(
        api_name="Pets",
        base_url="https://pets.example",
        source=DescriptionSource(location="x", format="OpenAPI 3.1.0", sha256="0", size=1),
        operations={n: OperationProfile(name=n, method="GET", path=f"/{n}", evidence=HERE) for n in names},
        objects={n: ObjectProfile(name=n, operations={"read": n}, evidence=HERE) for n in names},
    )


@dataclass
class OddActivities(ActivitiesStandIn):
    """The operations of an API, some of which go wrong in one way or another."""

    names: tuple[str, ...] = ("cats", "dogs", "fish")
    breaks: Collection[str] = ()
    """Their behaviours fail, and say whose they are."""
    spoils: Collection[str] = ()
    """With one of them a behaviour of the driver as a whole fails."""
    stops_import: Collection[str] = ()
    cannot_be_written: Collection[str] = ()
    asked_for: list[tuple[str, ...]] = field(default_factory=list)
    """The operations of each driver that was run in full."""

    async def research(self, request: GenerateRequest, tell: Tell, **_: Any) -> Researched:
        await self._step("research")
        return Researched(api(*self.names), Prose())

    async def write(self, profile: ApiProfile) -> DriverBundle:
        if found := [n for n in profile.operations if n in self.cannot_be_written]:
            raise KeyError(found[0])
        return await super().write(profile)

    async def run_contract(
        self,
        project: Path,
        bundle: DriverBundle,
        profile: ApiProfile,
        tell: Tell,
        behaviours: Collection[str] | None = None,
    ) -> ContractReport:
        await self._step("contract")
        if behaviours is None:
            self.asked_for.append(tuple(profile.operations))
        if any(n in profile.operations for n in self.stops_import):
            raise SandboxError("NameError: name 'x' is not defined", code="validation_failed")
        found = [
            BehaviourResult(name="call-operation", subject=n, passed=False, expected="1", received="2", operations=(n,))
            for n in profile.operations
            if n in self.breaks
        ]
        if any(n in profile.operations for n in self.spoils):
            found.append(BehaviourResult(name="get-capabilities", passed=False, expected="a", received="b"))
        return ContractReport(behaviours=(*found, BehaviourResult(name="list-objects", passed=True)))


@pytest.fixture
def made(opened, asked):
    """The result of a session on activities, and the kinds of its events."""

    async def make(activities: OddActivities, **values) -> SupervisedResult:
        async with opened(shop=activities) as sessions:
            record = await sessions.start(asked(**values))
            with anyio.fail_after(LONG):
                done = await sessions.wait(record.session_id, seconds=None)
        assert done.result is not None
        return done.result

    return make


def left_out(result: SupervisedResult) -> dict[str, str]:
    assert all(entry.reason == "not_proven" for entry in result.skipped)
    return {entry.operation: entry.detail for entry in result.skipped}


async def test_a_broken_operation_is_left_out_with_what_failed_and_the_rest_is_run_anew(made) -> None:
    activities = OddActivities(breaks={"dogs"})
    result = await made(activities)
    assert result.success
    assert left_out(result) == {"GET /dogs": "call-operation: expected 1; received 2"}
    assert activities.asked_for == [("cats", "dogs", "fish"), ("cats", "fish")]
    assert (result.iterations, result.verification.level, result.verification.failed) == (2, "mock", 0)
    assert any("1 operation was left out" in note for note in result.notes)


async def test_what_breaks_only_then_is_left_out_too(made) -> None:
    class Second(OddActivities):
        async def run_contract(self, project, bundle, profile, tell, behaviours=None):
            self.breaks = {"cats"} if "dogs" not in profile.operations else {"dogs"}
            return await super().run_contract(project, bundle, profile, tell, behaviours)

    result = await made(Second())
    assert set(left_out(result)) == {"GET /cats", "GET /dogs"}
    assert result.success


@pytest.mark.parametrize("way", ["spoils", "stops_import", "cannot_be_written"])
async def test_a_fault_that_names_no_operation_is_searched_for(made, way: str) -> None:
    names = tuple(f"thing{number}" for number in range(20))
    activities = OddActivities(names=names, **{way: {"thing3", "thing17"}})
    result = await made(activities)
    assert result.success
    assert set(left_out(result)) == {"GET /thing3", "GET /thing17"}
    assert all(left_out(result).values())


async def test_fields_with_which_the_driver_does_not_stand_cost_nothing_but_themselves(made) -> None:
    class Misled(OddActivities):
        async def prove(self, project, bundle, profile, request, **_):
            records = Correction(fact="/objects/cats/records", value={"record_path": ["data"]}, because="Seen.")
            fields = {"cats": {"id": FieldProfile(type="string")}}
            cats = FieldProfile(type="integer")
            described = profile.objects["cats"].model_copy(update={"fields": {"id": cats}})
            told = field_contradictions(profile.model_copy(update={"objects": {"cats": described}}), fields)
            return LiveProof(corrections=(records,), fields=fields, contradictions=told)

        async def run_contract(self, project, bundle, profile, tell, behaviours=None):
            self.breaks = set(profile.operations) if "/objects/cats/fields" in profile.facts_evidence else set()
            return await super().run_contract(project, bundle, profile, tell, behaviours)

    result = await made(Misled())
    assert (result.success, result.contradictions, left_out(result)) == (True, [], {})
    assert [fix.description for fix in result.fixes_applied] == ["/objects/cats/records: Seen."]


async def test_where_every_operation_is_broken_there_is_no_driver(made, tmp_path) -> None:
    result = await made(OddActivities(breaks={"cats", "dogs", "fish"}))
    assert not result.success
    assert result.error.code == "contract_failed"
    assert not (tmp_path / "drivers").exists()


@pytest.mark.parametrize("way", ["spoils", "stops_import"])
async def test_a_fault_of_no_single_operation_is_an_honest_failure(made, way: str) -> None:
    names = tuple(f"thing{number}" for number in range(30))
    result = await made(OddActivities(names=names, **{way: set(names)}))
    assert not result.success
    assert result.error.code == {"spoils": "contract_failed", "stops_import": "validation_failed"}[way]
    assert result.skipped == []


async def test_findings_in_the_templates_own_files_are_told_and_stop_nothing(made, journal) -> None:
    finding = Finding(code="unused-argument", severity="P2", file="pets_driver/_records.py", message="never used")
    result = await made(OddActivities(findings=[finding]))
    assert result.success
    events = await journal.events(result.session_id, limit=100)
    (told,) = [event for event in events if event.kind == "findings.own"]
    assert told.data == {"findings": ["unused-argument"]}


async def test_the_log_says_what_was_left_out_once_also_when_a_session_is_resumed(made, journal, opened, asked) -> None:
    activities = OddActivities(breaks={"dogs"})
    activities.gates["live"] = anyio.Event()
    async with opened(shop=activities) as sessions:
        record = await sessions.start(asked())
        await activities.until("live")
    activities.gates.clear()
    async with opened(shop=activities) as sessions:
        await sessions.resume(record.session_id)
        with anyio.fail_after(LONG):
            done = await sessions.wait(record.session_id, seconds=None)
    assert done.result is not None
    assert done.result.success
    assert set(left_out(done.result)) == {"GET /dogs"}
    assert activities.calls["contract"] == 2, "nothing is run again"
    events = await journal.events(record.session_id, limit=200)
    (told,) = [event for event in events if event.kind == "operations.left_out"]
    assert told.data == {"operations": {"dogs": "call-operation: expected 1; received 2"}}


@pytest.mark.parametrize("engine", ["model", "auto"])
async def test_no_model_is_asked_to_mend_what_the_templates_wrote(asked, journal, tmp_path, engine: str) -> None:
    from driversmith.engine.journal.ownership import this_process
    from driversmith.engine.llm.prices import load_prices
    from driversmith.engine.sessions.sessions import open_sessions
    from driversmith.engine.supervision.supervisor import Supervisor

    own = Finding(code="unused-argument", severity="P2", file="pets_driver/_records.py", message="never used")
    activities = OddActivities(breaks={"dogs"}, findings=[own])
    requests = []

    def line(request):
        if request.role == "research":
            return '{"corrections": []}'
        requests.append(request)
        return "class PetsDriver: ...\n"

    scripted = ScriptedModel(line, prices=load_prices(), models={"generate": "claude-sonnet-5-5"})
    model = PatientModel(scripted, gate=Gate(limit=4), backoff=Backoff())
    supervisor = Supervisor(
        journal=journal, activities=activities, scratch=tmp_path / "work", asks=Asks(model=lambda: model)
    )
    async with open_sessions(
        journal=journal,
        supervisor=lambda: supervisor,
        owner=this_process(),
        concurrent_sessions=1,
        lease_seconds=30,
    ) as sessions:
        record = await sessions.start(asked(engine=engine))
        with anyio.fail_after(LONG):
            done = await sessions.wait(record.session_id, seconds=None)
    assert done.result is not None
    assert done.result.success
    assert set(left_out(done.result)) == {"GET /dogs"}
    assert [request.role for request in requests] == ["generate"]
    assert activities.asked_for[-1] == ("cats", "fish"), "the model's driver is judged by what is left"


async def test_a_search_asks_a_few_times_only() -> None:
    names = [f"thing{number}" for number in range(200)]
    asked: list[int] = []

    async def works(profile: ApiProfile) -> bool:
        asked.append(len(profile.operations))
        return "thing150" not in profile.operations

    found = await search(api(*names), works, "it fails")
    assert found.operations == {"thing150": "it fails"}
    assert len(asked) < 12


async def test_operations_that_only_clash_lose_the_later_one() -> None:
    async def works(profile: ApiProfile) -> bool:
        return not {"cats", "fish"} <= set(profile.operations)

    found = await search(api("cats", "dogs", "fish", "hens"), works, "they clash")
    assert list(found.operations) == ["fish"]


async def test_a_search_gives_up_where_the_fault_is_everywhere() -> None:
    async def works(profile: ApiProfile) -> bool:
        return not profile.operations

    names = [f"thing{number}" for number in range(MOST_FOUND + 5)]
    assert (await search(api(*names), works, "it fails")).operations == {}
    assert (await search(api("one"), works, "it fails")).operations == {}
