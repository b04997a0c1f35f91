"""Constructor arguments of a driver for the secrets that its auth schemes need (DESIGN section 4)."""

from collections.abc import Iterable

from ...contract.naming import DriverNames
from ...models.profile import AuthScheme, Credential
from ..names import as_identifier, ascii_name, shortened, unique

_ARGUMENTS: dict[str, tuple[str, ...]] = {
    "api_key": ("api_key",),
    "bearer": ("token",),
    "basic": ("username", "password"),
    "oauth2_client_credentials": ("client_id", "client_secret"),
}
_TAKEN = frozenset({"self", "cls", "base_url", "headers", "timeout", "max_retries", "transport", "token_url"})
_LONGEST = 60


def with_credentials(schemes: list[AuthScheme], names: DriverNames, required: Iterable[str]) -> tuple[AuthScheme, ...]:
    """The schemes with their credentials: one API key is `api_key`, several are called like their schemes."""
    always = set(required)
    keys = sum(scheme.kind == "api_key" for scheme in schemes)
    taken = set(_TAKEN)
    finished: list[AuthScheme] = []
    for scheme in schemes:
        credentials: list[Credential] = []
        plain = _ARGUMENTS[scheme.kind]
        clash = taken.intersection(plain) or (scheme.kind == "api_key" and keys > 1)
        for argument in plain:
            name = _from_scheme(scheme, argument) if clash else argument
            name = unique(name, taken | {other.lower() for other in taken}, _LONGEST)
            taken.update((name, name.lower()))
            credentials.append(
                Credential(argument=name, env=names.env(name), scheme=scheme.name, required=scheme.name in always)
            )
        finished.append(scheme.model_copy(update={"credentials": tuple(credentials)}))
    return tuple(finished)


def _from_scheme(scheme: AuthScheme, argument: str) -> str:
    stem = shortened(ascii_name(scheme.name), 40)
    if scheme.kind == "api_key":
        return as_identifier(stem or argument, before_digit="key_")
    return as_identifier(f"{stem}_{argument}".strip("_"), before_digit="auth_")
