"""A result that was there before: told with its age, and with how to find out whether it still fits the API."""

from datetime import UTC, datetime

from driversmith.engine.models.session import FINISHED, SessionRecord, SupervisedResult

_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))


def told_before(record: SessionRecord) -> bool:
    """Whether a session that answers a new call is one whose result its caller had already."""
    return record.status in FINISHED and record.delivered


def with_age(result: SupervisedResult, record: SessionRecord, *, now: datetime | None = None) -> SupervisedResult:
    """The result with a note that says how old it is."""
    if record.finished_at is None or result.output_path is None:
        return result
    made = datetime.fromisoformat(record.finished_at)
    age = _spelled(((now or datetime.now(UTC)) - made).total_seconds())
    note = (
        f"This driver was made {age} ({made:%Y-%m-%d %H:%M} UTC), and is as it was: nothing was made anew."
        f" `driversmith check {result.output_path}` says whether the API has changed since; fresh=true makes it anew, and keeps"
        " edits."
    )
    return result.model_copy(update={"notes": [note, *result.notes]})


def _spelled(seconds: float) -> str:
    """`3 days ago`."""
    for name, size in _UNITS:
        if (count := int(seconds // size)) > 0:
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return "just now"
