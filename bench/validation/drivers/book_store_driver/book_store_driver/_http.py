"""HTTP below the driver: one origin, retries, redirects, errors."""

import email.utils
import json
import random
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

import httpx2

from .exceptions import (
    AuthenticationError,
    DriverConnectionError,
    DriverError,
    DriverTimeoutError,
    InvalidRequestError,
    ObjectNotFoundError,
    RateLimitError,
    ServerError,
    UnexpectedResponseError,
)

_SAFE = frozenset({"GET", "HEAD"})
_TRANSIENT = frozenset({429, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True)
class Message:
    """One request, before credentials are added."""

    method: str
    path: str
    query: list[tuple[str, str]] = field(default_factory=list)
    body: bytes | None = None

    @property
    def is_safe(self) -> bool:
        """Whether it may be sent again."""
        return self.method in _SAFE

    def target(self) -> str:
        """Path and query as they go on the wire."""
        return self.path + (f"?{urlencode(self.query, quote_via=quote)}" if self.query else "")


class HttpLink:
    """A link to the API's origin; the token goes nowhere else."""

    def __init__(
        self,
        base_url: str,
        token: str | None,
        *,
        timeout: float,
        max_retries: int,
        transport: httpx2.BaseTransport | None,
    ) -> None:
        self._base_url = httpx2.URL(base_url.rstrip("/"))
        self._token = token
        self._max_retries = max_retries
        self._client = httpx2.Client(timeout=timeout, transport=transport)

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def exchange(self, message: Message) -> httpx2.Response:
        """The answer to a message; anything but success is raised."""
        attempts = self._max_retries + 1 if message.is_safe else 1
        delay = 0.25
        for left in range(attempts - 1, -1, -1):
            pause = random.uniform(0, delay)  # noqa: S311 - jitter
            try:
                response = self._deliver(message)
            except httpx2.TimeoutException:
                if not left:
                    raise self.problem(DriverTimeoutError, "The API did not answer in time.", message) from None
            except httpx2.TransportError:
                if not left:
                    raise self.problem(DriverConnectionError, "The API cannot be reached.", message) from None
            except httpx2.InvalidURL:
                raise self.problem(UnexpectedResponseError, "The API redirects to no URL.", message) from None
            else:
                if response.status_code not in _TRANSIENT or not left:
                    return self._successful(message, response)
                asked = wait_asked_for(response)
                pause = pause if asked is None else min(asked, 60.0)
            time.sleep(pause)
            delay = min(delay * 2, 8.0)
        raise self.problem(DriverConnectionError, "The API cannot be reached.", message)

    def parsed(self, message: Message, response: httpx2.Response) -> Any:
        """The body as JSON; None where there is none."""
        if not response.content:
            return None
        try:
            return json.loads(response.content)
        except ValueError:
            raise self.problem(UnexpectedResponseError, "The answer is not JSON.", message, response) from None

    def problem(
        self, kind: type[DriverError], text: str, message: Message, response: httpx2.Response | None = None
    ) -> DriverError:
        """An exception about a message, without the token in it."""
        details: dict[str, Any] = {"method": message.method, "path": message.path}
        if response is not None:
            details["status"] = response.status_code
        error = kind(self._redacted(text), details=details)
        if isinstance(error, RateLimitError) and response is not None:
            error.retry_after = wait_asked_for(response)
        return error

    def _deliver(self, message: Message) -> httpx2.Response:
        url = httpx2.URL(f"{self._base_url}{message.target()}")
        method, body = message.method, message.body
        for _ in range(6):
            response = self._client.send(self._request(method, url, body))
            location = response.headers.get("location")
            if response.status_code not in _REDIRECTS or location is None:
                return response
            url = url.join(location)
            if not message.is_safe and not self._at_home(url):
                break
            if response.status_code < 307 and not message.is_safe:
                method, body = "GET", None
        raise self.problem(UnexpectedResponseError, "The API redirects too often or too far.", message)

    def _request(self, method: str, url: httpx2.URL, body: bytes | None) -> httpx2.Request:
        headers: dict[str, str] = {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self._token and self._at_home(url):
            headers["Authorization"] = f"Bearer {self._token}"
        return httpx2.Request(method, url, headers=headers, content=body)

    def _at_home(self, url: httpx2.URL) -> bool:
        home = self._base_url
        return (url.scheme, url.host, url.port) == (home.scheme, home.host, home.port)

    def _successful(self, message: Message, response: httpx2.Response) -> httpx2.Response:
        status = response.status_code
        if response.is_success:
            return response
        text = f"{message.method} {message.path} answered {status}: {response.text[:200]}"
        kind: type[DriverError]
        if status in (401, 403):
            kind = AuthenticationError
            if not self._token:
                text += " Give token (BOOK_STORE_TOKEN)."
        elif status in (404, 410):
            kind = ObjectNotFoundError
        elif status == 429:
            kind = RateLimitError
        elif status >= 500:
            kind = ServerError
        else:
            kind = InvalidRequestError
        raise self.problem(kind, text, message, response)

    def _redacted(self, text: str) -> str:
        if self._token:
            for spelling in {self._token, quote(self._token, safe=""), quote_plus(self._token)}:
                text = text.replace(spelling, "***")
        return text


def wait_asked_for(response: httpx2.Response) -> float | None:
    """Seconds that the API asks to wait, in either spelling of Retry-After."""
    value = response.headers.get("retry-after", "").strip()
    if value.isdigit():
        return float(value)
    try:
        date = email.utils.parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    return max(0.0, date.timestamp() - time.time())
