"""The lowest layer of the driver: a connection that keeps the rules of the API."""

import abc
import json
import random
import time
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, ClassVar, Self
from urllib.parse import quote, quote_plus, urlencode

import httpx2

from . import exceptions as exc


class Connection(abc.ABC):
    """Sends requests; what they mean is for subclasses to say."""

    API_KEY_PARAMETER: ClassVar[str] = "key"
    RETRY_STATUSES: ClassVar[frozenset[int]] = frozenset({429, 500, 502, 503, 504})
    MAX_WAIT: ClassVar[float] = 60.0

    def __init__(
        self,
        base_url: str,
        api_key: str | None,
        timeout: float,
        max_retries: int,
        transport: httpx2.BaseTransport | None,
    ) -> None:
        self._root = base_url.rstrip("/")
        self._key = api_key
        self._retries = max_retries
        self._session = httpx2.Client(timeout=timeout, transport=transport)

    @property
    @abc.abstractmethod
    def env_prefix(self) -> str:
        """The beginning of all environment variables."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the session."""
        self._session.close()

    def _fetch(self, method: str, path: str, query: list[tuple[str, str]] | None = None, body: Any = None) -> Any:
        """One request and its parsed answer."""
        response = self._request(method, path, query or [], body)
        if not response.content:
            return None
        try:
            return json.loads(response.content)
        except ValueError as error:
            raise self._problem(exc.UnexpectedResponseError, "No JSON came.", method, path, response) from error

    def _request(self, method: str, path: str, query: list[tuple[str, str]], body: Any) -> httpx2.Response:
        left = self._retries if method in ("GET", "HEAD") else 0
        pause = 0.25
        while True:
            wait: float | None = None
            try:
                response = self._redirected(method, path, query, body)
                if left <= 0 or response.status_code not in self.RETRY_STATUSES:
                    return self._accepted(method, path, response)
                wait = self._asked_to_wait(response)
            except httpx2.InvalidURL as error:
                raise self._problem(exc.UnexpectedResponseError, "Redirected nowhere.", method, path) from error
            except httpx2.TimeoutException as error:
                if left <= 0:
                    raise self._problem(exc.DriverTimeoutError, "No answer in time.", method, path) from error
            except httpx2.TransportError as error:
                if left <= 0:
                    raise self._problem(exc.DriverConnectionError, "No connection.", method, path) from error
            time.sleep(random.uniform(0, pause) if wait is None else min(wait, self.MAX_WAIT))  # noqa: S311 - jitter
            left -= 1
            pause = min(2 * pause, 8.0)

    def _redirected(self, method: str, path: str, query: list[tuple[str, str]], body: Any) -> httpx2.Response:
        home = httpx2.URL(self._root)
        if self._key:
            query = [*query, (self.API_KEY_PARAMETER, self._key)]
        url = httpx2.URL(self._root + path + (f"?{urlencode(query, quote_via=quote)}" if query else ""))
        content = None if body is None else json.dumps(body).encode()
        verb = method
        for _ in range(6):
            headers = {"Content-Type": "application/json"} if content is not None else {}
            response = self._session.send(httpx2.Request(verb, url, content=content, headers=headers))
            if response.status_code not in (301, 302, 303, 307, 308) or "location" not in response.headers:
                return response
            url = url.join(response.headers["location"])
            stays = (url.scheme, url.host, url.port) == (home.scheme, home.host, home.port)
            if not stays and method not in ("GET", "HEAD"):
                break
            if stays and self._key:
                url = url.copy_set_param(self.API_KEY_PARAMETER, self._key)
            if response.status_code < 307 and verb not in ("GET", "HEAD"):
                verb, content = "GET", None
        raise self._problem(exc.UnexpectedResponseError, "Redirected too often or too far.", method, path)

    def _accepted(self, method: str, path: str, response: httpx2.Response) -> httpx2.Response:
        status = response.status_code
        if 200 <= status < 300:
            return response
        text = f"{method} {path} gave {status}: {response.text[:200]}"
        match status:
            case 401 | 403:
                hint = "" if self._key else f" Give api_key ({self.env_prefix}_API_KEY)."
                raise self._problem(exc.AuthenticationError, text + hint, method, path, response)
            case 404 | 410:
                raise self._problem(exc.ObjectNotFoundError, text, method, path, response)
            case 429:
                problem = self._problem(exc.RateLimitError, text, method, path, response)
                if isinstance(problem, exc.RateLimitError):
                    problem.retry_after = self._asked_to_wait(response)
                raise problem
            case _ if status >= 500:
                raise self._problem(exc.ServerError, text, method, path, response)
            case _:
                raise self._problem(exc.InvalidRequestError, text, method, path, response)

    def _problem(
        self,
        kind: type[exc.DriverError],
        text: str,
        method: str,
        path: str,
        response: httpx2.Response | None = None,
    ) -> exc.DriverError:
        details: dict[str, Any] = {"method": method, "path": path}
        if response is not None:
            details["status"] = response.status_code
        return kind(self._without_key(text), details=details)

    def _without_key(self, text: str) -> str:
        if not self._key:
            return text
        for spelling in (self._key, quote(self._key, safe=""), quote_plus(self._key)):
            text = text.replace(spelling, "***")
        return text

    @staticmethod
    def _asked_to_wait(response: httpx2.Response) -> float | None:
        value = response.headers.get("retry-after", "")
        if value.isdigit():
            return float(value)
        try:
            return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
        except (TypeError, ValueError):
            return None
