"""Everything of the driver in one module: the driver class above, requests below."""

from __future__ import annotations

import difflib
import email.utils
import json as jsonlib
import os
import random
import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import httpx2

from .exceptions import (
    AuthenticationError,
    DriverConnectionError,
    DriverError,
    DriverTimeoutError,
    InvalidRequestError,
    NotSupportedError,
    ObjectNotFoundError,
    RateLimitError,
    ServerError,
    UnexpectedResponseError,
)
from .types import DriverCapabilities

RETRIED = {429, 500, 502, 503, 504}
LONGEST_WAIT = 60.0
MAX_PAGE = 50

# name: (path, required arguments, optional arguments)
OPERATIONS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "list_stations": ("/stations", (), ("page", "per_page", "country")),
    "get_station": ("/stations/{stationId}", ("stationId",), ()),
    "list_tides": ("/stations/{stationId}/tides", ("stationId", "date"), ("kinds",)),
    "get_moon": ("/moon", (), ()),
}
READERS = {"stations": "list_stations", "tides": "list_tides", "moon": "get_moon"}


def _field(kind: str, required: bool = False) -> dict[str, Any]:
    return {"type": kind, "required": required, "nullable": False, "description": ""}


FIELDS: dict[str, dict[str, dict[str, Any]]] = {
    "stations": {
        "id": _field("string", True),
        "name": _field("string", True),
        "latitude": _field("number"),
        "longitude": _field("number"),
        "country": _field("string"),
    },
    "tides": {"time": _field("string"), "height": _field("number"), "kind": _field("string")},
    "moon": {"phase": _field("string"), "age": _field("number")},
}


