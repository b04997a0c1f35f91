"""Records read live through a published driver, for `read_records` and the command line."""

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import anyio
import anyio.to_thread
from pydantic import JsonValue, ValidationError

from ..errors import DriversmithError, FetchError, InvalidArgumentError
from ..generation.manifest import read_manifest
from ..models.profile import ApiProfile
from ..models.session import SessionRecord
from ..sandbox.port import Raised, Sandbox, SandboxLimits
from ..sandbox.wire import readable
from ..settings import Settings
from .cleaning import without_secrets
from .publishing import listed_hashes
from .rooms import address_policy

MAX_RECORDS = 100_000
MAX_REQUESTS = 1_000
LIMITS = SandboxLimits(wall_seconds=150.0, call_seconds=120.0)
PATIENCE = {"timeout": 25.0, "max_retries": 0}
"""What a person waits for: an API that is slow or wants a pause is named at once, and asked again by whoever wants to."""

_CALLER_FAULTS = frozenset({"InvalidRequestError", "ObjectNotFoundError", "NotSupportedError"})


@dataclass(frozen=True)
class _Driver:
    """A driver's files, copied to where nobody edits them while they run."""

    folder: Path
    package: str
    class_name: str
    profile: ApiProfile


class DriverReader:
    """Reads through drivers in the sandbox, by the relay that holds the credentials."""

    def __init__(
        self, *, settings: Settings, sandbox: Callable[[], Sandbox], learn: Callable[[Iterable[str]], None]
    ) -> None:
        self._settings = settings
        self._sandbox = sandbox
        self._learn = learn

    async def read_session(
        self, record: SessionRecord, object_name: str, *, params: dict[str, JsonValue], limit: int
    ) -> list[dict[str, JsonValue]]:
        """The first records of an object, through the driver that a session made.

        Raises:
            InvalidArgumentError: the session has no driver, or the driver no such object or parameter.
            FetchError, SandboxError: the API or the child failed.
        """
        result = record.result
        if result is None or result.output_path is None:
            raise InvalidArgumentError(
                f"Session {record.session_id} is {record.status} and has no driver to read with.",
                next_action="Wait for it with get_session, or make the driver with generate_driver_supervised.",
            )
        return await self.read(
            Path(result.output_path),
            object_name,
            params=params,
            limit=limit,
            allow_local=record.request.allow_local,
        )

    async def read(
        self,
        project: Path,
        object_name: str,
        *,
        params: dict[str, JsonValue],
        limit: int,
        allow_edited: bool = False,
        allow_local: tuple[str, ...] = (),
    ) -> list[dict[str, JsonValue]]:
        """The first records of an object, through the driver in a project folder.

        Raises:
            InvalidArgumentError: the folder holds no driver of ours, one that was edited (unless `allow_edited` or
                the settings allow it), or the driver has no such object or parameter.
            FetchError, SandboxError: the API or the child failed.
        """
        if not 1 <= limit <= MAX_RECORDS:
            raise InvalidArgumentError(f"limit is {limit}.", next_action=f"Give 1 to {MAX_RECORDS}.")
        if "limit" in params:
            raise InvalidArgumentError(
                "params holds limit.", next_action="Give limit by itself; a parameter of the API's own is limit_."
            )
        if taken := params.keys() & {"self", "object_name"}:
            raise InvalidArgumentError(
                f"params holds {min(taken)}.", next_action=f"A parameter of the API's own is {min(taken)}_."
            )
        edits_allowed = allow_edited or self._settings.allow_unisolated is True
        scratch = Path(await anyio.to_thread.run_sync(lambda: tempfile.mkdtemp(prefix="driversmith-read-")))
        try:
            driver = await anyio.to_thread.run_sync(_copy, project, scratch, edits_allowed)
            return await self._read(driver, object_name, params, limit, allow_local)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(lambda: shutil.rmtree(scratch, ignore_errors=True))

    async def _read(
        self,
        driver: _Driver,
        object_name: str,
        params: dict[str, JsonValue],
        limit: int,
        allow_local: tuple[str, ...],
    ) -> list[dict[str, JsonValue]]:
        from ..network.credentials import load_credentials
        from ..network.redaction import Redactor
        from ..network.relay import open_relay

        if object_name not in driver.profile.objects:
            known = ", ".join(sorted(driver.profile.objects)[:30]) or "none"
            raise InvalidArgumentError(
                f"The driver has no object {object_name!r}.", next_action=f"Give one of its objects: {known}."
            )
        base_url = driver.profile.base_url
        credentials = load_credentials(self._settings.credentials_file).for_origin(base_url)
        async with (
            open_relay(
                base_url=base_url,
                policy=address_policy(self._settings, allow_local),
                credentials=credentials,
                auth=driver.profile.auth,
                max_requests=MAX_REQUESTS,
            ) as relay,
            self._sandbox().open(driver.folder, driver.package, driver.class_name, limits=LIMITS) as child,
        ):
            self._learn(relay.secrets())
            redact = Redactor(relay.secrets())
            arguments = {"base_url": relay.url, **PATIENCE, **relay.driver_arguments}
            made = await child.construct("driver", arguments=arguments)
            reply = made if made.raised else await child.call("driver", "read", object_name, limit=limit, **params)
            if reply.raised:
                raise _explain(reply.raised, redact, relay.refused)
        return _records(reply.value, redact)


def _copy(project: Path, scratch: Path, edits_allowed: bool) -> _Driver:
    """Copy the files that driver.json lists, and only those, checking each against its hash."""
    manifest = read_manifest(project)
    edited: list[str] = []
    for path, sha256 in listed_hashes(manifest).items():
        try:
            content = (project / path).read_bytes()
        except OSError:
            edited.append(path)
            continue
        if hashlib.sha256(content).hexdigest() != sha256:
            edited.append(path)
        target = scratch / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    if edited and not edits_allowed:
        raise InvalidArgumentError(
            f"{', '.join(sorted(edited)[:5])} in {project} changed since the driver was made; edited code is not run"
            " unasked.",
            next_action="Allow it with DRIVERSMITH_ALLOW_UNISOLATED=1, or make the driver anew in another folder.",
        )
    try:
        profile = ApiProfile.model_validate_json((scratch / "profile.json").read_bytes())
        return _Driver(scratch, manifest.package, manifest.class_name, profile)
    except (OSError, ValidationError) as error:
        raise InvalidArgumentError(
            f"{project} is not a whole driver: {type(error).__name__}.", next_action="Make it anew with fresh."
        ) from error


def _explain(raised: Raised, redact: Callable[[str], str], refused: list[str]) -> DriversmithError:
    message = redact(raised.message)
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
