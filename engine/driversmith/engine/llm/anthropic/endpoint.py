"""Where the model is, and with which key: from ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL, and nothing else."""

import ipaddress
import os
from collections.abc import Mapping
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator

from ...errors import InvalidArgumentError, ModelRejectedError
from ...models.base import Value

DEFAULT_BASE_URL = "https://api.anthropic.com"


class Endpoint(Value):
    """One endpoint of the Messages API."""

    api_key: SecretStr
    base_url: str = Field(default=DEFAULT_BASE_URL)

    @field_validator("base_url")
    @classmethod
    def _is_http(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("an http or https URL is wanted")
        return url.rstrip("/")

    @property
    def shown(self) -> str:
        """The base URL as it may stand in messages: without a user, a password, or a query."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"

    @property
    def is_loopback(self) -> bool:
        """Whether it is on this machine."""
        host = urlsplit(self.base_url).hostname or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"

    def check_allowed(self, *, loopback_only: bool) -> None:
        """Refuse an endpoint that could cost money where nothing may.

        Raises:
            ModelRejectedError: only endpoints on this machine may be asked.
        """
        if loopback_only and not self.is_loopback:
            raise ModelRejectedError(
                f"DRIVERSMITH_MODEL_LOOPBACK_ONLY is set, and {self.shown} is not on this machine.",
                fault="not_allowed",
                next_action="Unset it to let models be asked, or set ANTHROPIC_BASE_URL to an address on this machine.",
            )


def endpoint_from(environment: Mapping[str, str] = os.environ) -> Endpoint | None:
    """The endpoint that a person has set up; None where there is no key.

    Raises:
        InvalidArgumentError: ANTHROPIC_BASE_URL is no http or https URL.
    """
    key = environment.get("ANTHROPIC_API_KEY", "").strip()
    if not key:
        return None
    url = environment.get("ANTHROPIC_BASE_URL", "").strip() or DEFAULT_BASE_URL
    try:
        return Endpoint(api_key=SecretStr(key), base_url=url)
    except ValidationError as exc:
        shown = url.rpartition("@")[2]  # a password may stand before it
        raise InvalidArgumentError(f"ANTHROPIC_BASE_URL has to be an http or https URL, not {shown!r}.") from exc
