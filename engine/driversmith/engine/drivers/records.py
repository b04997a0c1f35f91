"""Records read live through a published driver, for `read_records` and the command line."""

import difflib
import hashlib
import re
import shutil
import tempfile
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import anyio
import anyio.to_thread
from pydantic import JsonValue, ValidationError

from ..errors import DriversmithError, FetchError, InvalidArgumentError
from ..generation.manifest import read_manifest
from ..models.profile import ApiProfile
from ..models.records import MAX_RECORDS
from ..models.session import PublishedFile, SessionRecord
from ..models.visible import QUOTES_THE_API
from ..network.addresses import address_policy
from ..network.redaction import Redactor, without_secrets
from ..sandbox.port import DriverProcess, Raised, Reply, Sandbox, SandboxLimits
from ..sandbox.wire import readable
from ..settings import Settings
from .publish import files_intact, listed_hashes
from .trust import Sessions, check_may_run, last_published

if TYPE_CHECKING:
    from ..network.loopback import Request
    from ..network.relay import Relay

MAX_REQUESTS = 1_000
"""To the API, for one call of ours."""
LIMITS = SandboxLimits(wall_seconds=150.0, call_seconds=120.0)
KEPT_LIMITS = SandboxLimits(wall_seconds=1_800.0, call_seconds=120.0, cpu_seconds=600)
"""Of a child that is kept between calls."""
PATIENCE = {"timeout": 25.0, "max_retries": 0}
"""What a person waits for: an API that is slow or wants a pause is named at once, and asked again by whoever wants to."""

_QUOTES = re.compile(r" answered (\d{3}|an error): ")
_CALLER_FAULTS = frozenset({"InvalidRequestError", "ObjectNotFoundError", "NotSupportedError"})


@dataclass(frozen=True)
class _Driver:
    """A driver's files, copied to where nobody edits them while they run."""

    folder: Path
    package: str
    class_name: str
    profile: ApiProfile


@dataclass(frozen=True)
class _Place:
    """What is asked for, through a driver, with the API's own parameters."""

    project: Path
    """Project folder of the driver."""
    name: str
    params: dict[str, JsonValue]
    published: tuple[PublishedFile, ...] | None = None
    """What a session wrote there, as the journal knows it: only that is run. None: a person named the folder, and it is run as it
    is, where this machine may run it at all."""
    allow_local: tuple[str, ...] = ()
    """host:port pairs that may be reached besides what the settings allow."""


@dataclass(frozen=True)
class ReadPlace(_Place):
    """An object that is read."""

    taken: ClassVar[frozenset[str]] = frozenset({"self", "object_name", "limit", "batch_size"})

    def check(self, profile: ApiProfile) -> None:
        """Raise an InvalidArgumentError where the driver has no such object."""
        if self.name not in profile.objects:
            known = ", ".join(sorted(profile.objects)[:30]) or "none"
            raise InvalidArgumentError(
                f"The driver has no object {self.name!r}.", next_action=f"Give one of its objects: {known}."
            )

    def asks(self, profile: ApiProfile) -> "Callable[[Request], bool]":
        """Which requests go to the API that are neither GET nor HEAD: those that only read."""
        from ..proof.questions import Questions

        return Questions(profile)


@dataclass(frozen=True)
class CallPlace(_Place):
    """An operation that is called."""

    changes: bool = False
    """Whether it may change something."""
    taken: ClassVar[frozenset[str]] = frozenset({"self", "operation"})

    def check(self, profile: ApiProfile) -> None:
        """Raise an InvalidArgumentError where the driver has no such operation, or it may change what it must not."""
        operation = profile.operations.get(self.name)
        if operation is None:
            alike = ", ".join(difflib.get_close_matches(self.name, profile.operations, n=5, cutoff=0.4))
            raise InvalidArgumentError(
                f"The driver has no operation {self.name!r}.",
                next_action=f"Did you mean {alike}?" if alike else "Search its operations.",
            )
        if not self.changes and not operation.is_safe:
            raise InvalidArgumentError(
                f"{operation.signature} may change something, and only what reads is allowed here.",
                next_action="Whoever started this server may allow it: `driversmith serve-driver DIR --write`.",
            )

    def asks(self, profile: ApiProfile) -> "Callable[[Request], bool]":
        """Which requests go to the API that are neither GET nor HEAD: all, or those that only read."""
        from ..proof.questions import Questions

        return (lambda _: True) if self.changes else Questions(profile)


def session_project(record: SessionRecord) -> Path:
    """The project folder of the driver that a session made.

    Raises:
        InvalidArgumentError: it has none.
    """
    result = record.result
    if result is None or result.output_path is None:
        raise InvalidArgumentError(
            f"Session {record.session_id} is {record.status} and has no driver to read with.",
            next_action="Wait for it with get_session, or make the driver with generate_driver_supervised.",
        )
    return Path(result.output_path)


