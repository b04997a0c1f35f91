"""The real API of a session: read through drivers behind the relay, as politely as `live` says, and let correct the facts."""

import copy
import json
import logging
import re
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import anyio

from ...errors import FetchError, InvalidArgumentError, JournalError, SandboxLimitError
from ...facts.answer import Answer, answer_of
from ...facts.catalogue import apply
from ...facts.contradictions import contradictions
from ...facts.detectors.case import Given
from ...facts.fields import field_contradictions, observed_fields
from ...models.driver import DriverBundle
from ...models.facts import Correction
from ...models.profile import ApiProfile, FieldProfile, member_keys
from ...models.report import LiveProof, LiveRead, LiveReport
from ...models.session import GenerateRequest
from ...network.addresses import address_policy, same_api
from ...network.credentials import OriginCredentials, load_credentials
from ...network.injection import Injector
from ...network.redaction import Redactor
from ...network.relay import Relay, RelayLimits, open_relay
from ...proof.correct import Corrected, corrected, is_suspect, told_credential
from ...proof.live_reads import GIVE_UP_AFTER, POINTLESS, Reading, readings, why_untried
from ...proof.questions import Questions
from ...sandbox.port import Sandbox
from ...settings import Settings
from ..progress import Tell
from .live_budget import LiveBudget
from .read import Read
from .relay_gate import RelayGate
from .trials import POLITE_PAGES, CleanTrials, Trials

logger = logging.getLogger(__name__)

POLITE_SECONDS = 60.0
RECORDS_A_READ = 3
THOROUGH_PAGES = 3
"""The more, the likelier the end is seen; what corrections may take is left. Where an author corrects facts, too, each of its
corrections takes two reads of an object, before and after: there it is POLITE_PAGES."""


