"""Following cursors."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx2

from ._http import HttpLink, Message
from ._model import Resource
from .exceptions import UnexpectedResponseError

Build = Callable[[dict[str, Any]], Message]


@dataclass
class Pager:
    """Walks through the pages of one resource."""

    link: HttpLink
    resource: Resource
    build: Build
    """From arguments to the message that reads a page."""

    def pages(self, arguments: dict[str, Any], limit: int | None) -> Iterator[list[dict[str, Any]]]:
        """Lists of records, up to `limit` together; a page is fetched only when it is asked for."""
        count, cursors = 0, set[str]()
        previous: list[dict[str, Any]] | None = None
        while True:
            message = self.build(arguments)
            response = self.link.exchange(message)
            body = self.link.parsed(message, response)
            found = self._records(body, message, response)
            if found and found == previous:
                raise self._again("page", message, response, count)
            previous = found
            taken = found if limit is None else found[: limit - count]
            count += len(taken)
            if taken:
                yield taken
            following = body.get(self.resource.cursor) if isinstance(body, dict) and self.resource.cursor else None
            if not following or (limit is not None and count >= limit):
                return
            if str(following) in cursors:
                raise self._again("cursor", message, response, count)
            cursors.add(str(following))
            arguments = {**arguments, "cursor": following}

    def _records(self, body: Any, message: Message, response: httpx2.Response) -> list[dict[str, Any]]:
        if body is None:
            return []
        envelope = self.resource.envelope
        if envelope and isinstance(body, dict):
            if envelope not in body:
                text = f"The answer has no {envelope!r}; it has {', '.join(sorted(body)) or 'nothing'}."
                raise self.link.problem(UnexpectedResponseError, text, message, response)
            body = body[envelope]
        return as_records(body)

    def _again(self, what: str, message: Message, response: httpx2.Response, count: int) -> Exception:
        error = self.link.problem(UnexpectedResponseError, f"The same {what} came again.", message, response)
        error.details["records_read"] = count
        return error


def as_records(value: Any) -> list[dict[str, Any]]:
    """A list of dicts, whatever the API gave."""
    items = value if isinstance(value, list) else [value]
    return [item if isinstance(item, dict) else {"value": item} for item in items]
