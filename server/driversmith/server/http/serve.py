"""`driversmith serve --http HOST:PORT`: MCP as streamable HTTP."""

import ipaddress
import json
import logging
import socket
import sys
from collections.abc import Sequence
from types import FrameType
from typing import TYPE_CHECKING

from driversmith.engine.errors import InvalidArgumentError
from driversmith.engine.models.principal import LOCAL
from driversmith.engine.settings import Settings
from mcp.server.transport_security import TransportSecuritySettings
from starlette.routing import Route
from starlette.types import ASGIApp

from ..app import create_server
from ..leaving import Departure
from ..lifespan import EngineFactory, opened_engine
from ..serving import resuming
from ..startup import log_to_stderr, read_settings
from ..telemetry import exported_spans
from .access import Access, open_access
from .dashboard import PATH as DASHBOARD
from .dashboard import SignInPage, dashboard_routes, local_dashboard
from .downloads import download_route
from .health import Health
from .metrics import metrics_route
from .names import LOCAL_NAMES, KnownNamesOnly, Names
from .tokens import KnownTokens, digest_of, new_token

if TYPE_CHECKING:
    import uvicorn
    from driversmith.engine.api import Engine
    from mcp.server.mcpserver import MCPServer

PATH = "/mcp"


def serve_http(address: str, *, no_token: bool = False) -> int:
    """Serve on HOST:PORT (port 0: a free one, named on stderr) until SIGINT or SIGTERM comes; the exit code.

    Only requests whose Host and Origin name this server are answered, and only those that bear a token, unless `no_token`.
    An address that others can reach is refused with exit code 2 as long as no authorization is set up, like settings that
    cannot be used; one that cannot be bound with 1.
    """
    settings = read_settings()
    redact = log_to_stderr(settings)
    try:
        host, port = _parsed(address)
        access = open_access(settings, loopback=_is_loopback(host), no_token=no_token)
        redact.learn(access.secrets)
        names = _names(settings, host, access)
        listening = _bound(host, port)
    except (ValueError, InvalidArgumentError) as error:
        print(f"driversmith: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"driversmith: cannot listen on {address}: {error.strerror or error}", file=sys.stderr)
        return 1
    host, port = listening.getsockname()[:2]
    root = f"http://{_spelled(host)}:{port}"
    for line in (f"driversmith serves MCP at {root}{PATH}", *_said(access, root, settings)):
        print(line, file=sys.stderr, flush=True)
    return run_app(http_app(settings, access, names), listening, settings)


def serve_dashboard(port: int, *, open_browser: bool = False) -> int:
    """Serve the dashboard of the local user on loopback, at a URL on stdout whose token is good for this run, until SIGINT or
    SIGTERM comes; the exit code."""
    settings = read_settings()
    redact = log_to_stderr(settings)
    token = new_token()
    redact.learn((token,))
    try:
        listening = _bound("127.0.0.1", port)
    except OSError as error:
        print(f"driversmith: cannot listen on 127.0.0.1:{port}: {error.strerror or error}", file=sys.stderr)
        return 1
    url = f"http://127.0.0.1:{listening.getsockname()[1]}{DASHBOARD}#token={token}"
    print(url, flush=True)
    print("driversmith: the dashboard, for this browser alone; Ctrl-C ends it", file=sys.stderr, flush=True)
    if open_browser:
        import webbrowser

        webbrowser.open(url)  # what listens is bound: whoever comes early waits
    access = Access(KnownTokens({digest_of(token): LOCAL}), own_token=token, secrets=(token,))
    return run_app(local_dashboard(settings, access), listening, settings)


def run_app(app: ASGIApp, listening: socket.socket, settings: Settings) -> int:
    """Serve an app until SIGINT or SIGTERM comes; the exit code."""
    import anyio
    import uvicorn

    departure = Departure()

    class Server(uvicorn.Server):
        """Leaves within the grace of a departure, and does not raise the signal again afterwards."""

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            departure.signalled(sig)
            self.should_exit = True

    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL if settings.log_level == "WARNING" else logging.INFO)
    with exported_spans(), listening:
        anyio.run(Server(server_config(app)).serve, [listening])
    return departure.exit_code


def server_config(app: ASGIApp) -> "uvicorn.Config":
    """How an app is served, whose requests have to arrive in time."""
    import uvicorn

    from .deadlines import PunctualProtocol

    return uvicorn.Config(
        app,
        http=PunctualProtocol,
        log_config=None,
        access_log=False,
        ws="none",
        lifespan="on",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=0,
    )


def http_app(
    settings: Settings, access: Access, names: Names, *, engine_factory: EngineFactory = opened_engine
) -> ASGIApp:
    """The whole server behind its guards, with what is served beside MCP; in front of them only `/health`."""
    opened: list[Engine] = []
    server = create_server(
        settings, engine_factory=resuming(engine_factory), transport="http", authenticated=True, opened=opened.append
    )
    beside = [
        *dashboard_routes(lambda: opened[-1]),
        metrics_route(lambda: opened[-1]),
        download_route(lambda: opened[-1]),
    ]
    return Health(guarded(server, access, names, beside=beside), lambda: opened[-1] if opened else None)


def guarded(server: "MCPServer[Engine]", access: Access, names: Names, *, beside: Sequence[Route] = ()) -> ASGIApp:
    """A server behind its guards: names first, then tokens; whatever is beside it stands behind both."""
    app = server.streamable_http_app(
        streamable_http_path=PATH,
        transport_security=TransportSecuritySettings(
            allowed_hosts=names.patterns(),
            allowed_origins=[f"{scheme}://{name}" for scheme in ("http", "https") for name in names.patterns()],
        ),
    )
    app.router.routes.extend(beside)
    return KnownNamesOnly(SignInPage(access.guard(app)), names)


def _said(access: Access, root: str, settings: Settings) -> list[str]:
    """What a person has to know to connect, or about who else can."""
    if access.own_token is not None:
        headers = {"Authorization": f"Bearer {access.own_token}"}
        configuration = {"mcpServers": {"driversmith": {"type": "http", "url": f"{root}{PATH}", "headers": headers}}}
        return [
            f"driversmith: clients send the token that is kept in {settings.local_token_file}. A client's configuration:",
            json.dumps(configuration),
            f"driversmith: the dashboard is at {root}{DASHBOARD}; it asks for that token",
        ]
    if access.verifier is None:
        return [
            "driversmith: no token is asked for (--no-token): every account and program of this machine can see your "
            "sessions, and have code run as you.",
            f"driversmith: the dashboard is at {root}{DASHBOARD}",
        ]
    return [f"driversmith: the dashboard is at {root}{DASHBOARD}; it asks for a token"]


def _names(settings: Settings, host: str, access: Access) -> Names:
    places = [*LOCAL_NAMES, *settings.http_hosts]
    if not _is_wildcard(host):
        places.append(_spelled(host))
    if access.oauth is not None:
        places.append(access.oauth.host)
    try:
        return Names(places)
    except ValueError as error:
        raise ValueError(f"DRIVERSMITH_HTTP_HOSTS: {error}.") from None


def _parsed(address: str) -> tuple[str, int]:
    host, colon, port = address.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise ValueError(f"--http takes HOST:PORT, such as 127.0.0.1:8931; you gave {address!r}.")
    return host, int(port)


def _spelled(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_wildcard(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _bound(host: str, port: int) -> socket.socket:
    return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
