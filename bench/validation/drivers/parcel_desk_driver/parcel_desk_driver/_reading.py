"""The layer that reads."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any
from urllib.parse import quote

from . import exceptions as exc
from ._base import Connection
from ._catalogue import OPERATIONS, VERBS, describe

MAX_LIMIT = 200


class Reader(Connection):
    """Objects, operations, records."""

    def list_objects(self) -> list[str]:
        """Names of all objects."""
        return list(VERBS)

    def list_operations(self) -> list[str]:
        """Names of all operations."""
        return sorted(OPERATIONS)

    def get_fields(self, object_name: str) -> dict[str, dict[str, Any]]:
        """Fields by name."""
        self._verbs(object_name)
        return describe(object_name)

    def read(self, object_name: str, *, limit: int | None = None, **params: Any) -> list[dict[str, Any]]:
        """All records, or the first `limit`."""
        return [record for chunk in self._walk(object_name, params, limit, MAX_LIMIT) for record in chunk]

    def read_batched(self, object_name: str, *, batch_size: int = 100, **params: Any) -> Iterator[list[dict[str, Any]]]:
        """Records in lists of at most `batch_size`, as they come."""
        for chunk in self._walk(object_name, params, None, batch_size):
            left = chunk
            while left:
                yield left[:batch_size]
                left = left[batch_size:]

    def call_operation(self, operation: str, **params: Any) -> Any:
        """One operation by name."""
        if operation not in OPERATIONS:
            raise exc.ObjectNotFoundError(
                f"{operation!r} is no operation.", suggestions=get_close_matches(operation, OPERATIONS)
            )
        return self._perform(operation, params)

    def call_endpoint(self, method: str, path: str, *, params: Any = None, json: Any = None) -> Any:
        """One request of any kind."""
        query = [(str(name), str(value)) for name, value in dict(params or {}).items()]
        return self._fetch(method, path, query, json)

    def check_connection(self) -> None:
        """Read one record."""
        self.read("depots", limit=1)

    def _verbs(self, object_name: str) -> dict[str, str]:
        verbs = VERBS.get(object_name)
        if verbs is None:
            raise exc.ObjectNotFoundError(
                f"{object_name!r} is no object.", suggestions=get_close_matches(object_name, VERBS)
            )
        return verbs

    def _walk(
        self, object_name: str, params: dict[str, Any], limit: int | None, size: int
    ) -> Iterator[list[dict[str, Any]]]:
        verbs = self._verbs(object_name)
        if "parcelId" in params and "read_one" in verbs:
            yield self._listed(self._perform(verbs["read_one"], params))[:limit]
            return
        if object_name != "parcels":
            yield self._listed(self._perform(verbs["read"], params))[:limit]
            return
        asked = int(params.get("limit_", min(size, MAX_LIMIT if limit is None else max(limit, 1), MAX_LIMIT)))
        offset, count = int(params.get("offset", 0)), 0
        before: list[dict[str, Any]] = []
        while limit is None or count < limit:
            body = self._perform(verbs["read"], {**params, "offset": offset, "limit_": asked})
            if isinstance(body, dict) and "items" not in body:
                raise self._strange(f"The answer has no items, but {sorted(body)}.", 0)
            chunk = self._listed(body["items"] if isinstance(body, dict) else body)
            if chunk and chunk == before:
                raise self._strange("The same page came twice.", count)
            before, arrived = chunk, len(chunk)
            offset += arrived
            chunk = chunk if limit is None else chunk[: limit - count]
            count += len(chunk)
            if chunk:
                yield chunk
            if arrived < asked:
                return

    def _strange(self, text: str, count: int) -> exc.DriverError:
        problem = self._problem(exc.UnexpectedResponseError, text, "GET", "/parcels")
        problem.details.update(records_read=count, status=200)
        return problem

    def _listed(self, body: Any) -> list[dict[str, Any]]:
        if body is None:
            return []
        items = body if isinstance(body, list) else [body]
        return [item if isinstance(item, dict) else {"value": item} for item in items]

    def _perform(self, operation: str, arguments: dict[str, Any]) -> Any:
        method, path, in_query, has_body = OPERATIONS[operation]
        in_path = [part[1:-1] for part in path.split("/") if part.startswith("{")]
        needed = [*in_path, "body"] if has_body else in_path
        known = [*needed, *in_query]
        missing = [name for name in needed if arguments.get(name) is None]
        if missing or not set(arguments) <= set(known):
            raise exc.InvalidRequestError(
                f"{operation} takes {', '.join(known) or 'no arguments'}.",
                details={"method": method, "path": path, "known": known, "missing": missing},
            )
        for name in in_path:
            text = str(arguments[name])
            if text in ("", ".", ".."):
                raise exc.InvalidRequestError(f"{name} cannot be {text!r}.", details={"method": method, "path": path})
            path = path.replace("{" + name + "}", quote(text, safe=""))
        query = [(wire, str(arguments[name])) for name, wire in in_query.items() if arguments.get(name) is not None]
        return self._fetch(method, path, query, arguments.get("body"))