class LiveApi:
    """Reads from the real API for one session; `learn` is told secrets before they are used."""

    def __init__(
        self,
        *,
        settings: Settings,
        sandbox: Callable[[], Sandbox],
        learn: Callable[[Iterable[str]], None],
        request: GenerateRequest,
        budget: LiveBudget,
    ) -> None:
        self._settings = settings
        self._sandbox = sandbox
        self._learn = learn
        self._request = request
        self.budget = budget

    async def report(self, project: Path, bundle: DriverBundle, profile: ApiProfile) -> LiveReport:
        """What a written driver in `project` reads."""

        async def work() -> LiveProof:
            read = await self.read(project, bundle, profile, list(profile.objects))
            return LiveProof(report=self._told(read, profile))

        return (await self._bounded(profile, work)).report

    async def proof(
        self,
        project: Path,
        bundle: DriverBundle,
        profile: ApiProfile,
        *,
        remembered: Sequence[Correction] = (),
        names: Sequence[str] | None = None,
        tell: Tell,
    ) -> LiveProof:
        """What the templates' driver in `project` reads; where answers show that facts are otherwise, those are corrected,
        each confirmed by a read through a driver that is written beside it, those first that helped with this API before."""
        found = _Found(profile, tuple(remembered), list(profile.objects if names is None else names))

        async def work() -> LiveProof:
            # What was read stands, whatever becomes of trying more: that ends a moment before the whole would.
            with anyio.CancelScope(deadline=anyio.current_effective_deadline() - 1.0):
                await self._explore(found, project, bundle, tell)
            fields = found.fields()
            return LiveProof(
                report=self._told(found.read, found.profile),
                corrections=tuple(found.corrections),
                contradictions=(
                    *contradictions(profile, found.profile, found.corrections),
                    *field_contradictions(profile, fields),
                )
                if profile.is_described
                else (),
                fields=fields,
                tried=found.tried,
            )

        return await self._bounded(profile, work)

    async def _explore(self, found: "_Found", project: Path, bundle: DriverBundle, tell: Tell) -> None:
        """Read all objects, those after a surprise by the facts that it led to."""
        trials = Trials(self, project, tell)
        from_one, given = set[str](), self.given(found.profile)
        names = found.wanted
        while names and self.budget.left > 0:
            if found.corrections:
                project, bundle = await trials.written(found.profile)
            now = found.profile
            read = await self.read(
                project, bundle, now, names, stop=lambda reading, now=now: is_suspect(now, reading, from_one, given)
            )
            if not read.readings:
                break
            made = read.readings
            found.take(read)
            try:
                changed = await corrected(
                    now,
                    made[-1:],
                    trials,
                    from_one=from_one,
                    remembered=found.remembered,
                    given=given,
                    proven=found.proven,
                )
            except JournalError:
                raise
            except Exception:  # edge: no odd answer of an API may cost the driver that was made without it
                logger.exception("session of %s: correcting facts failed", self._request.api_name)
                changed = Corrected(now, made[-1:])
            found.correct(changed)
            if made[-1].live.error and not changed.corrections and self._is_pointless(found):
                break
            names = [name for name in names if name not in found.names]
        if not found.profile.auth:
            found.ask_for(given)

    def _is_pointless(self, found: "_Found") -> bool:
        """Whether the API refuses everything, so that asking on would only be a nuisance."""
        last = found.read.readings[-GIVE_UP_AFTER:]
        return len(last) == GIVE_UP_AFTER and all(r.raised and r.raised.type in POINTLESS for r in last)

    def may_ask(self, profile: ApiProfile) -> bool:
        """Whether anything may be asked of the API that a profile describes."""
        if self._request.live == "false" or not profile.objects:
            return False
        return self._request.live != "auto" or same_api(profile.base_url, self._request.server or self._request.api_url)

    def trials(self, folder: Path, tell: Tell) -> Trials:
        """Reads through drivers that are written beside `folder` for facts to be tried."""
        return CleanTrials(self, folder, tell)

    async def _bounded(self, profile: ApiProfile, work: Callable[[], Awaitable[LiveProof]]) -> LiveProof:
        if not self.may_ask(profile):
            return LiveProof()
        with anyio.move_on_after(POLITE_SECONDS if self.budget.is_polite else None):
            try:
                return await work()
            except (FetchError, InvalidArgumentError, SandboxLimitError) as error:
                return LiveProof(report=_not_read(profile, str(error)))
        return LiveProof(report=_not_read(profile, f"The API took longer than {POLITE_SECONDS:g} seconds."))

    async def read(
        self,
        project: Path,
        bundle: DriverBundle,
        profile: ApiProfile,
        names: list[str],
        *,
        pages: int | None = None,
        stop: Callable[[Reading], bool] = lambda _: False,
    ) -> Read:
        """Objects read through a driver, behind a relay that holds the credentials."""
        if pages is None:
            is_sparing = self.budget.is_polite or self._request.engine in ("model", "host")
            pages = POLITE_PAGES if is_sparing else THOROUGH_PAGES
        async with self._relay(profile) as relay:
            self._learn(relay.secrets())
            gate = RelayGate(self.budget, relay)
            try:
                made = await readings(
                    project,
                    profile,
                    package=bundle.project,
                    class_name=bundle.class_name,
                    sandbox=self._sandbox(),
                    base_url=relay.base_url,
                    door=relay.door,
                    credentials=relay.driver_arguments,
                    object_names=names,
                    asked_for=self._request.objects is not None,
                    limit=RECORDS_A_READ,
                    pages=pages,
                    gate=gate,
                    observe=lambda: relay.log,
                    stop=stop,
                )
            finally:
                self._learn(relay.secrets())  # an access token may have been fetched
                with anyio.CancelScope(shield=True):
                    await gate.settle()
            return Read(tuple(made), Redactor(relay.secrets()), relay.refused)

    async def peek(self, profile: ApiProfile, name: str, answer: Answer, query: Mapping[str, str]) -> Answer | None:
        """What the API answers to the same request with these parameters, in its body where it has one; None: no more requests
        may be made."""
        path, _, asked = answer.target.partition("?")
        if answer.question is not None:
            return await self._ask(self._relay(profile), name, answer.target, answer, _with_members(answer, query))
        target = f"{path}?{urlencode({**dict(parse_qsl(asked, keep_blank_values=True)), **query})}"
        return await self._ask(self._relay(profile), name, target, answer)

    async def peek_bare(self, profile: ApiProfile, name: str, answer: Answer) -> Answer | None:
        """What the API answers to the same request without any credential; None as above."""
        question = _with_members(answer, {}) if answer.question is not None else b""
        return await self._ask(self._relay(profile, bare=True), name, answer.target, answer, question)

    async def _ask(
        self, opened: AbstractAsyncContextManager[Relay], name: str, target: str, answer: Answer, question: bytes = b""
    ) -> Answer | None:
        async with opened as relay:
            gate = RelayGate(self.budget, relay)
            try:
                if await gate.open(name, most=1) < 1:
                    return None
                response = await relay.ask(target, answer.sent, question)
            finally:
                with anyio.CancelScope(shield=True):
                    await gate.settle()
            return answer_of(target, response.status, {}, relay.log[-1].body if relay.log else response.body)

    def given(self, profile: ApiProfile) -> Given:
        """The names of the credentials that the user gave for the API."""
        found = self._credentials(profile)
        if found is None:
            return Given()
        words = {
            name: re.match(r"(Bearer|Token|ApiKey|Key) (?=\S)", value, re.I) for name, value in found.headers.items()
        }
        headers = {name: word[0] if word else "" for name, word in words.items()}
        return Given(frozenset(found.arguments), headers, frozenset(found.query))

    def _credentials(self, profile: ApiProfile) -> OriginCredentials | None:
        return load_credentials(self._settings.credentials_file).for_origin(profile.base_url)

    def _relay(self, profile: ApiProfile, *, bare: bool = False) -> AbstractAsyncContextManager[Relay]:
        return open_relay(
            base_url=profile.base_url,
            policy=address_policy(self._settings, self._request.allow_local),
            credentials=None if bare else self._credentials(profile),
            auth=profile.auth,
            limits=RelayLimits(max_requests=0),
            asks=Questions(profile),
        )

    def _told(self, read: Read, profile: ApiProfile) -> LiveReport:
        report = LiveReport(
            reads=tuple(reading.live for reading in read.readings),
            requests=self.budget.spent,
            untried=self._untried({reading.live.object_name for reading in read.readings}, profile),
            read_at=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        )
        unused = Injector(profile.auth, self._credentials(profile)).unused()
        return read.without_secrets(report).model_copy(update={"notes": _unused(unused, profile)})

    def _untried(self, tried: Collection[str], profile: ApiProfile) -> dict[str, str]:
        why = (
            f"The {self.budget.spent} requests that live={self._request.live} allows were used up before it came to it."
            if self.budget.left < 1
            else "The API refused what was asked before it."
        )
        return {name: why_untried(profile, name) or why for name in profile.objects if name not in tried}


