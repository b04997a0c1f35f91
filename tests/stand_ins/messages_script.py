"""What the stand-in for the Messages API hears and says."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

_TASK = re.compile(
    r"\ATask: (?P<role>research|generate|repair|diagnose) path=(?P<path>\S+) attempt=(?P<attempt>\d+)"
    r" try=(?P<try_number>\d+) mode=(?P<mode>full|simplify)(?:\n|\Z)"
)


@dataclass(frozen=True)
class SeenTask:
    """The Task line of a request."""

    role: str
    path: str
    """`-` where it is for no file."""
    attempt: int
    try_number: int
    mode: str


@dataclass(frozen=True)
class Asked:
    """A request as it came in."""

    number: int
    """1 for the first."""
    body: Mapping[str, Any]
    headers: Mapping[str, str]
    """Names in lower case."""

    @property
    def model(self) -> str:
        """The model's id."""
        return str(self.body.get("model"))

    @property
    def texts(self) -> list[str]:
        """Every text block: system first, then the messages in order."""
        contents = [self.body.get("system", []), *(m["content"] for m in self.body.get("messages", []))]
        blocks = [b for c in contents for b in (c if isinstance(c, list) else [{"text": c}])]
        return [str(block.get("text", "")) for block in blocks]

    @property
    def text(self) -> str:
        """The whole prompt."""
        return "\n".join(self.texts)

    @property
    def last_text(self) -> str:
        """The last text block of the user."""
        return self.texts[-1] if self.texts else ""

    @property
    def task(self) -> SeenTask:
        """What the request is for. Raises AssertionError where its last text does not begin with a Task line."""
        found = _TASK.match(self.last_text)
        assert found, f"no Task line: {self.last_text[:200]!r}"
        return SeenTask(found["role"], found["path"], int(found["attempt"]), int(found["try_number"]), found["mode"])

    @property
    def output_config(self) -> Mapping[str, Any]:
        """`output_config`, or nothing."""
        return self.body.get("output_config") or {}

    @property
    def json_schema(self) -> Mapping[str, Any] | None:
        """The schema asked for by `output_config`."""
        return (self.output_config.get("format") or {}).get("schema")


@dataclass(frozen=True)
class Reply:
    """A whole answer."""

    text: str = ""
    stop_reason: str | None = "end_turn"
    """None: the stream ends without one, as if it were whole."""
    stop_details: Mapping[str, Any] | None = None
    thinking: str = ""
    """A thinking block before the text."""
    output_tokens: int | None = None
    """None: by the length of the texts."""
    first_token_after: float = 0.0
    """Seconds before the answer begins."""
    counts_at_end: bool = True
    """False: the end comes without usage, as some gateways send it."""
    pace: float = 0.0
    """Seconds between two pieces of text."""


@dataclass(frozen=True)
class Fault:
    """What goes wrong in place of an answer; see FAULTS."""

    kind: Literal["status", "event", "reset", "silence", "stall", "cut", "garbage", "not_found"]
    status: int = 200
    type: str = ""
    message: str = ""
    code: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = "The first half of an ans"
    """What of the answer comes before `event`, `stall` or `cut`."""

    def body(self, request_id: str) -> bytes:
        """The error as JSON."""
        error: dict[str, Any] = {"type": self.type, "message": self.message}
        if self.code:
            error["details"] = {"error_code": self.code}
        return json.dumps({"type": "error", "error": error, "request_id": request_id}).encode()


Answer = str | Mapping[str, Any] | Reply | Fault
"""A text, an object that is sent as JSON, or more exactly."""
ReplyFunction = Callable[[Asked], Answer | Awaitable[Answer]]


def rate_limited(retry_after: float | str | None = 1) -> Fault:
    """429 that passes."""
    headers = {} if retry_after is None else {"retry-after": str(retry_after)}
    message = "Number of request tokens has exceeded your per-minute rate limit"
    return Fault("status", 429, "rate_limit_error", message, headers=headers)


def status(number: int, type: str, message: str = "", *, code: str | None = None) -> Fault:
    """An error answer of the API."""
    return Fault("status", number, type, message or type, code=code)


_MODEL_GONE = "model: claude-gone"
_TIER_LIMIT = "You have reached your API usage limits: your organization has crossed its monthly API usage threshold."
_WORKSPACE_LIMIT = "You have reached your specified workspace API usage limits. You will regain access next month."
_NO_CREDIT = "Your credit balance is too low to access the Anthropic API."

FAULTS: dict[str, Fault] = {
    "rate_limited": rate_limited(),
    "server_error": status(500, "api_error", "Internal server error"),
    "unavailable": status(503, "api_error", "Service unavailable"),
    "gateway_timeout": status(504, "timeout_error", "Gateway timeout"),
    "overloaded": status(529, "overloaded_error", "Overloaded"),
    "overloaded_in_stream": Fault("event", type="overloaded_error", message="Overloaded"),
    "server_error_in_stream": Fault("event", type="api_error", message="Internal server error"),
    "reset": Fault("reset"),
    "silence": Fault("silence"),
    "stall": Fault("stall"),
    "cut_stream": Fault("cut"),
    "garbage": Fault("garbage"),
    "spend_limit": status(429, "rate_limit_error", _TIER_LIMIT, code="enforced_spend_limit_reached"),
    "workspace_spend_limit": status(400, "invalid_request_error", _WORKSPACE_LIMIT),
    "no_credit": status(400, "invalid_request_error", _NO_CREDIT),
    "billing": status(402, "billing_error", "There is an issue with your billing"),
    "bad_key": status(401, "authentication_error", "invalid x-api-key"),
    "permission": status(403, "permission_error", "Your API key does not have permission to use this model"),
    "model_not_found": status(404, "not_found_error", _MODEL_GONE),
    "request_too_large": status(413, "request_too_large", "Request exceeds the maximum size"),
    "prompt_too_long": status(400, "invalid_request_error", "prompt is too long: 1200000 tokens > 1000000 maximum"),
    "invalid_request": status(400, "invalid_request_error", "messages: something is wrong with them"),
}
"""Every fault, by name. (`early_end`, `max_tokens` and `refusal` are answers: REPLIES.)"""

REPLIES: dict[str, Reply] = {
    "early_end": Reply("The first half of an ans", stop_reason=None),
    "max_tokens": Reply("The first half of an ans", stop_reason="max_tokens"),
    "refusal": Reply(
        "",
        stop_reason="refusal",
        stop_details={"type": "refusal", "category": "cyber", "explanation": "This could do harm."},
    ),
}
"""Answers that are not whole, by name."""


def in_turn(*answers: Answer) -> ReplyFunction:
    """A reply function that gives these, one a request; the last one again and again."""
    left = list(answers)

    def reply(_: Asked) -> Answer:
        return left.pop(0) if len(left) > 1 else left[0]

    return reply
