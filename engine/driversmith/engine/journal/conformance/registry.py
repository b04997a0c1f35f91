"""All checks of a Journal, by name. A subject is one module here and one line below."""

from . import claims, contents, diagnoses, metrics, sessions
from .subject import Check

CHECKS: dict[str, Check] = {
    **sessions.CHECKS,
    **claims.CHECKS,
    **contents.CHECKS,
    **diagnoses.CHECKS,
    **metrics.CHECKS,
}
