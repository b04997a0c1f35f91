"""HTTP: credentials, retries, redirects, errors."""

import base64
import email.utils
import json
import random
import time
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

RETRIED = (429, 500, 502, 503, 504)


class Transport:
    def __init__(self, base_url: str, credentials: dict[str, str | None], token_url: str, **options: Any) -> None:
        self.base_url = base_url.rstrip("/")
        self.origin = httpx2.URL(self.base_url)
        self.credentials = {k: v for k, v in credentials.items() if v}
        self.token_url = str(httpx2.URL(self.base_url + "/").join(token_url))
        self.max_retries = options["max_retries"]
        self.client = httpx2.Client(timeout=options["timeout"], transport=options["transport"])
        self.token: str | None = None

    def request(
        self, method: str, path: str, query: list[tuple[str, str]], content: bytes | None, headers: dict[str, str]
    ) -> httpx2.Response:
        url = self.base_url + path + (f"?{urlencode(query, quote_via=quote)}" if query else "")
        return self.request_url(method, url, content, headers)

    def request_url(self, method: str, url: str, content: bytes | None, headers: dict[str, str]) -> httpx2.Response:
        tries = 1 + (self.max_retries if method in ("GET", "HEAD") else 0)
        for number in range(tries):
            last = number == tries - 1
            pause = random.uniform(0, 0.25 * 2**number)  # noqa: S311 - jitter
            try:
                response = self._once(method, url, content, headers)
            except (DriverConnectionError, DriverTimeoutError):
                if last:
                    raise
                time.sleep(pause)
                continue
            if response.status_code in RETRIED and not last:
                after = retry_after(response)
                time.sleep(pause if after is None else min(after, 60.0))
                continue
            return self._checked(method, url, response)
        raise AssertionError

    def home(self, url: str, seen: httpx2.URL) -> str:
        """The path and query of a URL, at our origin."""
        target = seen.join(url)
        return str(self.origin.copy_with(raw_path=target.raw_path))

    def _once(self, method: str, url: str, content: bytes | None, headers: dict[str, str]) -> httpx2.Response:
        try:
            response = self._follow(method, url, content, headers)
            if response.status_code == 401 and self.token:
                self.token = None
                response = self._follow(method, url, content, headers)
            return response
        except httpx2.TimeoutException:
            raise self.error(DriverTimeoutError, "No answer in time.", method, url) from None
        except httpx2.TransportError:
            raise self.error(DriverConnectionError, "No connection.", method, url) from None
        except httpx2.InvalidURL:
            raise self.error(UnexpectedResponseError, "A redirect to nowhere.", method, url) from None

    def _follow(self, method: str, url: str, content: bytes | None, headers: dict[str, str]) -> httpx2.Response:
        for _ in range(6):
            at_home = same_origin(httpx2.URL(url), self.origin)
            request = self._build(method, url, content, headers, bare=not at_home)
            response = self.client.send(request)
            if response.status_code not in (301, 302, 303, 307, 308) or "location" not in response.headers:
                return response
            url = str(request.url.join(response.headers["location"]))
            safe = method in ("GET", "HEAD")
            if not safe and not same_origin(httpx2.URL(url), self.origin):
                break
            if response.status_code in (301, 302, 303) and not safe:
                method, content = "GET", None
        raise self.error(UnexpectedResponseError, "It redirects too often or too far.", method, url)

    def _build(
        self, method: str, url: str, content: bytes | None, headers: dict[str, str], *, bare: bool
    ) -> httpx2.Request:
        target, sent = httpx2.URL(url), dict(headers)
        if bare:
            return httpx2.Request(method, target)
        if key := self.credentials.get("api_key"):
            target = target.copy_set_param("api_key", key)
        elif token := self.credentials.get("token"):
            sent["Authorization"] = f"Bearer {token}"
        elif "client_id" in self.credentials and "client_secret" in self.credentials:
            sent["Authorization"] = f"Bearer {self._fetch_token()}"
        return httpx2.Request(method, target, content=content, headers=sent)

    def _fetch_token(self) -> str:
        if self.token is None:
            pair = f"{self.credentials['client_id']}:{self.credentials['client_secret']}"
            headers = {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
            response = self.client.post(self.token_url, data={"grant_type": "client_credentials"}, headers=headers)
            self.token = str(self._checked("POST", self.token_url, response).json()["access_token"])
        return self.token

    def _checked(self, method: str, url: str, response: httpx2.Response) -> httpx2.Response:
        status = response.status_code
        if status < 300:
            return response
        text = f"HTTP {status}: {response.text[:200]}"
        if status in (401, 403):
            if not self.credentials:
                text += " Give api_key (HARBOUR_API_KEY), token (HARBOUR_TOKEN) or client_id and client_secret."
            raise self.error(AuthenticationError, text, method, url, status)
        if status == 429:
            raise self.error(RateLimitError, text, method, url, status, retry_after=retry_after(response))
        kinds = {404: ObjectNotFoundError, 410: ObjectNotFoundError}
        kind = ServerError if status >= 500 else kinds.get(status, InvalidRequestError)
        raise self.error(kind, text, method, url, status)

    def json(self, method: str, response: httpx2.Response) -> Any:
        if not response.content:
            return None
        try:
            return json.loads(response.content)
        except ValueError:
            url = str(response.request.url)
            raise self.error(UnexpectedResponseError, "Not JSON.", method, url, response.status_code) from None

    def error(
        self, kind: type[DriverError], text: str, method: str, url: str, status: int | None = None, **more: Any
    ) -> DriverError:
        details = {"method": method, "path": httpx2.URL(url.partition("?")[0]).path}
        if status:
            details["status"] = status
        return kind(self.redact(text), details=details, **more)

    def redact(self, text: str) -> str:
        for value in [*self.credentials.values(), self.token or ""]:
            for spelling in (value, quote(value, safe=""), quote_plus(value)):
                text = text.replace(spelling, "***") if spelling else text
        return text


def same_origin(one: httpx2.URL, other: httpx2.URL) -> bool:
    return (one.scheme, one.host, one.port) == (other.scheme, other.host, other.port)


def retry_after(response: httpx2.Response) -> float | None:
    text = response.headers.get("retry-after", "")
    if text.isdigit():
        return float(text)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except ValueError:
        return None
