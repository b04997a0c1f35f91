"""The driver's public face."""

import difflib
import json as json_module
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import httpx2

from ._api import FIELDS, OPERATIONS, PAGES, VERBS
from ._transport import Transport
from .exceptions import InvalidRequestError, NotSupportedError, ObjectNotFoundError, UnexpectedResponseError

ENVIRONMENT = ("base_url", "token_url", "api_key", "token", "client_id", "client_secret")


@dataclass(frozen=True)
class DriverCapabilities:
    read: bool = True
    create: bool = True
    update: bool = True
    delete: bool = True
    pagination: dict[str, str] = field(default_factory=lambda: {name: page[0] for name, page in PAGES.items()})
    auth: list[str] = field(default_factory=lambda: ["key", "bearer", "oauth"])
    max_page_size: int | None = 50


class HarbourDriver:
    def __init__(
        self,
        base_url: str = "https://api.harbour.example/v2",
        *,
        api_key: str | None = None,
        token: str | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        token_url: str = "/oauth/token",
        timeout: float = 30.0,
        max_retries: int = 3,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        keys = {"api_key": api_key, "token": token, "client_id": client_id, "client_secret": client_secret}
        options = {"timeout": timeout, "max_retries": max_retries, "transport": transport}
        self._transport = Transport(base_url, keys, token_url, **options)

    @classmethod
    def from_env(cls, **overrides: Any) -> "HarbourDriver":
        found = {name: os.environ.get(f"HARBOUR_{name.upper()}") for name in ENVIRONMENT}
        return cls(**{**{name: value for name, value in found.items() if value}, **overrides})

    def get_capabilities(self) -> DriverCapabilities:
        return DriverCapabilities()

    def list_objects(self) -> list[str]:
        return sorted(VERBS)

    def get_fields(self, object_name: str) -> dict[str, dict[str, Any]]:
        self._verbs(object_name)
        return FIELDS

    def list_operations(self) -> list[str]:
        return list(OPERATIONS)

    def read(self, object_name: str, *, limit: int | None = None, **params: Any) -> list[dict[str, Any]]:
        records: list[dict[str, Any]] = []
        for page in self._pages(object_name, limit, None, params):
            records += page
        return records

    def read_batched(self, object_name: str, *, batch_size: int = 100, **params: Any) -> Iterator[list[dict[str, Any]]]:
        for page in self._pages(object_name, None, batch_size, params):
            for start in range(0, len(page), batch_size):
                yield page[start : start + batch_size]

    def create(self, object_name: str, data: dict[str, Any], **params: Any) -> dict[str, Any]:
        return self._item(self._call(self._verb(object_name, "create"), {**params, "body": data}))

    def update(self, object_name: str, record_id: str | int, data: dict[str, Any], **params: Any) -> dict[str, Any]:
        name = self._verb(object_name, "update")
        return self._item(self._call(name, {**params, "ship_id": record_id, "body": data}))

    def delete(self, object_name: str, record_id: str | int, **params: Any) -> None:
        self._call(self._verb(object_name, "delete"), {**params, "ship_id": record_id})

    def call_operation(self, operation: str, **params: Any) -> Any:
        if operation not in OPERATIONS:
            close = difflib.get_close_matches(operation, OPERATIONS)
            raise ObjectNotFoundError(f"No operation {operation!r}.", details={}, suggestions=close)
        response = self._call(operation, params)
        kind = OPERATIONS[operation][4]
        if not response.content:
            return None
        if kind == "json":
            return self._transport.json(OPERATIONS[operation][0], response)
        return response.text if kind == "text" else response.content

    def call_endpoint(self, method: str, path: str, *, params: Any = None, json: Any = None) -> Any:
        content = None if json is None else json_module.dumps(json).encode()
        headers = {} if json is None else {"Content-Type": "application/json"}
        response = self._transport.request(method, path, list((params or {}).items()), content, headers)
        return self._transport.json(method, response)

    def check_connection(self) -> None:
        self.read("ships", limit=1)

    def close(self) -> None:
        self._transport.client.close()

    def __enter__(self) -> "HarbourDriver":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _verbs(self, object_name: str) -> dict[str, str]:
        if object_name not in VERBS:
            close = difflib.get_close_matches(object_name, VERBS)
            raise ObjectNotFoundError(f"No object {object_name!r}.", details={}, suggestions=close)
        return VERBS[object_name]

    def _verb(self, object_name: str, verb: str) -> str:
        verbs = self._verbs(object_name)
        if verb not in verbs:
            raise NotSupportedError(f"{object_name} has only {', '.join(verbs)}.")
        return verbs[verb]

    def _call(self, name: str, arguments: dict[str, Any]) -> httpx2.Response:
        method, path, known, media_type, _ = OPERATIONS[name]
        missing = [a for a, (_, _, required, _) in known.items() if required and a not in arguments]
        if missing or not set(arguments) <= set(known):
            details = {"known": list(known), "missing": missing}
            raise InvalidRequestError(f"{name} takes {', '.join(known)}.", details=details)
        query: list[tuple[str, str]] = []
        headers: dict[str, str] = {}
        content = None
        for argument, value in arguments.items():
            wire, location, _, style = known[argument]
            if location == "path":
                if str(value) in ("", ".", ".."):
                    raise InvalidRequestError(f"{argument} cannot be {value!r}.", details={})
                path = path.replace("{" + wire + "}", quote(str(value), safe=""))
            elif location == "query":
                query += pairs(wire, value, style)
            elif location == "header":
                headers[wire] = str(value)
            else:
                content, headers["Content-Type"] = encoded(value, media_type), media_type
        return self._transport.request(method, path, query, content, headers)

    def _item(self, response: httpx2.Response) -> dict[str, Any]:
        body = self._transport.json("POST", response)
        return body["data"] if body else {}

    def _pages(  # noqa: PLR0912 - all styles of paging in one place, so that faults are easy to plant
        self, object_name: str, limit: int | None, batch: int | None, params: dict[str, Any]
    ) -> Iterator[list[dict[str, Any]]]:
        verbs = self._verbs(object_name)
        if "read_one" in verbs and "ship_id" in params:
            yield [self._item(self._call(verbs["read_one"], params))]
            return
        style, position, size_name, first, documented, path, next_path = PAGES[object_name]
        name, arguments = verbs["read"], dict(params)
        asked = 0
        if size_name:
            wanted = batch or min(documented or 100, limit or 100)
            asked = int(arguments.setdefault(size_name, min(wanted, documented or wanted)))
        if first or style == "offset":
            arguments.setdefault(position, first)
        read, seen, previous = 0, set(), None
        response = self._call(name, arguments)
        while True:
            body = self._transport.json("GET", response)
            page = self._records(object_name, body, path, response)
            if page and page == previous:
                raise self._repeated(response, read)
            previous, count = page, len(page)
            if limit is not None:
                page = page[: limit - read]
            read += len(page)
            yield page
            if limit is not None and read >= limit:
                return
            if style in ("page", "offset"):
                if not count or (documented and count < asked):
                    return
                arguments[position] = int(arguments[position]) + (1 if style == "page" else count)
                response = self._call(name, arguments)
                continue
            following = self._next(style, body, response, next_path)
            if not following:
                return
            if following in seen:
                raise self._repeated(response, read)
            seen.add(following)
            if style == "cursor":
                arguments[position] = following
                response = self._call(name, arguments)
            else:
                url = self._transport.home(following, response.request.url)
                response = self._transport.request_url("GET", url, None, {})

    def _next(self, style: str, body: Any, response: httpx2.Response, path: tuple[str, ...]) -> str | None:
        if style == "link_header":
            return response.links.get("next", {}).get("url")
        for key in path:
            body = body.get(key) if isinstance(body, dict) else None
        return body or None if path else None

    def _records(
        self, object_name: str, body: Any, path: tuple[str, ...], response: httpx2.Response
    ) -> list[dict[str, Any]]:
        if body is None:
            return []
        for key in path:
            if not isinstance(body, dict) or key not in body:
                raise self._transport.error(
                    UnexpectedResponseError, f"No {key!r} in the answer.", "GET", str(response.request.url), 200
                )
            body = body[key]
        if object_name == "prices":
            return [{"key": key, **record} for key, record in body.items()]
        if isinstance(body, dict):
            return [body]
        if any(not isinstance(item, dict) for item in body):
            return [item if isinstance(item, dict) else {"value": item} for item in body]
        return list(body)

    def _repeated(self, response: httpx2.Response, read: int) -> Exception:
        url = str(response.request.url)
        error = self._transport.error(UnexpectedResponseError, "The same page came again.", "GET", url, 200)
        error.details["records_read"] = read
        return error


def pairs(name: str, value: Any, style: str) -> list[tuple[str, str]]:
    if style == "deep":
        return [(f"{name}[{key}]", text(item)) for key, item in value.items()]
    if isinstance(value, list):
        texts = [text(item) for item in value]
        return [(name, ",".join(texts))] if style == "joined" else [(name, item) for item in texts]
    return [(name, text(value))]


def text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def encoded(value: Any, media_type: str) -> bytes:
    if media_type.endswith("json"):
        return json_module.dumps(value).encode()
    if isinstance(value, dict):
        return urlencode(value).encode()
    return value if isinstance(value, bytes) else value.encode()