class TideTablesDriver:
    """Tides, stations and the moon; the API takes no credentials.

    >>> with TideTablesDriver() as driver:  # doctest: +SKIP
    ...     driver.read("tides", stationId="brest", date="2026-01-01")
    """

    def __init__(
        self,
        base_url: str = "https://api.tides.example/v1",
        *,
        timeout: float = 30.0,
        max_retries: int = 3,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        self._base = base_url.rstrip("/")
        self._origin = httpx2.URL(self._base)
        self._max_retries = max_retries
        self._client = httpx2.Client(timeout=timeout, transport=transport)

    @classmethod
    def from_env(cls, **overrides: Any) -> TideTablesDriver:
        """A driver for the base URL in TIDE_TABLES_BASE_URL."""
        arguments: dict[str, Any] = {}
        if base_url := os.environ.get("TIDE_TABLES_BASE_URL"):
            arguments["base_url"] = base_url
        arguments.update(overrides)
        return cls(**arguments)

    def __enter__(self) -> TideTablesDriver:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def get_capabilities(self) -> DriverCapabilities:
        """What this driver can do."""
        return DriverCapabilities(
            read=True,
            create=False,
            update=False,
            delete=False,
            pagination={"stations": "page", "tides": "none", "moon": "none"},
            auth=[],
            max_page_size=MAX_PAGE,
        )

    def list_objects(self) -> list[str]:
        """Names of the objects that can be read."""
        return sorted(READERS)

    def get_fields(self, object_name: str) -> dict[str, dict[str, Any]]:
        """Fields of an object: type, required, nullable, description."""
        self._reader(object_name)
        return FIELDS[object_name]

    def read(self, object_name: str, *, limit: int | None = None, **params: Any) -> list[dict[str, Any]]:
        """All records of an object, or the first `limit` of them."""
        records: list[dict[str, Any]] = []
        for page in self._pages(object_name, limit, None, params):
            records.extend(page)
        return records

    def read_batched(self, object_name: str, *, batch_size: int = 100, **params: Any) -> Iterator[list[dict[str, Any]]]:
        """Records of an object as they arrive, at most `batch_size` at a time."""
        for page in self._pages(object_name, None, batch_size, params):
            for start in range(0, len(page), batch_size):
                yield page[start : start + batch_size]

    def create(self, object_name: str, data: dict[str, Any], **params: Any) -> dict[str, Any]:
        """The API is read-only: always a NotSupportedError."""
        raise self._read_only(object_name, "create")

    def update(self, object_name: str, record_id: str | int, data: dict[str, Any], **params: Any) -> dict[str, Any]:
        """The API is read-only: always a NotSupportedError."""
        raise self._read_only(object_name, "update")

    def delete(self, object_name: str, record_id: str | int, **params: Any) -> None:
        """The API is read-only: always a NotSupportedError."""
        raise self._read_only(object_name, "delete")

    def list_operations(self) -> list[str]:
        """Names for `call_operation`."""
        return list(OPERATIONS)

    def call_operation(self, operation: str, **params: Any) -> Any:
        """The parsed answer of one operation."""
        if operation not in OPERATIONS:
            raise ObjectNotFoundError(
                f"There is no operation {operation!r}.", suggestions=difflib.get_close_matches(operation, OPERATIONS)
            )
        return self._call(operation, params)[0]

    def call_endpoint(self, method: str, path: str, *, params: Any = None, json: Any = None) -> Any:
        """Any request below the base URL."""
        query = urlencode(list((params or {}).items()), quote_via=quote)
        url = f"{self._base}{path}" + (f"?{query}" if query else "")
        content = None if json is None else jsonlib.dumps(json).encode()
        return self._parse(self._send(method, url, content))

    def check_connection(self) -> None:
        """Read one record, so that a DriverError says what is wrong."""
        self.read("stations", limit=1)

    def _read_only(self, object_name: str, verb: str) -> DriverError:
        self._reader(object_name)
        return NotSupportedError(f"{object_name} cannot {verb}: the API supports read only.")

    def _reader(self, object_name: str) -> str:
        if object_name not in READERS:
            close = difflib.get_close_matches(object_name, READERS)
            raise ObjectNotFoundError(f"There is no object {object_name!r}.", suggestions=close)
        return READERS[object_name]

    def _pages(
        self, object_name: str, limit: int | None, batch_size: int | None, params: Mapping[str, Any]
    ) -> Iterator[list[dict[str, Any]]]:
        operation, arguments = self._reader(object_name), dict(params)
        if object_name != "stations":
            body, response = self._call(operation, arguments)
            yield self._as_records(body, response)[:limit]
            return
        if "stationId" in arguments:
            body, response = self._call("get_station", arguments)
            yield self._as_records(body, response)[:limit]
            return
        wanted = min(batch_size or MAX_PAGE, MAX_PAGE if limit is None else max(limit, 1), MAX_PAGE)
        size = int(arguments.setdefault("per_page", wanted))
        page = int(arguments.get("page", 1))
        seen, previous = 0, None
        while limit is None or seen < limit:
            body, response = self._call(operation, {**arguments, "page": page})
            if isinstance(body, dict) and "data" not in body:
                raise self._error(UnexpectedResponseError, f"No data in the answer, only {sorted(body)}.", response)
            records = self._as_records(body["data"] if isinstance(body, dict) else body, response)
            if records and records == previous:
                error = self._error(UnexpectedResponseError, "The same page came twice.", response)
                error.details["records_read"] = seen
                raise error
            previous, arrived = records, len(records)
            if limit is not None:
                records = records[: limit - seen]
            seen += len(records)
            if records:
                yield records
            if arrived < min(size, MAX_PAGE):
                return
            page += 1

    def _as_records(self, body: Any, response: httpx2.Response) -> list[dict[str, Any]]:
        if body is None:
            return []
        if isinstance(body, dict):
            return [body]
        if not isinstance(body, list):
            raise self._error(UnexpectedResponseError, "The answer is no list.", response)
        return [item if isinstance(item, dict) else {"value": item} for item in body]

    def _call(self, operation: str, arguments: Mapping[str, Any]) -> tuple[Any, httpx2.Response]:
        path, required, optional = OPERATIONS[operation]
        known = [*required, *optional]
        missing = [name for name in required if arguments.get(name) is None]
        unknown = [name for name in arguments if name not in known]
        if missing or unknown:
            raise InvalidRequestError(
                f"{operation} takes {', '.join(known) or 'no arguments'}; missing: {missing}, unknown: {unknown}.",
                details={"method": "GET", "path": path, "known": known, "missing": missing},
            )
        query: list[tuple[str, str]] = []
        for name, value in arguments.items():
            if "{" + name + "}" in path:
                if str(value) in {"", ".", ".."}:
                    raise InvalidRequestError(f"{name} cannot be {value!r}.", details={"method": "GET", "path": path})
                path = path.replace("{" + name + "}", quote(str(value), safe=""))
            elif value is not None:
                query += [(name, _text(item)) for item in (value if isinstance(value, list) else [value])]
        suffix = f"?{urlencode(query, quote_via=quote)}" if query else ""
        response = self._send("GET", f"{self._base}{path}{suffix}")
        return self._parse(response), response

    def _send(self, method: str, url: str, content: bytes | None = None) -> httpx2.Response:
        tries = 1 + (self._max_retries if method in {"GET", "HEAD"} else 0)
        for attempt in range(tries):
            is_last = attempt == tries - 1
            pause = random.uniform(0, min(0.25 * 2**attempt, 8.0))  # noqa: S311 - jitter
            try:
                response = self._follow(method, url, content)
            except httpx2.TimeoutException as error:
                if is_last:
                    raise _failure(DriverTimeoutError, "No answer in time.", method, url) from error
            except httpx2.InvalidURL as error:
                raise _failure(UnexpectedResponseError, "A redirect to no URL.", method, url) from error
            except httpx2.TransportError as error:
                if is_last:
                    raise _failure(DriverConnectionError, "The API cannot be reached.", method, url) from error
            else:
                if response.status_code not in RETRIED or is_last:
                    return self._checked(response)
                after = _retry_after(response)
                pause = pause if after is None else min(after, LONGEST_WAIT)
            time.sleep(pause)
        raise _failure(DriverConnectionError, "The API cannot be reached.", method, url)

    def _follow(self, method: str, url: str, content: bytes | None) -> httpx2.Response:
        target, verb = httpx2.URL(url), method
        for _ in range(6):
            headers = {"Content-Type": "application/json"} if content is not None else {}
            response = self._client.send(httpx2.Request(verb, target, content=content, headers=headers))
            if response.status_code not in {301, 302, 303, 307, 308} or "location" not in response.headers:
                return response
            target = target.join(response.headers["location"])
            if method not in {"GET", "HEAD"} and not self._is_home(target):
                break
            if response.status_code < 307 and verb not in {"GET", "HEAD"}:
                verb, content = "GET", None
        raise _failure(UnexpectedResponseError, "It redirects too often or too far.", method, url)

    def _is_home(self, url: httpx2.URL) -> bool:
        return (url.scheme, url.host, url.port) == (self._origin.scheme, self._origin.host, self._origin.port)

    def _checked(self, response: httpx2.Response) -> httpx2.Response:
        status = response.status_code
        if status < 300:
            return response
        message = f"The API answered {status}: {response.text[:200]}"
        if status in {401, 403}:
            raise self._error(AuthenticationError, message, response)
        if status in {404, 410}:
            raise self._error(ObjectNotFoundError, message, response)
        if status == 429:
            error = RateLimitError(message, details=_details(response), retry_after=_retry_after(response))
            raise error
        if status >= 500:
            raise self._error(ServerError, message, response)
        raise self._error(InvalidRequestError, message, response)

    def _parse(self, response: httpx2.Response) -> Any:
        if not response.content:
            return None
        try:
            return jsonlib.loads(response.content)
        except ValueError as error:
            raise self._error(UnexpectedResponseError, "The answer is not JSON.", response) from error

    def _error(self, kind: type[DriverError], message: str, response: httpx2.Response) -> DriverError:
        return kind(message, details=_details(response))


def _details(response: httpx2.Response) -> dict[str, Any]:
    request = response.request
    return {"method": request.method, "path": request.url.path, "status": response.status_code}


def _failure(kind: type[DriverError], message: str, method: str, url: str) -> DriverError:
    return kind(message, details={"method": method, "path": httpx2.URL(url).path})


def _retry_after(response: httpx2.Response) -> float | None:
    value = response.headers.get("Retry-After", "")
    if value.isdigit():
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
