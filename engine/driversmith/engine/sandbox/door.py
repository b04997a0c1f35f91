"""The only way out of a child: it asks its parent for a connection, and is given one, or is not.

Standard library only at import, for the child loads this file by itself. A child needs no network for that: the parent makes a
pair of sockets and sends one over the descriptor that the child was started with. Whatever a driver connects to, its requests
end at the parent, in plain HTTP, while it sees the API's own address; an address that the parent does not answer refuses
the connection, as a closed port does.
"""

import socket
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

LONGEST = 400
"""Bytes of a request for a connection: "HOST PORT"."""

Connect = Callable[[str, int, float | None], socket.socket]
"""Host, port and seconds that may pass: a connection. Raises OSError where it is refused."""


class Door:
    """Asks over one descriptor, for all threads of the child."""

    def __init__(self, descriptor: int) -> None:
        self._socket = socket.socket(fileno=descriptor)
        self._turn = threading.Lock()
        self._late = 0
        """Answers still to come, to requests that nobody waits for any more."""

    def connect(self, host: str, port: int, seconds: float | None) -> socket.socket:
        """A connection to a host that the parent answers for.

        Raises:
            ConnectionRefusedError: it does not.
            TimeoutError: it said nothing for so long.
        """
        if sys.platform == "win32":
            raise ConnectionRefusedError("no descriptor can be passed here")
        with self._turn:
            self._socket.settimeout(seconds)
            self._socket.send(f"{host} {port}".encode()[:LONGEST])
            self._late += 1
            while self._late > 1:
                if late := self._answer():
                    late.close()
            found = self._answer()
        if found is None:
            raise ConnectionRefusedError(f"nobody answers at {host}:{port}")
        return found

    def _answer(self) -> socket.socket | None:
        """The next answer; None where nobody answers."""
        if sys.platform == "win32":
            return None
        _, descriptors, _, _ = socket.recv_fds(self._socket, 1, 1)
        self._late -= 1
        return socket.socket(fileno=descriptors[0]) if descriptors else None


def lead_through(connect: Connect) -> None:
    """Have every client of httpx2 in this process connect so, those for coroutines too: they wait as the others do, since
    nothing else is to be done in a child meanwhile."""
    import httpcore2
    from httpcore2._backends.auto import AutoBackend
    from httpcore2._backends.base import AsyncNetworkStream
    from httpcore2._backends.sync import SyncStream

    class PlainStream(SyncStream):
        """A connection on which TLS has nothing to hide: it ends in the parent."""

        def start_tls(self, ssl_context: Any, server_hostname: Any = None, timeout: Any = None) -> SyncStream:
            return self

    def connect_tcp(  # noqa: PLR0917 - as httpcore2 has it
        self: object,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> SyncStream:
        try:
            return PlainStream(connect(host, port, timeout))
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout(error) from error
        except OSError as error:
            raise httpcore2.ConnectError(error) from error

    class AwaitedStream(AsyncNetworkStream):
        """The same connection, for coroutines."""

        def __init__(self, stream: SyncStream) -> None:
            self._stream = stream

        async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - as httpcore2 has it
            return self._stream.read(max_bytes, timeout)

        async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
            self._stream.write(buffer, timeout)

        async def aclose(self) -> None:
            self._stream.close()

        async def start_tls(self, *_: Any, **__: Any) -> "AwaitedStream":
            return self

        def get_extra_info(self, info: str) -> Any:
            return self._stream.get_extra_info(info)

    async def connect_awaited(  # noqa: PLR0917
        self: object,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> AsyncNetworkStream:
        return AwaitedStream(connect_tcp(self, host, port, timeout))

    httpcore2.SyncBackend.connect_tcp = connect_tcp
    AutoBackend.connect_tcp = connect_awaited


def dialling(port: int, token: str) -> Connect:
    """Connections by a port of loopback, for where descriptors cannot be passed: the first line says who asks, and for what."""

    def connect(host: str, target: int, seconds: float | None) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", port), seconds)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(f"{token} {host} {target}\n".encode())
        if connection.recv(1) != b"\n":
            connection.close()
            raise ConnectionRefusedError(f"nobody answers at {host}:{target}")
        return connection

    return connect
