"""`check`: a driver on disk beside its description and its API as they are now."""

import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import anyio
import anyio.to_thread
from pydantic import JsonValue

from ..drivers.publish import lay_out, listed_hashes
from ..drivers.trust import Sessions
from ..errors import DriversmithError, InvalidArgumentError
from ..generation.template_engine import write_driver
from ..models.drift import Change, DriftReport
from ..models.driver import DriverBundle
from ..models.profile import ApiProfile
from ..models.session import GenerateRequest
from ..network.credentials import load_credentials
from ..proof.live_reads import why_untried
from ..sandbox.port import ISOLATED, Sandbox
from ..settings import Settings
from ..supervision.engine_activities import EngineActivities
from ..supervision.live.live_api import LiveApi
from ..supervision.live.live_budget import LiveBudget
from .compare import compare, uncompared
from .live import NOTHING, receipt_of, seen
from .origin import MadeDriver, made_driver

MOST_TOLD = 12
"""Objects or facts that one sentence names."""


class DriftCheck:
    """Checks drivers; `learn` is told secrets before they are used, and `redact` takes them out of what is told."""

    def __init__(
        self,
        *,
        settings: Settings,
        sandbox: Callable[[], Sandbox],
        learn: Callable[[Iterable[str]], None],
        redact: Callable[[str], str],
        journal: Sessions | None,
    ) -> None:
        self._settings = settings
        self._sandbox = sandbox
        self._learn = learn
        self._redact = redact
        self._journal = journal

    async def check(
        self, project: Path, *, spec: str | None = None, live: bool = False, allow_local: tuple[str, ...] = ()
    ) -> DriftReport:
        """What changed since the driver was made. `spec` is where its description is now; `live` allows GETs to the API: at most
        6 an object and 300 in all.

        Raises:
            InvalidArgumentError: the folder holds no whole driver of ours.
        """
        made = await made_driver(project, self._journal)
        report = DriftReport(driver=str(project), api_name=made.profile.api_name)
        report = await self._described(made, report, spec, allow_local)
        if live:
            report = await self._asked(made, report, allow_local)
        elif not report.checked:
            more = "The API was not asked: --live allows GETs."
            report = report.model_copy(update={"not_checked": (*report.not_checked, more)})
        cleaned = {
            "changes": tuple(c.model_copy(update={"message": self._redact(c.message)}) for c in report.changes),
            "not_checked": tuple(map(self._redact, report.not_checked)),
        }
        return report.model_copy(update=cleaned)

    async def _described(
        self, made: MadeDriver, report: DriftReport, spec: str | None, allow_local: tuple[str, ...]
    ) -> DriftReport:
        """The report with what the description says."""
        if not made.is_described and spec is None:
            told = f"The description could not be checked: the driver was made from {made.profile.source.format}."
            return report.model_copy(update={"description": "none", "not_checked": (told,)})
        try:
            now = await self._research(made.request_again(spec=spec, allow_local=allow_local))
        except DriversmithError as error:
            told = f"The description could not be checked: {error.message} {error.next_action}".strip()
            return report.model_copy(update={"not_checked": (told,)})
        if now.source.sha256 == made.profile.source.sha256:
            return report.model_copy(update={"description": "unchanged"})
        changes = await anyio.to_thread.run_sync(compare, made.profile, now)
        facts = uncompared(made.profile)
        told = f"Observed otherwise than described, so the description tells nothing of them: {_listed(facts)}."
        return report.model_copy(
            update={
                "description": "changed" if changes else "unchanged",
                "changes": tuple(changes),
                "not_checked": (told,) if facts else (),
            }
        )

    async def _research(self, request: GenerateRequest) -> ApiProfile:
        """The profile of today, from the description alone."""
        asked = request.model_copy(update={"live": "false", "objects": None, "auth": None})
        rooms = EngineActivities(settings=self._settings, sandbox=self._sandbox, learn=self._learn)
        found = await rooms.research(asked, _silent, budget=LiveBudget(asked, _Unkept()))
        return found.profile

    async def _asked(self, made: MadeDriver, report: DriftReport, allow_local: tuple[str, ...]) -> DriftReport:
        """The report with what the API answers."""
        profile = made.profile
        request = GenerateRequest(
            api_name=profile.api_name,
            api_url=profile.base_url,
            output_dir=str(made.project.parent),
            live="true",
            allow_local=tuple(sorted({*(made.request.allow_local if made.request else ()), *allow_local})),
        )
        budget = LiveBudget(request, _Unkept())
        api = LiveApi(settings=self._settings, sandbox=self._sandbox, learn=self._learn, request=request, budget=budget)
        before = await anyio.to_thread.run_sync(receipt_of, made.project)
        scratch = Path(await anyio.to_thread.run_sync(lambda: tempfile.mkdtemp(prefix="driversmith-check-")))
        try:
            folder, bundle = await self._subject(made, scratch / made.manifest.package)
            read = await api.read(folder, bundle, profile, list(profile.objects))
        except DriversmithError as error:
            told = f"The API could not be checked: {error.message} {error.next_action}".strip()
            return report.model_copy(
                update={"api": "not_checked", "not_checked": (*report.not_checked, told), "requests": budget.spent}
            )
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(lambda: shutil.rmtree(scratch, ignore_errors=True))
        has_key = load_credentials(self._settings.credentials_file).for_origin(profile.base_url) is not None
        changes: list[Change] = []
        unread: list[str] = []
        useful = False
        for reading in read.readings:
            name = reading.live.object_name
            found = seen(reading, profile, before.get(name, NOTHING), has_key=has_key)
            useful = useful or not found.not_checked
            changes += found.changes
            unread += [read.redact(found.not_checked)] if found.not_checked else []
        tried = {reading.live.object_name for reading in read.readings}
        others = {name: why_untried(profile, name) for name in profile.objects if name not in tried}
        unread += [f"{name} was not asked for." for name, why in others.items() if not why]
        untold = tuple(f"{name} was not read. {why}" for name, why in others.items() if why)
        known = {(change.kind, change.subject) for change in report.changes}
        return report.model_copy(
            update={
                "api": "not_checked" if not useful else "partly_read" if unread else "read",
                "changes": (
                    *report.changes,
                    *(
                        c.model_copy(update={"message": read.redact(c.message)})
                        for c in changes
                        if c.impact == "breaking" or (c.kind, c.subject) not in known
                    ),
                ),
                "not_checked": (*report.not_checked, *unread, *untold),
                "requests": budget.spent,
            }
        )

    async def _subject(self, made: MadeDriver, folder: Path) -> tuple[Path, DriverBundle]:
        """The driver to read with: what lies on disk where the sandbox isolates, else the templates' from the same facts."""
        if self._settings.allow_unisolated or await self._sandbox().probe() in ISOLATED:
            bundle = DriverBundle(project=made.manifest.package, class_name=made.manifest.class_name, files=())
            await anyio.to_thread.run_sync(_copy, made, folder)
            return folder, bundle
        bundle = await anyio.to_thread.run_sync(write_driver, made.profile)
        await anyio.to_thread.run_sync(lay_out, bundle.files, folder)
        return folder, bundle


def _copy(made: MadeDriver, folder: Path) -> None:
    """The files that driver.json lists, as they are now."""
    for path in listed_hashes(made.manifest):
        source, target = made.project / path, folder / path
        try:
            content = source.read_bytes()
        except OSError as error:
            raise InvalidArgumentError(
                f"{source} cannot be read ({error.strerror or error}).",
                next_action="Heal the driver: driversmith heal.",
            ) from error
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


class _Unkept:
    """A count that ends with the command."""

    async def stored(self, name: str) -> JsonValue | None:
        return None

    async def store(self, name: str, result: JsonValue) -> None: ...


async def _silent(message: str, fraction: float | None = None) -> None: ...


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - MOST_TOLD} more" if len(names) > MOST_TOLD else ""
    return ", ".join(names[:MOST_TOLD]) + more
