"""`ask_json`: a model is asked for one JSON object until it fits, or the tries are used up."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from anyio import to_thread
from pydantic import BaseModel

from ..errors import FileGenerationError
from ..guards.json.answers import Recovered, recover_json
from ..llm.port import Ask, ModelAnswer
from ..llm.request import ModelRequest
from ..models.findings import Finding
from ..models.tries import Tried, TryOutcome
from .prompt_texts import prompt_text

M = TypeVar("M", bound=BaseModel)
Check = Callable[[M], Sequence[Finding]]
"""What is wrong with a value that fits its model."""
HearTry = Callable[[TryOutcome, ModelRequest, tuple[Finding, ...]], Awaitable[None]]

MOST_TOKENS = 32_000
_MAX_QUOTED = 300
_MAX_TOLD = 10
_CUT = frozenset({"max_tokens", "model_context_window_exceeded"})
_WHOLE = frozenset({"end_turn", "stop_sequence"})


async def ask_json(
    ask: Ask,
    request: ModelRequest,
    model: type[M],
    tries: int = 2,
    *,
    check: Check[M] | None = None,
    on_try: HearTry | None = None,
) -> Recovered[M]:
    """The answer to a request as `model`; each further try quotes what was wrong with the one before.

    The request's task gives the first try's number. An answer that was cut off is never read: it is asked for again
    with more room.

    Raises:
        FileGenerationError: no answer fitted within `tries` tries (at least 1), or the model refused twice. Its `path`
            is `-` where the request is for no file.
        ModelError, and whatever else `ask` raises: passed on; it is not a try.
    """
    count, refusals, current = 0, 0, request
    while True:
        count += 1
        answer = await ask(current)
        recovered, outcome, findings = await _read(answer, model, check)
        if on_try is not None:
            await on_try(outcome, current, findings)
        if recovered is not None:
            return recovered
        refusals += outcome == "refused"
        if count >= max(1, tries) or refusals > 1:
            path = request.task.path or "-"
            raise FileGenerationError(
                f"The model gave no usable JSON in {count} {'try' if count == 1 else 'tries'}: {findings[0].message}",
                path=path,
                findings=findings,
                tries=count,
                last_text=answer.text,
            )
        current = _again(request, current, answer, findings, cut=outcome == "truncated")


def read_json(answer: ModelAnswer) -> Any:
    """The JSON value in a whole answer; a Finding where it holds none, or is not whole."""
    if (problem := _not_whole(answer)) is not None:
        return problem[1]
    found = recover_json(answer.text)
    return found if isinstance(found, Finding) else found.value


def announce(on_try: Callable[[Tried], Awaitable[None]] | None) -> HearTry | None:
    """Tells of each try as of a try of a file."""
    if on_try is None:
        return None

    async def hear(outcome: TryOutcome, request: ModelRequest, findings: tuple[Finding, ...]) -> None:
        task = request.task
        await on_try(
            Tried(
                path=task.path or "-",
                attempt=task.attempt,
                try_number=task.try_number,
                mode=task.mode,
                role="repair" if task.role == "repair" else "generate",
                outcome=outcome,
                findings=findings,
            )
        )

    return hear


async def _read(
    answer: ModelAnswer, model: type[M], check: Check[M] | None
) -> tuple[Recovered[M] | None, TryOutcome, tuple[Finding, ...]]:
    if (problem := _not_whole(answer)) is not None:
        return None, problem[0], (problem[1],)
    found = await to_thread.run_sync(recover_json, answer.text, model)
    if isinstance(found, Finding):
        return None, "unusable", (found,)
    findings = tuple(check(found.model)) if check is not None and found.model is not None else ()
    return (None, "rejected", findings) if findings else (found, "accepted", ())


def _not_whole(answer: ModelAnswer) -> tuple[TryOutcome, Finding] | None:
    if answer.stop_reason is None or answer.stop_reason in _CUT:
        return "truncated", _finding("json-truncated", "The answer was cut off before its end.")
    if answer.stop_reason == "refusal":
        return "refused", _finding("json-refused", "The model refused to answer.")
    if answer.stop_reason not in _WHOLE:
        return "unusable", _finding("json-unfinished", f"The answer stopped ({answer.stop_reason}).")
    return None


def _again(
    request: ModelRequest, current: ModelRequest, answer: ModelAnswer, findings: Sequence[Finding], *, cut: bool
) -> ModelRequest:
    told = " ".join(f"{f.message} {f.hint}".strip() for f in findings[:_MAX_TOLD])
    beginning = " ".join(answer.text[:_MAX_QUOTED].split()) or "(empty)"
    task = current.task.model_copy(update={"try_number": current.task.try_number + 1})
    words = prompt_text("json_again", problem=told, beginning=beginning)
    return request.model_copy(
        update={
            "task": task,
            "instruction": f"{request.instruction}\n\n{words}",
            "max_tokens": min(MOST_TOKENS, current.max_tokens * 2) if cut else current.max_tokens,
        }
    )


def _finding(code: str, message: str) -> Finding:
    return Finding(code=code, severity="P0", file="", message=message)
