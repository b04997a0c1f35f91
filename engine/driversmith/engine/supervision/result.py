"""What the attempts of a session came to, as its result."""

from collections.abc import Callable

from ..models.facts import Contradiction
from ..models.profile import ApiProfile, ProfileSummary
from ..models.report import LiveReport
from ..models.session import FixApplied, ModelUsage, SupervisedResult
from ..network.addresses import same_api
from .context import SessionContext
from .healing.attempt_history import AttemptRecord
from .healing.live_faults import what_to_correct
from .state import RunState
from .verify import VerifiedDriver

PREVIEW_RECORDS = 3
MOST_TOLD = 3
"""Objects that are not read, of which the facts are told."""
NOTHING_FILLED = (
    "The model did not get the driver right, and filled no slot of the templates: the driver is the templates'."
)


def conclude(
    session: SessionContext, state: RunState, usage: ModelUsage, summarise: Callable[[ApiProfile], ProfileSummary]
) -> SupervisedResult:
    """The finished result: a success where the last attempt left no error."""
    result = SupervisedResult(
        session_id=session.session_id,
        status="failed",
        driver_name=session.project.name,
        supervisor_attempts=state.attempts,
        diagnostics_run=state.diagnoses,
        fixes_applied=[*_corrections(state), *state.fixes],
        contradictions=_contradictions(state),
        choices=list(state.attempt.profile.choices) if state.attempt and state.attempt.profile else [],
        iterations=state.contract_runs,
        notes=state.notes,
        model_usage=usage,
        elapsed_seconds=round(session.steps.elapsed, 3),
        error=state.error,
    )
    attempt = state.attempt
    if attempt is not None and attempt.profile is not None:
        result = result.model_copy(
            update={
                "skipped": list(attempt.profile.skipped),
                "notes": [*state.notes, *attempt.profile.warnings],
            }
        )
    if state.error is not None or attempt is None or attempt.profile is None:
        return result
    success = {"status": "succeeded", "success": True}
    made = attempt.verified
    if made is None:
        note = "Stopped after research, as asked: nothing was written."
        return result.model_copy(
            update={**success, "profile": summarise(attempt.profile), "notes": [note, *result.notes]}
        )
    return result.model_copy(
        update={
            **success,
            "output_path": str(session.project),
            "files": list(made.publication.files),
            "kept_files": list(made.publication.kept_files),
            "merged_files": list(made.publication.merged_files),
            "preview": {
                read.object_name: list(read.records[:PREVIEW_RECORDS])
                for read in made.live.reads
                if read.ok and read.records
            },
            "verification": made.verification,
            "notes": [
                *state.notes,
                *([NOTHING_FILLED] if _is_all_template(attempt, made) else []),
                *_left_out_notes(state, attempt.profile),
                *made.publication.notes,
                *_live_notes(session, attempt, made.live),
                *attempt.profile.warnings,
            ],
        }
    )


def _contradictions(state: RunState) -> list[Contradiction]:
    """What research and live reads found otherwise than described; of one fact, what live reads say of it."""
    attempt = state.attempt
    found = attempt.profile.contradictions if attempt is not None and attempt.profile is not None else ()
    proven = state.proof.contradictions if state.proof else ()
    told = {contradiction.fact for contradiction in proven}
    return [*(contradiction for contradiction in found if contradiction.fact not in told), *proven]


def _corrections(state: RunState) -> list[FixApplied]:
    """Facts that the API corrected before anybody was asked."""
    corrections = state.proof.corrections if state.proof else ()
    return [
        FixApplied(attempt=1, strategy="prompt_adjustment", description=f"{c.fact}: {c.because}", helped=True)
        for c in corrections
    ]


def _is_all_template(attempt: AttemptRecord, made: VerifiedDriver) -> bool:
    """Whether a model was asked for slots, and its answer changed nothing."""
    return attempt.plan.mode == "simplify" and all(file.author == "template" for file in made.publication.files)


def _left_out_notes(state: RunState, profile: ApiProfile) -> list[str]:
    """That operations are missing because a run of the driver did not prove them, and which facts would help."""
    count = sum(entry.reason == "not_proven" for entry in profile.skipped)
    said = "operation was" if count == 1 else "operations were"
    told = [f"{count} {said} left out, not proven: `skipped` says what failed."] if count else []
    return [*told, *state.left_out]


def closing_words(result: SupervisedResult) -> str:
    """The last sentence of a session's log."""
    if result.error is not None:
        return f"No driver: {result.error.message}"
    if result.output_path is None:
        return "The API is researched."
    return f"The driver is in {result.output_path} (verified: {result.verification.level})."


def _live_notes(session: SessionContext, attempt: AttemptRecord, live: LiveReport) -> list[str]:
    """Why the driver is not verified live, and what else a person should know of the real API."""
    notes = [*live.notes, *(f"{read.object_name}: {read.error}" for read in live.reads if read.error)]
    if attempt.profile is not None:
        asked = [read for read in live.reads if not read.ok and read.seen is not None]
        asked = [read for read in asked if not read.error.startswith("AuthenticationError")]  # no fact of records
        unread = [read.object_name for read in asked if read.object_name in attempt.profile.objects]
        notes += [f"{name}: {what_to_correct(name, attempt.profile)}" for name in unread[:MOST_TOLD]]
    if live.ok or session.request.live == "false" or attempt.profile is None:
        return notes
    if aside := [read.object_name for read in live.reads if read.ok and read.records]:
        reason = (
            f"Of the real API only {', '.join(aside)} could be read, and no collection (objects chooses what counts)"
        )
    elif empty := [read.object_name for read in live.reads if read.ok and not read.records]:
        reason = f"The real API answered for {', '.join(empty[:MOST_TOLD])} without a record"
    elif live.reads:
        reason = "Nothing could be read from the real API"
    elif not attempt.profile.objects:
        reason = "The API has no object to read"
    elif session.request.live == "auto" and not same_api(
        attempt.profile.base_url, session.request.server or session.request.api_url
    ):
        reason = (
            f"{attempt.profile.base_url} is not at the origin of api_url, so nothing was read from it (live=true reads)"
        )
    else:
        reason = "No object can be read without arguments that only the caller knows"
    return [f"{reason}; the driver is verified against the mock server only.", *notes]
