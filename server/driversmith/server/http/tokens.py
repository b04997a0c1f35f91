"""Bearer tokens that were given names: tokens.toml, and DRIVERSMITH_HTTP_TOKENS. Of each only the digest is kept here."""

import hashlib
import os
import re
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path

from driversmith.engine.errors import InvalidArgumentError
from driversmith.engine.models.principal import Principal
from driversmith.engine.settings import Settings
from mcp.server.auth.provider import AccessToken

from .private_files import read_private, write_private

SHORTEST = 16
"""Characters of a token."""
DIGEST = "sha256:"
VARIABLE = "env:"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*", re.ASCII)
_HEAD = (
    "# Bearer tokens of `driversmith serve --http`, one a line: NAME = sha256:HEX, env:VARIABLE, or the token itself.\n"
)


class PrincipalToken(AccessToken):
    """What a request's token says: whose it is. The token itself is not in it."""

    principal: Principal

    @classmethod
    def of(
        cls, principal: Principal, *, scopes: list[str] | None = None, resource: str | None = None
    ) -> "PrincipalToken":
        """For a principal; the SDK compares `client_id` where it asks who opened a connection."""
        return cls(token="", client_id=principal.name, scopes=scopes or [], resource=resource, principal=principal)


class KnownTokens:
    """Verifies tokens by their digests."""

    def __init__(self, principals: Mapping[str, Principal]) -> None:
        """`principals` by the digest (`digest_of`) of their tokens."""
        self._principals = principals

    async def verify_token(self, token: str) -> PrincipalToken | None:
        """Whose token it is; None where it is nobody's."""
        principal = self._principals.get(digest_of(token))
        return PrincipalToken.of(principal) if principal else None


def digest_of(token: str) -> str:
    """sha256 as hex: comparing digests tells nothing of how much of a token was right."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def named_tokens(settings: Settings) -> tuple[dict[str, Principal], list[str]]:
    """Principals by the digests of their tokens, and the tokens that are known as they are, for redaction.

    Raises:
        InvalidArgumentError: the file or the setting cannot be used; the message shows no token.
    """
    principals: dict[str, Principal] = {}
    plain: list[str] = []
    named = [(str(settings.tokens_file), *item) for item in _of_file(settings.tokens_file).items()]
    named += [("DRIVERSMITH_HTTP_TOKENS", *item) for item in _of_setting(settings)]
    for where, name, value in named:
        digest, token = _read(where, name, value)
        if principals.setdefault(digest, Principal.of_token(name)) != Principal.of_token(name):
            raise InvalidArgumentError(
                f"{where}: {name} has the token of another name.", next_action="Give each name a token of its own."
            )
        plain += [token] if token else []
    return principals, plain


def add_token(path: Path, name: str) -> str:
    """A new token of this name; the file keeps its digest.

    Raises:
        InvalidArgumentError: the name cannot be used or has a token already, or the file cannot be used.
    """
    values = _of_file(path)
    _check_name(str(path), name)
    if name in values:
        raise InvalidArgumentError(
            f"{name} has a token already.",
            next_action=f"Run `driversmith tokens remove {name}` first, or take another name.",
        )
    token = new_token()
    _write(path, {**values, name: DIGEST + digest_of(token)})
    return token


def token_names(path: Path) -> list[str]:
    """The names in the file.

    Raises:
        InvalidArgumentError: the file cannot be used.
    """
    return list(_of_file(path))


def remove_token(path: Path, name: str) -> bool:
    """Take the token of this name away; whether there was one. Sessions of the name stay, for a later token of it.

    Raises:
        InvalidArgumentError: the file cannot be used.
    """
    values = _of_file(path)
    if values.pop(name, None) is None:
        return False
    _write(path, values)
    return True


def new_token() -> str:
    """256 bits that nobody guesses."""
    return f"ds_{secrets.token_urlsafe(32)}"


def _of_file(path: Path) -> dict[str, str]:
    text = read_private(path)
    example = 'Write one token a line: NAME = "sha256:HEX"; `driversmith tokens add NAME` does.'
    try:
        values = tomllib.loads(text or "")
    except tomllib.TOMLDecodeError as error:
        raise InvalidArgumentError(f"{path} is not valid TOML: {error}.", next_action=example) from None
    for name, value in values.items():
        if not isinstance(value, str):
            raise InvalidArgumentError(f"{path}: {name} is not a text.", next_action=example)
    return values


def _of_setting(settings: Settings) -> list[tuple[str, str]]:
    if settings.http_tokens is None:
        return []
    pairs = [pair.strip().partition("=") for pair in settings.http_tokens.get_secret_value().split(",") if pair.strip()]
    return [(name.strip(), value.strip()) for name, _, value in pairs]


def _read(where: str, name: str, value: str) -> tuple[str, str | None]:
    """The digest of a token, and the token where it is known."""
    _check_name(where, name)
    if value.startswith(DIGEST):
        digest = value.removeprefix(DIGEST).lower()
        if not re.fullmatch(r"[0-9a-f]{64}", digest, re.ASCII):
            raise InvalidArgumentError(f"{where}: {name} is no sha256 digest.", next_action="Give 64 hex digits.")
        return digest, None
    if value.startswith(VARIABLE):
        variable = value.removeprefix(VARIABLE)
        value = os.environ.get(variable, "")
        if not value:
            raise InvalidArgumentError(
                f"{where}: the environment variable {variable} of {name} is not set.", next_action=f"Set {variable}."
            )
    if len(value) < SHORTEST or not _TOKEN.fullmatch(value):
        raise InvalidArgumentError(
            f"{where}: the token of {name} has fewer than {SHORTEST} characters, or characters that no bearer token has.",
            next_action="Take letters, digits and -._~+/ alone; `driversmith tokens add NAME` makes one.",
        )
    return digest_of(value), value


def _check_name(where: str, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise InvalidArgumentError(
            f"{where}: {name[:80]!r} is no name for a token.",
            next_action="Take letters, digits, dots, - and _, 64 at most.",
        )


def _write(path: Path, values: Mapping[str, str]) -> None:
    lines = [f"{_quoted(name)} = {_quoted(value)}\n" for name, value in values.items()]
    write_private(path, _HEAD + "".join(lines))


def _quoted(text: str) -> str:
    escaped = "".join(c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in text)
    return f'"{escaped}"'
