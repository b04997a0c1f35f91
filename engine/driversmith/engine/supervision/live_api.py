"""The real API of a session: read through drivers behind the relay, as politely as `live` says, and let correct the facts."""

import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import anyio
import anyio.to_thread
import httpx2

from ..drivers.publish import lay_out
from ..errors import FetchError, InvalidArgumentError, JournalError, SandboxLimitError
from ..facts.answer import Answer, answer_of
from ..generation.template_engine import write_driver
from ..models.driver import DriverBundle
from ..models.profile import ApiProfile
from ..models.report import LiveProof, LiveRead, LiveReport
from ..models.session import GenerateRequest
from ..network.addresses import address_policy, same_origin
from ..network.credentials import load_credentials
from ..network.redaction import Redactor, without_secrets
from ..network.relay import Relay, RelayLimits, open_relay
from ..proof.correct import Corrected, corrected
from ..proof.live_reads import Reading, readings
from ..sandbox.port import Sandbox
from ..sandbox.wire import readable
from ..settings import Settings
from .activities import Tell

logger = logging.getLogger(__name__)

POLITE_READS = 10
"""Requests to the real API under `live="auto"`."""
THOROUGH_READS = 300
"""Requests to the real API under `live="true"`."""
MOST_AN_OBJECT = 6
"""Of these, for one object: what a read begins with may go beyond it, a further one is not begun."""
POLITE_SECONDS = 60.0
RECORDS_A_READ = 3


@dataclass(frozen=True)
class _Read:
    """What came of reading objects, and what the relay had to say."""

    readings: tuple[Reading, ...]
    redact: Callable[[str], str]
    refused: list[str]
    unused: tuple[str, ...]


