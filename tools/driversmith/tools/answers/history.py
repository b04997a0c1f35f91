"""How sessions and diagnoses are told in lists."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from driversmith.engine.models.session import DiagnosisRecord, SessionRecord
from driversmith.engine.views.pages import Place, fitting, page_that_fits
from mcp_types import CallToolResult

from .list_pages import list_page

if TYPE_CHECKING:
    from driversmith.engine.journal.port import Page

R = TypeVar("R")


async def history_page(
    read: "Callable[[int, str | None], Awaitable[Page[R]]]",
    cursor: str | None,
    *,
    limit: int,
    item: Callable[[R], dict[str, Any]],
    line: Callable[[R], str],
    what: str,
) -> CallToolResult:
    """A page of the journal: at most `limit` of its records behind the cursor, and as many as fit.

    Raises:
        ToolError: the cursor is none of ours.
    """

    def shown(records: Sequence[R]) -> tuple[tuple[list[dict[str, Any]], list[str]], int]:
        items, lines = [item(record) for record in records], [line(record) for record in records]
        return (items, lines), fitting(items, lines)

    place = Place.parsed(cursor)
    page, (items, lines) = await page_that_fits(read, place, limit, shown)
    return list_page(items, lines, place, lambda _: page.next_cursor, what, of_api=True)


def session_item(record: SessionRecord) -> dict[str, Any]:
    """A session as one item of a list."""
    result = record.result
    return {
        "session_id": record.session_id,
        "status": record.status,
        "api_name": record.request.api_name,
        "api_url": record.request.api_url,
        "engine": record.request.engine,
        "success": result.success if result else False,
        "verification": result.verification.level if result and result.success else None,
        "error": result.error.model_dump(mode="json") if result and result.error else None,
        "project_path": record.project_path,
        "created_at": record.created_at,
        "finished_at": record.finished_at,
    }


def session_line(record: SessionRecord) -> str:
    """A session as one line."""
    result = record.result
    error = result.error if result else None
    outcome = f" [{error.code}]" if error else f" ({result.verification.level})" if result and result.success else ""
    why = f": {error.message}" if error else ""
    return (
        f"{record.session_id} {record.created_at} {record.status}{outcome} {record.request.api_name}"
        f" {record.request.api_url} in {record.project_path}{why}"
    )


def diagnosis_item(record: DiagnosisRecord) -> dict[str, Any]:
    """A diagnosis as one item of a list."""
    return record.model_dump(mode="json")


def diagnosis_line(record: DiagnosisRecord) -> str:
    """A diagnosis in a few lines."""
    found = record.diagnosis
    helped = {True: ", helped", False: ", did not help", None: ""}[record.helped]
    session = f" of session {record.session_id}" if record.session_id else ""
    lines = [
        f"{record.at} {record.api_name} attempt {record.attempt}{session}: {found.get('error_type')}, {found.get('root_cause')}"
        f" [{found.get('fix_strategy')} by {found.get('source')}{helped}]",
        f"  Repair: {found.get('fix_description')}",
    ]
    if words := found.get("prompt_modification"):
        lines.append(f"  For whoever writes next: {words}")
    return "\n".join([*lines, *(f"  Found: {finding}" for finding in record.findings)])
