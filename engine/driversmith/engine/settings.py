"""Settings by environment, `DRIVERSMITH_*`."""

import os
import re
from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_data_path
from pydantic import BeforeValidator, Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

_PLACE = re.compile(r"(\[[0-9a-f:.]+\]|[^\s/@:\[\]]+):([0-9]{1,5})")
DESCRIPTION_TOO_LARGE = (
    "Raise DRIVERSMITH_MAX_DESCRIPTION_BYTES where driversmith runs, and name the objects that you want (objects), so that"
    " the driver stays small; or give a smaller description."
)
"""What to do about a description above `max_description_bytes`."""
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]


class Settings(BaseSettings):
    """What a person sets once; each field is the environment variable `DRIVERSMITH_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix="DRIVERSMITH_", frozen=True, extra="ignore", env_ignore_empty=True)

    home: Path = Field(default_factory=lambda: user_data_path("driversmith", appauthor=False))
    """State: the session database and credentials.toml."""
    output_dir: Path | None = None
    """Where drivers go when a call does not say; default `~/driversmith`, on the command line the current folder."""
    allow_local: Annotated[bool | frozenset[str], NoDecode] = False
    """0, 1, or a comma-separated list of host:port of local addresses that may be reached."""
    read_roots: Annotated[tuple[Path, ...], NoDecode] = ()
    """Over HTTP, the only folders (separated by the platform's path separator) that tools may read and write."""
    max_description_bytes: int = Field(default=64 << 20, ge=1024, le=1 << 30)
    """A larger API description is refused."""
    catalogue: Path | None = None
    """A catalogue of APIs in place of the one that comes with the package, as `driversmith catalogue refresh` writes it."""
    fetch_seconds: float = Field(default=30.0, gt=0, le=3600)
    """Total time for one fetch of a description."""
    lease_seconds: float = Field(default=30.0, gt=1, le=86_400)
    """A session whose owner has not renewed its claim for this long is free."""
    concurrent_sessions: int = Field(default=8, ge=1, le=1000)
    """How many sessions one server works on at once; more wait in the queue."""
    allow_unisolated: bool | None = None
    """Whether code that is not all from templates may run in a plain child process. Unset: what a session's model wrote
    may, a driver that somebody edited may not (docs/adr/0007). 1: both. 0: neither."""
    model_generate: str = Field(default="claude-sonnet-5-5", min_length=1)
    """The model that writes files. Key and endpoint come from ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL."""
    model_repair: str = Field(default="claude-sonnet-5-5", min_length=1)
    """The model that mends files."""
    model_research: str = Field(default="claude-haiku-5-5", min_length=1)
    """The model that reads documentation where there is no description."""
    model_diagnose: str = Field(default="claude-haiku-5-5", min_length=1)
    """The model that looks for the cause of a failure."""
    model_concurrency: int = Field(default=8, ge=1)
    """How many model requests one server has under way at once, over all sessions."""
    model_stall_seconds: float = Field(default=60.0, gt=0)
    """A model request from which nothing came for this long is given up and sent again."""
    model_request_seconds: float = Field(default=600.0, gt=0)
    """Longest time for one model request."""
    session_tokens: int = Field(default=2_000_000, ge=1)
    """Most tokens, cached ones included, that the model requests of one session may take."""
    host_wait_seconds: float = Field(default=3600.0, gt=0)
    """How long a session waits for a file of the calling agent before the templates finish the driver."""
    model_loopback_only: bool = False
    """Refuse every model endpoint that is not on this machine, so that tests cannot spend money."""
    log_level: Annotated[LogLevel, BeforeValidator(lambda value: str(value).upper())] = "WARNING"
    """DEBUG, INFO, WARNING, ERROR or CRITICAL; the log goes to standard error."""

    @field_validator("allow_local", mode="before")
    @classmethod
    def _parse_allow_local(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        text = value.strip().lower()
        if text in {"", "0", "false", "no"}:
            return False
        if text in {"1", "true", "yes"}:
            return True
        pairs = frozenset(p.strip() for p in text.split(",") if p.strip())
        if bad := sorted(p for p in pairs if not _is_place(p)):
            raise ValueError(f"it takes 0, 1 or host:port, host:port; {bad[0]!r} is not host:port")
        return pairs

    @field_validator("read_roots", mode="before")
    @classmethod
    def _parse_read_roots(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(Path(p) for p in value.split(os.pathsep) if p)
        return value

    @field_validator("home", "output_dir", "catalogue")
    @classmethod
    def _whole(cls, folder: Path | None) -> Path | None:
        """From where the process starts, so that it stays the same folder; `~` as a shell would have it."""
        return folder and folder.expanduser().absolute()

    @field_validator("read_roots")
    @classmethod
    def _all_whole(cls, folders: tuple[Path, ...]) -> tuple[Path, ...]:
        return tuple(folder.expanduser().absolute() for folder in folders)

    @property
    def database(self) -> Path:
        """The session database."""
        return self.home / "driversmith.db"

    @property
    def credentials_file(self) -> Path:
        """Credentials of target APIs, mode 600."""
        return self.home / "credentials.toml"

    @property
    def catalogue_file(self) -> Path | None:
        """The catalogue of APIs that is asked: the setting's, else the one that was refreshed last; None: the package's."""
        refreshed = self.home / "catalogue.json.gz"
        return self.catalogue or (refreshed if refreshed.is_file() else None)

    @property
    def prices_file(self) -> Path:
        """Prices of models that add to or replace those that come with driversmith."""
        return self.home / "prices.toml"

    @property
    def models(self) -> dict[str, str]:
        """The model id of each role."""
        return {
            "research": self.model_research,
            "generate": self.model_generate,
            "repair": self.model_repair,
            "diagnose": self.model_diagnose,
        }

    @property
    def runs_model_code(self) -> bool:
        """Whether code that a session's model wrote may run without isolation."""
        return self.allow_unisolated is not False

    @property
    def default_output_dir(self) -> Path:
        """Where drivers go when nothing else is said over MCP."""
        return self.output_dir or Path.home() / "driversmith"


def _is_place(pair: str) -> bool:
    """Whether this is host:port, with an IPv6 address in brackets."""
    match = _PLACE.fullmatch(pair)
    return match is not None and 1 <= int(match[2]) <= 65535