def driver_profile(project: Path) -> ApiProfile:
    """What the driver in a project folder knows of its API. Blocks.

    Raises:
        InvalidArgumentError: the folder holds no whole driver of ours.
    """
    read_manifest(project)
    return _profile(project, project)


class DriverReader:
    """Reads through drivers in the sandbox, by the relay that holds the credentials."""

    def __init__(
        self,
        *,
        settings: Settings,
        sandbox: Callable[[], Sandbox],
        learn: Callable[[Iterable[str]], None],
        journal: Sessions | None = None,
    ) -> None:
        self._settings = settings
        self._journal = journal
        self._sandbox = sandbox
        self._learn = learn

    async def read(self, place: ReadPlace, *, limit: int) -> list[dict[str, JsonValue]]:
        """The first `limit` records.

        Raises:
            InvalidArgumentError: the folder holds no driver of ours, one that was edited and must not run, or the
                driver has no such object or parameter.
            FetchError, SandboxError: the API or the child failed.
        """
        if not 1 <= limit <= MAX_RECORDS:
            raise InvalidArgumentError(f"limit is {limit}.", next_action=f"Give 1 to {MAX_RECORDS}.")
        async with self._open(place, LIMITS) as driver:
            return driver.records(await driver.child.call("driver", "read", place.name, limit=limit, **place.params))

    async def call(self, place: CallPlace) -> JsonValue:
        """What an operation answers.

        Raises:
            InvalidArgumentError: as `read`, or the operation may change something and must not.
            FetchError, SandboxError: the API or the child failed.
        """
        async with self._open(place, LIMITS) as driver:
            return driver.value(await driver.child.call("driver", "call_operation", place.name, **place.params))

    @asynccontextmanager
    async def open(self, place: ReadPlace, *, batch_size: int) -> "AsyncGenerator[Batches]":
        """All records, as they are asked for.

        Raises:
            InvalidArgumentError, FetchError, SandboxError: as `read`.
        """
        async with self._open(place, KEPT_LIMITS) as driver:
            reply = await driver.child.open_iterator(
                "driver", "batches", "read_batched", place.name, batch_size=batch_size, **place.params
            )
            driver.check(reply)
            yield Batches(driver, tuple(driver.profile.objects[place.name].fields))

    @asynccontextmanager
    async def _open(self, place: ReadPlace | CallPlace, limits: SandboxLimits) -> "AsyncGenerator[_OpenDriver]":
        if taken := place.params.keys() & place.taken:
            itself = "Give limit by itself; a" if "limit" in taken else "A"
            raise InvalidArgumentError(
                f"params holds {min(taken)}.", next_action=f"{itself} parameter of the API's own is {min(taken)}_."
            )
        hashes = await self._hashes(place)
        scratch = Path(await anyio.to_thread.run_sync(lambda: tempfile.mkdtemp(prefix="driversmith-read-")))
        try:
            driver = await anyio.to_thread.run_sync(_copy, place.project, scratch, hashes)
            async with self._started(driver, place, limits) as opened:
                yield opened
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(lambda: shutil.rmtree(scratch, ignore_errors=True))

    async def _hashes(self, place: ReadPlace | CallPlace) -> dict[str, str] | None:
        """What the files to be run must be, by path; None: as they are.

        Raises:
            SandboxUnavailableError: they may not be run here as they are.
        """
        files = place.published
        if files is None or self._settings.allow_unisolated:
            await check_may_run(
                place.project,
                isolation=await self._sandbox().probe(),
                allow_unisolated=self._settings.allow_unisolated,
                journal=self._journal,
            )
            return None
        if self._journal is not None and not await anyio.to_thread.run_sync(files_intact, place.project, files):
            files = await last_published(place.project, self._journal) or files
        return {file.path: file.sha256 for file in files if file.author != "merged"}

    @asynccontextmanager
    async def _started(
        self, driver: _Driver, place: ReadPlace | CallPlace, limits: SandboxLimits
    ) -> "AsyncGenerator[_OpenDriver]":
        from ..network.credentials import load_credentials
        from ..network.relay import RelayLimits, open_relay

        place.check(driver.profile)
        base_url = driver.profile.base_url
        credentials = load_credentials(self._settings.credentials_file).for_origin(base_url)
        async with (
            open_relay(
                base_url=base_url,
                policy=address_policy(self._settings, place.allow_local),
                credentials=credentials,
                auth=driver.profile.auth,
                limits=RelayLimits(max_requests=MAX_REQUESTS, keeps_bodies=False),
                asks=place.asks(driver.profile),
            ) as relay,
            self._sandbox().open(
                driver.folder, driver.package, driver.class_name, limits=limits, door=relay.door
            ) as child,
        ):
            self._learn(relay.secrets())
            opened = _OpenDriver(child, relay, Redactor(), self._learn, driver.profile)
            arguments = {"base_url": relay.base_url, **PATIENCE, **relay.driver_arguments}
            opened.check(await child.construct("driver", arguments=arguments))
            yield opened


