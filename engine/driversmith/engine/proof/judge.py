"""An author's corrections are judged: by the quote that stands, and by live reads, which win over both quote and author.

Corrections of one object are tried together, since some help only with others; which of them helped is then seen by
leaving each of them out. A correction that no read shows to be right or wrong needs its quote.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from ..facts.catalogue import RefusedError, apply, apply_all, segments
from ..models.facts import Correction, KnownBy
from ..models.profile import ApiProfile
from ..models.report import LiveRead
from .confirm import is_better
from .live_reads import Reading

MOST_TOGETHER = 6
"""Corrections of one object of which each is left out once to see which of them helped."""
Outcome = Literal["better", "same", "worse", "not_asked"]
EVIDENCE = "Give the words of the description that say so as quote; or leave it out."


class Reads(Protocol):
    """The real API, as far as it may be read."""

    async def read(self, profile: ApiProfile, name: str) -> Reading | None:
        """An object, read through a driver built from these facts; None: it cannot be, or no more requests may be made."""
        ...


@dataclass(frozen=True)
class Claim:
    """A correction that can be applied, and what its quote is worth."""

    correction: Correction
    is_quoted: bool = False
    """Whether its quote stands and says so."""
    quote_problem: str = ""
    """Why its quote does not count, where it has one that does not."""
    overrules: bool = False
    """Whether the fact as it stands was observed."""

    @property
    def wanted(self) -> str:
        """The evidence that it lacks."""
        return self.quote_problem or EVIDENCE


@dataclass(frozen=True)
class Judgement:
    """What became of a claim."""

    claim: Claim
    known_by: KnownBy | None
    """None: refused, for the reason `why`."""
    why: str = ""


@dataclass
class Judged:
    """What became of all claims."""

    profile: ApiProfile
    """With what was kept."""
    judgements: list[Judgement] = field(default_factory=list[Judgement])
    reads: dict[str, LiveRead] = field(default_factory=dict[str, LiveRead])
    """Objects as they were read by the corrected facts."""
    readings: dict[str, Reading] = field(default_factory=dict[str, Reading])
    """The same with the answers, which are never kept."""
    unread: set[str] = field(default_factory=set[str])
    """Objects that facts were corrected for which none was read by since: what was read before proves nothing of them."""
    tried: int = 0


async def judged(
    profile: ApiProfile, claims: Sequence[Claim], before: Mapping[str, LiveRead], api: Reads | None
) -> Judged:
    """The claims judged in the light of how objects were read `before`; `api` is None where nothing can be asked."""
    court = _Court(profile, before, api)
    for name, together in _groups(profile, claims):
        await court.hear(name, together)
    return court.closed()


def _groups(profile: ApiProfile, claims: Sequence[Claim]) -> list[tuple[str | None, list[Claim]]]:
    """The claims by the object that shows them: "" for what all requests rest on, first; None for what no read shows."""
    groups: dict[str | None, list[Claim]] = {"": []}
    for claim in claims:
        groups.setdefault(_shown_by(profile, claim.correction.fact), []).append(claim)
    return [(name, together) for name, together in groups.items() if together]


def _shown_by(profile: ApiProfile, fact: str) -> str | None:
    room, *names = segments(fact)
    if room == "objects" and names:
        return names[0]
    if room == "operations" and names:
        reading = (
            name
            for name, described in profile.objects.items()
            if names[0] in (described.operations.get("read"), described.operations.get("read_one"))
        )
        return next(reading, None)
    return None if room in ("rate_limit", "error_path") else ""


class _Court:
    def __init__(self, profile: ApiProfile, before: Mapping[str, LiveRead], api: Reads | None) -> None:
        self.judged = Judged(profile)
        self._before = dict(before)
        self._proven = [name for name, read in before.items() if read.ok and read.count]
        """Objects that were read rightly before anybody claimed anything."""
        self._answering = [name for name, read in before.items() if read.ok or read.wrong]
        """Objects that the API answered for, whatever was made of it: the way to it is right."""
        self._api = api
        self._known: dict[str, Reading] = {}

    async def hear(self, name: str | None, claims: list[Claim]) -> None:
        """Judge the claims of one group."""
        claims = self._applicable(claims)
        if not claims:
            return
        subject = self._witness() if name == "" else name
        old = await self._standing(subject) if subject is not None else None
        if subject is None or old is None:
            for claim in claims:
                self._without_asking(claim, subject)
            return
        profile, number = self.judged.profile, len(self.judged.judgements)
        outcome, new = await self._tried(subject, claims, old)
        if outcome == "better" and new is not None:
            await self._who_helped(subject, claims, old, new)
        elif len(claims) == 1:
            self._settle(claims[0], outcome, subject, old, new)
        else:
            await self._one_by_one(subject, claims, old)
        if name == "" and any(j.known_by for j in self.judged.judgements[number:]):
            await self._with_others(subject, profile, number)

    def closed(self) -> Judged:
        """What became of all claims."""
        self.judged.readings = {name: r for name, r in self._known.items() if name in self.judged.reads}
        return self.judged

    async def _with_others(self, subject: str, profile: ApiProfile, number: int) -> None:
        """What all requests rest on was corrected, as one object shows: another that was read must be read by it too, else
        all is as it was, which is `profile` and so many judgements."""
        other = next((name for name in self._proven if name != subject), None)
        again = await self._read(self.judged.profile, other) if other is not None else None
        if other is not None and again is not None and not (again.live.ok and again.live.count):
            made = self.judged.judgements
            self.judged.profile, self.judged.judgements = profile, made[:number]
            self.judged.reads.pop(subject, None)
            self._known = {}
            for judgement in made[number:]:
                why = f"a live read says otherwise: {other}, which was read without it: {again.live.error}"
                self._refuse(judgement.claim, why if judgement.known_by else judgement.why)
            return
        seen = {subject, other} if again is not None else {subject}
        self._known = {subject: self._known[subject]} if subject in self._known else {}
        self.judged.unread |= {read for read in self._before if read not in seen}
        self._before = {}

    def _applicable(self, claims: list[Claim]) -> list[Claim]:
        """Those that can be applied to the facts as they stand now, one after the other."""
        profile, good = self.judged.profile, list[Claim]()
        for claim in claims:
            try:
                profile = apply(profile, claim.correction, known_by="stated")
            except RefusedError as error:
                self._refuse(claim, str(error))
            else:
                good.append(claim)
        return good

    def _witness(self) -> str | None:
        """The object that shows what all requests rest on: one that was not read, else the first."""
        failed = [name for name, read in self._before.items() if not read.ok]
        named = [*failed, *self._before, *self.judged.profile.objects]
        return next((name for name in named if name in self.judged.profile.objects), None)

    async def _standing(self, name: str) -> Reading | None:
        """How an object is read by the facts as they stand."""
        if name not in self._known:
            before = self._before.get(name)
            if before is not None and not (before.ok and before.count) and self._api is not None:
                self._known[name] = Reading(before)
            elif (reading := await self._read(self.judged.profile, name)) is not None:
                self._known[name] = reading
        return self._known.get(name)

    async def _read(self, profile: ApiProfile, name: str) -> Reading | None:
        return await self._api.read(profile, name) if self._api is not None else None

    async def _tried(self, name: str, claims: Sequence[Claim], old: Reading) -> tuple[Outcome, Reading | None]:
        candidate = self._with(claims)
        if candidate is None:
            return "same", None
        new = await self._read(candidate, name)
        if new is None:
            return "not_asked", None
        self.judged.tried += 1
        outcome = _outcome(new, old, claims)
        if outcome != "better" and new.live.ok and not new.live.complete and new.live.pages < old.live.pages:
            return "not_asked", None  # no more may be asked, and so much shows nothing
        return outcome, new

    def _with(self, claims: Sequence[Claim]) -> ApiProfile | None:
        try:
            return apply_all(self.judged.profile, (claim.correction for claim in claims), known_by="observed")
        except RefusedError:  # one builds on another that is left out
            return None

    async def _who_helped(self, name: str, claims: list[Claim], old: Reading, new: Reading) -> None:
        """Keep those without which the object is not read as well."""
        left = list(claims)
        if 1 < len(claims) <= MOST_TOGETHER:
            for claim in claims:
                others = [c for c in left if c is not claim]
                if not others or claim.is_quoted:
                    continue
                outcome, without = await self._tried(name, others, old)
                if outcome == "better" and without is not None and not _better(new, without, [claim]):
                    left, new = others, without
                    self._refuse(claim, f"{_says(name)} the same with it and without it. {claim.wanted}")
        for claim in left:
            self._keep(claim, "observed")
        self._took(name, new)

    async def _one_by_one(self, name: str, claims: list[Claim], old: Reading) -> None:
        """What does not help together: each alone, on top of what helped before it."""
        if 2 < len(claims) <= MOST_TOGETHER:
            for claim in claims:
                others = [c for c in claims if c is not claim]
                outcome, new = await self._tried(name, others, old)
                if outcome == "better" and new is not None:
                    await self._who_helped(name, others, old, new)
                    outcome, spoilt = await self._tried(name, [claim], new)
                    return self._settle(claim, outcome, name, new, spoilt)
        for claim in claims:
            outcome, new = await self._tried(name, [claim], old)
            self._settle(claim, outcome, name, old, new)
            old = self._known.get(name, old)
        return None

    def _settle(self, claim: Claim, outcome: Outcome, name: str, old: Reading, new: Reading | None) -> None:
        """Judge one claim by how the object is read with it."""
        if outcome == "better" and new is not None:
            self._keep(claim, "observed")
            self._took(name, new)
        elif outcome == "worse" and new is not None:
            self._refuse(claim, f"a live read says otherwise: {_seen(name, old, new)}")
        elif outcome == "not_asked":
            self._without_asking(claim, name)
        elif claim.is_quoted:
            self._keep(claim, "quoted")
            if new is not None:
                self._took(name, new)
        elif _is_closed(old) and not claim.correction.fact.startswith("/auth/"):
            self._keep(claim, "stated")
        else:
            self._refuse(claim, f"{_says(name)} the same with it and without it. {claim.wanted}")

    def _took(self, name: str, new: Reading) -> None:
        """An object is read by the facts as they stand now."""
        self._known[name] = new
        self.judged.reads[name] = new.live
        self.judged.unread.discard(name)

    def _without_asking(self, claim: Claim, name: str | None) -> None:
        """Judge a claim that no read can show to be right or wrong."""
        of_all = _shown_by(self.judged.profile, claim.correction.fact) == ""
        proven = next((read for read in self._proven if read == name or of_all), "")
        if claim.overrules or (proven and claim.correction.fact.endswith("/records")):
            self._refuse(claim, "a live read says otherwise: by the facts as they stand, records were read.")
        elif claim.is_quoted:
            self._keep(claim, "quoted")
            self.judged.unread |= self._resting_on(claim)
        elif claim.quote_problem:
            self._refuse(claim, claim.quote_problem)
        elif self._api is not None and name is None:
            self._refuse(claim, f"No read of an object shows it. {claim.wanted}")
        elif proven:
            said = f"By the facts as they stand, records of {proven} were read, and no more may be asked."
            self._refuse(claim, f"{said} {claim.wanted}")
        elif answering := self._answering_by(claim, name):
            said = f"By the facts as they stand, the API answers for {answering}, and no more may be asked."
            self._refuse(claim, f"{said} {claim.wanted}")
        else:
            self._keep(claim, "stated")
            self.judged.unread |= self._resting_on(claim)

    def _answering_by(self, claim: Claim, name: str | None) -> str:
        """An object that the API answered for by the place or the credential that a claim would have otherwise; "" for none."""
        fact = claim.correction.fact
        if fact.startswith(("/base_path", "/trailing_slash", "/auth/")):
            return next(iter(self._answering), "")
        return name if name and name in self._answering and fact.endswith("/path") else ""

    def _resting_on(self, claim: Claim) -> set[str]:
        """The objects that are read by a fact."""
        name = _shown_by(self.judged.profile, claim.correction.fact)
        return {name} if name else set(self.judged.profile.objects)

    def _keep(self, claim: Claim, known_by: KnownBy) -> None:
        if known_by == "stated" and claim.overrules:
            return self._refuse(claim, "what was observed live is otherwise, and no more may be asked.")
        try:
            self.judged.profile = apply(self.judged.profile, claim.correction, known_by=known_by)
        except RefusedError as error:
            return self._refuse(claim, str(error))
        self.judged.judgements.append(Judgement(claim, known_by))
        return None

    def _refuse(self, claim: Claim, why: str) -> None:
        self.judged.judgements.append(Judgement(claim, None, why))


def _outcome(new: Reading, old: Reading, claims: Sequence[Claim]) -> Outcome:
    if _better(new, old, claims):
        return "better"
    was_read = old.live.ok and old.live.count > 0
    if was_read:
        lost = not new.live.ok or not new.live.count or (new.raised is not None and old.raised is None)
        fewer = new.live.count < old.live.count and (new.live.pages < old.live.pages or _is_of_records(claims))
        other = bool(new.pages and old.pages) and not new.begins_like(old) and _is_of_records(claims)
        return "worse" if lost or fewer or other else "same"
    if new.live.wrong or (_answered(old) and not _answered(new)):
        return "worse"
    return "same"


def _better(new: Reading, old: Reading, claims: Sequence[Claim]) -> bool:
    """Whether a read confirms the claims: more is read, or the API answers at all where it did not."""
    if is_better(new, old):
        return True
    of_the_way = any(not claim.correction.fact.startswith("/objects/") for claim in claims)
    return of_the_way and not _answered(old) and any(page is not None for page in new.pages)


def _answered(reading: Reading) -> bool:
    return reading.live.ok or reading.live.wrong or bool(reading.pages)


def _is_of_records(claims: Sequence[Claim]) -> bool:
    return any(claim.correction.fact.endswith("/records") for claim in claims)


def _is_closed(reading: Reading) -> bool:
    """Whether the API lets nothing be read, whatever is said of its answers."""
    refused = any(answer.status in (401, 403) for answer in reading.answers)
    return refused or "AuthenticationError" in reading.live.error or "DriverConnectionError" in reading.live.error


def _says(name: str) -> str:
    return f"A live read of {name} is"


def _seen(name: str, old: Reading, new: Reading) -> str:
    told = new.live.error or f"{new.live.count} records of {name} are read in {new.live.pages} pages"
    before = f"; without it, {old.live.count} records are read" if old.live.ok and old.live.count else ""
    return f"{told.rstrip('.')}{before}."
