"""`driversmith heal`: a driver made anew for its API as it is now, with the edits of its user kept."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from driversmith.engine.errors import InvalidArgumentError, SandboxUnavailableError
from driversmith.engine.models.base import Value
from driversmith.engine.models.diagnosis import Diagnosis
from driversmith.engine.models.drift import Change
from driversmith.engine.models.findings import Finding
from driversmith.engine.models.session import EngineName, SupervisedResult
from driversmith.engine.settings import Settings
from rich.text import Text

from ..context import command_settings, engine_for_command
from ..terminal.console import FAILED, INTERRUPTED, SUCCESS, complain, print_json, stderr, stdout
from ..terminal.driver_folder import absolute_spec, own_addresses
from ..terminal.event_lines import printable
from ..terminal.progress import Watched, run_watched
from ..terminal.result import print_result
from .drift import change_line

if TYPE_CHECKING:
    from driversmith.engine.api import Engine
    from driversmith.engine.drift.origin import MadeDriver

SEVERE = frozenset({"P0", "P1", "P2"})
MOST_FINDINGS = 20


class Healed(Value):
    """What came of healing a driver."""

    diagnosis: Diagnosis | None = None
    """Of the error that was given."""
    result: SupervisedResult | None = None
    """None: the error is none that a change of the driver mends."""
    changes: tuple[Change, ...] = ()
    """From the facts that the driver had to those that it has now."""
    findings: tuple[Finding, ...] = ()
    """What is wrong with the driver as it lies there now, edits and all; empty where nothing was edited."""
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the driver is well, the user's part of it too."""
        good = self.result is not None and self.result.success
        return good and not any(finding.severity in SEVERE for finding in self.findings)


def heal(
    driver_dir: Annotated[
        Path, typer.Argument(metavar="DIR", help="Project folder of the driver (with its driver.json).")
    ],
    *,
    error: Annotated[
        str | None, typer.Option(help="An error that the driver raised: it is diagnosed first.", metavar="TEXT")
    ] = None,
    spec: Annotated[
        str | None, typer.Option(help="Where its description is now, if it moved: a URL or a file.", metavar="URL|PATH")
    ] = None,
    engine: Annotated[
        EngineName | None, typer.Option(help="Who writes the driver; by default whoever wrote it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else.")] = False,
) -> None:
    """Make a driver anew for its API as it is now. What you edited is kept, and merged with what is new."""
    if engine == "host":
        raise InvalidArgumentError("A command line has no agent.", next_action="Take another --engine.")
    healing = _Healing(command_settings(), driver_dir.expanduser().resolve(), absolute_spec(spec), engine, error)
    try:
        healed = run_watched("heal", healing.run, quiet=as_json)
    except KeyboardInterrupt:
        complain("Interrupted.", healing.how_to_resume())
        raise typer.Exit(INTERRUPTED) from None
    if as_json:
        print_json({**healed.model_dump(mode="json"), "ok": healed.ok})
    else:
        _print(healed)
    raise typer.Exit(SUCCESS if healed.ok else FAILED)


