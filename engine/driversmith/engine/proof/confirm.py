"""By what a read confirms or refutes a correction: how much was read before, and how much after."""

from collections.abc import Collection
from typing import Any

from ..facts.answer import Answer
from ..facts.catalogue import segments
from ..facts.complaints import demands
from ..facts.record_shapes import RecordsMissingError, records_of
from ..models.facts import Correction
from ..models.profile import ApiProfile
from .live_reads import Reading


def is_better(new: Reading, old: Reading) -> bool:
    """Whether a read confirms a correction: records are read that were not, none is lost, and it does not go in a circle."""
    if not new.live.ok or not new.live.count or new.raised:
        return False
    if not old.live.ok or not old.live.count:
        return True
    if old.raised:
        return new.live.count >= old.live.count
    if new.comes_to(old):
        return True  # what was taken for the first page is a later one
    return new.live.count > old.live.count and new.begins_like(old)


def is_confirmed(correction: Correction, new: Reading, old: Reading, fields: Collection[str] = ()) -> bool:
    """Whether a read by the corrected facts shows that they are right: it is better, or an error that was taken for
    something else is what it is, or it is as good as before without what the correction does away with. `fields` are those
    that are described."""
    fact = correction.fact
    if is_better(new, old) or (correction.value == {"first": 0} and _begins_earlier(new, old)):
        return True
    if fact == "/error_path":
        return new.raised is not None and new.raised.message != (old.raised.message if old.raised else "")
    if fact == "/rate_limit":
        return _raised(old) != "RateLimitError" == _raised(new)
    if fact.endswith("/records"):  # a map with one entry is one record to a driver that takes it for a list
        return new.live.ok and new.live.count >= old.live.count and _known(new, fields) > _known(old, fields)
    if fact == "/base_path" or fact.endswith("/path"):
        return _is_redirected(old) and not _is_redirected(new) and _is_as_good(new, old)
    return (fact.startswith("/auth/") and _is_as_good(new, old)) or _asks_on(correction, new, old)


def _begins_earlier(new: Reading, old: Reading) -> bool:
    """Whether one page was read, which is none of those before: page 0 was seen to be another one (`probe`), and no more requests
    were left than for reading that."""
    return new.live.ok and bool(new.live.count) and len(new.pages) == 1 and new.pages[0] not in old.pages


def _is_as_good(new: Reading, old: Reading) -> bool:
    return new.live.ok and not new.raised and new.live.count == old.live.count and new.begins_like(old)


def _is_redirected(reading: Reading) -> bool:
    return any(300 <= answer.status < 400 for answer in reading.answers)


def _asks_on(correction: Correction, new: Reading, old: Reading) -> bool:
    """Whether the API, given one parameter that it asked for, now asks for another."""
    if "/parameters/" not in correction.fact and not correction.fact.startswith("/headers/"):
        return False
    name = segments(correction.fact)[-1].lower()
    before, after = ({d.name.lower() for d in _demands(reading)} for reading in (old, new))
    return name in before and bool(after) and name not in after


def _demands(reading: Reading) -> list[Any]:
    return [demand for answer in reading.answers for demand in demands(answer.body)]


def _known(reading: Reading, fields: Collection[str]) -> int:
    """How many of the described fields the records have."""
    return len({name for record in reading.live.records for name in record} & set(fields))


def _raised(reading: Reading) -> str:
    return reading.raised.type if reading.raised else ""


def probe(profile: ApiProfile, name: str, correction: Correction, first: Answer) -> dict[str, str] | None:
    """A query that tells with one request whether a correction can be right, so that no driver has to be written to try
    it: page 0, or the page after the first; None where no query does."""
    value = correction.value
    if not isinstance(value, dict):
        return None
    paging = profile.objects[name].pagination
    position = value.get("position_parameter", paging.position_parameter)
    style, start = value.get("style", paging.style), value.get("first", paging.first)
    operation = profile.operation(name, "read")
    if operation is not None and operation.method != "GET":
        return None
    if not isinstance(position, str) or value.get("position_in", paging.position_in) != "query":
        return None
    if value == {"first": 0}:
        return {position: "0"}
    goes_on = value.get("short_page_ends") is False or (paging.style == "none" and style in ("page", "offset"))
    if not goes_on or not isinstance(start, int):
        return None
    return {position: str(start + 1 if style == "page" else start + count_of(profile, name, first))}


def is_another_page(profile: ApiProfile, name: str, answer: Answer, first: Answer) -> bool:
    """Whether an answer is a page of its own: it has records, and is not the first page once more."""
    if answer.status in (401, 403):
        return True  # who may not ask cannot tell
    if not answer.is_good or answer.body == first.body:
        return False
    records = _records(profile, name, answer)
    return bool(records) and records != _records(profile, name, first)


def count_of(profile: ApiProfile, name: str, answer: Answer) -> int:
    """How many records an answer has where the facts say; 0 where there are none."""
    return len(_records(profile, name, answer))


def _records(profile: ApiProfile, name: str, answer: Answer) -> list[dict[str, Any]]:
    try:
        return records_of(profile.objects[name], answer.body)
    except RecordsMissingError:
        return []
