"""The driver of the Pet Shop API."""

import os
from collections.abc import Iterator
from typing import Any, Self
from urllib.parse import quote

import httpx2

from ._transport import Transport
from .exceptions import InvalidRequestError, NotSupportedError, ObjectNotFoundError, UnexpectedResponseError
from .types import DriverCapabilities

_PATHS = {"pets": "/pets", "orders": "/store/orders"}
_FIELDS: dict[str, dict[str, dict[str, Any]]] = {
    "pets": {
        "id": {"type": "integer", "required": True, "nullable": False, "description": ""},
        "name": {"type": "string", "required": True, "nullable": False, "description": "What it is called."},
    },
    "orders": {"id": {"type": "integer", "required": True, "nullable": False, "description": ""}},
}
_OPERATIONS = {
    "listPets": ("GET", "/pets"),
    "getPet": ("GET", "/pets/{petId}"),
    "addPet": ("POST", "/pets"),
    "listOrders": ("GET", "/store/orders"),
}


class PetShopDriver:
    """Reads and writes pets and orders.

    >>> with PetShopDriver() as driver:  # doctest: +SKIP
    ...     driver.read("pets", limit=3)
    """

    def __init__(
        self,
        base_url: str = "https://pets.example.com/v1",
        *,
        api_key: str | None = None,
        timeout: float = 30.0,
        max_retries: int = 3,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        headers = {"X-API-Key": api_key} if api_key else {}
        self._transport = Transport(
            base_url, headers=headers, timeout=timeout, max_retries=max_retries, transport=transport
        )

    @classmethod
    def from_env(cls, **overrides: Any) -> Self:
        """A driver from PET_SHOP_BASE_URL and PET_SHOP_API_KEY."""
        names = {"base_url": "PET_SHOP_BASE_URL", "api_key": "PET_SHOP_API_KEY"}
        found = {argument: os.environ[name] for argument, name in names.items() if name in os.environ}
        return cls(**{**found, **overrides})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def get_capabilities(self) -> DriverCapabilities:
        """What the driver can do."""
        pagination = {"pets": "page", "orders": "none"}
        return DriverCapabilities(True, True, True, True, pagination, ["api_key"], 100)

    def list_objects(self) -> list[str]:
        """Names of all objects."""
        return list(_PATHS)

    def get_fields(self, object_name: str) -> dict[str, dict[str, Any]]:
        """Fields of an object."""
        self._path(object_name)
        return _FIELDS[object_name]

    def read(self, object_name: str, *, limit: int | None = None, **params: Any) -> list[dict[str, Any]]:
        """Records of an object, all pages up to `limit`."""
        records: list[dict[str, Any]] = []
        for batch in self.read_batched(object_name, **params):
            records.extend(batch)
            if limit is not None and len(records) >= limit:
                return records[:limit]
        return records

    def read_batched(self, object_name: str, *, batch_size: int = 100, **params: Any) -> Iterator[list[dict[str, Any]]]:
        """Records of an object, page by page."""
        path, page, before = self._path(object_name), 1, None
        while True:
            records = self._transport.send("GET", path, params={**params, "page_number": page, "per_page": batch_size})
            if not isinstance(records, list):
                raise UnexpectedResponseError("The answer is no list.", details={"path": path})
            if not records:
                return
            if records == before:
                raise UnexpectedResponseError("A page came twice.", details={"path": path})
            yield records
            page, before = page + 1, records

    def create(self, object_name: str, data: dict[str, Any], **params: Any) -> dict[str, Any]:
        """Create a record."""
        return self._transport.send("POST", self._path(object_name), params=params, json=data) or {}

    def update(self, object_name: str, record_id: str | int, data: dict[str, Any], **params: Any) -> dict[str, Any]:
        """Change a record."""
        path = f"{self._path(object_name)}/{record_id}"
        return self._transport.send("PUT", path, params=params, json=data) or {}

    def delete(self, object_name: str, record_id: str | int, **params: Any) -> None:
        """Delete a record."""
        if object_name == "orders":
            raise NotSupportedError("Orders cannot be deleted; they support: read, create, update.")
        self._transport.send("DELETE", f"{self._path(object_name)}/{record_id}", params=params)

    def list_operations(self) -> list[str]:
        """Names of all operations."""
        return list(_OPERATIONS)

    def call_operation(self, operation: str, **params: Any) -> Any:
        """Call an operation by its name."""
        if operation not in _OPERATIONS:
            raise ObjectNotFoundError(f"There is no operation {operation}.", suggestions=list(_OPERATIONS))
        method, path = _OPERATIONS[operation]
        try:
            filled = path.format(**{name: quote(str(value), safe="") for name, value in params.items()})
            return self.call_endpoint(method, filled, json=params.get("body"))
        except KeyError as error:
            raise InvalidRequestError(f"{operation} needs {error}.") from error

    def call_endpoint(self, method: str, path: str, *, params: Any = None, json: Any = None) -> Any:
        """Send any request below the base URL."""
        return self._transport.send(method, path, params=params, json=json)

    def check_connection(self) -> None:
        """Raise a DriverError where the API cannot be used."""
        self.read("pets", limit=1)

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()

    def _path(self, object_name: str) -> str:
        if object_name not in _PATHS:
            raise ObjectNotFoundError(f"There is no object {object_name}.", suggestions=list(_PATHS))
        return _PATHS[object_name]
