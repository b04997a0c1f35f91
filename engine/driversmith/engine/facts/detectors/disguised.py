"""Errors that come with a good status."""

import re
from typing import Any, cast

from ...models.facts import Correction
from ..answer import Answer, at
from .case import Case

_ERROR = re.compile(
    r"(errors?|error_?(message|code|description|msg)|faults?|exception|err|err_?msg|error_info)\Z", re.IGNORECASE
)
_STATE = re.compile(r"(success|ok|status|state|result|succeeded|stat|response)\Z", re.IGNORECASE)
_BAD = re.compile(r"(error|fail(ed|ure)?|err|ko|nok|false)\Z", re.IGNORECASE)
_WORDS = re.compile(r"(message|msg|reason|error_?message|detail|description|info|error)\Z", re.IGNORECASE)


def error_path(answer: Answer, records: tuple[str, ...]) -> tuple[str, ...]:
    """Keys to what says that a good answer is an error: `error`, or the message beside `success: false`; () where it is
    none, or where records stand in it."""
    body = answer.body
    if not answer.is_good or not isinstance(body, dict) or (records and at(body, records) not in (None, [], {})):
        return ()
    whole = cast("dict[str, Any]", body)
    for key, value in whole.items():
        if _ERROR.match(key) and _speaks(value):
            return (key,)
    state = any(_STATE.match(key) and _is_bad(value) for key, value in whole.items())
    spoken = (key for key, value in whole.items() if _WORDS.match(key) and isinstance(value, str) and value)
    return (key,) if state and (key := next(spoken, "")) else ()


def disguised_error(case: Case) -> list[Correction]:
    """That what came with a good status is an error."""
    described = case.described
    for answer in case.answers:
        path = error_path(answer, described.record_path)
        if path and path != case.profile.error_path:
            because = f"An answer of {case.operation.signature} has status {answer.status} and an error under {'.'.join(path)}."
            return [Correction(fact="/error_path", value=list(path), because=because)]
    return []


def _speaks(value: Any) -> bool:
    """Whether an error stands there: a text, an object that is not empty, a list of such; `false`, `0`, null, [] are none."""
    if isinstance(value, str):
        return bool(value.strip()) and not re.match(r"(none|ok|no|false|0)\Z", value.strip(), re.IGNORECASE)
    return value is True or (isinstance(value, dict | list) and bool(cast("list[Any]", value)))


def _is_bad(value: Any) -> bool:
    return value is False or (isinstance(value, str) and bool(_BAD.match(value)))
