"""How sessions and diagnoses are told in lists."""

from typing import Any

from driversmith.engine.models.session import DiagnosisRecord, SessionRecord

from .answers import shortened


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
    error = record.result.error if record.result else None
    outcome = f" [{error.code}]" if error else ""
    return f"{record.session_id} {record.created_at} {record.status}{outcome} {record.request.api_name}"


def diagnosis_item(record: DiagnosisRecord) -> dict[str, Any]:
    """A diagnosis as one item of a list."""
    return shortened(record.model_dump(mode="json"), 800)


def diagnosis_line(record: DiagnosisRecord) -> str:
    """A diagnosis as one line."""
    found = record.diagnosis
    helped = {True: ", helped", False: ", did not help", None: ""}[record.helped]
    return (
        f"{record.at} {record.api_name} attempt {record.attempt}: {found.get('error_type')}, {found.get('root_cause')}"
        f" [{found.get('fix_strategy')} by {found.get('source')}{helped}]"
    )
