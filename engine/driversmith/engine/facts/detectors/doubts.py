"""What an API showed that no fact explains, and the fact that a person could supply."""

import re
from typing import Any, cast

from ..answer import Answer, at, members
from ..catalogue import address
from ..keys import is_word
from ..totals import told_total
from .case import Case
from .counting import ROUND, count_of
from .credentials import is_refusal, told_challenge
from .demands import asked_for
from .disguised import error_path
from .onward import CURSOR_PARAMETER, MORE_KEY, is_cursor, is_next_url
from .places import elsewhere
from .records import records_elsewhere, records_stand

_LEADS_ON = re.compile(
    r"(next_?(cursor|token|page_?token|page_?cursor|marker|key|start_?key|continuation_?token)|continuation_?token)\Z",
    re.I,
)
_PAGED = re.compile(
    r"(offset|limit|page|page_?(size|number|no)|per_?page|skip|start|start_?(at|index)|max_?results)\Z", re.I
)


def doubt(case: Case, *, ended: bool = True) -> str:
    """That what was read is not what the API has: one object stands where a list is described, or the only page that was read
    says that more follow; "" where nothing says so. `ended` is false where the driver would have read on."""
    good = [answer for answer in case.answers if answer.is_good]
    if good and _is_something_else(case, good[0]):
        fact = address("objects", case.name, "records")
        return f"One object came where a list of records is described, with none of their fields: {fact} is to be corrected."
    if len(good) != 1 or case.described.shape == "record" or not ended:
        return ""
    told = _more(case, good[0])
    if not told:
        return ""
    fact = address("objects", case.name, "pagination")
    return f"{told}, and nothing that was tried leads to it: {fact} is to be corrected."


def unfinished(case: Case) -> str:
    """That what was read is likely a first page alone: so many records as a page has, and a parameter that takes a position, of
    which nobody says where it comes from; "" where nothing says so."""
    good = [answer for answer in case.answers if answer.is_good]
    names = [p.name for p in case.operation.parameters if p.location == "query" and CURSOR_PARAMETER.match(p.name)]
    is_one_list = case.described.shape == "list" and case.described.pagination.style == "none"
    if len(good) != 1 or not names or not is_one_list or count_of(case, good[0]) not in ROUND:
        return ""
    fact = address("objects", case.name, "pagination")
    return f"One page came, and nothing says how {names[0]!r} leads to the next: {fact} is to be corrected."


def _is_something_else(case: Case, answer: Answer) -> bool:
    described = case.described
    there = at(answer.body, described.record_path)
    if described.shape != "list" or not described.fields or not isinstance(there, dict) or not there:
        return False
    return not set(described.fields) & set(cast("dict[str, Any]", there))


def question(case: Case) -> str:
    """Which fact is missing where an object could not be read; "" where nothing says so."""
    return next((text for ask in (_of_demands, _of_credentials, _of_place, _of_records) if (text := ask(case))), "")


def _of_demands(case: Case) -> str:
    operation = case.operation
    demands = asked_for(case)
    names = [
        address("headers", demand.name)
        if demand.place == "header"
        else address("operations", operation.name, "parameters", demand.place or "query", demand.name)
        for demand in demands
    ]
    asked = ", ".join(demand.name for demand in demands)
    return f"The API asks for {asked}: {', '.join(names)} is to be given, with a value." if demands else ""


def _of_credentials(case: Case) -> str:
    if not any(is_refusal(answer) for answer in case.answers):
        return ""
    challenge = told_challenge(case)
    if challenge.lower() in ("digest", "negotiate", "ntlm"):
        return f"The API wants {challenge}, which no driver speaks."
    if case.given is not None and case.given.is_empty:
        return "The API wants a credential: give one (driversmith credentials set ORIGIN)."
    scheme = next((name for alternative in case.operation.security for name in alternative), "<scheme>")
    return f"The API refuses the credential wherever it was tried: {address('auth', scheme)} is to be corrected."


def _of_place(case: Case) -> str:
    if not (tried := elsewhere(case)):
        return ""
    places = ", ".join(dict.fromkeys(str(c.value) or "the root" for c in tried))
    wrong = address("operations", case.operation.name, "path")
    return f"Nothing is there, nor at any of {places}: /base_path or {wrong} is to be corrected."


def _of_records(case: Case) -> str:
    answer, operation = case.first, case.operation
    if answer is None:
        return ""
    if error_path(answer, case.described.record_path):
        return f"The API answers {operation.signature} with an error, status {answer.status}."
    if answer.body is None and answer.headers.get("content-type", "").partition(";")[0] not in ("", "application/json"):
        wrong = address("operations", operation.name, "media_type")
        return (
            f"The API answers with no JSON: {wrong} is to be corrected, or a parameter that asks for JSON to be given."
        )
    wrong = address("objects", case.name, "records")
    is_odd = not records_stand(case, answer.body) or records_elsewhere(case)
    return f"No records were found where they were looked for: {wrong} is to be corrected." if is_odd else ""


def _more(case: Case, answer: Answer) -> str:
    """What of an answer says that it is not all, in words; "" where nothing does."""
    path, paging = case.described.record_path, case.described.pagination
    outside = [
        (k, v) for k, v in members(answer.body) if not (path and k[: len(path)] == path) and all(map(is_word, k))
    ]
    if any(value is False and MORE_KEY.match(keys[-1]) for keys, value in outside):
        return ""
    if answer.next_link:
        return "A Link header leads to another page"
    for keys, value in outside:
        if value is True and MORE_KEY.match(keys[-1]):
            return f"{'.'.join(keys)} says that more follows"
        if is_next_url(keys, value) or (_LEADS_ON.match(keys[-1]) and is_cursor(value)):
            return f"{'.'.join(keys)} leads to another page"
    told = told_total(answer, case.described)
    is_paged = paging.style in ("page", "offset") or any(_PAGED.match(keys[-1]) for keys, _ in outside)
    is_sure = told is not None and (
        "total_header" in told.place or (is_paged and isinstance(at(answer.body, path), list))
    )
    if told is None or not is_sure or told.number <= count_of(case, answer):
        return ""
    return f"{told.spelled} tells of more records than came"
