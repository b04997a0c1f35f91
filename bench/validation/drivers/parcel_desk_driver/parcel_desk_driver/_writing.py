"""The layer that writes."""

from typing import Any

from ._catalogue import OPERATIONS
from ._reading import Reader
from .exceptions import NotSupportedError


class Writer(Reader):
    """Creates, changes and deletes records."""

    def create(self, object_name: str, data: dict[str, Any], **params: Any) -> dict[str, Any]:
        """A new record."""
        return self._perform(self._operation(object_name, "create"), {**params, "body": data}) or {}

    def update(self, object_name: str, record_id: str | int, data: dict[str, Any], **params: Any) -> dict[str, Any]:
        """A record with new values."""
        operation = self._operation(object_name, "update")
        return self._perform(operation, {**params, self._key_of(operation): record_id, "body": data}) or {}

    def delete(self, object_name: str, record_id: str | int, **params: Any) -> None:
        """A record no more."""
        operation = self._operation(object_name, "delete")
        self._perform(operation, {**params, self._key_of(operation): record_id})

    def _operation(self, object_name: str, verb: str) -> str:
        verbs = self._verbs(object_name)
        if verb not in verbs:
            raise NotSupportedError(f"{object_name} has no {verb}; it has {', '.join(verbs)}.")
        return verbs[verb]

    @staticmethod
    def _key_of(operation: str) -> str:
        return OPERATIONS[operation][1].rpartition("{")[2].rstrip("}")
