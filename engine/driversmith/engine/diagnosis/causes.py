"""`find_cause`: rules first, then what helped before, then a model; the healing ladder has the last word."""

from collections.abc import Sequence

import anyio
from anyio import to_thread

from ..errors import ModelError
from ..guards.json.answers import Recovered, recover_json
from ..llm.port import Ask, ModelAnswer
from ..llm.request import ModelRequest
from ..models.diagnosis import Diagnosis, SimilarDiagnosis
from ..models.session import DiagnosisRecord
from .context import FailureContext
from .fingerprint import fingerprint
from .ladder import next_strategy, tried_in_vain
from .opinion import MAX_MODIFICATION, Opinion
from .precedents import QUOTED, Precedent, best_precedent, key, said_in_vain
from .questions import cause_request
from .rules import MAX_EVIDENCE, OF_THE_DRIVER, OUTSIDE_THE_CODE, diagnose
from .tables import tables
from .wording import file_at_fault, made_by_rules, modification

SURE = 0.8
"""Where the rules are less confident, a model is asked if there is one."""
MAX_SIMILAR = 3


async def find_cause(
    failure: FailureContext,
    *,
    history: Sequence[DiagnosisRecord],
    earlier: Sequence[DiagnosisRecord],
    ask: Ask | None,
    attempt: int,
    seconds: float = 30,
) -> Diagnosis:
    """Cause and repair of a failure; the last evidence says what the confidence rests on.

    `history`: diagnoses of the same fingerprint in other sessions; `earlier`: this session's, of the attempts before
    this one (1, 2, ...). A model is asked at most once, and waited for at most `seconds`; where its answer is of no
    use, the rules' stands.

    Raises:
        Whatever `ask` raises besides ModelError: the budget is spent, the host is wanted.
    """
    by_rules = await to_thread.run_sync(diagnose, failure)
    basis = f"rule, {by_rules.fault_kind}" if by_rules.fault_kind != "unknown" else "no rule knows this failure"
    case = _Case(failure, earlier, history)
    if by_rules.fault_kind in OUTSIDE_THE_CODE:
        return case.settled(by_rules, basis)
    if (found := case.precedent(by_rules)) is not None:
        return case.settled(*found)
    if ask is None or (by_rules.confidence >= SURE and not case.was_tried(by_rules)):
        return case.settled(by_rules, basis)
    opinion = await _asked(cause_request(failure, by_rules, earlier=earlier, attempt=attempt), ask, seconds)
    if isinstance(opinion, Opinion) and opinion.fault_kind in OUTSIDE_THE_CODE and failure.code in OF_THE_DRIVER:
        opinion = f"the model named {opinion.fault_kind}, which is no fault of a driver that failed its checks here"
    if isinstance(opinion, str):
        return case.settled(by_rules, f"{basis}; {opinion}")
    return case.settled(_of_model(opinion, by_rules, failure), "the model's own word")


class _Case:
    """A failure with what was done against it before."""

    def __init__(
        self, failure: FailureContext, earlier: Sequence[DiagnosisRecord], history: Sequence[DiagnosisRecord]
    ) -> None:
        self._failure = failure
        self._earlier = earlier
        self._history = history
        self._fingerprint = fingerprint(failure)
        self._in_vain = said_in_vain(earlier)

    def was_tried(self, diagnosis: Diagnosis) -> bool:
        """Whether this session tried the same, and it did not help."""
        return self._climbed(diagnosis).fix_strategy != diagnosis.fix_strategy

    def precedent(self, by_rules: Diagnosis) -> tuple[Diagnosis, str] | None:
        """What helped against the same fault in other sessions, and how often."""
        best = best_precedent(self._history, without=self._in_vain)
        if best is None:
            return None
        found = _of_history(best, by_rules, self._failure)
        if self.was_tried(found):
            return None
        return found, f"history, {best.helped} of {best.known} helped"

    def settled(self, diagnosis: Diagnosis, basis: str) -> Diagnosis:
        """The diagnosis with its place on the ladder, what it rests on, and its like."""
        diagnosis = self._climbed(diagnosis)
        said = f"confidence {diagnosis.confidence:.2f}: {basis}"
        evidence = (*diagnosis.evidence[: MAX_EVIDENCE - 1], said)
        return diagnosis.model_copy(update={"evidence": evidence, "similar": _similar(self._history)})

    def _climbed(self, diagnosis: Diagnosis) -> Diagnosis:
        if diagnosis.fault_kind in OUTSIDE_THE_CODE:
            return diagnosis
        in_vain = tried_in_vain(self._earlier, fingerprint=self._fingerprint, kind=diagnosis.fault_kind)
        wanted = diagnosis.fix_strategy
        if wanted == "prompt_adjustment" and key(diagnosis.prompt_modification) in self._in_vain:
            in_vain = (*in_vain, wanted)
        strategy = next_strategy(wanted, in_vain)
        if strategy == wanted:
            return diagnosis
        return diagnosis.model_copy(
            update={
                "fix_strategy": strategy,
                "can_fix": strategy != "abort",
                "fix_description": _CLIMBED[strategy],
                "prompt_modification": "",
            }
        )