class LiveApi:
    """Reads from the real API for one session; `learn` is told secrets before they are used."""

    def __init__(
        self,
        *,
        settings: Settings,
        sandbox: Callable[[], Sandbox],
        learn: Callable[[Iterable[str]], None],
        request: GenerateRequest,
    ) -> None:
        self._settings = settings
        self._sandbox = sandbox
        self._learn = learn
        self._request = request
        self.polite = request.live == "auto"
        self.left = POLITE_READS if self.polite else THOROUGH_READS
        """Requests that may still go to the API."""

    async def report(self, project: Path, bundle: DriverBundle, profile: ApiProfile) -> LiveReport:
        """What the driver in `project` reads."""

        async def work() -> LiveProof:
            read = await self.read(project, bundle, profile, list(profile.objects))
            return LiveProof(report=self._told(read, read.readings, profile))

        return (await self._bounded(profile, work)).report

    async def proof(self, project: Path, bundle: DriverBundle, profile: ApiProfile, tell: Tell) -> LiveProof:
        """What the templates' driver in `project` reads; where answers show that facts are otherwise, those are corrected,
        each confirmed by a read through a driver that is written beside it."""

        async def work() -> LiveProof:
            read = await self.read(project, bundle, profile, list(profile.objects))
            asked = Counter({reading.live.object_name: len(reading.answers) for reading in read.readings})
            now = Corrected(profile, read.readings)
            # What was read stands, whatever becomes of trying more: that ends a moment before the whole would.
            with anyio.CancelScope(deadline=anyio.current_effective_deadline() - 1.0):
                try:
                    now = await corrected(profile, read.readings, _Trials(self, project, asked, tell))
                except JournalError:
                    raise
                except Exception:  # edge: no odd answer of an API may cost the driver that was made without it
                    logger.exception("session of %s: correcting facts failed", self._request.api_name)
            return LiveProof(
                report=self._told(read, now.readings, profile),
                corrections=now.corrections,
                contradictions=now.contradictions,
                tried=now.tried,
            )

        return await self._bounded(profile, work)

    async def _bounded(self, profile: ApiProfile, work: Callable[[], Awaitable[LiveProof]]) -> LiveProof:
        if self._request.live == "false" or not profile.objects:
            return LiveProof()
        if self.polite and not same_origin(profile.base_url, self._request.api_url):
            return LiveProof()
        with anyio.move_on_after(POLITE_SECONDS if self.polite else None):
            try:
                return await work()
            except (FetchError, InvalidArgumentError, SandboxLimitError) as error:
                return LiveProof(report=_not_read(profile, str(error)))
        return LiveProof(report=_not_read(profile, f"The API took longer than {POLITE_SECONDS:g} seconds."))

    async def read(self, project: Path, bundle: DriverBundle, profile: ApiProfile, names: list[str]) -> _Read:
        """Objects read through a driver, behind a relay that holds the credentials."""
        async with self._relay(profile, self.left) as relay:
            self._learn(relay.secrets())
            try:
                made = await readings(
                    project,
                    profile,
                    package=bundle.project,
                    class_name=bundle.class_name,
                    sandbox=self._sandbox(),
                    base_url=relay.url,
                    credentials=relay.driver_arguments,
                    object_names=names,
                    asked_for=self._request.objects is not None,
                    limit=RECORDS_A_READ,
                    max_requests=self.left,
                    observe=lambda: relay.log,
                )
            finally:
                self.left -= relay.requests
            return _Read(tuple(made), Redactor(relay.secrets()), relay.refused, relay.unused_credentials)

    async def peek(self, profile: ApiProfile, answer: Answer, query: Mapping[str, str]) -> Answer:
        """What the API answers to the same request with these query parameters."""
        path, _, asked = answer.target.partition("?")
        target = f"{path}?{urlencode({**dict(parse_qsl(asked, keep_blank_values=True)), **query})}"
        # The relay speaks plain HTTP on loopback: certificates, whose loading takes a tenth of a second, are not asked for.
        async with self._relay(profile, 1) as relay, httpx2.AsyncClient(verify=False, trust_env=False) as client:
            try:
                response = await client.get(str(httpx2.URL(relay.url).join(target)), headers=dict(answer.sent))
            finally:
                self.left -= relay.requests
            return answer_of(target, response.status_code, {}, response.content)

    def _relay(self, profile: ApiProfile, most: int) -> AbstractAsyncContextManager[Relay]:
        return open_relay(
            base_url=profile.base_url,
            policy=address_policy(self._settings, self._request.allow_local),
            credentials=load_credentials(self._settings.credentials_file).for_origin(profile.base_url),
            auth=profile.auth,
            limits=RelayLimits(max_requests=most),
        )

    def _told(self, read: _Read, made: tuple[Reading, ...], profile: ApiProfile) -> LiveReport:
        spent = (POLITE_READS if self.polite else THOROUGH_READS) - self.left
        report = LiveReport(reads=tuple(reading.live for reading in made), requests=spent)
        return _cleaned(report, read.redact, read.refused).model_copy(update={"notes": _unused(read.unused, profile)})


class _Trials:
    """The API as corrections are tried on it (proof.correct.Api); `asked` counts the requests for each object."""

    def __init__(self, api: LiveApi, project: Path, asked: Counter[str], tell: Tell) -> None:
        self._api = api
        self._project = project
        self._asked = asked
        self._tell = tell

    async def read(self, profile: ApiProfile, name: str) -> Reading | None:
        if self._api.left < 1 or (not self._api.polite and self._asked[name] >= MOST_AN_OBJECT):
            return None
        await self._tell(f"Trying another reading of {name}")
        trial = await anyio.to_thread.run_sync(write_driver, profile)
        folder = self._project.parent.parent / "trial" / trial.project
        await anyio.to_thread.run_sync(lay_out, trial.files, folder)
        left = self._api.left
        again = await self._api.read(folder, trial, profile, [name])
        self._asked[name] += left - self._api.left
        return again.readings[0] if again.readings else None

    async def peek(self, profile: ApiProfile, answer: Answer, query: Mapping[str, str]) -> Answer | None:
        return await self._api.peek(profile, answer, query) if self._api.left > 0 else None


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
