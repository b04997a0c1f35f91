"""Activities on the rooms of this engine, each imported when a session first needs it."""

from collections.abc import AsyncGenerator, Callable, Collection, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import anyio
import anyio.to_thread

from ..authoring.assignment import Assignment
from ..drivers.publish import MANIFEST
from ..errors import FetchError, InvalidArgumentError, SandboxLimitError, SandboxUnavailableError
from ..models.driver import DriverBundle, Verification
from ..models.findings import ValidationReport
from ..models.profile import ApiProfile, ProfileSummary
from ..models.report import ContractReport, LiveRead, LiveReport
from ..models.session import GenerateRequest
from ..network.addresses import address_policy, same_origin
from ..network.redaction import without_secrets
from ..sandbox.port import Sandbox
from ..sandbox.wire import readable
from ..settings import Settings
from .activities import Tell, Writer

POLITE_READS = 10
"""Requests to the real API under `live="auto"`."""
THOROUGH_READS = 200
"""Requests to the real API under `live="true"`."""
POLITE_SECONDS = 60.0
RECORDS_A_READ = 3


class EngineActivities:
    """What an attempt does, done by the real rooms; `learn` is told secrets before they are used, so that they can be redacted."""

    def __init__(
        self, *, settings: Settings, sandbox: Callable[[], Sandbox], learn: Callable[[Iterable[str]], None]
    ) -> None:
        self._settings = settings
        self._sandbox = sandbox
        self._learn = learn

    async def research(self, request: GenerateRequest, tell: Tell) -> ApiProfile:
        from ..network.fetch import Fetcher
        from ..research.study import study_api

        policy = address_policy(self._settings, request.allow_local)
        async with Fetcher(policy=policy, seconds=self._settings.fetch_seconds) as fetcher, _spoken(tell) as say:
            return await study_api(
                api_name=request.api_name,
                api_url=request.api_url,
                spec=request.spec,
                objects=request.objects,
                probe=request.live != "false",
                fetcher=fetcher,
                max_bytes=self._settings.max_description_bytes,
                progress=say,
            )

    def summarise(self, profile: ApiProfile) -> ProfileSummary:
        from ..research.summary import summarise

        return summarise(profile)

    async def write(self, profile: ApiProfile) -> DriverBundle:
        from ..generation.template_engine import write_driver

        await self._sandbox().prepare()
        return await anyio.to_thread.run_sync(write_driver, profile)

    def writer(self, work: Assignment) -> Writer:
        from ..authoring.api_text import MAX_CHARACTERS
        from ..authoring.file_writer import FileWriter
        from ..authoring.slot_writer import MAX_FACTS, SlotWriter

        by_host = work.author == "host"
        if work.mode == "simplify":  # the calling agent knows the facts as they are told in full
            return SlotWriter(work, facts=MAX_CHARACTERS if by_host else MAX_FACTS)
        return FileWriter(work, in_parallel=not by_host)

    async def validate(self, bundle: DriverBundle, profile: ApiProfile) -> ValidationReport:
        from ..validation.package import validate_package

        files = {file.path: file.text for file in bundle.files}
        files[MANIFEST] = await self.manifest(profile, bundle, Verification())
        return await validate_package(files, profile=profile)

    async def run_contract(
        self,
        project: Path,
        bundle: DriverBundle,
        profile: ApiProfile,
        tell: Tell,
        behaviours: Collection[str] | None = None,
    ) -> ContractReport:
        from ..testing.behaviours import ALL
        from ..testing.contract_suite import run_contract

        self._check_may_run(bundle)

        async def progress(fraction: float, message: str) -> None:
            await tell(message, fraction)

        return await run_contract(
            project,
            profile,
            package=bundle.project,
            class_name=bundle.class_name,
            sandbox=self._sandbox(),
            progress=progress,
            behaviours=ALL if behaviours is None else [b for b in ALL if b.name in behaviours],
        )

    def _check_may_run(self, bundle: DriverBundle) -> None:
        written = [file.path for file in bundle.files if file.author != "template"]
        if written and not self._settings.runs_model_code:
            raise SandboxUnavailableError(
                f"{written[0]} was written by a model, and DRIVERSMITH_ALLOW_UNISOLATED=0 lets no such code run without"
                " isolation: the driver was checked statically only.",
                next_action='Unset DRIVERSMITH_ALLOW_UNISOLATED, or use engine="template".',
            )

    async def read_live(
        self, project: Path, bundle: DriverBundle, profile: ApiProfile, request: GenerateRequest, tell: Tell
    ) -> LiveReport:
        polite = request.live == "auto"
        if request.live == "false" or not profile.objects:
            return LiveReport()
        if polite and not same_origin(profile.base_url, request.api_url):
            return LiveReport()
        with anyio.move_on_after(POLITE_SECONDS if polite else None):
            try:
                return await self._read_live(
                    project, bundle, profile, request, POLITE_READS if polite else THOROUGH_READS
                )
            except (FetchError, InvalidArgumentError, SandboxLimitError) as error:
                return _not_read(profile, str(error))
        return _not_read(profile, f"The API took longer than {POLITE_SECONDS:g} seconds.")

    async def _read_live(
        self, project: Path, bundle: DriverBundle, profile: ApiProfile, request: GenerateRequest, most: int
    ) -> LiveReport:
        from ..network.credentials import load_credentials
        from ..network.redaction import Redactor
        from ..network.relay import RelayLimits, open_relay
        from ..proof.live_reads import read_live

        async with open_relay(
            base_url=profile.base_url,
            policy=address_policy(self._settings, request.allow_local),
            credentials=load_credentials(self._settings.credentials_file).for_origin(profile.base_url),
            auth=profile.auth,
            limits=RelayLimits(max_requests=most),
        ) as relay:
            self._learn(relay.secrets())
            report = await read_live(
                project,
                profile,
                package=bundle.project,
                class_name=bundle.class_name,
                sandbox=self._sandbox(),
                base_url=relay.url,
                credentials=relay.driver_arguments,
                object_names=list(profile.objects),
                asked_for=request.objects is not None,
                limit=RECORDS_A_READ,
                max_requests=most,
                observe=lambda: relay.log,
            )
            cleaned = _cleaned(report, Redactor(relay.secrets()), relay.refused)
            return cleaned.model_copy(update={"notes": _unused(relay.unused_credentials, profile)})

    async def manifest(self, profile: ApiProfile, bundle: DriverBundle, verification: Verification) -> str:
        from ..generation.manifest import manifest

        return await anyio.to_thread.run_sync(manifest, profile, bundle, verification)


