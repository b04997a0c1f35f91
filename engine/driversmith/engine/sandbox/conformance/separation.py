"""What stands between a driver and this machine: environment, streams, network, and a wire that is not believed."""

import asyncio
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from ...conformance import by_name, expect, expect_equal, expect_error, expect_object, expect_some, variants
from ...errors import NotCheckableError, SandboxError
from ..port import Sandbox
from .subject import LIMITS, WHOLE_OS, Check, a_project, constructed, opened

VARIABLES = frozenset(
    {
        "PATH",
        "LANG",
        "LC_CTYPE",
        "HOME",
        "TMPDIR",
        "TEMP",
        "TMP",
        "SSL_CERT_DIR",
        "PWD",
        "SYSTEMROOT",
        "__CF_USER_TEXT_ENCODING",
    }
)
"""All that a child may have in its environment."""


async def the_child_sees_nothing_of_our_environment(sandbox: Sandbox, folder: Path) -> None:
    """Keys and proxies are there."""
    with _environment(ANTHROPIC_API_KEY="secret", HTTP_PROXY="http://proxy.example"):
        async with opened(sandbox, a_project(folder)) as child:
            await constructed(child)
            received = (await child.call("d", "environment")).value
    environment = expect_object("The environment of a driver", received)
    expect_equal("Variables that a driver sees beside its own", sorted(set(environment) - VARIABLES), [])
    ours = os.environ.get("HOME")
    expect(environment["HOME"] != ours, f"A driver was expected to have a home of its own, and has {ours}.")


async def what_the_driver_prints_and_reads_does_not_reach_the_wire(sandbox: Sandbox, folder: Path) -> None:
    """Prints are no replies, and input is empty."""
    async with opened(sandbox, a_project(folder)) as child:
        await constructed(child)
        expect_equal("A call that prints 100,000 bytes", (await child.call("d", "chatter", 100_000)).value, "done")
        raised = expect_some("What reading input raised", (await child.call("d", "read_input")).raised)
        expect_equal("What reading input raised", raised.type, "EOFError")


async def what_a_driver_connects_to_ends_at_its_door(sandbox: Sandbox, folder: Path) -> None:
    """Whatever host it is for; those that nobody answers for refuse the connection, loopback too."""
    asked: list[tuple[str, int]] = []

    def door(host: str, port: int) -> asyncio.Protocol | None:
        asked.append((host, port))
        return _Greeting() if host == "api.example.com" else None

    async with sandbox.open(a_project(folder), "a_driver", "Driver", limits=LIMITS, door=door) as child:
        await constructed(child)
        for host in ("192.0.2.1", "example.invalid", "127.0.0.1"):
            said = (await child.call("d", "connect", host)).value
            expect("nobody answers" in str(said), f"A connection to {host} was expected to be refused, and {said}.")
        reply = await child.call("d", "connect", "API.example.com")
        expect_equal("What an answer through the door gave", reply.value, "hello")
    wanted = [("192.0.2.1", 9), ("example.invalid", 9), ("127.0.0.1", 9), ("api.example.com", 9)]
    expect_equal("Connections that were asked for", asked, wanted)


class _Greeting(asyncio.Protocol):
    """Says hello in HTTP to whoever sends anything."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")


async def a_child_that_forges_the_wire_gets_an_error(
    sandbox: Sandbox, folder: Path, *, written: bytes, said: str
) -> None:
    """Code in the child can write what it likes, and nothing of it is believed."""
    if sys.platform != "linux":
        raise NotCheckableError("The descriptors of the wire are found in /proc, which only Linux has.")
    source = f"""{WHOLE_OS}
class Driver:
    def forge(self):
        for fd in range(3, 20):
            try:
                if os.readlink(f"/proc/self/fd/{{fd}}").startswith("pipe:"):
                    left = {written!r}
                    while left: left = left[os.write(fd, left):]
            except OSError: pass
"""
    limits = LIMITS.model_copy(update={"output_bytes": 8 << 20})
    async with opened(sandbox, a_project(folder, source), limits) as child:
        await constructed(child)
        with expect_error("A call in which the driver writes to the wire itself", SandboxError, saying=said):
            await child.call("d", "forge")


@contextmanager
def _environment(**variables: str) -> Generator[None]:
    """This process' environment with these variables."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


_FORGED = {
    "no JSON": {"written": b"{not json}\n", "said": "not JSON"},
    "another number": {"written": b'{"id": 77, "value": 1}\n', "said": "out of turn"},
    "a list": {"written": b"[1]\n", "said": "out of turn"},
    "200,000 brackets": {"written": b"[" * 200_000 + b"\n", "said": "not JSON"},
    "a nonsensical exception": {"written": b'{"id": 3, "raised": {"type": 3}}\n', "said": "nonsense"},
    "a million lists": {"written": b"[" + b"[]," * 2_100_000 + b"[]]\n", "said": "more than"},
    "a line without end": {"written": b"x" * 12_000_000, "said": "more than"},
}

CHECKS: dict[str, Check] = by_name(
    the_child_sees_nothing_of_our_environment,
    what_the_driver_prints_and_reads_does_not_reach_the_wire,
    what_a_driver_connects_to_ends_at_its_door,
) | variants(a_child_that_forges_the_wire_gets_an_error, _FORGED)
