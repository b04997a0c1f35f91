"""Requests, retries and errors."""

import time
from typing import Any, Protocol

import httpx2

from .exceptions import (
    AuthenticationError,
    DriverConnectionError,
    DriverTimeoutError,
    InvalidRequestError,
    ObjectNotFoundError,
    RateLimitError,
    ServerError,
    UnexpectedResponseError,
)


class Sleeper(Protocol):
    """Waits between tries."""

    def __call__(self, seconds: float) -> None: ...


class Transport:
    """Sends requests to one origin."""

    def __init__(
        self,
        base_url: str,
        *,
        headers: dict[str, str],
        timeout: float,
        max_retries: int,
        transport: httpx2.BaseTransport | None,
        sleep: Sleeper = time.sleep,
    ) -> None:
        self._client = httpx2.Client(base_url=base_url, headers=headers, timeout=timeout, transport=transport)
        self._max_retries = max_retries
        self._sleep = sleep

    def send(self, method: str, path: str, *, params: dict[str, Any] | None = None, json: Any = None) -> Any:
        """One request, retried where that is safe; the parsed body."""
        response = self._send_with_retries(method, path, params, json)
        details = {"method": method, "path": path, "status": response.status_code}
        if response.status_code in {401, 403}:
            raise AuthenticationError("The API refuses the credentials: give api_key.", details=details)
        if response.status_code in {404, 410}:
            raise ObjectNotFoundError(f"{path} does not exist.", details=details)
        if response.status_code == 429:
            retry_after = float(response.headers.get("Retry-After", 0) or 0)
            raise RateLimitError("Too many requests.", details=details, retry_after=retry_after)
        if response.status_code >= 500:
            raise ServerError(f"The API answered {response.status_code}.", details=details)
        if response.status_code >= 400:
            raise InvalidRequestError(f"The API answered {response.status_code}.", details=details)
        if not response.content:
            return None
        try:
            return response.json()
        except ValueError as error:
            raise UnexpectedResponseError("The answer is not JSON.", details=details) from error

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def _send_with_retries(self, method: str, path: str, params: Any, json: Any) -> httpx2.Response:
        attempt = 0
        while True:
            try:
                response = self._client.request(method, path, params=params, json=json)
            except httpx2.TimeoutException as error:
                if attempt >= self._max_retries or method != "GET":
                    raise DriverTimeoutError("No answer in time.", details={"path": path}) from error
            except httpx2.TransportError as error:
                if attempt >= self._max_retries or method != "GET":
                    raise DriverConnectionError("No connection.", details={"path": path}) from error
            else:
                retry = response.status_code in {429, 500, 502, 503, 504} and method == "GET"
                if not retry or attempt >= self._max_retries:
                    return response
            self._sleep(min(0.25 * 2**attempt, 8))
            attempt += 1