def _not_read(profile: ApiProfile, why: str) -> LiveReport:
    return LiveReport(reads=(LiveRead(object_name=next(iter(profile.objects)), ok=False, error=why),))


def _unused(names: tuple[str, ...], profile: ApiProfile) -> tuple[str, ...]:
    """That credentials of the API's origin are good for nothing as they are called, and what to do."""
    if not names:
        return ()
    taken = ", ".join(c.argument for scheme in profile.auth for c in scheme.credentials)
    what = f"The API takes: {taken}." if taken else "The API's description names no credential."
    verb = "is" if len(names) == 1 else "are"
    return (
        f"Of the credentials for {profile.base_url}, {', '.join(names)} {verb} not used, since no auth scheme of the API takes"
        f" {'it' if len(names) == 1 else 'them'}. {what} Give the value by that name, or as it goes on the wire:"
        " headers.NAME or query.NAME (driversmith credentials set).",
    )


def _cleaned(report: LiveReport, redact: Callable[[str], str], refused: list[str]) -> LiveReport:
    """The report without secrets, and with the relay's own words where it refused a request."""
    cleaned = {"reads": [read.model_dump(mode="json") for read in report.reads]}
    for read in cleaned["reads"]:
        read["records"] = without_secrets(readable(read["records"]), redact)
        read["error"] = redact(read["error"] if read["ok"] else _why(read["error"], refused))
    return LiveReport.model_validate({**cleaned, "requests": report.requests})


def _why(error: str, refused: list[str]) -> str:
    """Why a read failed: what the relay said, where that is what the driver quotes."""
    quoted = next((reason for reason in refused if reason[:60] in error), None)
    return quoted or " ".join([error, *(f"({reason})" for reason in refused[:1])])


@asynccontextmanager
async def _spoken(tell: Tell) -> AsyncGenerator[Callable[[str], None]]:
    """A plain function that has `tell` say what it is given, in order."""
    failure: Exception | None = None
    sending, receiving = anyio.create_memory_object_stream[str](100)

    async def speak() -> None:
        async for message in receiving:
            await tell(message)

    def say(message: str) -> None:
        with suppress(anyio.WouldBlock):  # talk faster than it can be written down is dropped
            sending.send_nowait(message)

    async with receiving, anyio.create_task_group() as tasks:
        tasks.start_soon(speak)
        try:
            yield say
        except Exception as error:  # edge: what the block raises must leave as it is, not inside a group
            failure = error
        finally:
            sending.close()
    if failure is not None:
        raise failure
