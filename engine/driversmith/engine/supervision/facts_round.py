"""An author corrects the facts before it writes anything: asked once a session, and heard whenever it objects.

Each answer is judged (judging_facts) under a name of its own, so that a resumed session neither asks nor reads twice; with
what was kept, the templates' driver is written, checked and run against the mock server anew.
"""

from collections.abc import Callable, Sequence

import anyio.to_thread
from pydantic import JsonValue

from ..authoring.ask_json import read_json
from ..authoring.facts_request import FactsRequest
from ..errors import GenerationError
from ..facts.catalogue import RefusedError, apply, apply_all
from ..facts.document import FactsDocument, parse_corrections
from ..facts.fields import with_observed_fields
from ..journal.step_names import (
    FACTS_ASKED,
    FACTS_DIAGNOSED,
    HOST_WANTED,
    PROSE,
    facts_handed_step,
    facts_judged_step,
    facts_objection_step,
    facts_place,
)
from ..llm.port import ModelAnswer
from ..models.documentation import DESCRIPTION
from ..models.findings import Finding
from ..models.judged import JudgedFacts
from ..models.profile import ApiProfile
from ..models.prose import Prose
from ..models.report import LiveProof, LiveRead
from .context import SessionContext
from .corrections.facts_claim import FACTS, FactsClaim
from .corrections.judged_proof import proof_after, seen_again
from .healing.live_faults import keep_diagnosis
from .live.live_budget import LiveBudget
from .progress import AttemptProgress
from .state import RunState
from .template_verifier import SoundTemplate, TemplateVerifier

VerifierOf = Callable[[type[TemplateVerifier], str, ApiProfile], TemplateVerifier]


class Objected(Exception):  # noqa: N818  no error: the facts changed, and what was written from them is begun anew
    """A correction that was handed in unasked counts; nobody catches this before the supervisor."""

    is_failure = False


