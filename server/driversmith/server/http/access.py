"""Who may come in: by named tokens, by an authorization server's, or on loopback by the local user's own token."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from driversmith.engine.errors import InvalidArgumentError
from driversmith.engine.models.principal import LOCAL
from driversmith.engine.settings import Settings
from mcp.server.auth.middleware.auth_context import AuthContextMiddleware
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser, BearerAuthBackend, RequireAuthMiddleware
from mcp.server.auth.provider import TokenVerifier
from starlette.authentication import AuthCredentials, AuthenticationBackend, BaseUser
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from .connections import FairConnections
from .local_token import local_token
from .tokens import KnownTokens, PrincipalToken, digest_of, named_tokens

if TYPE_CHECKING:
    from .oauth import ResourceServer


@dataclass(frozen=True)
class Access:
    """How one server tells who asks."""

    verifier: "TokenVerifier | None"
    """None: everybody who reaches the server is the local user."""
    own_token: str | None = field(default=None, repr=False)
    """The local user's, to be told to them."""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """Tokens that are known as they are, for redaction."""
    oauth: "ResourceServer | None" = None

    def guard(self, app: ASGIApp) -> ASGIApp:
        """The app, which nobody else reaches: without a token that counts all of it answers 401 alike."""
        if self.verifier is None:
            return AuthenticationMiddleware(app, backend=_EverybodyIsLocal())
        scopes = list(self.oauth.scopes) if self.oauth else []
        metadata = self.oauth.metadata_url if self.oauth else None
        behind: ASGIApp = RequireAuthMiddleware(FairConnections(app), scopes, metadata)
        guarded = AuthenticationMiddleware(AuthContextMiddleware(behind), backend=BearerAuthBackend(self.verifier))
        return _Entrance(app, guarded, self.oauth)


def open_access(settings: Settings, *, loopback: bool, no_token: bool = False) -> Access:
    """What the settings ask for; on loopback, where they ask for nothing, the local user's own token.

    Raises:
        InvalidArgumentError: there would be no authorization where others could come in, or the settings cannot be used.
    """
    principals, plain = named_tokens(settings)
    oauth = _resource_server(settings)
    if no_token:
        return _without_token(loopback, configured=bool(principals or oauth))
    if principals or oauth:
        verifiers: list[TokenVerifier] = [KnownTokens(principals)]
        verifiers += [oauth.verifier] if oauth else []
        if settings.oauth_client_secret is not None:
            plain.append(settings.oauth_client_secret.get_secret_value())
        return Access(_AnyOf(verifiers), secrets=tuple(plain), oauth=oauth)
    if not loopback:
        raise InvalidArgumentError(
            "--http listens on this machine only (127.0.0.1, [::1] or localhost) as long as no authorization is set up.",
            next_action="Run `driversmith tokens add NAME`, or set DRIVERSMITH_HTTP_TOKENS or DRIVERSMITH_OAUTH_ISSUER.",
        )
    token = local_token(settings.local_token_file)
    return Access(KnownTokens({digest_of(token): LOCAL}), own_token=token, secrets=(token,))


def _without_token(loopback: bool, *, configured: bool) -> Access:
    if configured:
        raise InvalidArgumentError(
            "--no-token does not go with tokens or an authorization server.", next_action="Leave one of them out."
        )
    if not loopback:
        raise InvalidArgumentError(
            "--no-token is for loopback alone.", next_action="Give --http 127.0.0.1:PORT, or leave --no-token out."
        )
    return Access(None)


def _resource_server(settings: Settings) -> "ResourceServer | None":
    if settings.oauth_issuer is None:
        return None
    from .oauth import ResourceServer

    return ResourceServer(settings)


class _AnyOf:
    """The first of some verifiers that knows a token."""

    def __init__(self, verifiers: "list[TokenVerifier]") -> None:
        self._verifiers = verifiers

    async def verify_token(self, token: str) -> PrincipalToken | None:
        for verifier in self._verifiers:
            found = await verifier.verify_token(token)
            if isinstance(found, PrincipalToken):
                return found
        return None


class _EverybodyIsLocal(AuthenticationBackend):
    """`--no-token`: whoever reaches the server is the user that it runs as."""

    async def authenticate(self, conn: HTTPConnection) -> tuple[AuthCredentials, BaseUser]:
        return AuthCredentials(), AuthenticatedUser(PrincipalToken.of(LOCAL))


class _Entrance:
    """Lets the server's own life, and what an authorization server's clients have to read first, past the guard."""

    def __init__(self, app: ASGIApp, guarded: ASGIApp, oauth: "ResourceServer | None") -> None:
        self._app = app
        self._guarded = guarded
        self._oauth = oauth

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif self._oauth is not None and scope["type"] == "http" and scope["path"] in self._oauth.public_paths:
            await self._oauth.metadata(scope, receive, send)
        else:
            await self._guarded(scope, receive, send)
