"""HTTP: credentials, retries, redirects, errors."""

import email.utils
import json
import random
import time
from typing import Any
from urllib.parse import quote, quote_plus

import httpx2

from . import exceptions as errors
from ._api import KEY_HEADER

SAFE = ("GET", "HEAD")
RETRIED = (429, 500, 502, 503, 504)
STATUSES: dict[int, type[errors.DriverError]] = {
    401: errors.AuthenticationError,
    403: errors.AuthenticationError,
    404: errors.ObjectNotFoundError,
    410: errors.ObjectNotFoundError,
    429: errors.RateLimitError,
}


class Transport:
    """Sends requests to the base URL, and the key nowhere else."""

    def __init__(
        self,
        base_url: str,
        api_key: str | None,
        timeout: float,
        max_retries: int,
        transport: httpx2.BaseTransport | None,
    ) -> None:
        self._base = httpx2.URL(base_url.rstrip("/"))
        self._api_key = api_key
        self._max_retries = max_retries
        self._client = httpx2.Client(timeout=timeout, transport=transport)

    def close(self) -> None:
        self._client.close()

    def url(self, target: str) -> httpx2.URL:
        """The URL of a path with its query, below the base URL."""
        return httpx2.URL(f"{self._base}{target}")

    def next_url(self, location: str, response: httpx2.Response) -> httpx2.URL:
        """Path and query of a link in an answer, at our own origin."""
        target = response.request.url.join(location)
        return self._base.copy_with(raw_path=target.raw_path)

    def send(self, method: str, url: httpx2.URL, body: Any = None) -> httpx2.Response:
        """The successful answer; GET and HEAD are tried again."""
        left, pause = (self._max_retries if method in SAFE else 0), 0.25
        while True:
            wait = None
            try:
                response = self._follow(method, url, body)
                if left <= 0 or response.status_code not in RETRIED:
                    return self._checked(response)
                wait = _retry_after(response)
            except httpx2.InvalidURL as error:
                raise self.error(errors.UnexpectedResponseError, "A redirect to nowhere.", method, url) from error
            except httpx2.TimeoutException as error:
                if left <= 0:
                    raise self.error(errors.DriverTimeoutError, "No answer in time.", method, url) from error
            except httpx2.TransportError as error:
                if left <= 0:
                    raise self.error(errors.DriverConnectionError, "No connection.", method, url) from error
            time.sleep(random.uniform(0, pause) if wait is None else min(wait, 60.0))  # noqa: S311 - jitter
            left, pause = left - 1, min(2 * pause, 8.0)

    def decode(self, response: httpx2.Response) -> Any:
        """The body as JSON; None where it is empty."""
        if not response.content:
            return None
        try:
            return json.loads(response.content)
        except ValueError as error:
            request = response.request
            raise self.error(
                errors.UnexpectedResponseError, "The answer is not JSON.", request.method, request.url, response
            ) from error

    def error(
        self,
        kind: type[errors.DriverError],
        message: str,
        method: str,
        url: httpx2.URL,
        response: httpx2.Response | None = None,
    ) -> errors.DriverError:
        """An error without the key in it."""
        details: dict[str, Any] = {"method": method, "path": url.path}
        if response is not None:
            details["status"] = response.status_code
        error = kind(self._redact(message), details=details)
        if isinstance(error, errors.RateLimitError) and response is not None:
            error.retry_after = _retry_after(response)
        return error

    def _follow(self, method: str, url: httpx2.URL, body: Any) -> httpx2.Response:
        content = None if body is None else json.dumps(body).encode()
        verb, target = method, url
        for _ in range(6):
            headers = {"Content-Type": "application/json"} if content is not None else {}
            if self._api_key and self._is_home(target):
                headers[KEY_HEADER] = self._api_key
            response = self._client.send(httpx2.Request(verb, target, headers=headers, content=content))
            location = response.headers.get("location")
            if location is None or response.status_code not in (301, 302, 303, 307, 308):
                return response
            target = target.join(location)
            if method not in SAFE and not self._is_home(target):
                break
            if response.status_code < 307 and verb not in SAFE:
                verb, content = "GET", None
        raise self.error(errors.UnexpectedResponseError, "It redirects too often or too far.", method, url)

    def _is_home(self, url: httpx2.URL) -> bool:
        return (url.scheme, url.host, url.port) == (self._base.scheme, self._base.host, self._base.port)

    def _checked(self, response: httpx2.Response) -> httpx2.Response:
        status, request = response.status_code, response.request
        if response.is_success:
            return response
        message = f"{request.method} {request.url.path} answered {status}: {response.text[:200]}"
        if status in (401, 403) and not self._api_key:
            message += " Give api_key (WEATHER_HUB_API_KEY)."
        kind = STATUSES.get(status, errors.ServerError if status >= 500 else errors.InvalidRequestError)
        raise self.error(kind, message, request.method, request.url, response)

    def _redact(self, text: str) -> str:
        if self._api_key:
            for spelling in (self._api_key, quote(self._api_key, safe=""), quote_plus(self._api_key)):
                text = text.replace(spelling, "***")
        return text


def _retry_after(response: httpx2.Response) -> float | None:
    value = response.headers.get("retry-after", "")
    if value.isdecimal():
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None
