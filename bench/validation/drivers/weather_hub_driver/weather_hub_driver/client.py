"""WeatherHubDriver: all that a caller needs."""

import difflib
import os
from collections.abc import Iterable, Iterator
from typing import Any, Self
from urllib.parse import quote, urlencode

import httpx2

from ._api import BASE_URL, ENVIRONMENT, FIELDS, OBJECTS, OPERATIONS, Resource
from ._transport import Transport
from .exceptions import (
    DriverError,
    InvalidRequestError,
    NotSupportedError,
    ObjectNotFoundError,
    UnexpectedResponseError,
)
from .types import DriverCapabilities

Record = dict[str, Any]


class WeatherHubDriver:
    """Driver for Weather Hub: sensors and alerts."""

    def __init__(
        self,
        base_url: str = BASE_URL,
        *,
        api_key: str | None = None,
        timeout: float = 30.0,
        max_retries: int = 3,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        """`timeout` is in seconds; `transport` replaces the network."""
        self._transport = Transport(base_url, api_key, timeout, max_retries, transport)

    @classmethod
    def from_env(cls, **overrides: Any) -> Self:
        """A driver set up by WEATHER_HUB_BASE_URL, WEATHER_HUB_API_KEY."""
        found: dict[str, Any] = {k: os.environ[v] for k, v in ENVIRONMENT.items() if os.environ.get(v)}
        return cls(**{**found, **overrides})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        self._transport.close()

    def get_capabilities(self) -> DriverCapabilities:
        return DriverCapabilities(
            read=True,
            create=any(o.create for o in OBJECTS.values()),
            update=any(o.update for o in OBJECTS.values()),
            delete=any(o.delete for o in OBJECTS.values()),
            pagination={name: o.paging for name, o in OBJECTS.items()},
            auth=["api_key"],
            max_page_size=100,
        )

    def list_objects(self) -> list[str]:
        return list(OBJECTS)

    def get_fields(self, object_name: str) -> dict[str, Record]:
        """Field -> its type, required, nullable and description."""
        self._resource(object_name)
        return {
            name: {"type": kind, "required": required, "nullable": False, "description": ""}
            for name, (kind, required) in FIELDS[object_name].items()
        }

    def read(self, object_name: str, *, limit: int | None = None, **params: Any) -> list[Record]:
        """All records of an object, or the first `limit`; `params` are the API's own."""
        return [record for page in self._pages(object_name, params, limit, None) for record in page]

    def read_batched(self, object_name: str, *, batch_size: int = 100, **params: Any) -> Iterator[list[Record]]:
        """The records as they arrive, at most `batch_size` at a time."""
        for page in self._pages(object_name, params, None, batch_size):
            for start in range(0, len(page), batch_size):
                yield page[start : start + batch_size]

    def create(self, object_name: str, data: Record, **params: Any) -> Record:
        """Create a record; the answer is what the API returns of it."""
        return self._call(self._verb(object_name, "create"), {**params, "body": data}) or {}

    def update(self, object_name: str, record_id: str | int, data: Record, **params: Any) -> Record:
        """Nothing can be changed in this API: a NotSupportedError."""
        return self._call(self._verb(object_name, "update"), {**params, "id": record_id, "body": data}) or {}

    def delete(self, object_name: str, record_id: str | int, **params: Any) -> None:
        """Nothing can be deleted in this API: a NotSupportedError."""
        self._call(self._verb(object_name, "delete"), {**params, "id": record_id})

    def list_operations(self) -> list[str]:
        return list(OPERATIONS)

    def call_operation(self, operation: str, **params: Any) -> Any:
        """Call an operation by its name; the request body goes as `body`."""
        if operation not in OPERATIONS:
            raise _unknown("operation", operation, OPERATIONS)
        return self._call(operation, params)

    def call_endpoint(self, method: str, path: str, *, params: Record | None = None, json: Any = None) -> Any:
        """Call any path below the base URL, known or not."""
        query = urlencode(params or {}, doseq=True, quote_via=quote)
        url = self._transport.url(f"{path}?{query}" if query else path)
        return self._transport.decode(self._transport.send(method, url, json))

    def check_connection(self) -> None:
        """Raise a DriverError unless the API answers and takes the key."""
        self.read("alerts", limit=1)

    def _pages(
        self, object_name: str, params: Record, limit: int | None, batch_size: int | None
    ) -> Iterator[list[Record]]:
        resource, arguments = self._resource(object_name), dict(params)
        if resource.read_one and "sensor_id" in arguments:
            yield self._records("", *self._answer(resource.read_one, arguments))[:limit]
            return
        if resource.size:
            size = min(batch_size or 100, 100 if limit is None else max(limit, 1), 100)
            arguments.setdefault(resource.size, size)
        body, response = self._answer(resource.read, arguments)
        seen, count = {str(response.request.url)}, 0
        previous: list[Record] | None = None
        while True:
            page = self._records(resource.records, body, response)
            if page and page == previous:
                raise self._strange("The same page came twice.", response, count)
            previous = page
            taken = page if limit is None else page[: limit - count]
            count += len(taken)
            yield taken
            location = _next(resource, body, response)
            if not location or (limit is not None and count >= limit):
                return
            url = self._transport.next_url(location, response)
            if str(url) in seen:
                raise self._strange("The next page is one that was read.", response, count)
            seen.add(str(url))
            response = self._transport.send("GET", url)
            body = self._transport.decode(response)

    def _records(self, key: str, body: Any, response: httpx2.Response) -> list[Record]:
        if body is None:
            return []
        if key and isinstance(body, dict):
            if key not in body:
                raise self._strange(f"The answer has no {key!r}, only {sorted(body)}.", response, 0)
            body = body[key]
        items = body if isinstance(body, list) else [body]
        return [item if isinstance(item, dict) else {"value": item} for item in items]

    def _strange(self, message: str, response: httpx2.Response, count: int) -> DriverError:
        request = response.request
        error = self._transport.error(UnexpectedResponseError, message, request.method, request.url, response)
        error.details["records_read"] = count
        return error

    def _call(self, name: str, arguments: Record) -> Any:
        return self._answer(name, arguments)[0]

    def _answer(self, name: str, arguments: Record) -> tuple[Any, httpx2.Response]:
        operation = OPERATIONS[name]
        in_path = [part[1:-1] for part in operation.path.split("/") if part.startswith("{")]
        needed = [*in_path, "body"] if operation.body else in_path
        known = [*needed, *operation.query]
        missing = [a for a in needed if arguments.get(a) is None]
        details: Record = {"method": operation.method, "path": operation.path}
        if missing or set(arguments) - set(known):
            details |= {"known": known, "missing": missing}
            raise InvalidRequestError(f"{name} takes {', '.join(known) or 'nothing'}.", details=details)
        path = operation.path
        for argument in in_path:
            value = str(arguments[argument])
            if value in ("", ".", ".."):
                raise InvalidRequestError(f"{argument} cannot be {value!r}.", details=details)
            path = path.replace("{" + argument + "}", quote(value, safe=""))
        values = {a: arguments[a] for a in operation.query if arguments.get(a) is not None}
        query = urlencode(values, doseq=True, quote_via=quote)
        url = self._transport.url(f"{path}?{query}" if query else path)
        response = self._transport.send(operation.method, url, arguments.get("body"))
        return self._transport.decode(response), response

    def _resource(self, object_name: str) -> Resource:
        if object_name not in OBJECTS:
            raise _unknown("object", object_name, OBJECTS)
        return OBJECTS[object_name]

    def _verb(self, object_name: str, verb: str) -> str:
        resource = self._resource(object_name)
        name = getattr(resource, verb)
        if not name:
            verbs = [v for v in ("read", "create", "update", "delete") if getattr(resource, v)]
            message = f"{object_name} cannot {verb}, only {', '.join(verbs)}."
            raise NotSupportedError(message, details={"supported": verbs})
        return name


def _next(resource: Resource, body: Any, response: httpx2.Response) -> str | None:
    if resource.paging == "link_header":
        return response.links.get("next", {}).get("url")
    return body.get("next") if isinstance(body, dict) else None


def _unknown(kind: str, name: str, known: Iterable[str]) -> ObjectNotFoundError:
    alike = difflib.get_close_matches(name, known, cutoff=0.5)
    return ObjectNotFoundError(f"No {kind} is called {name!r}; see list_{kind}s().", suggestions=alike)