class _Healing:
    def __init__(
        self, settings: Settings, project: Path, spec: str | None, engine: EngineName | None, error: str | None
    ) -> None:
        self._settings = settings
        self._project = project
        self._spec = spec
        self._engine: EngineName | None = engine
        self._error = error
        self._session_id = ""
        self._notes: list[str] = []

    async def run(self, shown: Watched) -> Healed:
        """Diagnose the error, if there is one; make the driver anew, and check what became of edited files.

        Raises:
            InvalidArgumentError: the folder holds no driver that can be made anew.
            JournalError: the session database cannot be used.
        """
        from driversmith.engine.drift.compare import compare
        from driversmith.engine.drift.origin import made_driver

        async with engine_for_command(self._settings) as engine:
            before = await made_driver(self._project, engine.journal)
            diagnosis = await self._diagnosed(engine, shown) if self._error else None
            if diagnosis is not None and await self._is_pointless(diagnosis, shown):
                return Healed(diagnosis=diagnosis, notes=tuple(self._notes))
            result = await self._made_anew(engine, before, shown)
            if not result.success:
                return Healed(diagnosis=diagnosis, result=result, notes=tuple(self._notes))
            after = await made_driver(self._project, engine.journal)
        edited = [*result.merged_files, *result.kept_files]
        return Healed(
            diagnosis=diagnosis,
            result=result,
            changes=tuple(compare(before.profile, after.profile)),
            findings=tuple(await self._judged(shown)) if edited else (),
            notes=tuple(self._notes),
        )

    def how_to_resume(self) -> str:
        """What to do after Ctrl-C."""
        if not self._session_id:
            return "Run the same command again."
        return f"Nothing is lost: `driversmith resume {self._session_id}` goes on where it stopped."

    async def _diagnosed(self, engine: "Engine", shown: Watched) -> Diagnosis:
        shown.doing("Looking for the cause of the error.")
        return await engine.diagnose_failure(error_message=self._error)

    async def _is_pointless(self, diagnosis: Diagnosis, shown: Watched) -> bool:
        """Whether the error says nothing about the driver, and its API has not changed either."""
        from driversmith.engine.composition import check_driver
        from driversmith.engine.drift.heal import is_outside_the_driver

        if not is_outside_the_driver(diagnosis):
            return False
        shown.doing("Asking whether the API has changed.")
        allowed = own_addresses(self._project, self._spec)
        report = await check_driver(
            self._project, settings=self._settings, spec=self._spec, live=True, allow_local=allowed
        )
        if report.affected:
            return False
        known = "its API has not changed" if report.checked else "whether its API has changed could not be checked"
        self._notes.append(f"The driver was left as it is: that error is none of its own, and {known}.")
        self._notes += report.not_checked
        return True

    async def _made_anew(self, engine: "Engine", made: "MadeDriver", shown: Watched) -> SupervisedResult:
        from driversmith.engine.drift.heal import healing_request

        allowed = own_addresses(self._project, self._spec)
        request = healing_request(made, spec=self._spec, engine=self._engine, allow_local=allowed)
        session = await engine.start(request)
        self._session_id = session.session_id
        return await engine.wait(session.session_id, seconds=None, on_event=shown.told)

    async def _judged(self, shown: Watched) -> list[Finding]:
        """What is wrong with the driver with its user's part: by the guards, and by a run of the contract."""
        from driversmith.engine.composition import judge_driver
        from driversmith.engine.validation.package import validate_folder

        shown.doing("Checking the driver with your edits.")
        found = list((await validate_folder(str(self._project))).findings)
        if any(finding.severity == "P0" for finding in found):
            return found
        try:
            return [*found, *(await judge_driver(self._project, settings=self._settings)).findings]
        except SandboxUnavailableError as error:
            self._notes.append(f"The driver with your edits was not run: {error.message} {error.next_action}")
            return found


def _print(healed: Healed) -> None:
    console = stdout()
    if healed.diagnosis is not None:
        console.print(Text(f"cause: {printable(healed.diagnosis.root_cause)}"), soft_wrap=True)
        console.print(Text(f"  {printable(healed.diagnosis.fix_description)}", style="dim"), soft_wrap=True)
    if healed.result is not None:
        for change in healed.changes:
            console.print(change_line(change), soft_wrap=True)
        if healed.result.success and not healed.changes:
            console.print("The facts of the API are as they were.")
        print_result(console if healed.result.success else stderr(), healed.result)
    severe = [finding for finding in healed.findings if finding.severity in SEVERE]
    for finding in severe[:MOST_FINDINGS]:
        place = f"{finding.file}:{finding.line}: {finding.severity} {finding.code} "
        console.print(Text.assemble((place, "bold red"), printable(finding.message)), soft_wrap=True)
    for note in healed.notes:
        console.print(Text(f"note: {printable(note)}", style="dim"), soft_wrap=True)
    if healed.result is not None and healed.result.success and (healed.result.merged_files or healed.result.kept_files):
        ran = not any("was not run" in note for note in healed.notes)
        well = "keeps the contract" if ran else "keeps the contract, or was not run"
        words = "does not keep the contract" if severe else well
        console.print(f"The driver with your edits {words}.", style="bold red" if severe else None)
