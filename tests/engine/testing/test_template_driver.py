"""The contract run on what the template engine writes: the same profile, another author."""

from collections.abc import Sequence
from pathlib import Path

from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.models.profile import ApiProfile
from driversmith.engine.models.report import ContractReport
from driversmith.engine.testing.behaviours import ALL, own, quirks
from driversmith.engine.testing.contract_suite import TWIN, run_contract
from driversmith.engine.testing.trial import Behaviour

from ...stand_ins.threads import ThreadSandbox
from .harbour import harbour_profile


def written(profile: ApiProfile, folder: Path) -> tuple[Path, str, str]:
    bundle = write_driver(profile)
    for file in bundle.files:
        target = folder / bundle.project / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.text, encoding="utf-8")
    return folder / bundle.project, bundle.project, bundle.class_name


async def contract_of(profile: ApiProfile, folder: Path) -> ContractReport:
    return await report_of(written(profile, folder), profile, ALL)


async def report_of(
    driver: tuple[Path, str, str], profile: ApiProfile, behaviours: Sequence[Behaviour]
) -> ContractReport:
    project, package, class_name = driver
    return await run_contract(
        project,
        profile,
        package=package,
        class_name=class_name,
        sandbox=ThreadSandbox(),
        behaviours=behaviours,
    )


def failures(report: ContractReport) -> list[tuple[str, str, str, str]]:
    return [(b.name, b.subject, b.expected, b.received) for b in report.behaviours if not b.passed]


async def test_it_keeps_the_whole_contract(tmp_path: Path):
    profile = harbour_profile()
    report = await contract_of(profile, tmp_path)
    assert failures(report) == []
    assert {b.name for b in report.behaviours} == {b.name for b in ALL} - {
        "writes-repeat-their-key",  # no operation takes one
        *(b.name for b in (*own.BEHAVIOURS, *quirks.BEHAVIOURS)),
    }
    assert set(report.operations_called) == set(profile.operations)
    assert report.unittests
    assert report.unittests.ran
    assert not report.unittests.failed


async def test_it_keeps_it_where_the_last_record_leads_on(tmp_path: Path):
    profile = harbour_profile()
    events = profile.objects["events"]
    paging = events.pagination.model_copy(update={"next_path": (*events.record_path, "id"), "more_path": ("more",)})
    events = events.model_copy(update={"pagination": paging})
    report = await contract_of(profile.model_copy(update={"objects": {**profile.objects, "events": events}}), tmp_path)
    assert failures(report) == []
    assert {"read-every-page", "repeated-page-stops"} <= {b.name for b in report.behaviours if b.subject == "events"}


async def test_it_keeps_it_with_oauth_first(tmp_path: Path):
    profile = harbour_profile()
    operations = {
        name: operation.model_copy(update={"security": (("oauth",), ("key",))})
        for name, operation in profile.operations.items()
    }
    report = await contract_of(profile.model_copy(update={"operations": operations}), tmp_path)
    assert failures(report) == []


async def test_a_token_url_that_is_given_holds_for_every_scheme(tmp_path: Path):
    profile = harbour_profile()
    oauth = next(scheme for scheme in profile.auth if scheme.name == "oauth")
    renamed = [c.model_copy(update={"argument": f"other_{c.argument}", "scheme": "other"}) for c in oauth.credentials]
    other = oauth.model_copy(
        update={"name": "other", "token_url": "https://other.example/token", "credentials": tuple(renamed)}
    )
    tide = profile.operations["get_tide"].model_copy(update={"security": (("other",),)})
    changes = {"auth": (*profile.auth, other), "operations": {**profile.operations, "get_tide": tide}}
    project, package, class_name = written(profile.model_copy(update=changes), tmp_path)
    report = await run_contract(
        project,
        profile.model_copy(update=changes),
        package=package,
        class_name=class_name,
        sandbox=ThreadSandbox(),
        behaviours=[b for b in ALL if b.name == "call-operation"],
    )
    assert failures(report) == []


async def test_it_keeps_it_without_any_auth(tmp_path: Path):
    profile = harbour_profile()
    operations = {n: operation.model_copy(update={"security": ()}) for n, operation in profile.operations.items()}
    report = await contract_of(profile.model_copy(update={"operations": operations, "auth": ()}), tmp_path)
    assert failures(report) == []
    assert "no-credentials-in-messages" not in {b.name for b in report.behaviours}


async def test_it_keeps_it_where_a_cursor_stands_for_all_parameters(tmp_path: Path):
    profile = harbour_profile()
    alone = {
        name: o.model_copy(update={"pagination": o.pagination.model_copy(update={"alone": True})})
        for name, o in profile.objects.items()
        if o.pagination.style == "cursor" and o.pagination.position_in == "query" and not o.goes_on_after_record
    }
    assert alone
    report = await contract_of(profile.model_copy(update={"objects": {**profile.objects, **alone}}), tmp_path)
    assert failures(report) == []


async def test_its_asynchronous_twin_keeps_the_contract_too(tmp_path: Path):
    profile = harbour_profile()
    project, package, class_name = written(profile, tmp_path)
    report = await run_contract(
        project, profile, package=package, class_name=class_name, sandbox=ThreadSandbox(), behaviours=ALL, twin=True
    )
    assert failures(report) == []
    shown = {b.name.removeprefix(TWIN) for b in report.behaviours if b.name.startswith(TWIN)}
    wanted = {b.name for b in ALL if not b.waits and not b.looks_back} - {"writes-repeat-their-key"}
    assert shown == wanted - {b.name for b in (*own.BEHAVIOURS, *quirks.BEHAVIOURS)}


async def test_a_twin_that_reads_otherwise_is_found_out(tmp_path: Path):
    profile = harbour_profile()
    project, package, class_name = written(profile, tmp_path)
    module = project / package / "_async.py"
    text = module.read_text("utf-8")
    wrong = text.replace(
        "return [record async for page in found for record in page]", "return [r async for p in found for r in p[:1]]"
    )
    assert wrong != text
    module.write_text(wrong, "utf-8")
    report = await run_contract(
        project, profile, package=package, class_name=class_name, sandbox=ThreadSandbox(), behaviours=ALL, twin=True
    )
    assert {b.name for b in report.broken} >= {"async-read-every-page"}
    assert all(b.name.startswith(TWIN) for b in report.broken)
