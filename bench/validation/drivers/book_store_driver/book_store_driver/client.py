"""The driver of the Book Store API."""

import json as json_format
import os
from collections.abc import Iterator
from dataclasses import asdict
from difflib import get_close_matches
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx2

from ._http import HttpLink, Message
from ._model import ENDPOINTS, RESOURCES, Endpoint, Resource
from ._paging import Pager, as_records
from .exceptions import InvalidRequestError, NotSupportedError, ObjectNotFoundError
from .types import DriverCapabilities

MAX_PAGE_SIZE = 100


class BookStoreDriver:
    """Books and their authors."""

    def __init__(
        self,
        base_url: str = "https://api.books.example/v2",
        *,
        token: str | None = None,
        timeout: float = 30.0,
        max_retries: int = 3,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        self._link = HttpLink(base_url, token, timeout=timeout, max_retries=max_retries, transport=transport)

    @classmethod
    def from_env(cls, **overrides: Any) -> Self:
        """Made from BOOK_STORE_BASE_URL and BOOK_STORE_TOKEN; `overrides` win."""
        names = {"base_url": "BOOK_STORE_BASE_URL", "token": "BOOK_STORE_TOKEN"}
        values: dict[str, Any] = {key: os.environ[name] for key, name in names.items() if os.environ.get(name)}
        values.update(overrides)
        return cls(**values)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def get_capabilities(self) -> DriverCapabilities:
        """What the API can do."""
        return DriverCapabilities(
            read=True,
            create=True,
            update=True,
            delete=True,
            pagination={name: "cursor" if r.cursor else "none" for name, r in RESOURCES.items()},
            auth=["bearer"],
            max_page_size=MAX_PAGE_SIZE,
        )

    def list_objects(self) -> list[str]:
        """Names only."""
        return [resource.name for resource in RESOURCES.values()]

    def get_fields(self, object_name: str) -> dict[str, dict[str, Any]]:
        """What is known of an object's fields."""
        return {name: asdict(info) for name, info in self._resource(object_name).fields.items()}

    def read(self, object_name: str, *, limit: int | None = None, **params: Any) -> list[dict[str, Any]]:
        """Records, all pages of them or the first `limit`."""
        resource = self._resource(object_name)
        if "book_id" in params and "read_one" in resource.verbs:
            return as_records(self._call(ENDPOINTS[resource.verbs["read_one"]], params))[:limit]
        found: list[dict[str, Any]] = []
        for page in self._pages(resource, params, limit, MAX_PAGE_SIZE if limit is None else max(1, limit)):
            found += page
        return found

    def read_batched(self, object_name: str, *, batch_size: int = 100, **params: Any) -> Iterator[list[dict[str, Any]]]:
        """Records in lists of at most `batch_size`."""
        for page in self._pages(self._resource(object_name), params, None, batch_size):
            yield from (page[start : start + batch_size] for start in range(0, len(page), batch_size))

    def create(self, object_name: str, data: dict[str, Any], **params: Any) -> dict[str, Any]:
        """Add a record."""
        return self._call(self._endpoint(object_name, "create"), {**params, "body": data}) or {}

    def update(self, object_name: str, record_id: str | int, data: dict[str, Any], **params: Any) -> dict[str, Any]:
        """Change a record."""
        endpoint = self._endpoint(object_name, "update")
        return self._call(endpoint, {**params, endpoint.in_path[-1]: record_id, "body": data}) or {}

    def delete(self, object_name: str, record_id: str | int, **params: Any) -> None:
        """Remove a record."""
        endpoint = self._endpoint(object_name, "delete")
        self._call(endpoint, {**params, endpoint.in_path[-1]: record_id})

    def list_operations(self) -> list[str]:
        """All that `call_operation` knows."""
        return list(ENDPOINTS)

    def call_operation(self, operation: str, **params: Any) -> Any:
        """Call one endpoint by name."""
        endpoint = ENDPOINTS.get(operation)
        if endpoint is None:
            close = get_close_matches(operation, ENDPOINTS)
            raise ObjectNotFoundError(f"No operation is called {operation!r}.", suggestions=close)
        return self._call(endpoint, params)

    def call_endpoint(self, method: str, path: str, *, params: Any = None, json: Any = None) -> Any:
        """Call any path below the base URL."""
        query = [(str(name), str(value)) for name, value in (params or {}).items()]
        body = None if json is None else json_format.dumps(json).encode()
        message = Message(method.upper(), path, query, body)
        return self._link.parsed(message, self._link.exchange(message))

    def check_connection(self) -> None:
        """Fail with a DriverError where the API does not answer."""
        self.read("authors", limit=1)

    def close(self) -> None:
        """Give all connections back."""
        self._link.close()

    def _pages(
        self, resource: Resource, params: dict[str, Any], limit: int | None, size: int
    ) -> Iterator[list[dict[str, Any]]]:
        endpoint = ENDPOINTS[resource.verbs["read"]]
        arguments = dict(params)
        if resource.cursor:
            arguments.setdefault("limit_", min(size, MAX_PAGE_SIZE))
        pager = Pager(self._link, resource, lambda values: self._message(endpoint, values))
        return pager.pages(arguments, limit)

    def _call(self, endpoint: Endpoint, params: dict[str, Any]) -> Any:
        message = self._message(endpoint, params)
        return self._link.parsed(message, self._link.exchange(message))

    def _message(self, endpoint: Endpoint, params: dict[str, Any]) -> Message:
        known = endpoint.arguments
        needed = [*endpoint.in_path, *(["body"] if endpoint.sends_body else [])]
        missing = [name for name in needed if params.get(name) is None]
        unknown = sorted(set(params) - set(known))
        if missing or unknown:
            details = {"method": endpoint.method, "path": endpoint.path, "known": known, "missing": missing}
            text = f"{endpoint.name} takes {', '.join(known) or 'nothing'}; missing {missing}, unknown {unknown}."
            raise InvalidRequestError(text, details=details)
        path = endpoint.path
        for name in endpoint.in_path:
            value = str(params[name])
            if value in ("", ".", ".."):
                raise InvalidRequestError(f"{name} cannot be {value!r}.", details={"path": path})
            path = path.replace(f"{{{name}}}", quote(value, safe=""))
        query = [(wire, str(params[name])) for name, wire in endpoint.query.items() if params.get(name) is not None]
        body = json_format.dumps(params["body"]).encode() if endpoint.sends_body else None
        return Message(endpoint.method, path, query, body)

    def _resource(self, object_name: str) -> Resource:
        try:
            return RESOURCES[object_name]
        except KeyError:
            close = get_close_matches(object_name, RESOURCES)
            raise ObjectNotFoundError(f"No object is called {object_name!r}.", suggestions=close) from None

    def _endpoint(self, object_name: str, verb: str) -> Endpoint:
        verbs = self._resource(object_name).verbs
        if verb not in verbs:
            raise NotSupportedError(f"{object_name} cannot {verb}; it can {', '.join(sorted(verbs))}.")
        return ENDPOINTS[verbs[verb]]
