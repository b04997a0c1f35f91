"""Settings by environment, `DRIVERSMITH_*`."""

import os
import re
from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_data_path
from pydantic import BeforeValidator, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from .models.principal import LOCAL, Principal

_PLACE = re.compile(r"(\[[0-9a-f:.]+\]|[^\s/@:\[\]]+):([0-9]{1,5})")
DESCRIPTION_TOO_LARGE = (
    "Raise DRIVERSMITH_MAX_DESCRIPTION_BYTES where driversmith runs, and name the objects that you want (objects), so that"
    " the driver stays small; or give a smaller description."
)
"""What to do about a description above `max_description_bytes`."""
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
LogFormat = Literal["text", "json"]


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
    """Total time for fetching a description: all pages that are looked at together."""
    lease_seconds: float = Field(default=30.0, gt=1, le=86_400)
    """A session whose owner has not renewed its claim for this long is free."""
    concurrent_sessions: int = Field(default=8, ge=1, le=1000)
    """How many sessions one server works on at once; more wait in the queue."""
    principal_sessions: int | None = Field(default=None, ge=1, le=1000)
    """How many of these may be of one principal that is not the local user; unset: half of them."""
    principal_unfinished: int = Field(default=50, ge=1, le=100_000)
    """How many unfinished sessions one principal may have that is not the local user; more are refused."""
    http_tokens: SecretStr | None = None
    """Over HTTP, bearer tokens and whose they are: NAME=TOKEN, comma-separated; beside those of tokens.toml."""
    http_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    """Over HTTP, host names (comma-separated, with a port where it is another one than that of the address) by which
    clients reach the server, besides the local ones."""
    oauth_issuer: str | None = None
    """Over HTTP, the authorization server whose access tokens (JWT) are accepted: its URL, as tokens name it."""
    oauth_resource: str | None = None
    """The URL by which clients know this server: what `aud` of a token must name."""
    oauth_jwks_url: str | None = None
    """Where the issuer's keys are; unset: as its metadata says."""
    oauth_introspection_url: str | None = None
    """Where the issuer is asked about tokens that are not JWTs (RFC 7662), with the client below; then no JWT is read here."""
    oauth_client_id: str = ""
    oauth_client_secret: SecretStr | None = None
    oauth_scopes: Annotated[tuple[str, ...], NoDecode] = ()
    """Scopes that a token must have, comma-separated."""
    allow_unisolated: bool = False
    """Whether code that is not all from templates may run in a plain child process, where this machine has no isolation for
    it (docs/adr/0019)."""
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

    log_format: Annotated[LogFormat, BeforeValidator(lambda value: str(value).lower())] = "text"
    """text, or json: one object a line, with time, level, logger, message, and exception and trace where there are some."""

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

    @field_validator("http_hosts", "oauth_scopes", mode="before")
    @classmethod
    def _parse_words(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(word.strip() for word in value.split(",") if word.strip())
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
    def tokens_file(self) -> Path:
        """Named bearer tokens for HTTP, mode 600."""
        return self.home / "tokens.toml"

    @property
    def local_token_file(self) -> Path:
        """The token of the local user for HTTP on loopback, mode 600; made where there is none."""
        return self.home / "http-token"

    @property
    def share_of_sessions(self) -> int:
        """How many sessions of one principal are worked on at once."""
        return self.principal_sessions or max(1, self.concurrent_sessions // 2)

    @property
    def principals_dir(self) -> Path:
        """Below it each principal but the local user has a folder for their drivers."""
        return self.default_output_dir / "principals"

    def output_dir_of(self, principal: Principal) -> Path:
        """Where drivers of a principal go when a call does not say."""
        return self.default_output_dir if principal == LOCAL else self.principals_dir / principal.folder

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
    def default_output_dir(self) -> Path:
        """Where drivers go when nothing else is said over MCP."""
        return self.output_dir or Path.home() / "driversmith"


def _is_place(pair: str) -> bool:
    """Whether this is host:port, with an IPv6 address in brackets."""
    match = _PLACE.fullmatch(pair)
    return match is not None and 1 <= int(match[2]) <= 65535