class FactsRound:
    """The corrections of one session, as one of its attempts comes to them."""

    def __init__(
        self,
        session: SessionContext,
        progress: AttemptProgress,
        state: RunState,
        number: int,
        verifier: VerifierOf,
    ) -> None:
        self._session = session
        self._progress = progress
        self._state = state
        self._number = number
        self._verifier = verifier
        self._read_before: Prose | None = None
        """The prose, once it was needed: up to 1 MB of the journal."""

    async def is_due(self, *, ask: bool) -> bool:
        """Whether there is anything to settle; `ask` says that an author may be asked."""
        if await self._session.steps.stored(FACTS_ASKED) is not None:
            return not self._state.facts_settled or await self._handed(self._state.objections + 1) is not None
        may_ask = ask and self._state.ask is not None
        return may_ask and self._state.sound is not None and not await self._is_of_an_earlier_version()

    async def settle(self, *, writes: bool) -> None:
        """Ask, unless that was done, and hear objections; profile, draft and template's driver are then those of the
        corrected facts. `writes` says that an author writes files in this attempt.

        Raises:
            Objected: what this attempt has written so far is of facts that changed.
            ModelError, Suspended, and whatever else asking raises.
        """
        if not self._state.facts_settled:
            await self._ask()
            await self._diagnose()
            self._state.facts_settled = True
        while (handed := await self._handed(self._state.objections + 1)) is not None:
            self._state.objections += 1
            changed = await self._heard(self._state.objections, handed)
            if changed and writes and handed.get("attempt") == self._number:
                raise Objected

    async def _is_of_an_earlier_version(self) -> bool:
        """Whether the session already waited for a file when nobody was asked for facts yet."""
        wanted = await self._session.steps.stored(HOST_WANTED)
        request = wanted.get("request") if isinstance(wanted, dict) else None
        return isinstance(request, dict) and request.get("path") not in (FACTS, DESCRIPTION)

    async def _handed(self, number: int) -> dict[str, JsonValue] | None:
        stored = await self._session.steps.stored(facts_handed_step(number))
        return stored if isinstance(stored, dict) else None

    async def _ask(self) -> None:
        turns: list[JudgedFacts] = []
        for turn in range(1, max(1, self._session.request.max_retries) + 1):
            judged = await self._turn(turn, turns)
            if judged is None:  # it was over here
                break
            turns.append(judged)
            if not judged.findings or (turn > 1 and judged.findings == turns[-2].findings):
                break
        if turns and turns[-1].unusable:
            self._state.notes.append(f"{FACTS} could not be used: {turns[-1].findings[0].message}")
        if await self._session.steps.stored(FACTS_ASKED) is None:
            await self._session.steps.store(FACTS_ASKED, self._number)

    async def _diagnose(self) -> None:
        """Ask the model for diagnoses what explains that objects are still read wrongly. A calling agent was asked already."""
        stored = await self._session.steps.stored(FACTS_DIAGNOSED)
        wrong = [read for read in self._reads() if read.wrong]
        if stored is None and (not wrong or self._state.ask is None or self._session.request.engine == "host"):
            return
        document: FactsDocument | Finding = FactsDocument()
        if stored is None and self._state.ask is not None:
            asked = await anyio.to_thread.run_sync((await self._request()).diagnosis, wrong)
            document = await _document(await self._state.ask(asked))
        judged = await self._applied("diagnosis", FACTS_DIAGNOSED, document)
        right = {read.object_name for read in judged.reads if read.ok}
        self._state.diagnoses += await keep_diagnosis(
            self._session, self._sound.profile, judged, helped=any(read.object_name in right for read in wrong)
        )

    async def _request(self) -> FactsRequest:
        """About the facts as they stand: what was kept changes them, and how the API was seen by them."""
        asked = await self._session.steps.stored(FACTS_ASKED)
        attempt = asked if isinstance(asked, int) else self._number
        return FactsRequest(self._sound.profile, await self._prose(), self._reads(), attempt=attempt)

    async def _turn(self, turn: int, before: Sequence[JudgedFacts]) -> JudgedFacts | None:
        step = facts_judged_step(turn)
        if await self._session.steps.stored(step) is not None:
            return await self._applied(f"{turn}", step, FactsDocument())
        if await self._session.steps.stored(FACTS_ASKED) is not None or self._state.ask is None:
            return None
        asked = await anyio.to_thread.run_sync((await self._request()).compose, turn, tuple(before))
        return await self._applied(f"{turn}", step, await _document(await self._state.ask(asked)))

    async def _heard(self, number: int, handed: dict[str, JsonValue]) -> bool:
        """Judge an objection; whether it changed the facts."""
        from .asks.host import handed_in

        document = await _document(handed_in(str(handed.get("content", ""))))
        judged = await self._applied(f"objection-{number}", facts_objection_step(number), document)
        return bool(judged.kept)

    async def _applied(self, name: str, step: str, document: FactsDocument | Finding) -> JudgedFacts:
        """What became of a facts.json, with the driver made anew from what was kept of it."""
        is_new = await self._progress.is_new(step)
        judged = await self._progress.step(
            step, "Judging corrections of facts", JudgedFacts, lambda: self._judged(document), until=None
        )
        if judged.kept:
            judged = await self._rebuilt(name, judged)
        if is_new:
            await self._progress.keep(step, judged)
            await self._tell(judged)
        self._note(judged)
        return judged

    async def _judged(self, document: FactsDocument | Finding) -> JudgedFacts:
        if isinstance(document, Finding):
            return JudgedFacts(findings=(document,), unusable=True)
        sound = self._sound
        claim = FactsClaim(document, sound.profile, await self._prose(), self._reads())
        folder = self._session.scratch / "facts" / sound.bundle.project
        budget = await LiveBudget(self._session.request, self._session.steps).take_up()
        return await self._session.activities.judge(
            folder, claim, self._session.request, budget=budget, tell=self._progress.tell
        )

    async def _rebuilt(self, name: str, judged: JudgedFacts) -> JudgedFacts:
        """Everything that follows from the facts, from those that were kept; where the driver does not keep the contract
        with them, all is left as it was."""
        profile = self._sound.profile
        try:
            for kept in judged.kept:
                profile = apply(profile, kept.correction, known_by=kept.known_by)
            verifier = self._verifier(TemplateVerifier, facts_place(name), profile)
            sound = await verifier.sound(await self._session.activities.write(profile))
        except (GenerationError, RefusedError) as error:
            why = f"The templates' driver does not stand with these corrections: {error}"
            broken = Finding(code="fact-refused", severity="P1", file=FACTS, line=1, message=why)
            return judged.model_copy(update={"kept": (), "contradictions": (), "findings": (*judged.findings, broken)})
        state = self._state
        state.corrected_as = name
        state.sound, state.profile, state.draft = sound, sound.profile, sound.bundle
        state.proof = proof_after(judged, state.proof or LiveProof())
        await self._explored(name, judged, verifier)
        return judged

    async def _explored(self, name: str, judged: JudgedFacts, verifier: TemplateVerifier) -> None:
        """Look at the API anew where the corrected facts let objects be read for the first time, or in another way: what their
        answers show then corrects further facts, as it did at first."""
        state = self._state
        reads = {read.object_name: read for read in self._reads()}
        names = [n for n in self._sound.profile.objects if n not in reads or not reads[n].is_proven]
        if not names or not judged.rests_on_live_reads:
            return
        proof = await verifier.proof(self._sound, place=facts_place(f"{name}/proof"), names=names)
        profile = apply_all(self._sound.profile, proof.corrections, known_by="observed")
        profile = with_observed_fields(profile, proof.fields)
        if profile != self._sound.profile:
            again = self._verifier(TemplateVerifier, facts_place(f"{name}/corrected"), profile)
            try:
                sound = await again.sound(await self._session.activities.write(profile))
            except GenerationError as error:
                await self._session.log.write("driver.kept", f"The facts stay as they were: {error.message}")
                return
            state.corrected_as = f"{name}/corrected"
            state.sound, state.profile, state.draft = sound, sound.profile, sound.bundle
        state.proof = seen_again(state.proof or LiveProof(), proof)

    async def _tell(self, judged: JudgedFacts) -> None:
        """Log what became of a facts.json, and each fact."""
        log = self._session.log
        known_by = {kept.correction.fact: kept.known_by for kept in judged.kept}
        for contradiction in judged.contradictions:
            known = known_by.get(contradiction.fact, "stated")
            await log.write(
                "fact.corrected",
                f"{contradiction.because} (by the author of {FACTS}; {known})",
                level="warning",
                data={**contradiction.model_dump(mode="json", exclude={"because"}), "known_by": known},
            )
        for finding in judged.findings:
            await log.write("fact.refused", finding.message, level="warning", data={"code": finding.code})
        await log.write(
            "facts.judged",
            f"{FACTS}: {judged.outcome}.",
            data={"kept": known_by, "refused": len(judged.findings), "unusable": judged.unusable},
        )

    def _note(self, judged: JudgedFacts) -> None:
        """What a person should know of it."""
        stated = [k.correction for k in judged.kept if k.known_by == "stated"]
        self._state.notes += [f"Not proven, only said in {FACTS}: {c.fact}: {c.because}" for c in stated]
        self._state.notes += [f"Open, as {FACTS} says: {question}" for question in judged.questions]

    @property
    def _sound(self) -> SoundTemplate:
        if self._state.sound is None:
            raise GenerationError("There is no driver of the templates to correct facts for.", code="contract_failed")
        return self._state.sound

    async def _prose(self) -> Prose:
        if self._read_before is None:
            stored = await self._session.steps.stored(PROSE)
            self._read_before = Prose() if stored is None else Prose.model_validate(stored)
        return self._read_before

    def _reads(self) -> tuple[LiveRead, ...]:
        return self._state.proof.report.reads if self._state.proof else ()


async def _document(answer: ModelAnswer) -> FactsDocument | Finding:
    """What an answer says, or why it holds no JSON."""
    value = await anyio.to_thread.run_sync(read_json, answer)
    if isinstance(value, Finding):
        return value.model_copy(update={"file": FACTS, "severity": "P1"})
    return await anyio.to_thread.run_sync(parse_corrections, value)