class Batches:
    """The records of an object, one batch after the other; what lies behind lives as long as the block that gave it."""

    def __init__(self, driver: "_OpenDriver", fields: tuple[str, ...]) -> None:
        self._driver = driver
        self.fields = fields
        """Names of the fields that the description knows."""

    async def next(self) -> list[dict[str, JsonValue]] | None:
        """The next batch; None after the last one.

        Raises:
            InvalidArgumentError, FetchError, SandboxError: as DriverReader.read.
        """
        reply = await self._driver.child.next_item("batches")
        return None if reply.done else self._driver.records(reply)

    def renew(self) -> None:
        """Begin a new call: it may ask the API as often as any, and what was refused before is not its cause."""
        self._driver.relay.allow(MAX_REQUESTS)
        self._driver.relay.refused.clear()


@dataclass(frozen=True)
class _OpenDriver:
    """A driver that stands in a child, its API behind the relay."""

    child: DriverProcess
    relay: "Relay"
    redactor: Redactor
    learn: Callable[[Iterable[str]], None]
    profile: ApiProfile

    def redact(self, text: str) -> str:
        """The text without the API's credentials, an access token that was fetched meanwhile among them."""
        return self.redactor(text)

    def check(self, reply: Reply) -> None:
        """Raise what the driver raised, as an error of ours."""
        secrets = self.relay.secrets()
        self.redactor.learn(secrets)
        self.learn(secrets)
        if reply.raised:
            raise _explain(reply.raised, self.redact, self.relay.refused)

    def value(self, reply: Reply) -> JsonValue:
        """What a call gave, without credentials that the API echoed."""
        self.check(reply)
        return without_secrets(readable(reply.value), self.redact)

    def records(self, reply: Reply) -> list[dict[str, JsonValue]]:
        """The records that a call gave."""
        self.check(reply)
        return _records(reply.value, self.redact)


def _copy(project: Path, scratch: Path, hashes: Mapping[str, str] | None) -> _Driver:
    """Copy the files that driver.json lists, and only those, checking each against its hash where there are any."""
    manifest = read_manifest(project)
    edited: list[str] = []
    for path in listed_hashes(manifest):
        try:
            content = (project / path).read_bytes()
        except OSError:
            edited.append(path)
            continue
        if hashes is not None and hashlib.sha256(content).hexdigest() != hashes.get(path):
            edited.append(path)
        target = scratch / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    if edited:
        raise InvalidArgumentError(
            f"{', '.join(sorted(edited)[:5])} in {project} changed since the driver was made; edited code is not run"
            " unasked.",
            next_action="Read it on the command line (`driversmith read DIR OBJECT`), make the driver anew in another folder, or"
            " allow it for all with DRIVERSMITH_ALLOW_UNISOLATED=1.",
        )
    return _Driver(scratch, manifest.package, manifest.class_name, _profile(scratch, project))


def _profile(folder: Path, project: Path) -> ApiProfile:
    try:
        return ApiProfile.model_validate_json((folder / "profile.json").read_bytes())
    except (OSError, ValidationError) as error:
        raise InvalidArgumentError(
            f"{project} is not a whole driver: {type(error).__name__}.", next_action="Make it anew with fresh."
        ) from error


def _explain(raised: Raised, redact: Callable[[str], str], refused: list[str]) -> DriversmithError:
    message = redact(raised.message)
    if _QUOTES.search(message):
        message = f"{message} {QUOTES_THE_API}"
    if raised.type in _CALLER_FAULTS:
        return InvalidArgumentError(message, next_action="Change object_name or params accordingly.")
    if raised.type == "AuthenticationError":
        return FetchError(
            message,
            code="authentication_required",
            next_action="Store the credentials of this origin with `driversmith credentials set`.",
        )
    if refused:  # the driver only knows an answer 502; the relay knows why, and what to do
        return FetchError(redact(refused[-1]))
    return FetchError(f"{raised.type}: {message}", next_action="Try again later, or check the API.")


def _records(value: JsonValue, redact: Callable[[str], str]) -> list[dict[str, JsonValue]]:
    """The records, without credentials that the API echoed."""
    if not isinstance(value, list):
        raise FetchError("The driver gave no list of records.", next_action="Make the driver anew with fresh.")
    return [record for item in value if isinstance(record := without_secrets(readable(item), redact), dict)]
