"""What an error answer of the Messages API means: something that waiting may cure, or something for a person."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ..errors import ModelError, ModelRejectedError, ModelTransportError, RejectedFault

_SPEND_CODES = frozenset(
    {
        "enforced_spend_limit_reached",
        "contract_spend_limit_reached",
        "linked_organization_spend_limit_reached",
        "linked_organization_billing_unavailable",
    }
)
_SPEND_WORDS = re.compile(r"API usage limits|credit balance is too low|spend(ing)? limit", re.IGNORECASE)
"""Limits that a workspace or a prepaid account sets come as 400 without a code of their own."""
_SIZE_WORDS = re.compile(r"prompt is too long|exceeds? the (maximum|context)", re.IGNORECASE)
_PASSING_TYPES = frozenset({"overloaded_error", "rate_limit_error", "timeout_error", "api_error", "conflict_error"})
_PASSING_STATUS = frozenset({408, 409, 429})
_BY_TYPE: dict[str, RejectedFault] = {
    "authentication_error": "bad_key",
    "permission_error": "permission",
    "not_found_error": "model_not_found",
    "invalid_request_error": "invalid_request",
}
_BY_STATUS: dict[int, RejectedFault] = {401: "bad_key", 403: "permission", 404: "model_not_found"}
_LONGEST_MESSAGE = 400

_WHAT_TO_DO: dict[RejectedFault, str] = {
    "bad_key": 'Set ANTHROPIC_API_KEY to a key that works, or use engine="template", which needs none.',
    "permission": "Use a key that may use this model, or set DRIVERSMITH_MODEL_<ROLE> to one that it may use.",
    "spend_limit": "Raise the spend limit or add credit in the Anthropic Console, wait until the limit resets, or use "
    'engine="template", which costs nothing.',
    "model_not_found": "Set DRIVERSMITH_MODEL_<ROLE> to a model that exists, and check ANTHROPIC_BASE_URL if it is set.",
    "request_too_large": "Choose fewer objects, so that less of the description has to be sent.",
    "invalid_request": "Check DRIVERSMITH_MODEL_<ROLE> and ANTHROPIC_BASE_URL if they are set; otherwise this is a "
    "fault of driversmith.",
}


def fault_of(
    *, status: int, type: str | None, code: str | None = None, message: str = "", retry_after: str | None = None
) -> ModelError:
    """The error for an answer that is none.

    `type` (`error.type` of the body) says more than the status: an error within a stream comes with status 200.
    `code` is `error.details.error_code`, `retry_after` the header as it stands.
    """
    said = _shortened(message) or f"status {status}"
    if rejected := _rejected(status, type, code, message):
        return rejected_error(rejected, said)
    wait = seconds_of(retry_after)
    if type == "overloaded_error" or status == 529:
        return ModelTransportError(f"The model is overloaded: {said}", fault="overloaded", retry_after=wait)
    if type == "rate_limit_error" or status == 429:
        return ModelTransportError(f"Too many requests to the model: {said}", fault="rate_limited", retry_after=wait)
    return ModelTransportError(f"The model's server failed: {said}", fault="server_error", retry_after=wait)


def rejected_error(fault: RejectedFault, said: str) -> ModelRejectedError:
    """The error for a request that a person has to do something about."""
    begin = {
        "bad_key": "The key of the model is not accepted",
        "permission": "The key of the model may not do this",
        "spend_limit": "The spend limit of the model's account is reached",
        "model_not_found": "The model, or the endpoint, is not there",
        "request_too_large": "The request is too large for the model",
    }.get(fault, "The model's endpoint refuses the request")
    return ModelRejectedError(f"{begin}: {said}", fault=fault, next_action=_WHAT_TO_DO.get(fault, ""))


def seconds_of(retry_after: str | None) -> float | None:
    """A Retry-After header, in seconds from now; None where there is none that can be read."""
    text = (retry_after or "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())


def _rejected(status: int, type: str | None, code: str | None, message: str) -> RejectedFault | None:
    """The kind of fault that waiting does not cure; None for all others."""
    if code in _SPEND_CODES or type == "billing_error" or status == 402:
        return "spend_limit"
    if status in {400, 403, 429} and _SPEND_WORDS.search(message):
        return "spend_limit"
    if status == 413 or type == "request_too_large" or (status == 400 and _SIZE_WORDS.search(message)):
        return "request_too_large"
    if code == "organization_on_hold":
        return "permission"
    if type in _PASSING_TYPES:
        return None
    return _BY_TYPE.get(type or "") or _BY_STATUS.get(status) or _other(status)


def _other(status: int) -> RejectedFault | None:
    """For answers that do not speak the protocol: redirects and refusals of whatever stands before the model."""
    return "invalid_request" if 300 <= status < 500 and status not in _PASSING_STATUS else None


def _shortened(message: str) -> str:
    text = " ".join(message.split())
    return text if len(text) <= _LONGEST_MESSAGE else f"{text[: _LONGEST_MESSAGE - 3]}..."
