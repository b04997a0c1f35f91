"""All checks of a Sandbox, by name. A subject is one module here and one line below."""

from . import calls, endings, escapes, failures, limits, own_tests, separation
from .subject import Check

CHECKS: dict[str, Check] = {
    **calls.CHECKS,
    **separation.CHECKS,
    **failures.CHECKS,
    **limits.CHECKS,
    **endings.CHECKS,
    **own_tests.CHECKS,
    **escapes.CHECKS,
}