class _Found:
    """What exploring an API has come to so far."""

    def __init__(self, profile: ApiProfile, remembered: tuple[Correction, ...], wanted: list[str]) -> None:
        self.profile = profile
        self.wanted = wanted
        self.remembered = remembered
        self.read = Read((), str, [])
        self.corrections: list[Correction] = []
        self.tried = 0

    @property
    def names(self) -> set[str]:
        return {reading.live.object_name for reading in self.read.readings}

    @property
    def proven(self) -> str | None:
        """An object before the last that was read rightly, which shows whether what holds for all is right."""
        read = (reading.live for reading in self.read.readings[:-1])
        return next((live.object_name for live in read if live.ok and live.count), None)

    def fields(self) -> dict[str, dict[str, FieldProfile]]:
        """By object, the fields that its records show to be otherwise than described."""
        seen = {r.live.object_name: r.fields for r in self.read.readings if r.live.ok and r.live.count}
        fields = {name: observed_fields(self.profile.objects[name], kinds) for name, kinds in seen.items()}
        return {name: found for name, found in fields.items() if found}

    def take(self, read: Read) -> None:
        self.read = replace(read, readings=(*self.read.readings, *read.readings))

    def ask_for(self, given: Given) -> None:
        """Have the driver take the credential that refusals ask for."""
        told = (told_credential(self.profile, reading, given) for reading in self.read.readings)
        if correction := next(filter(None, told), None):
            self.profile = apply(self.profile, correction, known_by="observed")
            self.corrections.append(correction)

    def correct(self, changed: Corrected) -> None:
        """Have the last readings as they are by the corrected facts."""
        kept = self.read.readings[: len(self.read.readings) - len(changed.readings)]
        self.read = replace(self.read, readings=(*kept, *changed.readings))
        self.profile = changed.profile
        self.corrections += changed.corrections
        self.tried += changed.tried


def _with_members(answer: Answer, members: Mapping[str, str]) -> bytes:
    """The body that an answer was asked with, other values in these members of it."""
    body = copy.deepcopy(answer.question)
    for name, value in members.items():
        *above, last = member_keys(name)
        inner = body
        for key in above:
            inner = inner.setdefault(key, {})
        inner[last] = int(value) if value.isdecimal() else value
    return json.dumps(body).encode()


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
