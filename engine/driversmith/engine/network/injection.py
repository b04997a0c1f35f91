"""Real credentials in the place of placeholders: a driver under test never holds a key."""

import base64
import binascii
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, unquote_plus

from ..models.profile import AuthScheme
from .credentials import OriginCredentials

_GENERIC = {
    "api_key": ("api_key",),
    "bearer": ("token",),
    "basic": ("username", "password"),
    "oauth2_client_credentials": ("client_id", "client_secret"),
}


@dataclass(frozen=True)
class Secret:
    """One constructor argument of the driver: what the child is given, and what goes on the wire."""

    argument: str
    placeholder: str
    value: str


class Injector:
    """Puts credentials where the auth schemes say, only where the driver sent the placeholder, and drops all others."""

    def __init__(self, schemes: tuple[AuthScheme, ...], credentials: OriginCredentials | None) -> None:
        self._schemes = schemes
        self.credentials = credentials or OriginCredentials(origin="")
        self.secrets: list[Secret] = []
        self._used: set[str] = set()
        for scheme in schemes:
            known = self._known(scheme)
            self.secrets += [s for s in known if s.argument not in {k.argument for k in self.secrets}]
        self._substitutes = {s.placeholder: s.value for s in self.secrets}

    def driver_arguments(self) -> dict[str, str]:
        """Constructor arguments for the child: a placeholder for each credential that is known."""
        return {secret.argument: secret.placeholder for secret in self.secrets}

    def unused(self) -> tuple[str, ...]:
        """Names of credentials that the file has and no scheme of the API takes."""
        return tuple(name for name in self.credentials.arguments if name not in self._used)

    def substitute(self, placeholder: str, value: str) -> None:
        """Replace one more placeholder (an OAuth2 access token), or another value for the same one."""
        self._substitutes[placeholder] = value

    def values(self) -> frozenset[str]:
        """All real values, for redaction."""
        pairs = {
            ":".join(
                secret.value for secret in self.secrets if secret.argument in {c.argument for c in scheme.credentials}
            )
            for scheme in self._schemes
            if len(scheme.credentials) > 1
        }
        return frozenset({*self._substitutes.values(), *self.credentials.secrets(), *pairs} - {"", ":"})

    def apply(self, target: str, headers: Iterable[tuple[str, str]]) -> tuple[bytes, list[tuple[bytes, bytes]]]:
        """Target and headers as they go to the API."""
        keyed = {s.parameter.lower() for s in self._schemes if s.location == "header"} | {"authorization"}
        cookies = {s.parameter for s in self._schemes if s.location == "cookie"}
        extra = self.credentials.headers
        replaced = {name.lower() for name in extra}
        passed: list[tuple[bytes, bytes]] = []
        for name, value in headers:
            sent: bytes | None = value.encode("latin-1")
            if name in replaced:
                sent = None
            elif name in keyed:
                sent = self._header(value)
            elif name == "cookie":
                sent = self._cookie(value, cookies)
            if sent is not None:
                passed.append((name.encode("latin-1"), sent))
        passed += [(name.encode(), value.encode()) for name, value in extra.items()]
        return self._target(target), passed

    def _known(self, scheme: AuthScheme) -> list[Secret]:
        """The scheme's credentials that the file has; none unless the scheme can be used with them."""
        given = self.credentials.arguments
        alone = sum(s.kind == scheme.kind for s in self._schemes) == 1
        found: list[Secret] = []
        used: set[str] = set()
        for index, credential in enumerate(scheme.credentials):
            names = [credential.argument]
            if len(scheme.credentials) == 1:
                names.append(scheme.name)
            if alone and index < len(_GENERIC[scheme.kind]):
                names.append(_GENERIC[scheme.kind][index])
            value = next((given[name] for name in names if name in given), None)
            used.update(name for name in names if name in given)
            if value is None and len(scheme.credentials) == 1:
                value = self._on_the_wire(scheme)
            if value is None and scheme.kind == "basic" and found:
                value = ""  # a key as the user name, without a password
            if value is None and scheme.kind == "oauth2_client_credentials" and "token" in given:
                value = "unused"  # an access token was given instead
                used.add("token")
            if value is None:
                return []
            found.append(Secret(credential.argument, new_placeholder(credential.argument), value))
        self._used |= used
        return found

    def _on_the_wire(self, scheme: AuthScheme) -> str | None:
        """The scheme's credential where the file has it as it goes on the wire (`headers`, `query`)."""
        places = {"header": self.credentials.headers, "query": self.credentials.query}
        given = places.get(scheme.location, {})
        found = next((text for name, text in given.items() if name.lower() == scheme.parameter.lower()), None)
        prefix = scheme.sent_prefix
        return found[len(prefix) :] if found and found.startswith(prefix) and len(found) > len(prefix) else None

    def _header(self, value: str) -> bytes | None:
        """The header with real values in it; None where there was no placeholder."""
        word, _, rest = value.partition(" ")
        if word.lower() == "basic":
            try:
                pair = base64.b64decode(rest.strip(), validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                return None
            real = self._replaced(pair)
            return None if real == pair else b"Basic " + base64.b64encode(real.encode())
        real = self._replaced(value)
        return None if real == value else real.encode()

    def _cookie(self, value: str, keyed: set[str]) -> bytes | None:
        kept: list[str] = []
        for pair in value.split(";"):
            name, _, sent = pair.strip().partition("=")
            real = self._replaced(sent)
            if name not in keyed:
                kept.append(f"{name}={sent}")
            elif real != sent:
                kept.append(f"{name}={real}")
        return "; ".join(kept).encode() if kept else None

    def _target(self, target: str) -> bytes:
        extra = self.credentials.query
        keyed = {s.parameter for s in self._schemes if s.location == "query"}
        path, _, query = target.partition("?")
        kept: list[str] = []
        for pair in query.split("&") if query else []:
            name, equals, sent = pair.partition("=")
            plain, value = unquote_plus(name), unquote_plus(sent)
            if plain in extra:
                continue
            if plain not in keyed:
                kept.append(pair)
            elif (real := self._replaced(value)) != value:
                kept.append(f"{name}{equals}{quote(real, safe='')}")
        kept += [f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in extra.items()]
        return (f"{path}?{'&'.join(kept)}" if kept else path).encode("latin-1")

    def _replaced(self, text: str) -> str:
        for placeholder, value in self._substitutes.items():
            text = text.replace(placeholder, value)
        return text


def new_placeholder(name: str) -> str:
    """A value that stands for a credential, and for nothing else."""
    safe = "".join(c if c.isalnum() and c.isascii() else "-" for c in name)
    return f"placeholder-{safe}-{secrets.token_hex(6)}"
