"""The contract run on a driver that lies on disk, whoever wrote it: what it does wrong, as findings with a place."""

import ast
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from anyio import to_thread

from ..errors import InvalidArgumentError, SandboxError, SandboxUnavailableError
from ..models.base import Value
from ..models.findings import Finding
from ..models.profile import ApiProfile
from ..models.report import BehaviourResult, ContractReport
from ..sandbox.port import Sandbox
from .trust import Sessions, check_may_run

PROFILE = "profile.json"
MOST_OF_ONE_BEHAVIOUR = 3
"""Findings of one behaviour that fails for many objects or operations."""


class Judgement(Value):
    """A contract run with what it found; without a report the package did not even import."""

    report: ContractReport | None = None
    findings: tuple[Finding, ...] = ()


async def judge_driver(
    project: Path,
    *,
    sandbox: Sandbox,
    allow_unisolated: bool = False,
    journal: Sessions | None = None,
    progress: Callable[[float, str], Awaitable[None]] | None = None,
) -> Judgement:
    """Run the contract on the driver in a project folder, with the profile beside it. Where the sandbox does not isolate, only
    what the journal knows as the templates' is run.

    Raises:
        InvalidArgumentError: there is no profile, or no driver class.
        SandboxUnavailableError: no child can be started, or this one may not run here.
    """
    from ..testing.contract_suite import run_contract

    profile, subject = await to_thread.run_sync(_read, project)
    isolation = await sandbox.probe()
    await check_may_run(project, isolation=isolation, allow_unisolated=allow_unisolated, journal=journal)
    try:
        report = await run_contract(
            project,
            profile,
            package=subject.package,
            class_name=subject.class_name,
            sandbox=sandbox,
            progress=progress,
            twin=True,
        )
    except SandboxUnavailableError:
        raise
    except SandboxError as error:
        finding = Finding(
            code="contract-import",
            severity="P0",
            file=subject.places.get("class", (f"{subject.package}/__init__.py", 1))[0],
            message=error.message,
            hint="The package must import with the standard library and httpx2 alone.",
        )
        return Judgement(findings=(finding,))
    return Judgement(report=report, findings=tuple(_findings(report, subject)))


class _Subject(Value):
    """The driver class, and where its methods stand: name -> (file, line)."""

    package: str
    class_name: str
    places: dict[str, tuple[str, int]]


def run_findings(broken: Sequence[BehaviourResult], place: Callable[[str], tuple[str, int]]) -> list[Finding]:
    """Broken behaviours as findings, some of each; `place` gives the file and line for what was sent."""
    found: list[Finding] = []
    told: dict[str, int] = {}
    for behaviour in broken:
        told[behaviour.name] = told.get(behaviour.name, 0) + 1
        if told[behaviour.name] > MOST_OF_ONE_BEHAVIOUR:
            continue
        of = f" ({behaviour.subject})" if behaviour.subject else ""
        file, line = place(behaviour.sent)
        found.append(
            Finding(
                code=f"contract-run-{behaviour.name}",
                severity="P1",
                file=file,
                line=line,
                message=f"{behaviour.name}{of}: expected {behaviour.expected}; received {behaviour.received}.",
                hint=f"Tried: {behaviour.sent}" if behaviour.sent else "",
            )
        )
    return found


def _findings(report: ContractReport, subject: _Subject) -> list[Finding]:
    found = run_findings(report.broken, lambda sent: _place(sent, subject))
    tests = report.unittests
    if tests is not None and tests.failed:
        last = next((line for line in reversed(tests.output.splitlines()) if ": " in line), "")
        found.append(
            Finding(
                code="own-tests-fail",
                severity="P2",
                file="tests/test_client.py",
                message=f"{tests.failed} of the driver's own {tests.ran} tests fail. {last}".strip(),
                hint="Make them say what the driver does: python -m unittest discover -s tests -t .",
            )
        )
    return found


def _place(sent: str, subject: _Subject) -> tuple[str, int]:
    # The last call that was tried is the one whose outcome was wrong.
    calls = [part.partition("(")[0].strip() for part in sent.partition(" -> ")[0].split("; ")]
    for name in reversed(calls):
        if place := subject.places.get("__init__" if name in {"Driver", subject.class_name} else name):
            return place
    return subject.places["class"]


def _read(project: Path) -> tuple[ApiProfile, _Subject]:
    from ..validation.parsed.folder import read_folder
    from ..validation.parsed.project import load_project

    if not (project / PROFILE).is_file():
        raise InvalidArgumentError(
            f"{project} has no {PROFILE}, so nobody knows what the driver has to do.",
            next_action="Write it with `driversmith generate`, or validate without --run.",
        )
    try:
        profile = ApiProfile.model_validate_json((project / PROFILE).read_bytes())
    except (OSError, ValueError) as error:
        raise InvalidArgumentError(
            f"{project / PROFILE} is no profile of driversmith.", next_action="Leave it as driversmith wrote it."
        ) from error
    loaded = load_project(read_folder(project).texts, whole=True, profile=profile)
    place = loaded.driver
    if place is None or loaded.package is None:
        raise InvalidArgumentError(
            f"{project} holds no driver class.", next_action="Validate it without --run first: the findings say why."
        )
    places = {"class": (place.file.path, place.node.lineno)}
    for ancestor in loaded.ancestry(place)[0]:
        for statement in ancestor.node.body:
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
                places.setdefault(statement.name, (ancestor.file.path, statement.lineno))
    return profile, _Subject(package=loaded.package, class_name=place.node.name, places=places)
