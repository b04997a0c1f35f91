"""One request, one reply, over the pipes of a child that is treated as hostile."""

import json
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn, cast

import anyio
from anyio.abc import Process

from ..errors import SandboxError, SandboxLimitError
from .port import SandboxLimits
from .process_tree import kill_tree
from .wire import MAX_NODES, encode

CHUNK = 1 << 16
MAX_TAIL = 2_000
EXIT_SECONDS = 2.0
_SIGNALLED = 128
"""A program that ends as its child does tells of a signal by this and its number."""
_ASK_FOR_LESS = "Ask for fewer records, or try again later."
START_SECONDS = 30.0
"""For the child's start and the import of the driver, which say nothing about how fast its calls are."""
TEST_SECONDS = 60.0
"""For all of the driver's own tests."""


class Channel:
    """Request and reply, one at a time, in order; the first thing that goes wrong kills the child for good."""

    def __init__(self, process: Process, *, errors: Path, limits: SandboxLimits) -> None:
        if process.stdin is None or process.stdout is None:
            raise ValueError("the child needs pipes on stdin and stdout")
        self._process, self._requests, self._replies = process, process.stdin, process.stdout
        self._errors = errors
        self._limits = limits
        self._deadline = anyio.current_time() + limits.wall_seconds
        self._received = bytearray()
        self._number = 0
        self._fault: SandboxError | None = None
        self._turn = anyio.Lock()

    async def request(self, operation: str, **fields: Any) -> dict[str, Any]:
        """The child's reply to one request.

        Raises:
            SandboxLimitError: it took or gave too much, and was killed.
            SandboxError: it died or answered nonsense.
        """
        async with self._turn:
            if self._fault:
                raise self._fault
            self._number += 1
            line = json.dumps({"id": self._number, "op": operation, **encode(fields)}).encode() + b"\n"
            try:
                seconds = {"import": START_SECONDS, "unittests": TEST_SECONDS}.get(operation, self._limits.call_seconds)
                return await self._exchange(line, seconds)
            except SandboxError as error:
                self._fault = error
                kill_tree(self._process)
                raise
            except BaseException:
                self._fault = SandboxError("The driver process was stopped in the middle of a call.", code="cancelled")
                kill_tree(self._process)
                raise

    async def hello(self, setup: dict[str, Any]) -> tuple[str, ...]:
        """Send the set-up and wait until the child stands, before it has seen any code of the driver; what the kernel holds it
        by, as our runner says.

        Raises:
            SandboxError: it does not answer as our runner does.
        """
        reply = await self._exchange(json.dumps(setup).encode() + b"\n", START_SECONDS)
        if reply.get("value") != "ready":
            raise SandboxError("The runner did not get ready.")
        return tuple(map(str, reply.get("layers", ())))

    async def _exchange(self, line: bytes, seconds: float) -> dict[str, Any]:
        left = self._deadline - anyio.current_time()
        with anyio.move_on_after(max(min(seconds, left), 0)):
            reply = await self._send_and_receive(line)
            self._check_output()
            return reply
        if left <= seconds:
            raise SandboxLimitError(
                f"The driver process ran longer than {self._limits.wall_seconds:g} s.", next_action=_ASK_FOR_LESS
            )
        raise SandboxLimitError(f"A call to the driver took longer than {seconds:g} s.", next_action=_ASK_FOR_LESS)

    async def _send_and_receive(self, line: bytes) -> dict[str, Any]:
        try:
            await self._requests.send(line)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError, OSError):
            await self._report_death()
        return self._parse(await self._receive_line())

    async def _receive_line(self) -> bytes:
        searched = 0
        while (end := self._received.find(b"\n", searched)) < 0:
            searched = len(self._received)
            if searched > self._limits.output_bytes + CHUNK:
                raise SandboxLimitError(f"The driver process sent more than {self._limits.output_bytes} bytes at once.")
            try:
                self._received += await self._replies.receive(CHUNK)
            except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
                await self._report_death()
        line = bytes(self._received[:end])
        del self._received[: end + 1]
        return line

    def _parse(self, line: bytes) -> dict[str, Any]:
        # A list of numbers takes twenty times its text in memory: it is counted before it is read.
        parts = line.count(b",") + line.count(b"[") + line.count(b"{")
        if parts > MAX_NODES:
            raise SandboxLimitError(
                f"The driver process sent a value of more than {MAX_NODES} parts.", next_action=_ASK_FOR_LESS
            )
        try:
            reply = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise SandboxError(
                f"The driver process answered something that is not JSON: {line[:80]!r}", code="contract_failed"
            ) from error
        if not isinstance(reply, dict) or cast("dict[str, Any]", reply).get("id") != self._number:
            raise SandboxError(f"The driver process answered out of turn: {line[:80]!r}", code="contract_failed")
        answer = cast("dict[str, Any]", reply)
        if "too_large" in answer:
            raise SandboxLimitError(
                f"The driver returned a value that is too large to send (limit {self._limits.output_bytes} bytes).",
                next_action=_ASK_FOR_LESS,
            )
        return answer

    def _check_output(self) -> None:
        if self._errors.stat().st_size >= self._limits.output_bytes:
            raise SandboxLimitError(f"The driver printed more than {self._limits.output_bytes} bytes.")

    async def _report_death(self) -> NoReturn:
        with anyio.move_on_after(EXIT_SECONDS):
            await self._process.wait()
        code = self._process.returncode
        if code is not None and code > _SIGNALLED:  # by whoever stands between us and the child
            code = _SIGNALLED - code
        if sys.platform != "win32" and code is not None and -code in {signal.SIGXCPU, signal.SIGALRM}:
            limit = f"{self._limits.cpu_seconds} s of CPU time" if -code == signal.SIGXCPU else "its wall time"
            raise SandboxLimitError(f"The driver process was killed: it used up {limit}.")
        how = "closed its pipe" if code is None else f"ended with exit code {code}"
        raise SandboxError(f"The driver process {how} before it answered.{self.tail()}", code="contract_failed")

    def tail(self) -> str:
        """The last that the child printed, ready to stand behind a message; empty where there is nothing."""
        try:
            with self._errors.open("rb") as file:
                size = file.seek(0, 2)
                file.seek(max(0, size - MAX_TAIL))
                text = file.read().decode("utf-8", "replace").strip()
        except OSError:
            return ""
        return f" Its last output:\n{text}" if text else ""
