"""Error answers mean the same wherever they come: in a status, in a stream, or from a proxy before the model."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from driversmith.engine.errors import ModelRejectedError
from driversmith.engine.llm.faults import fault_of, seconds_of


@pytest.mark.parametrize(
    ("status", "type", "fault"),
    [
        (200, "overloaded_error", "overloaded"),
        (200, "rate_limit_error", "rate_limited"),
        (200, "api_error", "server_error"),
        (200, "timeout_error", "server_error"),
        (200, None, "server_error"),
        (200, "a_new_error", "server_error"),
        (200, "invalid_request_error", "invalid_request"),
        (200, "authentication_error", "bad_key"),
        (408, None, "server_error"),
        (409, "conflict_error", "server_error"),
        (429, None, "rate_limited"),
        (500, None, "server_error"),
        (502, None, "server_error"),
        (504, "timeout_error", "server_error"),
        (520, None, "server_error"),
        (529, None, "overloaded"),
        (302, None, "invalid_request"),
        (400, None, "invalid_request"),
        (401, None, "bad_key"),
        (403, None, "permission"),
        (404, None, "model_not_found"),
        (413, None, "request_too_large"),
        (422, None, "invalid_request"),
    ],
)
def test_the_type_counts_before_the_status(status: int, type: str | None, fault: str) -> None:
    assert fault_of(status=status, type=type).fault == fault


@pytest.mark.parametrize(
    "code", ["enforced_spend_limit_reached", "contract_spend_limit_reached", "linked_organization_spend_limit_reached"]
)
def test_a_spend_limit_that_comes_as_too_many_requests_is_told_apart(code: str) -> None:
    assert fault_of(status=429, type="rate_limit_error", code=code).fault == "spend_limit"


@pytest.mark.parametrize(
    ("status", "words"),
    [(401, "ANTHROPIC_API_KEY"), (402, "Console"), (403, "DRIVERSMITH_MODEL_"), (404, "DRIVERSMITH_MODEL_")],
)
def test_a_person_is_told_what_to_change(status: int, words: str) -> None:
    fault = fault_of(status=status, type=None)
    assert isinstance(fault, ModelRejectedError)
    assert words in fault.next_action


def test_a_ramp_limit_is_no_spend_limit() -> None:
    fault = fault_of(status=429, type="rate_limit_error", code="ramp_limit_exceeded", retry_after="20")
    assert (fault.fault, fault.retry_after) == ("rate_limited", 20.0)


def test_an_organization_on_hold_is_not_our_bad_request() -> None:
    assert fault_of(status=400, type="invalid_request_error", code="organization_on_hold").fault == "permission"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("3", 3), ("0.5", 0.5), (" 7 ", 7), ("soon", None), ("", None), (None, None), ("-1", None), ("nan", None)],
)
def test_retry_after_is_read_in_seconds(header: str | None, seconds: float | None) -> None:
    assert seconds_of(header) == seconds


def test_retry_after_is_read_as_a_date() -> None:
    now = datetime.now(UTC)
    assert seconds_of(format_datetime(now + timedelta(seconds=60))) == pytest.approx(60, abs=3)
    assert seconds_of(format_datetime(now - timedelta(seconds=60))) == 0


def test_pages_of_proxies_are_shortened() -> None:
    fault = fault_of(status=502, type=None, message="<html>\n" + "x" * 5000)
    assert len(fault.message) < 500
    assert "\n" not in fault.message