_CLIMBED = {
    "simplify": "The adjustment of the prompt did not help: ask only for the slots of the template that need judgement.",
    "fallback": "What a model was asked for did not help: the templates write the driver.",
    "abort": "Nothing that driversmith can do helped: look at the evidence and at the session's log.",
}


async def _asked(request: ModelRequest, ask: Ask, seconds: float) -> Opinion | str:
    """What the model thinks, or why that is of no use."""
    try:
        with anyio.fail_after(seconds):
            answer = await ask(request)
    except TimeoutError:
        return f"the model did not answer within {seconds:g} s"
    except ModelError as error:
        return f"the model could not be asked ({error.fault})"
    return _read(answer)


def _read(answer: ModelAnswer) -> Opinion | str:
    if answer.stop_reason != "end_turn":
        return f"the model's answer was not whole ({answer.stop_reason})"
    read = recover_json(answer.text, Opinion)
    if not isinstance(read, Recovered):
        return f"the model's answer was of no use ({read.code}: {read.message[:120]})"
    return read.model if read.model and read.complete else "the model's answer was cut off"


def _of_model(opinion: Opinion, by_rules: Diagnosis, failure: FailureContext) -> Diagnosis:
    kind = tables().kinds[opinion.fault_kind]
    strategy, words = opinion.fix_strategy, opinion.prompt_modification
    if kind.name in OUTSIDE_THE_CODE:
        strategy, words = kind.strategy, ""
    elif strategy == "abort" and failure.code is not None:
        # Where code is at fault, a session can still have it written otherwise.
        strategy = "prompt_adjustment"
    if strategy == "prompt_adjustment" and not words:
        strategy = "simplify"
    file = file_at_fault(failure)
    if file and file not in words:
        words = f"In {file}: {words}"[:MAX_MODIFICATION]
    return Diagnosis(
        error_type=opinion.error_type,
        fault_kind=kind.name,
        root_cause=opinion.root_cause,
        can_fix=strategy != "abort",
        fix_strategy=strategy,
        fix_description=kind.fix,
        prompt_modification=words if strategy == "prompt_adjustment" else "",
        confidence=round(opinion.confidence, 2),
        evidence=by_rules.evidence,
        source="model",
    )


def _of_history(precedent: Precedent, by_rules: Diagnosis, failure: FailureContext) -> Diagnosis:
    """The rules' own words for this driver, and those that helped in another one where they are not the same."""
    before = Diagnosis.model_validate(precedent.record.diagnosis)
    known = by_rules if by_rules.fault_kind != "unknown" else before
    own = by_rules.prompt_modification or modification(
        known.fault_kind, by_rules.root_cause, file=file_at_fault(failure), failure=failure, first=()
    )
    if own and made_by_rules(precedent.words, known.fault_kind):
        words = own
    else:
        words = f"{own}{QUOTED}{precedent.words}" if own else precedent.words
    return by_rules.model_copy(
        update={
            "error_type": known.error_type,
            "fault_kind": known.fault_kind,
            "can_fix": True,
            "fix_strategy": "prompt_adjustment",
            "fix_description": "Say what helped against the same fault before.",
            "prompt_modification": words,
            # The rule of succession: one success proves less than ten.
            "confidence": round(max(by_rules.confidence, (precedent.helped + 1) / (precedent.known + 2)), 2),
            "source": "history",
        }
    )


def _similar(history: Sequence[DiagnosisRecord]) -> tuple[SimilarDiagnosis, ...]:
    """The newest diagnosis of the same fault in each of the last sessions; one whose outcome is known goes first."""
    by_session: dict[str, DiagnosisRecord] = {}
    for record in sorted(history, key=lambda record: (record.helped is not None, record.id), reverse=True):
        by_session.setdefault(record.session_id, record)
    newest = sorted(by_session.values(), key=lambda record: record.id, reverse=True)[:MAX_SIMILAR]
    return tuple(
        SimilarDiagnosis(
            session_id=record.session_id,
            api_name=record.api_name,
            root_cause=record.diagnosis["root_cause"],
            fix_strategy=record.diagnosis["fix_strategy"],
            helped=record.helped,
        )
        for record in newest
    )
