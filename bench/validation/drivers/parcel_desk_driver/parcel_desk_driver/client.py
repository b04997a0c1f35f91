"""The uppermost layer: the driver itself."""

import os
from typing import Any, Self

import httpx2

from ._catalogue import VERBS
from ._reading import MAX_LIMIT
from ._writing import Writer
from .types import DriverCapabilities

DEFAULT_URL = "https://desk.parcels.example/api"


class ParcelDeskDriver(Writer):
    """Parcels and depots of the Parcel Desk API."""

    def __init__(
        self,
        base_url: str = DEFAULT_URL,
        *,
        api_key: str | None = None,
        timeout: float = 30.0,
        max_retries: int = 3,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        super().__init__(base_url, api_key, timeout, max_retries, transport)

    @property
    def env_prefix(self) -> str:
        return "PARCEL_DESK"

    @classmethod
    def from_env(cls, **overrides: Any) -> Self:
        """Set up by PARCEL_DESK_BASE_URL and PARCEL_DESK_API_KEY."""
        found: dict[str, Any] = {}
        for argument, variable in (("base_url", "PARCEL_DESK_BASE_URL"), ("api_key", "PARCEL_DESK_API_KEY")):
            value = os.getenv(variable)
            if value:
                found[argument] = value
        return cls(**{**found, **overrides})

    def get_capabilities(self) -> DriverCapabilities:
        """What can be done."""
        verbs = {verb for name in VERBS for verb in VERBS[name]}
        return DriverCapabilities(
            read="read" in verbs,
            create="create" in verbs,
            update="update" in verbs,
            delete="delete" in verbs,
            pagination={"parcels": "offset", "depots": "none"},
            auth=["api_key"],
            max_page_size=MAX_LIMIT,
        )
