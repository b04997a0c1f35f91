"""The addresses of resources."""

SESSIONS = "driversmith://sessions"
DIAGNOSTICS = "driversmith://diagnostics"
METRICS = "driversmith://metrics"
DASHBOARD = "ui://driversmith/dashboard"


def session_uri(session_id: str) -> str:
    """One session."""
    return f"{SESSIONS}/{session_id}"


def log_uri(session_id: str) -> str:
    """Its log."""
    return f"{SESSIONS}/{session_id}/log"


def diagnostics_uri(session_id: str) -> str:
    """What failed in it, and why."""
    return f"{SESSIONS}/{session_id}/diagnostics"


def file_uri(session_id: str, path: str) -> str:
    """One of its files."""
    return f"{SESSIONS}/{session_id}/files/{path}"
