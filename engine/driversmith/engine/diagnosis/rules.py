"""`diagnose`: names cause and repair of a failure by rules, without a model."""

from collections.abc import Iterable

from ..errors import ErrorCode
from ..models.diagnosis import Diagnosis, ErrorType, FaultKind
from .context import FailureContext
from .evidence import Clue, behaviour_clues, code_clues, finding_clues, text_clues
from .tables import Tables, tables
from .wording import MAX_FINDINGS, file_at_fault, finding_line, modification

OUTSIDE_THE_CODE: frozenset[FaultKind] = frozenset(
    {
        "authentication",
        "permission",
        "rate_limited",
        "model_overloaded",
        "spend_limit",
        "not_found",
        "server_fault",
        "network",
        "timeout",
        "description_missing",
        "description_broken",
        "address_refused",
        "output_not_writable",
        "environment",
        "cancelled",
        "internal",
    }
)
"""Faults of transport, credentials and environment: they never change code or prompts."""

OF_THE_DRIVER: frozenset[ErrorCode] = frozenset(
    {"generation_failed", "validation_failed", "contract_failed", "read_wrongly", "sandbox_limit"}
)
"""Codes that say that the driver is at fault. Their texts quote what it raised: an AuthenticationError in them is no bad
key, and the time-out of a child no slow network."""

MAX_EVIDENCE = 10


def diagnose(failure: FailureContext) -> Diagnosis:
    """Cause, repair, and how sure that is; what no rule knows stays `unknown` and says so."""
    known = tables()
    texts = list(text_clues(failure, known))
    findings = list(finding_clues(failure.findings, known, path=failure.file_path))
    clues = [*code_clues(failure, known), *texts, *findings, *behaviour_clues(failure.behaviours, known)]
    clues = [clue for clue in clues if _is_possible(clue, failure)]
    chosen = _choose(clues)
    if chosen is None:
        return _unknown(failure, known)
    agreeing = [c for c in clues if c.kind == chosen.kind and c is not chosen]
    # Other findings in the same file are further faults, no other explanation of this one.
    rivals = [c for c in clues if c.kind != chosen.kind and not c.weak and not c.findings]
    against = [c for c in rivals if c.confidence >= chosen.confidence - 0.05]
    confidence = min(chosen.confidence + 0.03 * len(agreeing[:2]), 0.99) - 0.08 * min(len(against), 3)
    return _diagnosis(chosen, known, failure, round(max(confidence, 0.05), 2), [chosen, *agreeing, *against])


def _is_possible(clue: Clue, failure: FailureContext) -> bool:
    if failure.code in OF_THE_DRIVER:
        return clue.kind not in OUTSIDE_THE_CODE
    # An exception of driversmith's own tells nothing about the driver's code.
    return failure.code != "internal" or clue.kind in OUTSIDE_THE_CODE


def _choose(clues: list[Clue]) -> Clue | None:
    strong = [c for c in clues if not c.weak]
    outside = [c for c in strong if c.kind in OUTSIDE_THE_CODE]
    broken = [c for c in strong if c.findings and c.findings[0].severity == "P0"]
    # What a broken line, key or disk caused is no reason to edit code, whatever else its file shows.
    texts = [c for c in strong if not c.findings]
    for group in (_best_if(texts, outside), broken, strong, clues):
        if group:
            return max(group, key=lambda c: c.confidence)
    return None


def _best_if(texts: list[Clue], outside: list[Clue]) -> list[Clue]:
    best = max(texts, key=lambda c: c.confidence, default=None)
    return [best] if best is not None and best in outside else []


def _diagnosis(
    clue: Clue, known: Tables, failure: FailureContext, confidence: float, clues: Iterable[Clue]
) -> Diagnosis:
    kind = known.kinds[clue.kind]
    strategy = clue.strategy or kind.strategy
    error_type: ErrorType = clue.error_type or kind.error_type
    evidence = list(dict.fromkeys([c.quote for c in clues]))
    findings = clue.findings or tuple(f for f in failure.findings if f.is_serious)
    evidence += [finding_line(f) for f in findings[:MAX_FINDINGS] if clue.kind not in OUTSIDE_THE_CODE]
    words = ""
    if strategy == "prompt_adjustment":
        file = file_at_fault(failure, clue.file)
        words = modification(clue.kind, clue.cause, file=file, failure=failure, first=clue.findings)
    return Diagnosis(
        error_type=error_type,
        fault_kind=clue.kind,
        root_cause=clue.cause,
        can_fix=strategy != "abort",
        fix_strategy=strategy,
        fix_description=clue.fix or kind.fix,
        prompt_modification=words,
        confidence=confidence,
        evidence=tuple(dict.fromkeys(evidence))[:MAX_EVIDENCE],
    )


def _unknown(failure: FailureContext, known: Tables) -> Diagnosis:
    kind = known.kinds["unknown"]
    first = next((line.strip() for line in failure.message.splitlines() if line.strip()), "")
    said = f'No rule knows this failure: "{first[:200]}".' if first else "Nothing was told about the failure."
    return Diagnosis(
        error_type=kind.error_type,
        fault_kind=kind.name,
        root_cause=said,
        can_fix=failure.code in OF_THE_DRIVER,
        fix_strategy="simplify" if failure.code in OF_THE_DRIVER else kind.strategy,
        fix_description=kind.fix,
        confidence=0.1 if first else 0.0,
        evidence=(f"message: {first[:200]}",) if first else (),
    )
