"""`driversmith serve --http HOST:PORT`: MCP as streamable HTTP, for this machine only."""

import ipaddress
import logging
import socket
import sys
from types import FrameType

from driversmith.engine.settings import Settings
from mcp.server.transport_security import TransportSecuritySettings

from .app import create_server
from .leaving import Departure
from .lifespan import opened_engine
from .serving import resuming
from .startup import log_to_stderr, read_settings

PATH = "/mcp"
LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")
LOCAL_ONLY = TransportSecuritySettings(
    allowed_hosts=[host for name in LOCAL_NAMES for host in (name, f"{name}:*")],
    allowed_origins=[
        f"{scheme}://{host}" for scheme in ("http", "https") for name in LOCAL_NAMES for host in (name, f"{name}:*")
    ],
)


def serve_http(address: str) -> int:
    """Serve on HOST:PORT (port 0: a free one, named on stderr) until SIGINT or SIGTERM comes; the exit code.

    Only requests whose Host and Origin are local names are answered. An address that is not this machine's own is
    refused with exit code 2, one that cannot be bound with 1.
    """
    settings = read_settings()
    log_to_stderr(settings)
    try:
        listening = _bound(*_parsed(address))
    except ValueError as error:
        print(f"driversmith: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"driversmith: cannot listen on {address}: {error.strerror or error}", file=sys.stderr)
        return 1
    with listening:
        return _serve(listening, settings)


def _serve(listening: socket.socket, settings: Settings) -> int:
    import anyio
    import uvicorn

    departure = Departure()

    class Server(uvicorn.Server):
        """Leaves within the grace of a departure, and does not raise the signal again afterwards."""

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            departure.signalled(sig)
            self.should_exit = True

    app = create_server(settings, engine_factory=resuming(opened_engine), transport="http").streamable_http_app(
        streamable_http_path=PATH, transport_security=LOCAL_ONLY
    )
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL if settings.log_level == "WARNING" else logging.INFO)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        ws="none",
        lifespan="on",
        server_header=False,
        timeout_graceful_shutdown=0,
    )
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    print(f"driversmith serves MCP at http://{shown}:{port}{PATH}", file=sys.stderr, flush=True)
    anyio.run(Server(config).serve, [listening])
    return departure.exit_code


def _parsed(address: str) -> tuple[str, int]:
    host, colon, port = address.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isdigit() or int(port) > 65535:
        raise ValueError(f"--http takes HOST:PORT, such as 127.0.0.1:8931; you gave {address!r}.")
    if host != "localhost" and not _is_loopback(host):
        raise ValueError(
            f"--http listens on this machine only (127.0.0.1, [::1] or localhost); {host!r} could be reached by others, "
            "and there is no authorization yet."
        )
    return host, int(port)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _bound(host: str, port: int) -> socket.socket:
    return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
